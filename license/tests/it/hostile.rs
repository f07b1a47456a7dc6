//! Whatever comes in: nothing panics, and nothing that was altered holds.

use licentia_license::{Limit, TrustedKeys, armor, inspect, sign, verify_signature};
use proptest::prelude::*;

use crate::sample::{claims, keys, vendor_key, verify};

/// Text that looks like a license more often than chance would have it.
fn almost_a_license() -> impl Strategy<Value = String> {
    let token = sign(&claims(), &vendor_key()).unwrap();
    let header = token.split_once('.').unwrap().0.to_owned();
    let piece = prop_oneof![
        Just(header),
        Just(token.clone()),
        Just(armor::wrap(&token)),
        Just("-----BEGIN LICENSE-----\n".to_owned()),
        Just("\n-----END LICENSE-----".to_owned()),
        Just("-----BEGIN PUBLIC KEY-----\n".to_owned()),
        Just("-----END PUBLIC KEY-----\n".to_owned()),
        Just("{\"keys\":[".to_owned()),
        Just(".".to_owned()),
        "[A-Za-z0-9_=+/-]{0,90}",
        ".{0,20}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Every bit, and every byte taken out or put in twice, of text that is as small as a license can be.
#[test]
fn no_flipped_bit_goes_unnoticed() {
    let token = sign(&claims(), &vendor_key()).unwrap();
    let bytes = token.as_bytes();
    let refused = |altered: &[u8]| verify(&String::from_utf8_lossy(altered)).map_or_else(|why| why.code(), |_| "valid");
    assert_eq!(refused(bytes), "valid");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << bit;
            assert_ne!(refused(&flipped), "valid", "bit {bit} of byte {at}");
        }
        assert_ne!(refused(&[&bytes[..at], &bytes[at + 1..]].concat()), "valid", "without byte {at}");
        assert_ne!(refused(&[&bytes[..=at], &bytes[at..]].concat()), "valid", "byte {at} twice");
        assert_ne!(refused(&bytes[..at]), "valid", "cut off before byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(text in almost_a_license()) {
        let _ = armor::unwrap(&text);
        let _ = inspect(&text);
        let _ = verify_signature(&text, &keys());
        let _ = TrustedKeys::from_text(&text);
    }

    #[test]
    fn no_header_and_no_claims_make_the_reader_panic(header in ".{0,60}", body in any::<Vec<u8>>()) {
        let part = |bytes: &[u8]| {
            use base64ct::{Base64UrlUnpadded, Encoding};
            Base64UrlUnpadded::encode_string(bytes)
        };
        let good = r#"{"alg":"EdDSA","typ":"licentia+jwt","kid":"x"}"#;
        let _ = inspect(&format!("{}.{}.", part(header.as_bytes()), part(&body)));
        let _ = inspect(&format!("{}.{}.", part(good.as_bytes()), part(&body)));
    }

    #[test]
    fn no_altered_character_goes_unnoticed(at in any::<prop::sample::Index>(), other in any::<char>()) {
        let token = sign(&claims(), &vendor_key()).unwrap();
        let at = at.index(token.len());
        let altered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        // White space at the ends is not part of the token, so there it cuts a character off.
        prop_assert_eq!(verify(&altered).is_ok(), altered == token);
    }

    #[test]
    fn what_is_signed_is_what_is_read(
        sub in ".{1,40}",
        features in proptest::collection::vec(".{0,20}", 0..5),
        limits in proptest::collection::btree_map(".{0,20}", any::<i64>(), 0..5),
        word in ".{0,20}",
    ) {
        let mut written = claims();
        written.sub = sub;
        written.features = features;
        written.limits = limits.into_iter().map(|(name, n)| (name, Limit::Number(n))).collect();
        written.limits.insert("word".to_owned(), Limit::Text(word));
        let text = armor::wrap(&sign(&written, &vendor_key()).unwrap());
        prop_assert_eq!(verify(&text).unwrap().claims, written);
    }
}

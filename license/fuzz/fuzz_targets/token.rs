//! The text of a license, and claims behind a header and a signature that are in order.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use libfuzzer_sys::fuzz_target;
use licentia_license::{
    Evidence, License, PublicKey, TrustedKey, TrustedKeys, Verdict, armor, inspect, sign, verify_signature,
};
use std::sync::LazyLock;

const NOW: i64 = 1_780_000_000;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[7; 32]));
static KEYS: LazyLock<TrustedKeys> = LazyLock::new(|| {
    let key = PublicKey::from_bytes(&KEY.verifying_key().to_bytes()).unwrap();
    [TrustedKey { key, issuer: Some("acme".to_owned()) }].into_iter().collect()
});
static HEADER: LazyLock<String> = LazyLock::new(|| {
    let kid = KEYS.iter().next().unwrap().key.thumbprint();
    part(format!(r#"{{"alg":"EdDSA","typ":"licentia+jwt","kid":"{kid}"}}"#).as_bytes())
});

fuzz_target!(|data: &[u8]| {
    let evidence = Evidence::new().audience("editor").grace(86_400).latest_seen(NOW).identity(&[7; 32]);
    if let Ok(text) = std::str::from_utf8(data) {
        let read = inspect(text);
        let verdict = License::verify(text, &KEYS, &evidence, NOW);
        assert!(read.is_ok() || verdict.license().is_none(), "verified, and not readable");
        // The key signs nothing but what is signed below.
        assert!(verdict.license().is_none(), "a signature that nobody made");
    }

    // The claims alone, and only where they are readable the rest: a signature costs more than all else.
    let signed = format!("{}.{}", *HEADER, part(data));
    let Ok(read) = inspect(&format!("{signed}.{}", part(&[0; 64]))) else { return };
    let token = format!("{signed}.{}", part(&KEY.sign(signed.as_bytes()).to_bytes()));
    let known = verify_signature(&armor::wrap(&token), &KEYS);
    assert_eq!(known.is_ok(), read.claims.iss == "acme");
    match License::verify(&token, &KEYS, &evidence, NOW) {
        Verdict::Valid(license) | Verdict::InGrace { license, .. } => {
            assert_eq!(license.claims, read.claims);
            assert!(license.claims.aud.iter().any(|product| product == "editor"));
            assert!(license.claims.bindings.is_none(), "bound, and no evidence given");
        }
        Verdict::Invalid { why, .. } => assert!(!why.code().is_empty() && !why.to_string().is_empty()),
    }
    // What was read is written so that the same is read.
    if let Ok(again) = sign(&read.claims, &KEY) {
        assert_eq!(inspect(&again).unwrap().claims, read.claims);
    }
});

fn part(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

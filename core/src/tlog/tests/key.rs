//! Verifier keys that somebody pasted, whole and mangled.

use super::*;

#[test]
fn keys_of_others_are_read_and_written_the_same() {
    let sumdb = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let witness = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";
    for text in [SPEC_KEY, PETER, ENOCH, sumdb, witness] {
        assert_eq!(vkey(text).to_string(), text);
    }
    let key = vkey(SPEC_KEY);
    assert_eq!(
        (key.name(), key.kind(), key.id()),
        ("example.com/foo", SignatureKind::Ed25519, [0x53, 0x0d, 0x90, 0x3a])
    );
    assert_eq!(vkey(witness).kind(), SignatureKind::Cosignature);
}

#[test]
fn one_key_under_two_names_or_for_two_uses_has_different_ids() {
    let key = signing_key(1);
    let log = public("log.example", SignatureKind::Ed25519, &key);
    assert_ne!(log.id(), public("log.example", SignatureKind::Cosignature, &key).id());
    assert_ne!(log.id(), public("other.example", SignatureKind::Ed25519, &key).id());
}

#[test]
fn no_part_of_a_key_and_no_change_to_it_is_a_key() {
    for start in 0..PETER.len() {
        for end in start..PETER.len() + usize::from(start > 0) {
            assert!(PETER[start..end].parse::<VerifierKey>().is_err(), "{}", &PETER[start..end]);
        }
    }
    for at in 0..PETER.len() {
        for change in [1, 2, 4, 8, 16, 32, 64] {
            let mut bytes = PETER.as_bytes().to_vec();
            bytes[at] ^= change;
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let refusal = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    // Wrong length and unknown type, each with the id that would fit: from the tests of sumdb/note.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert!(matches!(refusal(long), NoteError::MalformedKey(_)));
    let unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(refusal(unknown), NoteError::UnknownKeyType(0x65));
    assert!(matches!(refusal(&PETER.to_uppercase()), NoteError::MalformedKey(_) | NoteError::UnknownKeyType(_)));
    assert!(matches!(refusal(&PETER.replace("c74f20a3", "C74F20A3")), NoteError::MalformedKey(_)));
    assert!(matches!(refusal(&PETER.replace("c74f20a3", "c74f20a4")), NoteError::MalformedKey(_)));
    assert!(matches!(refusal(&format!("{PETER}\n")), NoteError::MalformedKey(_)));
    assert!(matches!(refusal(&PETER.replace("Peter", "Peter ")), NoteError::KeyName(_)));
}

#[test]
fn a_weak_key_is_not_to_be_trusted() {
    let mut point = [0; 32];
    point[0] = 1;
    let id = u32::from_be_bytes(crate::tlog::key::key_id("weak.example", SignatureKind::Ed25519, &point));
    let text = format!("weak.example+{id:08x}+{}", encoding::base64(&[&[1], &point[..]].concat()));
    assert!(matches!(text.parse::<VerifierKey>(), Err(NoteError::MalformedKey(_))));
}

#[test]
fn a_name_that_would_break_a_signature_line_is_refused() {
    let key = PublicKey::from_bytes(signing_key(1).verifying_key().as_bytes()).unwrap();
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\u{0}b"] {
        let refused = VerifierKey::new(name, SignatureKind::Ed25519, key.clone());
        assert_eq!(refused, Err(NoteError::KeyName(name.to_owned())));
        assert!(NoteSignature::sign("text\n", name, &signing_key(1)).is_err());
    }
}

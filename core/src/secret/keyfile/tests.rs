//! Key files made by OpenSSL and OpenSSH (`core/tests/data/keys`), and files that nobody should trust.

use base64ct::{Base64, Encoding};

use super::*;

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../../tests/data/keys/", $name))
    };
}

/// As Node showed it.
const PUBLIC: &str = "qt4vGec06iWJzQaHuGifKIgMe/8F/U2FRJGh0Rg2IaM=";

fn right() -> Passphrase {
    Passphrase::new("correct horse".to_owned()).unwrap()
}

fn wrong() -> Passphrase {
    Passphrase::new("correct hors".to_owned()).unwrap()
}

fn seed() -> SigningKey {
    match import(file!("plain.pem"), None).unwrap() {
        ImportedKey::Private(key) => key,
        ImportedKey::Public(_) => panic!("a public key"),
    }
}

fn text(key: &VerifyingKey) -> String {
    Base64::encode_string(key.as_bytes())
}

fn public_of(imported: &ImportedKey) -> String {
    match imported {
        ImportedKey::Private(key) => text(&key.verifying_key()),
        ImportedKey::Public(key) => text(key),
    }
}

fn armor(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", Base64::encode_string(der))
}

fn der(file: &str) -> Vec<u8> {
    pem::decode(file).unwrap().der.to_vec()
}

/// PKCS#8 version 2, as RFC 8410 shows it: the seed and a public key.
fn version_2(public: &[u8]) -> String {
    let mut bytes = vec![0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    bytes.extend(seed().to_bytes());
    bytes.extend([0x81, 0x21, 0]);
    bytes.extend(public);
    armor("PRIVATE KEY", &bytes)
}

fn refusal(text: &str) -> KeyFileError {
    import(text, Some(&right())).unwrap_err()
}

#[test]
fn keys_of_openssl_are_read() {
    for (text, passphrase) in [
        (file!("plain.pem"), None),
        (file!("plain.pem"), Some(&right())),
        (file!("pbkdf2.pem"), Some(&right())),
        (file!("scrypt.pem"), Some(&right())),
    ] {
        let key = import(text, passphrase).unwrap();
        assert!(matches!(key, ImportedKey::Private(_)));
        assert_eq!(public_of(&key), PUBLIC);
    }
    let key = import(file!("public.pem"), None).unwrap();
    assert!(matches!(key, ImportedKey::Public(_)));
    assert_eq!(public_of(&key), PUBLIC);
}

#[test]
fn a_file_may_come_from_windows_or_out_of_a_mail() {
    let plain = file!("plain.pem");
    let body = plain.lines().nth(1).unwrap();
    let (first, second) = body.split_at(30);
    for text in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("Bag Attributes\n    friendlyName: vendor\n{plain}\n-- \nRegards\n"),
        plain.replace(body, &format!("  {first} \n  {second}")),
        plain.trim_end().to_owned(),
    ] {
        assert_eq!(public_of(&import(&text, None).unwrap()), PUBLIC, "{text:?}");
    }
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    for text in [file!("pbkdf2.pem"), file!("scrypt.pem"), file!("exported.pem")] {
        assert_eq!(import(text, None).unwrap_err(), KeyFileError::PassphraseNeeded);
    }
    for text in [file!("pbkdf2.pem"), file!("scrypt.pem")] {
        assert_eq!(import(text, Some(&wrong())).unwrap_err(), KeyFileError::WrongPassphrase);
    }
}

#[test]
fn a_public_key_inside_must_be_the_right_one() {
    let good = seed().verifying_key();
    assert_eq!(public_of(&import(&version_2(good.as_bytes()), None).unwrap()), PUBLIC);
    let mut other = *good.as_bytes();
    other[0] ^= 1;
    assert_eq!(refusal(&version_2(&other)), KeyFileError::PublicKeyMismatch);
}

#[test]
fn what_else_was_found_is_said() {
    for (text, expected) in [
        (file!("rsa.pem"), "the key is for RSA, and only Ed25519 keys can sign licenses"),
        (file!("rsa-public.pem"), "the key is for RSA,"),
        (file!("ec.pem"), "the key is for an elliptic curve (ECDSA),"),
        (file!("x25519.pem"), "the key is for X25519 (key exchange),"),
        (file!("ed448.pem"), "the key is for Ed448,"),
        (file!("rsa-traditional.pem"), "the file holds an RSA key;"),
        (file!("openssh"), "the file holds an OpenSSH private key;"),
        (file!("openssh.pub"), "not a PEM key file: it looks like an OpenSSH public key"),
        (file!("des3.pem"), "encrypted in a way that is not supported"),
        (file!("pbes1.pem"), "encrypted in a way that is not supported"),
        ("", "it is empty"),
        ("\u{1b}[31mhello", "no line `-----BEGIN …-----` was found"),
        ("{\"kty\":\"OKP\"", "this is not the public JWK of an Ed25519 key: EOF"),
        ("{\"kty\":\"RSA\"}", "its `kty` is not \"OKP\""),
        ("{\"keys\":[]}", "it is a set of keys"),
        ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"x\"}", "this is a private key"),
        ("-----BEGIN \u{1b}[31m-----\n", "the END line"),
        ("-----BEGIN \u{1b}[31m-----\n-----END \u{1b}[31m-----", "a PEM block of another kind"),
        ("-----BEGIN PRIVATE KEY-----\nMC4C", "the END line that belongs"),
        ("-----BEGIN PRIVATE KEY-----\n%%%%\n-----END PRIVATE KEY-----", "not base64"),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "not a PKCS#8 private key"),
    ] {
        let message = refusal(text).to_string();
        assert!(message.contains(expected), "{text}\n{message}");
        assert!(!message.contains('\u{1b}'));
    }
}

#[test]
fn two_keys_in_a_file_are_one_too_many() {
    let both = format!("{}{}", file!("plain.pem"), file!("public.pem"));
    assert!(refusal(&both).to_string().contains("several blocks"));
}

#[test]
fn a_huge_file_is_not_read() {
    let huge = format!("{}{}", file!("plain.pem"), " ".repeat(MAX_LEN));
    assert_eq!(refusal(&huge), KeyFileError::TooLarge(huge.len()));
}

#[test]
fn a_cut_file_is_refused_at_every_length_and_never_panics() {
    for (label, whole) in [
        ("PRIVATE KEY", der(file!("plain.pem"))),
        ("PUBLIC KEY", der(file!("public.pem"))),
        ("ENCRYPTED PRIVATE KEY", der(file!("pbkdf2.pem"))),
    ] {
        for length in 0..whole.len() {
            refusal(&armor(label, &whole[..length]));
        }
        let longer = [&whole[..], &[0]].concat();
        refusal(&armor(label, &longer));
    }
}

#[test]
fn hostile_costs_are_refused_before_they_are_paid() {
    // The iteration count 2048 (02 02 08 00) becomes 0x7fffffff; lengths in front of it grow by two.
    let mut bytes = der(file!("pbkdf2.pem"));
    let at = bytes.windows(4).position(|window| window == [2, 2, 8, 0]).unwrap();
    bytes.splice(at..at + 4, [2, 4, 0x7f, 0xff, 0xff, 0xff]);
    for offset in [2, 4, 17, 19, 32] {
        bytes[offset] += 2;
    }
    let error = refusal(&armor("ENCRYPTED PRIVATE KEY", &bytes));
    assert_eq!(error, KeyFileError::ExcessiveCost("2147483647 rounds of PBKDF2".to_owned()));

    // N = 16384 (02 02 40 00) becomes something that is no power of two, zero (a panic in the library), or too much.
    for (cost, shown) in [([2, 2, 0x40, 1], "N=16385"), ([2, 2, 0, 0], "N=0")] {
        let mut bytes = der(file!("scrypt.pem"));
        let at = bytes.windows(4).position(|window| window == [2, 2, 0x40, 0]).unwrap();
        bytes.splice(at..at + 4, cost);
        let message = refusal(&armor("ENCRYPTED PRIVATE KEY", &bytes)).to_string();
        // A zero in two bytes is not DER, which is as good.
        assert!(message.contains(shown) || message.contains("not supported"), "{message}");
    }
    let params = |cost_parameter, block_size, parallelization| {
        pbes2::Kdf::Scrypt(pbes2::ScryptParams {
            salt: pbes2::Salt::new([0; 8]).unwrap(),
            cost_parameter,
            block_size,
            parallelization,
            key_length: None,
        })
    };
    affordable(&params(1 << 20, 8, 1)).unwrap();
    for hostile in [params(0, 8, 1), params(1 << 21, 8, 1), params(1 << 63, 8, 1), params(2, 1, 17)] {
        assert!(matches!(affordable(&hostile), Err(KeyFileError::ExcessiveCost(_))));
    }
}

#[test]
fn a_public_key_that_anybody_can_sign_for_is_refused() {
    let spki = |point: [u8; 32]| {
        let mut bytes = vec![0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
        bytes.extend(point);
        armor("PUBLIC KEY", &bytes)
    };
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(refusal(&spki(one)), KeyFileError::WeakPublicKey);
    // The same point, spelled as p + 1.
    let mut spelled = [0xff; 32];
    (spelled[0], spelled[31]) = (0xee, 0x7f);
    assert!(refusal(&spki(spelled)).to_string().contains("canonical"));
    assert!(refusal(&spki([2; 32])).to_string().contains("not a point"));
}

#[test]
fn an_export_comes_back_and_is_what_others_were_seen_to_read() {
    let text = export_encrypted(&seed(), &right(), &mut |bytes| bytes.fill(7)).unwrap();
    assert_eq!(*text, file!("exported.pem"));
    let back = import(&text, Some(&right())).unwrap();
    assert_eq!(public_of(&back), PUBLIC);
    let weak = Passphrase::new("seven77".to_owned()).unwrap();
    let error = export_encrypted(&seed(), &weak, &mut |_| ()).unwrap_err();
    assert_eq!(error, KeyFileError::Secret(SecretError::WeakPassphrase { minimum: 8 }));
}

#[test]
fn an_imported_private_key_is_not_printed() {
    let key = import(file!("plain.pem"), None).unwrap();
    let printed = format!("{key:?}");
    let secret = format!("{:?}", seed().to_bytes());
    assert!(!printed.contains(secret.trim_matches(['[', ']'])), "{printed}");
    assert!(!printed.contains("6e3984"), "{printed}");
}

//! Keys: their ways in and out, and the ones that are refused.

use licentia_license::{KeyError, PublicKey, TrustedKeys};
use serde_json::{Value, json};

use crate::sample::{other_key, public, trusted, vendor_key};

const RFC8037_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const RFC8037_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const RFC8410_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
    -----END PUBLIC KEY-----\n";

fn rfc_jwk() -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": RFC8037_X })
}

fn refusal(text: &str) -> KeyError {
    TrustedKeys::from_text(text).unwrap_err()
}

#[test]
fn rfc_8037_appendix_a() {
    let key = PublicKey::from_jwk(&rfc_jwk()).unwrap();
    assert_eq!(key, public(&vendor_key()), "A.1 and A.2: the public key of the private one");
    assert_eq!(key.thumbprint(), RFC8037_THUMBPRINT, "A.3");

    let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = "860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e\
                     9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02";
    let bytes: Vec<u8> = (0..64).map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).unwrap()).collect();
    let signature = ed25519_dalek::Signature::from_slice(&bytes).unwrap();
    assert!(key.verifying_key().verify_strict(text.as_bytes(), &signature).is_ok(), "A.5");
}

#[test]
fn pem_comes_out_as_it_went_in() {
    let key = PublicKey::from_pem(RFC8410_PEM).unwrap();
    assert_eq!(key.to_pem(), RFC8410_PEM);
    let dos = format!("Our key:\r\n{}", RFC8410_PEM.replace('\n', "\r\n"));
    assert_eq!(PublicKey::from_pem(&dos), Ok(key));
}

#[test]
fn every_form_of_text_gives_the_same_key() {
    let vendor = trusted(&vendor_key(), None);
    let bytes = vendor.key.to_bytes();
    let hex = bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let jwk = vendor.to_jwk(Some("2026"));
    for text in [
        vendor.key.to_pem(),
        jwk.to_string(),
        TrustedKeys::to_jwks(&[(vendor.clone(), None)]).to_string(),
        format!("\u{feff} {}\r\n", hex.to_uppercase()),
        hex,
        format!("{RFC8037_X}\n"),
    ] {
        let keys = TrustedKeys::from_text(&text).unwrap();
        assert_eq!(keys.get(RFC8037_THUMBPRINT), Some(&vendor), "{text}");
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn several_pem_blocks_and_a_set_with_issuers() {
    let (one, two) = (trusted(&vendor_key(), Some("acme")), trusted(&other_key(), None));
    let pem = one.key.to_pem() + &two.key.to_pem();
    assert_eq!(TrustedKeys::from_text(&pem).unwrap().len(), 2);
    assert!(matches!(PublicKey::from_pem(&pem), Err(KeyError::Pem(_))));

    let jwks = TrustedKeys::to_jwks(&[(one.clone(), Some("main")), (two.clone(), None)]);
    assert_eq!(
        jwks["keys"][0],
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": RFC8037_X, "kid": RFC8037_THUMBPRINT,
            "alg": "EdDSA", "use": "sig", "iss": "acme", "name": "main",
        })
    );
    let keys = TrustedKeys::from_text(&jwks.to_string()).unwrap();
    assert_eq!(keys.iter().collect::<Vec<_>>(), [&one, &two], "the binding to the issuer survives");
}

#[test]
fn a_set_may_hold_keys_for_other_purposes() {
    let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
    let encryption = json!({ "kty": "OKP", "crv": "X25519", "x": RFC8037_X });
    let set = json!({ "keys": [rsa, rfc_jwk(), encryption] });
    assert_eq!(TrustedKeys::from_text(&set.to_string()).unwrap().len(), 1);
    assert_eq!(refusal(&json!({ "keys": [rsa] }).to_string()), KeyError::Empty);
    assert!(matches!(refusal(&rsa.to_string()), KeyError::OtherKind(_)), "alone it is a mistake");
}

#[test]
fn keys_that_prove_nothing_are_refused() {
    // The neutral element, a point of order 8, and the neutral element spelled as y = p + 1.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut spelled = [0xff; 32];
    (spelled[0], spelled[31]) = (0xee, 0x7f);
    let order_8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
    assert_eq!(PublicKey::from_bytes(&neutral), Err(KeyError::Weak));
    assert_eq!(PublicKey::from_bytes(&spelled), Err(KeyError::Weak));
    assert_eq!(refusal(order_8), KeyError::Weak);
    assert_eq!(refusal(&"02".repeat(32)), KeyError::NotAKey, "not on the curve");

    // Not weak, but a second spelling of its point: y = p + 3 for y = 3.
    let mut second = [0xff; 32];
    (second[0], second[31]) = (0xf0, 0x7f);
    let mut first = [0; 32];
    first[0] = 3;
    assert!(PublicKey::from_bytes(&first).is_ok());
    assert_eq!(PublicKey::from_bytes(&second), Err(KeyError::NotAKey));
}

#[test]
fn mistakes_are_named() {
    let with = |name: &str, value: Value| {
        let mut jwk = rfc_jwk();
        jwk[name] = value;
        jwk.to_string()
    };
    let wrong_kid = KeyError::WrongKid { thumbprint: RFC8037_THUMBPRINT.to_owned() };
    assert_eq!(refusal(&with("d", json!("secret"))), KeyError::PrivateKey);
    assert_eq!(refusal(&with("kid", json!("2026"))), wrong_kid);
    assert!(matches!(refusal(&with("use", json!("enc"))), KeyError::OtherKind(_)));
    assert!(matches!(refusal(&with("alg", json!("HS256"))), KeyError::OtherKind(_)));
    assert!(matches!(refusal(&with("key_ops", json!(["sign"]))), KeyError::OtherKind(_)));
    assert!(matches!(refusal(&with("iss", json!(""))), KeyError::Jwk(_)));
    assert!(matches!(refusal(&with("iss", Value::Null)), KeyError::Jwk(_)));
    assert!(matches!(refusal(&with("x", json!(format!("{RFC8037_X}=")))), KeyError::Jwk(_)));
    assert!(matches!(refusal(r#"{"kty":"OKP","kty":"OKP"}"#), KeyError::Jwk(_)));
    assert!(matches!(refusal("{}"), KeyError::Jwk(_)));
    assert!(matches!(refusal("[]"), KeyError::Jwk(_)));

    let private = RFC8410_PEM.replace("PUBLIC", "PRIVATE");
    assert_eq!(refusal(&private), KeyError::PrivateKey);
    assert!(matches!(refusal(&RFC8410_PEM.replace("PUBLIC KEY", "CERTIFICATE")), KeyError::Pem(_)));
    assert!(matches!(refusal(RFC8410_PEM.split_once("-----END").unwrap().0), KeyError::Pem(_)));
    assert!(matches!(refusal(&RFC8410_PEM.replace("MCow", "MCox")), KeyError::OtherKind(_)));
    for text in ["", "hello", "+f".repeat(32).as_str(), "é".repeat(32).as_str()] {
        assert_eq!(refusal(text), KeyError::Unknown, "{text:?}");
    }
    assert_eq!(refusal(&" ".repeat(2_000_000)), KeyError::TooLarge);
}

#[test]
fn one_key_cannot_belong_to_two_issuers() {
    let (acme, evil) = (trusted(&vendor_key(), Some("acme")), trusted(&vendor_key(), Some("evil")));
    let jwks = |keys: &[_]| TrustedKeys::to_jwks(keys).to_string();
    let both = jwks(&[(acme.clone(), None), (evil.clone(), None)]);
    assert_eq!(refusal(&both), KeyError::Conflict(RFC8037_THUMBPRINT.to_owned()));
    let twice = jwks(&[(acme.clone(), None), (acme.clone(), Some("again"))]);
    assert_eq!(TrustedKeys::from_text(&twice).unwrap().len(), 1);

    let mut keys = TrustedKeys::new();
    keys.push(evil);
    keys.push(acme.clone());
    assert_eq!(keys.iter().collect::<Vec<_>>(), [&acme], "what is pushed last replaces");
}

//! Another library verifies what we sign, and we verify what it signs, and refuse what it forges.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use licentia_license::status_list::{Freshness, StatusList, StatusListClaims, Statuses, sign as sign_list};
use licentia_license::{Claims, sign};
use serde::Serialize;
use serde_json::{Value, json};

use crate::sample::{NOW, claims, keys, other_key, public, trusted, vendor_key, verify};

const LICENSE: &str = "licentia+jwt";
const LIST: &str = "statuslist+jwt";

/// A private key as jsonwebtoken takes it: PKCS#8 version 1 around its 32 bytes.
fn encoding(key: &ed25519_dalek::SigningKey) -> EncodingKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend(key.to_bytes());
    EncodingKey::from_ed_der(&der)
}

/// Our public key as jsonwebtoken takes it, from the JWK that we write.
fn decoding() -> DecodingKey {
    let jwk = trusted(&vendor_key(), Some("acme")).to_jwk(Some("main"));
    let jwk: Jwk = serde_json::from_value(jwk).unwrap();
    DecodingKey::from_jwk(&jwk).unwrap()
}

/// What jsonwebtoken has to look at, but the time, for which it would read the clock.
fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[audience]);
    validation.set_issuer(&["acme"]);
    validation.validate_exp = false;
    validation
}

/// A token that names our key, whoever signs it.
fn made(algorithm: Algorithm, typ: &str, claims: &impl Serialize, key: &EncodingKey) -> String {
    let mut header = Header::new(algorithm);
    header.typ = Some(typ.to_owned());
    header.kid = Some(public(&vendor_key()).thumbprint());
    encode(&header, claims, key).unwrap()
}

fn code(token: &str) -> &'static str {
    verify(token).map_or_else(|refusal| refusal.code(), |_| "valid")
}

fn code_of_list(token: &str) -> &'static str {
    StatusList::verify(token, &keys(), &Freshness::at(NOW)).map_or_else(|refusal| refusal.code(), |_| "valid")
}

/// One token, with the claims of another.
fn with_claims_of(token: &str, other: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    [parts[0], other.split('.').nth(1).unwrap(), parts[2]].join(".")
}

/// Whatever form somebody takes for the bytes of a public key.
fn our_key_as_a_secret() -> Vec<(&'static str, Vec<u8>)> {
    let key = public(&vendor_key());
    let jwk = trusted(&vendor_key(), Some("acme")).to_jwk(None);
    let text = |value: &Value| value.as_str().unwrap().as_bytes().to_vec();
    vec![
        ("its bytes", key.to_bytes().to_vec()),
        ("PEM", key.to_pem().into_bytes()),
        ("PEM without its last line feed", key.to_pem().trim_end().as_bytes().to_vec()),
        ("x of the JWK", text(&jwk["x"])),
        ("the JWK", jwk.to_string().into_bytes()),
    ]
}

fn list() -> StatusListClaims {
    StatusListClaims {
        iss: Some("acme".to_owned()),
        sub: "https://status.example.com/1".to_owned(),
        iat: NOW - 60,
        nbf: None,
        exp: Some(NOW + 86_400),
        ttl: Some(3_600),
    }
}

#[test]
fn jsonwebtoken_verifies_our_license() {
    let token = sign(&claims(), &vendor_key()).unwrap();
    let read = decode::<Claims>(&token, &decoding(), &validation("editor")).unwrap();
    assert_eq!(read.claims, claims());
    assert_eq!(read.header.typ.as_deref(), Some(LICENSE));
    assert_eq!(read.header.kid, Some(public(&vendor_key()).thumbprint()));
}

#[test]
fn jsonwebtoken_refuses_what_is_not_ours_or_for_another_product() {
    let refused = |token: &str, audience| decode::<Claims>(token, &decoding(), &validation(audience)).is_err();
    let token = sign(&claims(), &vendor_key()).unwrap();
    let mut more = claims();
    more.sub = "mallory@example.com".to_owned();
    let other = sign(&more, &other_key()).unwrap();
    assert!(!refused(&token, "editor"));
    assert!(refused(&token, "viewer"));
    assert!(refused(&other, "editor"));
    assert!(refused(&with_claims_of(&token, &other), "editor"));
}

#[test]
fn jsonwebtoken_verifies_our_status_list() {
    let token = sign_list(&list(), &Statuses::new(2, 8, [(3, 1)]).unwrap(), &vendor_key()).unwrap();
    let mut validation = validation("editor");
    validation.validate_aud = false;
    let read = decode::<Value>(&token, &decoding(), &validation).unwrap();
    assert_eq!(read.header.typ.as_deref(), Some(LIST));
    assert_eq!(read.claims["sub"], "https://status.example.com/1");
    assert_eq!(read.claims["status_list"]["bits"], 2);
}

#[test]
fn we_verify_what_jsonwebtoken_signs() {
    let token = made(Algorithm::EdDSA, LICENSE, &claims(), &encoding(&vendor_key()));
    assert_eq!(verify(&token).unwrap().claims, claims());

    // The array is the first example of the draft.
    let body = json!({
        "iss": "acme", "sub": "https://status.example.com/1", "iat": NOW - 60, "exp": NOW + 86_400,
        "status_list": { "bits": 1, "lst": "eNrbuRgAAhcBXQ" },
    });
    let token = made(Algorithm::EdDSA, LIST, &body, &encoding(&vendor_key()));
    let statuses = StatusList::verify(&token, &keys(), &Freshness::at(NOW)).unwrap().statuses;
    assert_eq!(
        (0..16).map(|idx| statuses.get(idx).unwrap()).collect::<Vec<_>>(),
        [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    );
}

#[test]
fn we_refuse_what_jsonwebtoken_forges() {
    let ours = encoding(&vendor_key());
    let theirs = encoding(&other_key());
    let forged = made(Algorithm::EdDSA, LICENSE, &claims(), &theirs);
    assert_eq!(code(&forged), "bad_signature", "another key under the name of ours");

    let mut more = claims();
    more.limits.insert("seats".to_owned(), licentia_license::Limit::Number(999));
    let token = sign(&claims(), &vendor_key()).unwrap();
    let altered = with_claims_of(&token, &made(Algorithm::EdDSA, LICENSE, &more, &theirs));
    assert_eq!(code(&altered), "bad_signature", "our signature under other claims");

    for (form, secret) in our_key_as_a_secret() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let token = made(algorithm, LICENSE, &claims(), &EncodingKey::from_secret(&secret));
            assert_eq!(code(&token), "unsupported_algorithm", "{algorithm:?} with our public key as {form}");
            let token = made(algorithm, LIST, &claims(), &EncodingKey::from_secret(&secret));
            assert_eq!(code_of_list(&token), "status_list_unsupported_algorithm", "{algorithm:?}, {form}");
        }
    }

    for typ in [LIST, "JWT", "at+jwt", ""] {
        let token = made(Algorithm::EdDSA, typ, &claims(), &ours);
        assert_eq!(code(&token), "wrong_type", "a license that is called {typ:?}");
    }
    assert_eq!(code_of_list(&token), "status_list_wrong_type", "a license as a list");
    let listed = made(Algorithm::EdDSA, LIST, &claims(), &ours);
    assert_eq!(code_of_list(&listed), "status_list_malformed", "a license that is called a list");
}

//! Another library verifies our licenses, and we verify what it signs.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use licentia_license::{Claims, sign};

use crate::sample::{claims, trusted, vendor_key, verify};

#[test]
fn jsonwebtoken_verifies_our_license() {
    let token = sign(&claims(), &vendor_key()).unwrap();
    let jwk = trusted(&vendor_key(), Some("acme")).to_jwk(Some("main"));
    let jwk: Jwk = serde_json::from_value(jwk).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["editor"]);
    validation.set_issuer(&["acme"]);
    validation.validate_exp = false; // it would read the clock
    let read = decode::<Claims>(&token, &key, &validation).unwrap();
    assert_eq!(read.claims, claims());
    assert_eq!(read.header.typ.as_deref(), Some("licentia+jwt"));
    assert_eq!(read.header.kid, jwk.common.key_id);

    validation.set_audience(&["viewer"]);
    assert!(decode::<Claims>(&token, &key, &validation).is_err());
}

#[test]
fn we_verify_what_jsonwebtoken_signs() {
    // PKCS#8 version 1 around the 32 bytes of the private key.
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend(vendor_key().to_bytes());
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("licentia+jwt".to_owned());
    header.kid = Some(trusted(&vendor_key(), None).key.thumbprint());
    let token = encode(&header, &claims(), &EncodingKey::from_ed_der(&der)).unwrap();
    assert_eq!(verify(&token).unwrap().claims, claims());
}

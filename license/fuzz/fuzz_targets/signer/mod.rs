//! The one key that the targets trust, and what it signs.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::Signer;
use licentia_license::{PublicKey, TrustedKey, TrustedKeys};
use std::sync::LazyLock;

pub const NOW: i64 = 1_780_000_000;

pub static KEY: LazyLock<ed25519_dalek::SigningKey> =
    LazyLock::new(|| ed25519_dalek::SigningKey::from_bytes(&[7; 32]));

pub static KEYS: LazyLock<TrustedKeys> = LazyLock::new(|| {
    let key = PublicKey::from_bytes(&KEY.verifying_key().to_bytes()).unwrap();
    [TrustedKey { key, issuer: Some("acme".to_owned()) }].into_iter().collect()
});

/// A header that is in order.
pub fn header(typ: &str) -> String {
    let kid = KEYS.iter().next().unwrap().key.thumbprint();
    part(format!(r#"{{"alg":"EdDSA","typ":"{typ}","kid":"{kid}"}}"#).as_bytes())
}

/// A token of a header and claims, and a signature that holds.
pub fn token(header: &str, claims: &[u8]) -> String {
    let signed = format!("{header}.{}", part(claims));
    format!("{signed}.{}", part(&KEY.sign(signed.as_bytes()).to_bytes()))
}

pub fn part(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

//! The vendor, key and license that the stories are about.

use licentia_license::{Claims, Evidence, Invalid, License, PublicKey, TrustedKey, TrustedKeys, Verified};

use ed25519_dalek::SigningKey;

pub(crate) const ISSUED: i64 = 1_767_225_600; // 2026-01-01
pub(crate) const EXPIRES: i64 = 1_798_761_600; // 2027-01-01
pub(crate) const NOW: i64 = 1_780_000_000;
pub(crate) const ID: &str = "019b76da-a800-7000-8000-000000000001";

/// The private key of RFC 8037, appendix A: known to everybody, so anybody can make these vectors.
pub(crate) fn vendor_key() -> SigningKey {
    SigningKey::from_bytes(&[
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
        0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ])
}

pub(crate) fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub(crate) fn public(key: &SigningKey) -> PublicKey {
    PublicKey::from_bytes(&key.verifying_key().to_bytes()).unwrap()
}

pub(crate) fn trusted(key: &SigningKey, issuer: Option<&str>) -> TrustedKey {
    TrustedKey { key: public(key), issuer: issuer.map(str::to_owned) }
}

pub(crate) fn keys() -> TrustedKeys {
    [trusted(&vendor_key(), Some("acme"))].into_iter().collect()
}

pub(crate) fn claims() -> Claims {
    let mut claims = Claims::new("acme", "alice@example.com", ["editor"], ISSUED, ID);
    claims.exp = Some(EXPIRES);
    claims
}

/// What the product `editor` makes of it now.
pub(crate) fn verify(text: &str) -> Result<Verified, Invalid> {
    verify_at(text, NOW)
}

pub(crate) fn verify_at(text: &str, now: i64) -> Result<Verified, Invalid> {
    License::verify(text, &keys(), &editor(), now).usable()
}

pub(crate) fn editor() -> Evidence<'static> {
    Evidence::new().audience("editor")
}

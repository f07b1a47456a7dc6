//! Makes tokens that `sign` would refuse to make.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::sample::{EXPIRES, ID, ISSUED, public, vendor_key};

pub(crate) fn part(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub(crate) fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": "licentia+jwt", "kid": public(&vendor_key()).thumbprint() })
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": "acme", "sub": "alice@example.com", "aud": ["editor"],
        "iat": ISSUED, "exp": EXPIRES, "jti": ID,
    })
}

/// A copy in which one member is something else, or with `Null` gone.
pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    if value.is_null() {
        object.as_object_mut().unwrap().shift_remove(name);
    } else {
        object[name] = value;
    }
    object
}

/// A header of so many bytes, most of them in a member that is ignored.
pub(crate) fn padded(header: Value, bytes: usize) -> Value {
    let short = with(header, "z", json!(""));
    let missing = bytes - short.to_string().len();
    with(short, "z", json!("a".repeat(missing)))
}

/// The parts as given, properly signed by the vendor.
pub(crate) fn signed(header: &str, claims: &[u8]) -> String {
    signed_by(&vendor_key(), header, claims)
}

pub(crate) fn signed_by(key: &SigningKey, header: &str, claims: &[u8]) -> String {
    sealed(key, &format!("{}.{}", part(header.as_bytes()), part(claims)))
}

/// A signature over text that need not be Base64.
pub(crate) fn sealed(key: &SigningKey, text: &str) -> String {
    format!("{text}.{}", part(&key.sign(text.as_bytes()).to_bytes()))
}

pub(crate) fn with_header(header: &Value) -> String {
    signed(&header.to_string(), claims().to_string().as_bytes())
}

pub(crate) fn with_claims(claims: &Value) -> String {
    with_text(&claims.to_string())
}

pub(crate) fn with_text(claims: &str) -> String {
    signed(&header().to_string(), claims.as_bytes())
}

/// The classic confusion: an HMAC whose secret is the public key (RFC 2104).
pub(crate) fn hmac_with_public_key(header: &Value) -> String {
    let text = format!("{}.{}", part(header.to_string().as_bytes()), part(claims().to_string().as_bytes()));
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(public(&vendor_key()).to_bytes()).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(&text).finalize();
    let mac = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    format!("{text}.{}", part(&mac))
}

/// The same signature with the group order added to S: it passes where S is not reduced (RFC 8032, 5.1.7).
pub(crate) fn malleable(token: &str) -> String {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (text, signature) = token.rsplit_once('.').unwrap();
    let mut signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    format!("{text}.{}", part(&signature))
}

/// A plain license that holds.
pub(crate) fn token() -> String {
    with_claims(&claims())
}

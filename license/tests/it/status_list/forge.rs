//! Makes status lists that `sign` would refuse to make, with an encoder of its own.

use crate::sample::{NOW, public, vendor_key};
use crate::vectors::forge::{claims, part, signed, with, with_claims};
use serde_json::{Value, json};

pub(crate) const URI: &str = "https://status.example.com/lists/1";
/// When the sample list was issued.
pub(crate) const ISSUED: i64 = NOW - 3_600;

/// The license with the index 5 of the list.
pub(crate) fn license() -> String {
    license_at(&json!(5))
}

pub(crate) fn license_at(idx: &Value) -> String {
    with_claims(&with(claims(), "status", json!({ "status_list": { "idx": idx, "uri": URI } })))
}

pub(crate) fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": "statuslist+jwt", "kid": public(&vendor_key()).thumbprint() })
}

/// Sixteen indices of two bits, of which the fifth and its neighbours are valid.
pub(crate) fn list_claims() -> Value {
    json!({
        "iss": "acme", "sub": URI, "iat": ISSUED, "exp": NOW + 86_400, "ttl": 43_200,
        "status_list": { "bits": 2, "lst": part(&stored(&[0b0000_0001, 0, 0, 0b1100_0000])) },
    })
}

/// The sample list with other bytes.
pub(crate) fn with_bytes(bits: u8, bytes: &[u8]) -> Value {
    with(list_claims(), "status_list", json!({ "bits": bits, "lst": part(&stored(bytes)) }))
}

/// The sample list with something else in `status_list`.
pub(crate) fn with_list(name: &str, value: Value) -> Value {
    let list = with(list_claims()["status_list"].clone(), name, value);
    with(list_claims(), "status_list", list)
}

pub(crate) fn list_of(claims: &Value) -> String {
    signed(&header().to_string(), claims.to_string().as_bytes())
}

pub(crate) fn list_with_header(header: &Value) -> String {
    signed(&header.to_string(), list_claims().to_string().as_bytes())
}

/// Zlib without compression (RFC 1950, and RFC 1951, 3.2.4), for less than 64 KiB.
pub(crate) fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut out = vec![0x78, 0x01, 0x01];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(bytes);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

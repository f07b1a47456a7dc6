//! Tokens that look right and prove nothing: keys, signatures, second spellings.

use licentia_license::PublicKey;
use serde_json::json;

use super::Vector;
use super::forge::{claims, header, malleable, part, sealed, signed_by, token, with, with_claims, with_text};
use crate::sample::{EXPIRES, other_key, public, vendor_key};

pub(super) fn vectors() -> Vec<Vector> {
    [keys(), signatures(), encodings()].concat()
}

fn keys() -> Vec<Vector> {
    let other = with(header(), "kid", json!(public(&other_key()).thumbprint())).to_string();
    let body = claims().to_string();
    let unknown = signed_by(&other_key(), &other, body.as_bytes());
    let pretender = signed_by(&other_key(), &header().to_string(), body.as_bytes());
    let evil = with_claims(&with(claims(), "iss", json!("evil")));
    let mut weak = Vector::new("weak-key", "a key of order 1", &token(), json!({ "keys": "refused" }));
    let neutral = format!("AQ{}", "A".repeat(41));
    weak.keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": neutral }] });
    assert!(PublicKey::from_jwk(&weak.keys["keys"][0]).is_err());
    vec![
        Vector::refused("kid-unknown", "a good signature by a stranger", &unknown, "unknown_key"),
        Vector::refused("kid-pretended", "a stranger naming the vendor's key", &pretender, "bad_signature"),
        Vector::refused("issuer-mismatch", "the key belongs to another issuer", &evil, "issuer_mismatch"),
        weak,
    ]
}

fn signatures() -> Vec<Vector> {
    let token = token();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    let flipped = format!("{text}.{flipped}{}", &signature[1..]);
    let zero = format!("{text}.{}", "A".repeat(86));
    let altered = with_claims(&with(claims(), "exp", json!(EXPIRES + 1)));
    let altered = format!("{}.{signature}", altered.rsplit_once('.').unwrap().0);
    let broken = format!("{}.{signature}", with_text("{").rsplit_once('.').unwrap().0);
    let short = format!("{text}.{}", &signature[..84]);
    let bad = "bad_signature";
    vec![
        Vector::refused("altered-signature", "one bit of the signature", &flipped, bad),
        Vector::refused("altered-claims", "one more second", &altered, bad),
        Vector::refused("signature-zero", "64 zero bytes", &zero, bad),
        Vector::refused("signature-malleable", "S with the group order added", &malleable(&token), bad),
        Vector::refused("signature-first", "claims are not parsed before it", &broken, bad),
        Vector::refused("signature-short", "63 bytes", &short, "malformed"),
        Vector::refused("signature-empty", "no bytes", &format!("{text}."), "malformed"),
    ]
}

fn encodings() -> Vec<Vector> {
    // All properly signed, so that only the spelling is wrong.
    let no = |name, about, text: &str| Vector::refused(name, about, text, "malformed");
    let header = part(header().to_string().as_bytes());
    // Two bytes more than a multiple of three: the last character has two bits that must be zero.
    let body = (0..3).map(|n| format!("{}{}", claims(), " ".repeat(n))).find(|b| b.len() % 3 == 2).unwrap();
    let body = part(body.as_bytes());
    let last = body.chars().last().unwrap();
    let next = char::from(u8::try_from(last).unwrap() + 1);
    let other = format!("{}{next}", &body[..body.len() - 1]);
    let token = sealed(&vendor_key(), &format!("{header}.{body}"));
    let standard = part("{\"sub\":\"???>>>\"}".as_bytes()).replace('_', "/").replace('-', "+");
    assert!(standard.contains(['/', '+']));
    let sealed = |claims: &str| sealed(&vendor_key(), &format!("{header}.{claims}"));
    vec![
        no("base64-padding", "a `=` at the end of the claims", &sealed(&format!("{body}="))),
        no("base64-trailing-bits", "another spelling of the same bytes", &sealed(&other)),
        no("base64-alphabet", "the alphabet of standard base64", &sealed(&standard)),
        no("signature-padding", "a `=` after the signature", &format!("{token}==")),
    ]
}

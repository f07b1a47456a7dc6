//! Texts and headers that are no license: refused before any key is looked at.

use licentia_license::armor;
use serde_json::{Value, json};

use super::Vector;
use super::forge::{claims, header, hmac_with_public_key, padded, part, signed, token, with, with_header};
use crate::sample::{other_key, public};

pub(super) fn vectors() -> Vec<Vector> {
    [texts(), headers()].concat()
}

fn texts() -> Vec<Vector> {
    let no = |name, about, text: &str| Vector::refused(name, about, text, "malformed");
    let token = token();
    let file = armor::wrap(&token);
    let (two, _) = token.rsplit_once('.').unwrap();
    let half = &file[..file.len() / 2];
    let long = |name, about, piece: &str, times: u32| {
        let mut vector = Vector::refused(name, about, "", "too_large");
        vector.text = json!({ "repeat": piece, "times": times });
        vector
    };
    let general = json!({
        "payload": part(claims().to_string().as_bytes()),
        "signatures": [
            { "protected": part(header().to_string().as_bytes()), "signature": "AA" },
            { "protected": part(header().to_string().as_bytes()), "signature": "AA" },
        ],
    });
    vec![
        no("text-empty", "nothing at all", ""),
        no("text-blank", "armour around nothing", "-----BEGIN LICENSE-----\n\n-----END LICENSE-----\n"),
        no("text-prose", "not a license", "Dear Alice, here is your license."),
        no("text-two-blocks", "which of the two?", &file.repeat(2)),
        no("text-surrounded", "text before the armour", &format!("Hello\n{file}")),
        no("text-truncated", "a file cut in half", half),
        no("text-two-lines", "a token broken over two lines", &file.replacen('.', ".\n", 1)),
        no("parts-2", "no signature part", two),
        no("parts-4", "one part too many", &format!("{token}.AA")),
        no("parts-encrypted", "five parts are a JWE", &format!("{token}.AA.AA")),
        no("json-serialization", "two signatures in the JSON serialization", &general.to_string()),
        long("huge-token", "one byte over 64 KiB", "a", 65_537),
        long("huge-text", "one byte over 1 MiB", " ", 1_048_577),
    ]
}

fn headers() -> Vec<Vector> {
    let alg = "unsupported_algorithm";
    let vector = |name, about, member: &str, value: Value, code: &str| {
        Vector::refused(name, about, &with_header(&with(header(), member, value)), code)
    };
    let none = with(header(), "alg", json!("none")).to_string();
    let none = format!("{}.{}.", part(none.as_bytes()), part(claims().to_string().as_bytes()));
    let hmac = hmac_with_public_key(&with(header(), "alg", json!("HS256")));
    let duplicate = header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    let duplicate = signed(&duplicate, claims().to_string().as_bytes());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": part(&public(&other_key()).to_bytes()) });
    vec![
        Vector::refused("alg-none", "unsigned", &none, alg),
        Vector::refused("alg-hs256", "an HMAC with the public key as its secret", &hmac, alg),
        vector("alg-case", "names of algorithms are case-sensitive", "alg", json!("EDDSA"), alg),
        vector("alg-missing", "no algorithm", "alg", Value::Null, alg),
        vector("alg-number", "not a string", "alg", json!(1), "malformed"),
        vector("typ-statuslist", "a status list", "typ", json!("statuslist+jwt"), "wrong_type"),
        vector("typ-jwt", "just any JWT", "typ", json!("JWT"), "wrong_type"),
        vector("typ-missing", "no type", "typ", Value::Null, "wrong_type"),
        vector("header-crit", "an extension to be understood", "crit", json!(["exp"]), "malformed"),
        vector("header-b64", "RFC 7797", "b64", json!(false), "malformed"),
        vector("header-jwk", "brings its own key", "jwk", jwk, "malformed"),
        vector("header-jku", "tells where to fetch a key", "jku", json!("https://evil.example"), "malformed"),
        vector("header-x5c", "brings a certificate", "x5c", json!([]), "malformed"),
        Vector::refused("header-duplicate", "two algorithms", &duplicate, "malformed"),
        Vector::refused(
            "header-long",
            "one byte more than 4 KiB of Base64url hold",
            &with_header(&padded(header(), 3_073)),
            "too_large",
        ),
        Vector::refused("header-array", "not an object", &signed("[]", b"{}"), "malformed"),
        vector("kid-missing", "no key named", "kid", Value::Null, "malformed"),
    ]
}

//! Licenses that hold, in every spelling that is allowed.

use licentia_license::armor;
use serde_json::{Value, json};

use super::Vector;
use super::forge::{claims, header, padded, token, with, with_claims, with_header};
use crate::sample::{EXPIRES, ISSUED};

fn holds(name: &'static str, about: &'static str, text: &str, claims: &Value, left: &[&str]) -> Vector {
    Vector::new(name, about, text, json!({ "claims": claims, "unchecked": left }))
}

pub(super) fn vectors() -> Vec<Vector> {
    [texts(), headers(), contents(), times()].concat()
}

fn texts() -> Vec<Vector> {
    let plain = claims();
    let token = token();
    let file = armor::wrap(&token);
    let dos = format!("\u{feff}\r\n{}\r\n ", file.replace('\n', "\r\n"));
    vec![
        holds("valid-minimal", "what every license has, in its armour", &file, &plain, &[]),
        holds("valid-bare", "a token without armour", &token, &plain, &[]),
        holds("valid-crlf-bom", "CRLF, a byte order mark and blank lines around it", &dos, &plain, &[]),
    ]
}

fn headers() -> Vec<Vector> {
    let vector =
        |name, about, member, value| holds(name, about, &with_header(&with(header(), member, value)), &claims(), &[]);
    let long = with_header(&padded(header(), 3_072));
    vec![
        holds("valid-header-long", "a header of 4 KiB of Base64url", &long, &claims(), &[]),
        vector("valid-alg-ed25519", "the name of RFC 9864", "alg", json!("Ed25519")),
        vector("valid-typ-long", "a media type in full, in another case", "typ", json!("application/Licentia+JWT")),
        vector("valid-header-unknown", "an unknown header member is ignored", "cty", json!("whatever")),
    ]
}

fn contents() -> Vec<Vector> {
    let plain = claims();
    let full = full();
    let file = armor::wrap(&with_claims(&full));
    let about = "every claim; the status list and the identity are for others to check";
    let one = with_claims(&with(claims(), "aud", json!("editor")));
    let two = with(claims(), "aud", json!(["viewer", "editor"]));
    let unknown = with_claims(&with(claims(), "colour", json!({ "any": null })));
    vec![
        holds("valid-full", about, &file, &full, &["status_list", "identity"]),
        holds("valid-aud-string", "one audience as a string", &one, &plain, &[]),
        holds("valid-aud-second", "one of several audiences", &with_claims(&two), &two, &[]),
        holds("valid-claim-unknown", "an unknown claim is ignored", &unknown, &plain, &[]),
    ]
}

fn times() -> Vec<Vector> {
    let perpetual = with(claims(), "exp", Value::Null);
    let vector = |name, about, claims: &Value| holds(name, about, &with_claims(claims), claims, &[]);
    let plain = |name, about| vector(name, about, &claims());
    vec![
        vector("valid-perpetual", "without `exp` it never ends", &perpetual).at(253_402_300_799, 0),
        plain("valid-last-second", "one second before `exp`").at(EXPIRES - 1, 0),
        plain("valid-leeway-end", "just within the leeway after `exp`").at(EXPIRES + 59, 60),
        plain("valid-leeway-begin", "just within the leeway before `iat`").at(ISSUED - 60, 60),
    ]
}

fn full() -> Value {
    let mut full = claims();
    let exp = full.as_object_mut().unwrap().shift_remove("exp").unwrap();
    let jti = full.as_object_mut().unwrap().shift_remove("jti").unwrap();
    let rest = json!({
        "nbf": ISSUED + 60,
        "exp": exp,
        "jti": jti,
        "features": ["pro", "export"],
        "limits": { "edition": "gold", "seats": 5 },
        "payload": { "z": [1, 2.5, "é"], "a": { "b": null } },
        "identity": format!("blake3:{}", "0f".repeat(32)),
        "replaces": "019b76da-a800-7000-8000-000000000000",
        "status": { "status_list": { "idx": 42, "uri": "https://example.com/lists/1" } },
        "log": { "size": 7 },
    });
    full.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    full
}

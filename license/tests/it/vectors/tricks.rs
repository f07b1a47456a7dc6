//! What somebody tries who has read the code: bombs, two signatures, letters that only look alike.

use licentia_license::armor;
use serde_json::{Value, json};

use super::Vector;
use super::forge::{claims, header, part, signed, token, with, with_claims, with_header, with_text};

pub(super) fn vectors() -> Vec<Vector> {
    [bombs(), two_signatures(), letters(), spellings(), numbers()].concat()
}

fn malformed(name: &'static str, about: &'static str, text: &str) -> Vector {
    Vector::refused(name, about, text, "malformed")
}

fn bombs() -> Vec<Vector> {
    let repeated = |name, about, piece: &str, times: u32| {
        let mut vector = Vector::refused(name, about, "", "too_large");
        vector.text = json!({ "repeat": piece, "times": times });
        vector
    };
    let body = claims().to_string();
    let nested = |open: &str, inner: &str, close: &str, times| {
        let bomb = format!("{}{inner}{}", open.repeat(times), close.repeat(times));
        body.replacen('{', &format!(r#"{{"payload":{bomb},"#), 1)
    };
    let member = |n: u32| format!(r#""m{n}":0,"#);
    let many = body.replacen('{', &format!("{{{}", (0..4_000).map(member).collect::<String>()), 1);
    let flat = with(header(), "z", json!(vec![[0]; 10_000]));
    let twice = many.replacen('{', &format!("{{{}", member(3_999)), 1);
    vec![
        repeated("huge-10-mib", "ten megabytes of a token", "a", 10 << 20),
        repeated("huge-10-mib-dots", "ten megabytes of dots", ".", 10 << 20),
        repeated("huge-10-mib-armour", "ten megabytes of beginnings", "-----BEGIN LICENSE-----\n", (10 << 20) / 24),
        malformed("bomb-objects", "8,000 objects in one another", &with_text(&nested(r#"{"a":"#, "1", "}", 8_000))),
        malformed("bomb-arrays", "10,000 arrays that never end", &with_text(&nested("[", "", "", 10_000))),
        malformed("bomb-header", "3,000 arrays in the header", &signed(&"[".repeat(3_000), b"{}")),
        Vector::refused("bomb-header-flat", "10,000 arrays side by side", &with_header(&flat), "too_large"),
        malformed("bomb-members-twice", "4,000 members, and one of them again", &with_text(&twice)),
    ]
}

fn two_signatures() -> Vec<Vector> {
    let token = token();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (_, claims) = text.split_once('.').unwrap();
    let flattened = json!({
        "protected": part(header().to_string().as_bytes()), "payload": claims, "signature": signature,
    });
    let double = [part(&[0; 64]), signature.to_owned()].concat();
    let parts = (text, signature);
    vec![
        malformed("json-flattened", "the other JSON serialization", &flattened.to_string()),
        malformed("signature-twice", "two signatures, one after the other", &format!("{text}.{double}")),
        malformed("signature-again", "its own signature again", &format!("{token}.{}", parts.1)),
        malformed("text-two-tokens", "two tokens on a line", &format!("{token} {token}")),
        malformed("text-two-tokens-comma", "two tokens and a comma", &format!("{token},{token}")),
        malformed("text-token-in-armour-and-out", "one inside, one behind", &format!("{}{token}", armor::wrap(&token))),
    ]
}

/// Names are compared byte for byte: no normal form, no case, nothing invisible.
fn letters() -> Vec<Vector> {
    let of = |name, about, claim: &str, value: Value, code| {
        Vector::refused(name, about, &with_claims(&with(claims(), claim, value)), code)
    };
    let header_of = |name, about, member: &str, value: String, code| {
        Vector::refused(name, about, &with_header(&with(header(), member, json!(value))), code)
    };
    let (iss, aud) = ("issuer_mismatch", "wrong_audience");
    let kid = header()["kid"].as_str().unwrap().to_owned();
    vec![
        of("iss-cyrillic", "a Cyrillic a", "iss", json!("\u{430}cme"), iss),
        of("iss-fullwidth", "full-width letters", "iss", json!("\u{ff41}\u{ff43}\u{ff4d}\u{ff45}"), iss),
        of("iss-zero-width", "a joiner that nobody sees", "iss", json!("ac\u{200d}me"), iss),
        of("iss-nul", "a NUL, where C would stop reading", "iss", json!("acme\0evil"), iss),
        of("iss-space", "a space behind", "iss", json!("acme "), iss),
        of("aud-homoglyph", "a Cyrillic o", "aud", json!(["edit\u{43e}r"]), aud),
        of("aud-bidi", "written from right to left", "aud", json!(["\u{202e}rotide"]), aud),
        of("aud-combining", "an accent of its own", "aud", json!(["editor\u{301}"]), aud),
        of("aud-nul", "a NUL behind", "aud", json!(["editor\0"]), aud),
        header_of("alg-fullwidth", "full-width letters", "alg", "\u{ff25}dDSA".to_owned(), "unsupported_algorithm"),
        header_of("alg-nul", "a NUL behind", "alg", "EdDSA\0".to_owned(), "unsupported_algorithm"),
        header_of("typ-dotless", "an i without its dot", "typ", "l\u{131}centia+jwt".to_owned(), "wrong_type"),
        header_of("typ-suffix", "something behind it", "typ", "licentia+jwt;a=b".to_owned(), "wrong_type"),
        header_of("kid-nul", "a NUL behind the right key", "kid", format!("{kid}\0"), "unknown_key"),
        header_of("kid-case", "the right key in another case", "kid", kid.to_lowercase(), "unknown_key"),
        header_of("kid-path", "the name of a file", "kid", "../../dev/null".to_owned(), "unknown_key"),
    ]
}

/// Text that one reader takes for one thing, and another for another.
fn spellings() -> Vec<Vector> {
    let body = claims().to_string();
    let holds =
        |name, about, text: &str| Vector::new(name, about, text, json!({ "claims": claims(), "unchecked": [] }));
    let bytes = |body: Vec<u8>| signed(&header().to_string(), &body);
    let overlong = [b"{\"\xc1\xa5xp\":1,", &body.as_bytes()[1..]].concat();
    let unseen = token().replacen('.', ".\u{200b}", 1);
    let surrogate = body.replacen("alice", r"\ud800", 1);
    let token = token();
    vec![
        holds("valid-escaped", "the audience, escaped", &with_text(&body.replacen("editor", r"\u0065ditor", 1))),
        malformed("claims-bom", "a byte order mark before the claims", &with_text(&format!("\u{feff}{body}"))),
        malformed("claims-overlong", "an e in two bytes: another `exp` for a lax reader", &bytes(overlong)),
        malformed("claims-surrogate", "half of a character", &with_text(&surrogate)),
        malformed("claims-comment", "JSON has no comments", &with_text(&format!("{body}//"))),
        malformed("claims-nul", "a NUL behind", &with_text(&format!("{body}\0"))),
        malformed(
            "exp-twice-escaped",
            "two ends, one escaped",
            &with_text(&body.replacen('{', r#"{"\u0065xp":0,"#, 1)),
        ),
        malformed("text-fullwidth-dot", "a dot that is none", &token.replacen('.', "\u{ff0e}", 1)),
        Vector::refused("text-zero-width", "a space that nobody sees", &unseen, "bad_signature"),
        malformed("signature-nul", "a NUL behind", &format!("{token}\0")),
        malformed("signature-percent", "a padding for the web", &format!("{token}%3D")),
    ]
}

fn numbers() -> Vec<Vector> {
    let of = |name, about, text: &str| {
        malformed(name, about, &with_text(&claims().to_string().replacen("1798761600", text, 1)))
    };
    let place = |idx: Value| json!({ "status_list": { "idx": idx, "uri": "https://example.com/1" } });
    let status = |name, about, value| malformed(name, about, &with_claims(&with(claims(), "status", value)));
    vec![
        of("exp-beyond-64-bits", "2^64 more than it seems", "18446744075508313216"),
        of("exp-infinite", "larger than any float", "1e999"),
        of("exp-leading-zero", "JSON has no octal numbers", "01798761600"),
        of("exp-nan", "not a number", "NaN"),
        of("exp-true", "not a number either", "true"),
        of("exp-array", "several ends", "[1798761600,253402300799]"),
        status("idx-negative", "before the list", place(json!(-1))),
        status("idx-float", "between two places", place(json!(1.5))),
        status("status-empty", "a status without a list", json!({})),
    ]
}

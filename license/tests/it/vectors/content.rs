//! Claims that are properly signed and still not acceptable.

use serde_json::{Value, json};

use super::Vector;
use super::forge::{claims, header, signed, token, with, with_claims, with_text};
use crate::sample::{EXPIRES, ISSUED, NOW};

pub(super) fn vectors() -> Vec<Vector> {
    [json_tricks(), claim_rules(), bindings(), times(), expectations()].concat()
}

fn json_tricks() -> Vec<Vector> {
    let no = |name, about, claims: &str| Vector::refused(name, about, &with_text(claims), "malformed");
    let good = claims().to_string();
    let inside = good.replacen('{', r#"{"payload":{"a":1,"\u0061":2},"#, 1);
    let deep = format!(r#"{{"payload":{}{},"#, "[".repeat(200), "]".repeat(200));
    let utf8 = [b"{\"sub\":\"\xff\",", &good.as_bytes()[1..]].concat();
    let utf8 = signed(&header().to_string(), &utf8);
    vec![
        no("claims-duplicate", "two expiries", &good.replacen('{', r#"{"exp":253402300799,"#, 1)),
        no("claims-duplicate-inside", "twice the same name, once escaped", &inside),
        no("claims-trailing", "a second value behind the first", &format!("{good}{{}}")),
        no("claims-array", "not an object", "[]"),
        no("claims-empty", "no bytes", ""),
        no("claims-deep", "200 levels", &good.replacen('{', &deep, 1)),
        Vector::refused("claims-utf8", "not UTF-8", &utf8, "malformed"),
    ]
}

fn claim_rules() -> Vec<Vector> {
    let vector = |name, about, claim: &str, value: Value, code: &str| {
        Vector::refused(name, about, &with_claims(&with(claims(), claim, value)), code)
    };
    let no = |name, about, claim: &str, value: Value| vector(name, about, claim, value, "malformed");
    let missing = |name, claim| vector(name, "a claim that every license has", claim, Value::Null, "missing_claim");
    let machines = json!({ "machines": ["a"] });
    let uri = "https://example.com/1";
    let status = |name, about, value| vector(name, about, "status", value, "unsupported_claim");
    vec![
        missing("missing-iss", "iss"),
        missing("missing-sub", "sub"),
        missing("missing-aud", "aud"),
        missing("missing-iat", "iat"),
        missing("missing-jti", "jti"),
        vector("aud-none", "an empty list of audiences", "aud", json!([]), "missing_claim"),
        no("aud-empty", "an audience without a name", "aud", json!(["editor", ""])),
        no("aud-number", "an audience that is no string", "aud", json!(["editor", 1])),
        no("sub-empty", "for nobody", "sub", json!("")),
        no("limit-float", "limits are whole numbers or words", "limits", json!({ "seats": 1.5 })),
        no("features-string", "not a list", "features", json!("pro")),
        no("identity-form", "not a BLAKE3 pin", "identity", json!("sha256:00")),
        no("status-form", "a status of unknown form", "status", json!({ "other": {} })),
        status(
            "status-unknown-member",
            "a second place to look at, from the future",
            json!({ "status_list": { "idx": 5, "uri": uri }, "other": {} }),
        ),
        status(
            "status-list-unknown-member",
            "a rule from the future",
            json!({ "status_list": { "idx": 5, "uri": uri, "purpose": "refresh" } }),
        ),
        no("status-array", "an array is no object", "status", json!([{ "idx": 5, "uri": uri }])),
        no("status-array-twice", "nor are two", "status", json!([[5, uri]])),
        no("status-list-array", "an array inside", "status", json!({ "status_list": [5, uri] })),
        vector("bindings", "machines cannot be checked yet", "bindings", machines, "unsupported_claim"),
    ]
}

/// Bindings that are nearly right. A verifier that passes over what it does not understand would let the license run
/// anywhere.
fn bindings() -> Vec<Vector> {
    let digest = "BpsdgSIpogjGxTXnJeHGcD2dP4icJ6X3hUGP6E7yTRQ";
    let no = |name, about, value: Value| {
        Vector::refused(name, about, &with_claims(&with(claims(), "bindings", value)), "unsupported_claim")
    };
    let machine =
        |require: Value, components: Value| json!({ "machines": [{ "require": require, "components": components }] });
    let good = json!({ "require": 1, "components": { "machine_id": digest } });
    let totp = |digest: &str, period: Value| json!({ "totp": { "digest": digest, "period": period } });
    let sha = format!("sha256:{}", "0f".repeat(32));
    let two = r#"{"bindings":{"machines":[],"machines":[]},"#;
    let two = with_text(&claims().to_string().replacen('{', two, 1));
    vec![
        Vector::refused("bindings-twice", "a member twice", &two, "malformed"),
        Vector::refused(
            "bindings-null",
            "null is not absent: it must not mean unbound",
            &with_text(&claims().to_string().replacen('{', r#"{"bindings":null,"#, 1)),
            "malformed",
        ),
        no("bindings-empty", "bound to nothing", json!({})),
        no("bindings-array", "not an object", json!([good])),
        no("bindings-array-of-members", "its values in their order", json!([[good], { "digest": sha, "period": 30 }])),
        no(
            "bindings-machine-array",
            "a machine without names for its members",
            json!({ "machines": [[1, { "machine_id": digest }]] }),
        ),
        no("bindings-totp-array", "a secret without names for its members", json!({ "totp": [sha, 30] })),
        no("bindings-unknown-member", "a kind of binding from the future", json!({ "machines": [good], "usb": {} })),
        no("bindings-machines-none", "to no machine at all", json!({ "machines": [] })),
        no(
            "bindings-machines-null",
            "null is not absent",
            json!({ "machines": null, "totp": totp(&sha, json!(30))["totp"] }),
        ),
        no("bindings-machines-65", "one machine too many", json!({ "machines": vec![&good; 65] })),
        no(
            "bindings-machine-unknown-member",
            "a rule from the future",
            json!({ "machines": [{ "require": 1, "components": { "machine_id": digest }, "any": true }] }),
        ),
        no("bindings-require-0", "nothing has to agree", machine(json!(0), json!({ "machine_id": digest }))),
        no("bindings-require-2-of-1", "more than there are", machine(json!(2), json!({ "machine_id": digest }))),
        no("bindings-require-float", "not a whole number", machine(json!(1.0), json!({ "machine_id": digest }))),
        no(
            "bindings-require-missing",
            "how many is not said",
            json!({ "machines": [{ "components": { "machine_id": digest } }] }),
        ),
        no(
            "bindings-guessable",
            "a card and a name only",
            machine(json!(2), json!({ "network": digest, "host_name": digest })),
        ),
        no(
            "bindings-component-unknown",
            "a component from the future",
            machine(json!(1), json!({ "machine_id": digest, "tpm": digest })),
        ),
        no("bindings-component-short", "31 bytes", machine(json!(1), json!({ "machine_id": &digest[..42] }))),
        no(
            "bindings-component-spelling",
            "trailing bits",
            machine(json!(1), json!({ "machine_id": format!("{}R", &digest[..42]) })),
        ),
        no("bindings-totp-null", "null is not absent", json!({ "machines": [good], "totp": null })),
        no(
            "bindings-totp-digest-case",
            "upper-case digits",
            totp(&sha.to_uppercase().replace("SHA", "sha"), json!(30)),
        ),
        no("bindings-totp-digest-other", "another hash", totp(&sha.replace("sha256", "sha512"), json!(30))),
        no("bindings-totp-digest-long", "33 bytes", totp(&format!("{sha}00"), json!(30))),
        no("bindings-totp-period-0", "a code for ever", totp(&sha, json!(0))),
        no("bindings-totp-period-301", "a code for more than five minutes", totp(&sha, json!(301))),
        no(
            "bindings-totp-algorithm",
            "a rule from the future",
            json!({ "totp": { "digest": sha, "period": 30, "algorithm": "SHA512" } }),
        ),
    ]
}

fn times() -> Vec<Vector> {
    let no = |name, about, value: Value| {
        let text = with_claims(&with(claims(), "exp", value));
        Vector::refused(name, about, &text, "malformed")
    };
    let text = claims().to_string();
    let exponent = with_text(&text.replace(&EXPIRES.to_string(), "18e8"));
    let null = with_text(&text.replace(&EXPIRES.to_string(), "null"));
    vec![
        no("exp-float", "whole seconds only", json!(1_798_761_600.0)),
        no("exp-string", "not a number", json!("1798761600")),
        no("exp-negative", "before 1970", json!(-1)),
        no("exp-too-late", "after the year 9999", json!(253_402_300_800_i64)),
        Vector::refused("exp-exponent", "a float in disguise", &exponent, "malformed"),
        Vector::refused("exp-null", "null is not absent: it must not mean perpetual", &null, "malformed"),
    ]
}

fn expectations() -> Vec<Vector> {
    let no = |name, about, text: &str, code| Vector::refused(name, about, text, code);
    let aud = |value| with_claims(&with(claims(), "aud", value));
    let begins = with_claims(&with(claims(), "nbf", json!(NOW + 61)));
    let issued = with_claims(&with(claims(), "iat", json!(NOW + 61)));
    let other = aud(json!(["viewer"]));
    vec![
        no("aud-other", "a license for another product", &other, "wrong_audience"),
        no("aud-case", "audiences are compared exactly", &aud(json!("Editor")), "wrong_audience"),
        no("aud-other-expired", "the audience is looked at before the time", &other, "wrong_audience")
            .at(EXPIRES + 1000, 60),
        no("expired", "long ago", &token(), "expired").at(EXPIRES + 1000, 60),
        no("expired-first-second", "`exp` itself is too late", &token(), "expired").at(EXPIRES, 0),
        no("expired-leeway", "the leeway is over", &token(), "expired").at(EXPIRES + 60, 60),
        no("not-yet-valid", "begins a second after the leeway", &begins, "not_yet_valid"),
        no("issued-in-future", "issued a second after the leeway", &issued, "not_yet_valid"),
        no("clock-behind", "the clock is before `iat`", &token(), "not_yet_valid").at(ISSUED - 61, 60),
    ]
}

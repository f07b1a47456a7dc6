//! The golden vectors in `tests/vectors-status-list`: a license, a list, and what becomes of the license.

use super::forge::{
    ISSUED, URI, header, license, license_at, list_claims, list_of, list_with_header, stored, with_bytes, with_list,
};
use crate::golden::{self, Folder};
use crate::sample::{NOW, other_key, public, trusted, vendor_key};
use crate::vectors::forge::{claims, padded, part, sealed, signed_by, token, with, with_claims};
use licentia_license::{InvalidList, TrustedKey, TrustedKeys};
use serde_json::{Value, json};

const FOLDER: &str = "vectors-status-list";

#[derive(Clone)]
struct Vector {
    name: &'static str,
    about: &'static str,
    license: String,
    list: Value,
    keys: Vec<TrustedKey>,
    now: i64,
    newest_seen: Option<i64>,
    max_age: Option<i64>,
    required: bool,
    expect: Value,
}

/// A list of the vendor's, about the sample license.
fn vector(name: &'static str, about: &'static str, list: &str, code: &str) -> Vector {
    let expect = match code {
        "valid" => json!({ "unchecked": [] }),
        code => json!({ "code": code }),
    };
    Vector {
        name,
        about,
        license: license(),
        list: json!(list),
        keys: vec![trusted(&vendor_key(), Some("acme"))],
        now: NOW,
        newest_seen: None,
        max_age: None,
        required: true,
        expect,
    }
}

impl Vector {
    fn licensed(self, license: String) -> Self {
        Self { license, ..self }
    }

    fn keys(self, keys: Vec<TrustedKey>) -> Self {
        Self { keys, ..self }
    }

    fn at(self, now: i64) -> Self {
        Self { now, ..self }
    }

    fn to_file(&self) -> (&'static str, Value) {
        let keys: Vec<_> = self.keys.iter().map(|key| (key.clone(), None)).collect();
        let value = json!({
            "about": self.about,
            "license": self.license,
            "list": self.list,
            "keys": TrustedKeys::to_jwks(&keys),
            "audience": "editor",
            "now": self.now,
            "leeway": 60,
            "newest_seen": self.newest_seen,
            "max_age": self.max_age,
            "required": self.required,
            "expect": self.expect,
        });
        (self.name, value)
    }
}

fn statuses() -> Vec<Vector> {
    let of = |name, about, bits, bytes: &[u8], code| vector(name, about, &list_of(&with_bytes(bits, bytes)), code);
    let at = |name, about, idx: u64, code| {
        vector(name, about, &list_of(&list_claims()), code).licensed(license_at(&json!(idx)))
    };
    vec![
        of("valid", "its neighbours are revoked, it is not", 2, &[0b0101_0101, 0b0101_0001, 0x55, 0x55], "valid"),
        of("revoked", "the value 1", 2, &[0, 0b0000_0100, 0, 0], "revoked"),
        of("suspended", "the value 2", 2, &[0, 0b0000_1000, 0, 0], "suspended"),
        of("superseded", "the value 3", 2, &[0, 0b0000_1100, 0, 0], "superseded"),
        of("valid-1-bit", "one bit for each index", 1, &[0b1101_1111], "valid"),
        of("revoked-1-bit", "one bit for each index", 1, &[0b0010_0000], "revoked"),
        of("valid-4-bits", "four bits for each index", 4, &[0, 0, 0b0000_1111], "valid"),
        of("unknown-status-4-bits", "a status that means nothing here", 4, &[0, 0, 0b1100_0000], "unknown_status"),
        of("revoked-4-bits", "four bits for each index", 4, &[0, 0, 0b0001_0000], "revoked"),
        of("valid-8-bits", "a byte for each index", 8, &[1, 1, 1, 1, 1, 0, 1], "valid"),
        of("unknown-status-8-bits", "another application's status", 8, &[0, 0, 0, 0, 0, 12], "unknown_status"),
        at("valid-second-index", "the index behind a revoked one", 1, "valid"),
        at("revoked-first-index", "the lowest bits of the first byte", 0, "revoked"),
        at("superseded-last-index", "the highest bits of the last byte", 15, "superseded"),
        at("index-outside", "one behind the last index", 16, "status_list_index_outside"),
        at("index-outside-by-far", "the largest index", u64::MAX, "status_list_index_outside"),
        of("index-outside-empty", "a list without indices", 2, &[], "status_list_index_outside"),
    ]
}

fn times() -> Vec<Vector> {
    let list = list_of(&list_claims());
    let sample = |name, about, code| vector(name, about, &list, code);
    let without_exp = list_of(&with(list_claims(), "exp", Value::Null));
    let plain = list_of(&with(with(list_claims(), "exp", Value::Null), "ttl", Value::Null));
    let stale = "status_list_stale";
    let (exp, ttl) = (NOW + 86_400, ISSUED + 43_200);
    let seen = |name, about, newest, code| Vector { newest_seen: Some(newest), ..sample(name, about, code) };
    let aged = |name, about, age, code| Vector { max_age: Some(age), ..vector(name, about, &plain, code) };
    let future = list_of(&with(with(list_claims(), "iat", json!(NOW + 61)), "exp", Value::Null));
    let later = list_of(&with(list_claims(), "nbf", json!(NOW + 61)));
    vec![
        sample("valid-last-second", "just within the leeway after `exp`", "valid").at(exp + 59),
        sample("stale", "`exp` and the leeway are over", stale).at(exp + 60),
        sample("valid-after-ttl", "a newer list is due, and this one holds", "valid").at(ttl + 600),
        vector("stale-without-exp", "`ttl` ends what has no `exp`", &without_exp, stale).at(ttl + 60),
        vector("valid-without-exp", "and not before", &without_exp, "valid").at(ttl + 59),
        vector("valid-for-ever", "neither `exp` nor `ttl`", &plain, "valid").at(NOW + 10_000_000),
        aged("stale-by-max-age", "the verifier asks for newer ones", 3_540, stale),
        aged("valid-by-max-age", "just new enough", 3_541, "valid"),
        vector("issued-in-future", "`iat` beyond the leeway", &future, "status_list_not_yet_valid"),
        vector("not-yet-valid", "`nbf` beyond the leeway", &later, "status_list_not_yet_valid"),
        sample("valid-first-second", "just within the leeway before `iat`", "valid").at(ISSUED - 60),
        seen("rolled-back", "a newer list was accepted before", ISSUED + 1, "status_list_rolled_back"),
        seen("valid-same-again", "the list that was accepted before", ISSUED, "valid"),
    ]
}

/// The license itself, and whether a list is there.
fn licenses() -> Vec<Vector> {
    let list = list_of(&list_claims());
    let missing = Vector { list: Value::Null, ..vector("missing", "none is there", "", "status_list_missing") };
    let accepted = Vector { required: false, expect: json!({ "unchecked": ["status_list"] }), ..missing.clone() };
    let expired =
        with(with(claims(), "exp", json!(NOW - 3_600)), "status", json!({ "status_list": { "idx": 0, "uri": URI } }));
    let elsewhere = json!({ "status_list": { "idx": 5, "uri": format!("{URI}/") } });
    let elsewhere = with_claims(&with(claims(), "status", elsewhere));
    vec![
        missing,
        Vector { name: "valid-without-list", about: "none is there, and none required", ..accepted },
        vector("valid-no-status", "a license that names no list", &list, "valid").licensed(token()),
        vector("expired-and-revoked", "the license is looked at first", &list, "expired")
            .licensed(with_claims(&expired)),
        vector("other-address", "the list of another address", &list, "status_list_wrong_address").licensed(elsewhere),
        vector("list-for-license", "a status list in the place of a license", &list, "wrong_type")
            .licensed(list.clone()),
        vector("license-for-list", "a license in the place of a status list", &license(), "status_list_wrong_type"),
        vector(
            "license-as-list",
            "the same claims, the type of a license",
            &with_header_of_license(),
            "status_list_wrong_type",
        ),
    ]
}

fn with_header_of_license() -> String {
    list_with_header(&with(header(), "typ", json!("licentia+jwt")))
}

fn headers() -> Vec<Vector> {
    let of = |name, about, member: &str, value: Value, code| {
        vector(name, about, &list_with_header(&with(header(), member, value)), code)
    };
    let (no, alg, typ) = ("status_list_malformed", "status_list_unsupported_algorithm", "status_list_wrong_type");
    let list = list_of(&list_claims());
    let none = with(header(), "alg", json!("none")).to_string();
    let none = format!("{}.{}.", part(none.as_bytes()), part(list_claims().to_string().as_bytes()));
    let (two, _) = list.rsplit_once('.').unwrap();
    let huge = Vector {
        list: json!({ "repeat": "a", "times": 8 * 1024 * 1024 + 1 }),
        ..vector("huge", "one byte over 8 MiB", "", "status_list_too_large")
    };
    vec![
        of(
            "valid-typ-long",
            "a media type in full, in another case",
            "typ",
            json!("application/StatusList+JWT"),
            "valid",
        ),
        of("valid-alg-ed25519", "the name of RFC 9864", "alg", json!("Ed25519"), "valid"),
        vector("valid-white-space", "a line end, as files have", &format!("{list}\r\n"), "valid"),
        vector("alg-none", "unsigned", &none, alg),
        of("alg-hs256", "an HMAC", "alg", json!("HS256"), alg),
        of("typ-missing", "no type", "typ", Value::Null, typ),
        of("typ-jwt", "just any JWT", "typ", json!("JWT"), typ),
        of("typ-cwt", "the draft's other encoding", "typ", json!("statuslist+cwt"), typ),
        of("header-crit", "an extension to be understood", "crit", json!(["exp"]), no),
        of("header-jwk", "brings its own key", "jwk", json!({ "kty": "OKP" }), no),
        of("header-x5c", "brings a certificate", "x5c", json!([]), no),
        vector("valid-header-long", "4 KiB of Base64url", &list_with_header(&padded(header(), 3_072)), "valid"),
        vector(
            "header-long",
            "one byte more than 4 KiB of Base64url hold",
            &list_with_header(&padded(header(), 3_073)),
            "status_list_too_large",
        ),
        of("header-bomb", "10,000 arrays side by side", "z", json!(vec![[0]; 10_000]), "status_list_too_large"),
        of("kid-missing", "no key named", "kid", Value::Null, no),
        vector("empty", "nothing at all", "", no),
        vector("html", "a web server's error page", "<html>404 Not Found.</html>.", no),
        vector("parts-2", "no signature part", two, no),
        vector("parts-4", "one part too many", &format!("{list}.AA"), no),
        vector("armoured", "a license's armour", &licentia_license::armor::wrap(&list), no),
        vector("signature-empty", "an empty signature", &format!("{two}."), no),
        huge,
    ]
}

fn signers() -> Vec<Vector> {
    let list = list_of(&list_claims());
    let no_iss = list_of(&with(list_claims(), "iss", Value::Null));
    let theirs = with(header(), "kid", json!(public(&other_key()).thumbprint())).to_string();
    let by_other = |claims: &Value| signed_by(&other_key(), &theirs, claims.to_string().as_bytes());
    let text = format!("{}.{}", part(header().to_string().as_bytes()), part(list_claims().to_string().as_bytes()));
    let (own, other) = (|issuer| trusted(&vendor_key(), issuer), |issuer| trusted(&other_key(), issuer));
    let mismatch = "status_list_issuer_mismatch";
    let globex = with(list_claims(), "iss", json!("globex"));
    let without = with(list_claims(), "iss", Value::Null);
    vec![
        vector("valid-no-iss", "the draft asks for no `iss`; the key has one", &no_iss, "valid"),
        vector("valid-unbound", "a key for any issuer, and the license's own", &no_iss, "valid").keys(vec![own(None)]),
        vector("valid-second-key", "another key of the same vendor", &by_other(&without), "valid")
            .keys(vec![own(Some("acme")), other(Some("acme"))]),
        vector(
            "valid-second-key-unbound",
            "a key for any issuer, and a list that says for whom",
            &by_other(&list_claims()),
            "valid",
        )
        .keys(vec![own(None), other(None)]),
        vector("unknown-key", "a key that nobody trusts", &by_other(&list_claims()), "status_list_unknown_key"),
        vector(
            "pretended-key",
            "names our key, signed by another",
            &sealed(&other_key(), &text),
            "status_list_bad_signature",
        ),
        vector("altered", "another list under the same signature", &altered(&list), "status_list_bad_signature"),
        vector("other-vendor", "a trusted key, of another vendor", &by_other(&globex), mismatch)
            .keys(vec![own(Some("acme")), other(Some("globex"))]),
        vector("other-vendor-no-iss", "the same without `iss`", &by_other(&without), mismatch)
            .keys(vec![own(Some("acme")), other(Some("globex"))]),
        vector(
            "other-vendor-pretends",
            "another vendor's key that claims to be ours",
            &by_other(&list_claims()),
            mismatch,
        )
        .keys(vec![own(Some("acme")), other(Some("globex"))]),
        vector("other-key-unbound", "a key for any issuer that does not say for whom", &by_other(&without), mismatch)
            .keys(vec![own(None), other(None)]),
        vector("own-key-other-iss", "our key in another's name", &list_of(&globex), mismatch),
        vector("unbound-other-iss", "a key for any issuer, for another", &list_of(&globex), mismatch)
            .keys(vec![own(None)]),
    ]
}

/// The sample list with every bit at 0, and the signature of the one before.
fn altered(list: &str) -> String {
    let parts: Vec<_> = list.split('.').collect();
    let other = with_bytes(2, &[0; 4]).to_string();
    format!("{}.{}.{}", parts[0], part(other.as_bytes()), parts[2])
}

fn contents() -> Vec<Vector> {
    let no = "status_list_malformed";
    let of = |name, about, claims: &Value, code| vector(name, about, &list_of(claims), code);
    let claim = |name, about, member: &str, value: Value| of(name, about, &with(list_claims(), member, value), no);
    let inside = |name, about, member: &str, value: Value| of(name, about, &with_list(member, value), no);
    let text = |name, about, claims: &str| {
        vector(name, about, &signed_by(&vendor_key(), &header().to_string(), claims.as_bytes()), no)
    };
    let packed = stored(&[0; 4]);
    let lst = |bytes: &[u8]| json!(part(bytes));
    let mut checksum = packed.clone();
    *checksum.last_mut().unwrap() ^= 1;
    let null = |member: &str| {
        let mut claims = list_claims();
        claims[member] = Value::Null;
        claims
    };
    let twice = list_claims().to_string().replacen("\"exp\"", "\"exp\":1,\"exp\"", 1);
    let twice_inside = list_claims().to_string().replacen("\"bits\"", "\"bits\":1,\"bits\"", 1);
    vec![
        of("valid-claim-unknown", "an unknown claim is ignored", &with(list_claims(), "colour", json!("red")), "valid"),
        of("valid-aggregation", "another member of the draft", &with_list("aggregation_uri", json!("urn:x")), "valid"),
        claim("sub-missing", "names no list", "sub", Value::Null),
        claim("sub-empty", "names no list", "sub", json!("")),
        claim("sub-number", "not a string", "sub", json!(1)),
        claim("iat-missing", "not dated", "iat", Value::Null),
        claim("iat-float", "times are whole seconds", "iat", json!(1.5)),
        claim("iat-negative", "before 1970", "iat", json!(-1)),
        claim("exp-string", "not a number", "exp", json!("tomorrow")),
        of("exp-null", "null is not absent", &null("exp"), no),
        claim("exp-too-late", "after the year 9999", "exp", json!(253_402_300_800_i64)),
        claim("ttl-zero", "not positive", "ttl", json!(0)),
        claim("ttl-negative", "not positive", "ttl", json!(-1)),
        claim("iss-number", "not a string", "iss", json!(1)),
        claim("list-missing", "no list", "status_list", Value::Null),
        claim("list-string", "the list without its bits", "status_list", json!("eNpjYAACAAAEAAE")),
        inside("bits-missing", "how many?", "bits", Value::Null),
        inside("bits-3", "not a power of two", "bits", json!(3)),
        inside("bits-0", "no bits", "bits", json!(0)),
        inside("bits-16", "more than a byte", "bits", json!(16)),
        inside("bits-258", "2 in its lowest byte", "bits", json!(258)),
        inside("bits-string", "not a number", "bits", json!("2")),
        inside("bits-float", "not an integer", "bits", json!(2.0)),
        inside("lst-missing", "nothing in it", "lst", Value::Null),
        inside("lst-empty", "not even zlib's header", "lst", json!("")),
        inside("lst-number", "not a string", "lst", json!(0)),
        inside("lst-padding", "base64url has none", "lst", json!(format!("{}=", part(&packed)))),
        inside("lst-alphabet", "standard Base64", "lst", json!("++//")),
        inside("lst-truncated", "cut off before its checksum", "lst", lst(&packed[..packed.len() - 4])),
        inside("lst-cut", "cut in its middle", "lst", lst(&packed[..9])),
        inside("lst-checksum", "another checksum", "lst", lst(&checksum)),
        inside("lst-raw", "DEFLATE without zlib around it", "lst", lst(&packed[2..packed.len() - 4])),
        inside("lst-gzip", "gzip", "lst", lst(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
        inside("lst-plain", "not compressed", "lst", lst(&[0; 4])),
        text("claims-array", "not an object", "[]"),
        text("claims-duplicate", "two answers", &twice),
        text("claims-duplicate-inside", "two answers inside", &twice_inside),
        text("claims-deep", "nested too deep", &"[".repeat(10_000)),
        text("claims-trailing", "something behind", &format!("{}{{}}", list_claims())),
    ]
}

pub(crate) fn made() -> Folder {
    let vectors = [statuses(), times(), licenses(), headers(), signers(), contents()].concat();
    Folder::new(FOLDER, vectors.iter().map(Vector::to_file))
}

#[test]
fn every_vector_gets_its_answer() {
    for (name, vector) in golden::committed(FOLDER) {
        let mut answer = golden::answer(&vector, vector["license"].as_str().unwrap());
        answer.as_object_mut().unwrap().shift_remove("claims");
        assert_eq!(answer, vector["expect"], "{name}");
    }
}

#[test]
fn every_reason_code_has_a_vector() {
    let committed = golden::committed(FOLDER);
    let codes: Vec<_> = committed.values().filter_map(|vector| vector["expect"]["code"].as_str()).collect();
    for code in InvalidList::CODES.iter().chain(&["revoked", "suspended", "superseded", "unknown_status"]) {
        assert!(codes.contains(code), "{code}");
    }
}

//! Signing: what a token looks like, and what is not signed.

use licentia_license::{
    Invalid, Limit, MAX_TIME, MAX_TOKEN_BYTES, SignError, Status, StatusListRef, armor, inspect, sign,
};
use serde_json::json;

use crate::sample::{EXPIRES, ISSUED, claims, public, trusted, vendor_key};

#[test]
fn the_header_is_exactly_this() {
    let token = sign(&claims(), &vendor_key()).unwrap();
    let inspected = inspect(&token).unwrap();
    assert_eq!(inspected.header.alg, "EdDSA");
    assert_eq!(inspected.header.typ, "licentia+jwt");
    assert_eq!(inspected.header.kid, public(&vendor_key()).thumbprint());
    assert_eq!(inspected.claims, claims());
    assert_eq!(inspected.token, token);
    assert_eq!(sign(&claims(), &vendor_key()).unwrap(), token, "signing is deterministic");
}

#[test]
fn what_is_absent_is_not_written() {
    let json = serde_json::to_string(&claims()).unwrap();
    assert_eq!(
        json,
        r#"{"iss":"acme","sub":"alice@example.com","aud":["editor"],"iat":1767225600,"exp":1798761600,"jti":"019b76da-a800-7000-8000-000000000001"}"#
    );
}

#[test]
fn every_claim_survives_the_journey() {
    let mut full = claims();
    full.nbf = Some(ISSUED);
    full.features = vec!["pro".to_owned(), "export".to_owned()];
    full.limits.insert("seats".to_owned(), Limit::Number(5));
    full.limits.insert("edition".to_owned(), Limit::Text("gold".to_owned()));
    full.payload = Some(json!({ "z": [1, 2.5, "ü\u{202e}"], "a": { "b": null } }));
    full.identity = Some(format!("blake3:{}", "0f".repeat(32)));
    full.replaces = Some("019b76da-a800-7000-8000-000000000000".to_owned());
    let status_list = StatusListRef { idx: 42, uri: "https://example.com/list/1".to_owned() };
    full.status = Some(Status { status_list });
    full.log = Some(json!({ "size": 7 }));
    let token = sign(&full, &vendor_key()).unwrap();
    assert_eq!(inspect(&token).unwrap().claims, full);
}

#[test]
fn what_can_never_be_valid_is_not_signed() {
    type Change = fn(&mut licentia_license::Claims);
    let cases: [(Change, &str); 14] = [
        (|c| c.aud.clear(), "`aud` is missing"),
        (|c| c.aud.push(String::new()), "an audience is empty"),
        (|c| c.iss.clear(), "`iss` is empty"),
        (|c| c.sub.clear(), "`sub` is empty"),
        (|c| c.jti = "1".to_owned(), "`jti` is not a lower-case UUID"),
        (|c| c.jti.make_ascii_uppercase(), "`jti` is not a lower-case UUID"),
        (|c| c.iat = -1, "`iat` is out of range"),
        (|c| c.exp = Some(MAX_TIME + 1), "`exp` is out of range"),
        (|c| c.exp = Some(ISSUED), "not after `iat`"),
        (|c| c.nbf = Some(EXPIRES), "not after `nbf`"),
        (|c| c.payload = Some(json!(null)), "`payload` is null"),
        (|c| c.log = Some(json!(null)), "`log` is null"),
        (|c| c.identity = Some("blake3:00".to_owned()), "`identity` is not"),
        (|c| c.replaces = Some(String::new()), "`replaces` is empty"),
    ];
    for (change, why) in cases {
        let mut broken = claims();
        change(&mut broken);
        let error = sign(&broken, &vendor_key()).unwrap_err().to_string();
        assert!(error.contains(why), "{error:?} should say {why:?}");
    }
}

#[test]
fn what_nobody_could_read_is_not_signed() {
    let mut big = claims();
    big.payload = Some(json!("x".repeat(MAX_TOKEN_BYTES)));
    assert!(matches!(sign(&big, &vendor_key()), Err(SignError::TooLarge { .. })));

    let mut deep = claims();
    deep.payload = Some((0..200).fold(json!(1), |inner, _| json!([inner])));
    let refused = sign(&deep, &vendor_key());
    assert!(matches!(refused, Err(SignError::Refused(Invalid::Malformed(_)))), "{refused:?}");
}

#[test]
fn the_documented_example_is_this_license() {
    let document = include_str!("../../../docs/FORMAT.md");
    let token = sign(&claims(), &vendor_key()).unwrap();
    let key = trusted(&vendor_key(), Some("acme"));
    for part in
        [armor::wrap(&token), serde_json::to_string(&claims()).unwrap(), key.key.to_pem(), key.to_jwk(None).to_string()]
    {
        assert!(document.contains(&part), "docs/FORMAT.md lacks {part}");
    }
}

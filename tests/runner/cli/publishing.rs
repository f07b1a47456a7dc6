//! Publishing status lists, and verifying with one.

use super::{assert_verified, issue, members, newest};
use crate::founded;
use licentia_tests::Shell;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn a_revocation_reaches_whoever_fetches_the_list() {
    let mut shell = founded();
    let (alice, bob) = (issue(&shell, "alice"), issue(&shell, "bob"));
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    shell.run(&format!("license export {alice} --out alice.lic")).done();
    let published = shell.run("revocation publish --out www --format json").done().json();
    assert_eq!(members(&published), ["path", "issued_at", "expires_at", "ttl", "lists"]);
    assert_eq!(published["issued_at"], "2026-05-20T12:00:00Z");
    assert_eq!(published["expires_at"], "2026-06-19T12:00:00Z");
    assert_eq!(published["ttl"], 43_200);
    let [list] = published["lists"].as_array().unwrap().as_slice() else { panic!("{published:#}") };
    let expected = ["file", "uri", "issuer_id", "revoked", "suspended", "superseded", "bytes", "blake3"];
    assert_eq!(members(list), expected);
    let file = format!("www/{}", list["file"].as_str().unwrap());
    assert_eq!(list["uri"], format!("https://status.example.com/{}", list["file"].as_str().unwrap()));
    let verify =
        format!("license verify alice.lic --keys keys.json --audience editor --status-list {file} --format json");
    let verified = shell.run(&verify).done().json();
    assert_eq!((&verified["valid"], &verified["unchecked"]), (&json!(true), &json!([])));

    shell.run(&format!("license revoke {alice} --reason refund")).done();
    shell.run(&verify).done();
    shell.travel("2026-05-20T13:00:00Z");
    let run = shell.run("revocation publish --out www --valid-for 2d --ttl 1h").done();
    assert!(run.out().contains("REVOKED"), "{run}");
    assert!(run.err().contains("2026-05-22T13:00:00Z"), "{run}");
    let entry = newest(&shell);
    assert_eq!(entry["kind"], "revocation.publish");
    assert_eq!(entry["payload"]["lists"][0]["revoked"], 1);
    let run = shell.run(&verify).ends(3);
    assert_eq!((run.text("code"), run.text("message")), ("revoked".to_owned(), "the license was revoked".to_owned()));
    assert_eq!(run.json()["claims"]["sub"], "alice");
    shell.run(&format!("license export {bob} --out bob.lic")).done();
    shell.run(&format!("license verify bob.lic --keys keys.json --status-list {file}")).done();

    let late = format!("license verify bob.lic --keys keys.json --status-list {file} --format json --at");
    assert_eq!(shell.run(&format!("{late} 2026-05-22T13:02:00Z")).ends(3).text("code"), "status_list_stale");
    assert!(
        shell.run(&format!("{late} 2026-05-22T13:02:00Z")).ends(3).text("message").contains("2026-05-22T13:00:00Z")
    );
    let missing = shell.run("license verify bob.lic --keys keys.json --require-status-list --format json").ends(3);
    assert_eq!(missing.text("code"), "status_list_missing");
    shell.run("license verify bob.lic --keys keys.json --status-list nowhere").refused("nowhere");
    assert_verified(&shell);
}

#[test]
fn without_an_address_there_is_nothing_to_publish() {
    let shell = Shell::empty(crate::PROGRAM);
    shell.run("init --vendor acme --issuer main").done();
    issue(&shell, "alice");
    shell.run("revocation publish --out www").refused("no status list to publish");
    assert!(!shell.path("www").exists());
    shell.run("revocation publish").wrong_usage("--out");
    shell.run("revocation publish --out www --ttl 12").wrong_usage("90s, 15m, 24h or 7d");
}

/// The golden vectors of the list, through the command line: each reason code ends with status 3.
#[test]
fn every_reason_why_a_list_says_no_has_its_code_and_status_3() {
    let shell = Shell::empty(crate::PROGRAM);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../license/tests/vectors-status-list");
    let mut codes = BTreeSet::new();
    for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        // There is no option for it.
        if !vector["max_age"].is_null() {
            continue;
        }
        shell.write("a.lic", vector["license"].as_str().unwrap());
        shell.write("keys.json", vector["keys"].to_string());
        let at = |seconds: &Value| licentia_core::Timestamp::from_seconds(seconds.as_i64().unwrap()).to_string();
        let mut line = format!(
            "license verify a.lic --keys keys.json --audience editor --format json --at {}",
            at(&vector["now"])
        );
        match &vector["list"] {
            Value::Null => {}
            Value::String(list) => drop(shell.write("list", list)),
            long => {
                let times = usize::try_from(long["times"].as_u64().unwrap()).unwrap();
                shell.write("list", long["repeat"].as_str().unwrap().repeat(times));
            }
        }
        if !vector["list"].is_null() {
            line += " --status-list list";
        }
        if vector["required"] == true {
            line += " --require-status-list";
        }
        if !vector["newest_seen"].is_null() {
            line.push_str(" --status-list-since ");
            line.push_str(&at(&vector["newest_seen"]));
        }
        match vector["expect"]["code"].as_str() {
            Some(code) => {
                assert_eq!(shell.run(&line).ends(3).text("code"), code, "{}", path.display());
                codes.insert(code.to_owned());
            }
            None => assert_eq!(shell.run(&line).done().json()["unchecked"], vector["expect"]["unchecked"]),
        }
    }
    let lists = codes.iter().filter(|code| code.starts_with("status_list_")).count();
    assert_eq!(lists, 13, "{codes:?}");
    for code in ["revoked", "suspended", "superseded", "unknown_status"] {
        assert!(codes.contains(code), "{code}");
    }
}

//! Issuing, showing, exporting, verifying and inspecting licenses.

use super::{LICENSE, assert_verified, entries, issue, members, newest};
use crate::founded;
use licentia_tests::Shell;
use serde_json::json;

#[test]
fn a_license_with_everything() {
    let shell = founded();
    let pin = shell.run("identity create build-agent --format json").done().id();
    shell.write("payload.json", r#"{"po": 7, "nested": {"list": [1, null, "x"]}}"#);
    let run = shell
        .run(
            "license issue --subject alice@example.com --audience editor --audience viewer --not-before 2026-06-01 \
             --expires 2027-06-01T12:30:00+02:00 --feature export --feature sync --limit seats=5 --limit edition=pro \
             --limit neg=-3 --limit mixed=5x --payload @payload.json --identity build-agent --issuer main \
             --out alice.lic --format json",
        )
        .done();
    assert_eq!(run.err(), "");
    let license = run.json();
    let mut expected = LICENSE.to_vec();
    expected.push("token");
    assert_eq!(members(&license), expected);
    assert_eq!(license["subject"], "alice@example.com");
    assert_eq!(license["audience"], json!(["editor", "viewer"]));
    assert_eq!(license["status"], "active");
    assert_eq!(license["validity"], "not_yet_valid");
    assert_eq!(license["not_before"], "2026-06-01T00:00:00Z");
    assert_eq!(license["not_after"], "2027-06-01T10:30:00Z");
    assert_eq!(license["features"], json!(["export", "sync"]));
    assert_eq!(license["limits"], json!({ "seats": 5, "edition": "pro", "neg": -3, "mixed": "5x" }));
    assert_eq!(license["payload"], json!({ "po": 7, "nested": { "list": [1, null, "x"] } }));
    assert_eq!(license["bindings"], json!(null));
    assert_eq!(license["identity_id"], pin);
    assert_eq!(license["replaces"], json!(null));
    assert!(license["status_list"]["idx"].is_u64());
    assert!(license["status_list"]["uri"].as_str().unwrap().starts_with("https://status.example.com/"));
    assert_eq!(license["origin"], "issued");
    assert_eq!(license["created_at"], "2026-05-20T12:00:00Z");

    // The file holds the token on one line between the two marks.
    let text = shell.read("alice.lic");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((lines[0], lines[2]), ("-----BEGIN LICENSE-----", "-----END LICENSE-----"));
    assert_eq!(license["token"], lines[1]);

    let shown = shell.run(&format!("license show {} --format json", license["id"].as_str().unwrap())).done().json();
    assert_eq!(shown, license);

    let entry = newest(&shell);
    assert_eq!(entry["kind"], "license.issue");
    assert_eq!(entry["target_id"], license["id"]);
    assert_eq!(entry["payload"]["subject"], "alice@example.com");
    assert_eq!(entry["payload"]["not_after"], "2027-06-01T10:30:00Z");
    assert_verified(&shell);
}

#[test]
fn how_long_it_holds() {
    let shell = founded();
    let ends = |term: &str| {
        let line = format!("license issue --subject a --audience b {term} --format json");
        shell.run(&line).done().json()["not_after"].clone()
    };
    assert_eq!(ends("--days 30"), "2026-06-19T12:00:00Z");
    assert_eq!(ends("--days 30 --not-before 2026-06-01"), "2026-07-01T00:00:00Z");
    assert_eq!(ends("--expires 2027-01-31"), "2027-01-31T00:00:00Z");
    assert_eq!(ends("--perpetual"), json!(null));

    let before = entries(&shell);
    let issue = "license issue --subject a --audience b";
    shell.run(issue).wrong_usage("--perpetual");
    shell.run(&format!("{issue} --days 3 --perpetual")).wrong_usage("cannot be used with");
    shell.run(&format!("{issue} --days 0")).wrong_usage("--days");
    shell.run(&format!("{issue} --days -1")).wrong_usage("-1");
    shell.run(&format!("{issue} --days soon")).wrong_usage("soon");
    shell.run(&format!("{issue} --expires tomorrow")).wrong_usage("2026-05-20");
    shell.run(&format!("{issue} --expires 2026-05-20")).refused("expired");
    shell.run(&format!("{issue} --expires 2026-05-20T12:00:00Z")).refused("expired");
    shell.run(&format!("{issue} --not-before 2027-01-01 --expires 2026-12-31")).refused("ends before it begins");
    shell.run(&format!("{issue} --days 4294967295")).refused("9999");
    assert_eq!(entries(&shell), before);
}

#[test]
fn what_a_license_must_say() {
    let shell = founded();
    let before = entries(&shell);
    shell.run("license issue --audience b --days 1").wrong_usage("--subject");
    shell.run("license issue --subject a --days 1").wrong_usage("--audience");
    shell.run("license issue --subject '' --audience b --days 1").refused("subject");
    shell.run("license issue --subject '  ' --audience b --days 1").refused("subject");
    shell.run("license issue --subject a --audience '' --days 1").refused("audience");
    shell.run("license issue --subject a --audience b --days 1 --limit seats").wrong_usage("KEY=VALUE");
    shell.run("license issue --subject a --audience b --days 1 --limit =5").wrong_usage("KEY=VALUE");
    shell.run("license issue --subject a --audience b --days 1 --limit a=1 --limit a=2").wrong_usage("twice");
    shell
        .run("license issue --subject a --audience b --days 1 --limit a=99999999999999999999")
        .wrong_usage("too large");
    shell.run("license issue --subject a --audience b --days 1 --payload '{'").wrong_usage("JSON");
    shell.run("license issue --subject a --audience b --days 1 --payload @missing.json").refused("missing.json");
    shell.run("license issue --subject a --audience b --days 1 --issuer nobody").refused("nobody");
    shell.run("license issue --subject a --audience b --days 1 --identity nobody").refused("nobody");
    shell.write("there.lic", "mine");
    shell.run("license issue --subject a --audience b --days 1 --out there.lic").refused("there.lic");
    shell.run("license issue --subject a --audience b --days 1 --out no/such/dir.lic").refused("dir.lic");
    assert_eq!(shell.read("there.lic"), "mine");
    assert_eq!(entries(&shell), before, "something that was refused left a trace");
}

#[test]
fn the_audience_may_come_from_the_home() {
    let shell = founded();
    shell.write("home/config.toml", "audience = ['editor', 'viewer']\n");
    let issued =
        |more: &str| shell.run(&format!("license issue --subject a --days 1 {more} --format json")).done().json();
    assert_eq!(issued("")["audience"], json!(["editor", "viewer"]));
    assert_eq!(issued("--audience mine")["audience"], json!(["mine"]));
    shell.write("home/config.toml", "audience = 'editor'\n");
    let run = shell.run("license issue --subject a --days 1").refused("config.toml");
    assert!(run.err().contains("line 1"), "{run}");
}

#[test]
fn whoever_has_the_keys_can_verify_without_a_home() {
    let mut shell = founded();
    let id = issue(&shell, "alice");
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    shell.write("main.pem", shell.run("issuer export main --as pem").done().stdout);
    shell.run(&format!("license export {id} --out alice.lic")).done();
    assert_eq!(shell.run(&format!("license export {id}")).done().out(), shell.read("alice.lic"));
    shell.run(&format!("license export {id} --out alice.lic")).refused("alice.lic");

    shell.set("LICENTIA_HOME", "nowhere");
    let run = shell.run("license verify alice.lic --keys keys.json --audience editor --format json").done();
    let verified = run.json();
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["claims"]["sub"], "alice");
    assert_eq!(verified["claims"]["iss"], "acme");
    assert_eq!(verified["claims"]["jti"], id);
    // A key that is not bound to a vendor serves too.
    shell.run("license verify alice.lic --keys main.pem").done();
    let text = shell.read("alice.lic");
    let run = shell.run_with_input("license verify - --keys keys.json --format json", text.as_bytes()).done();
    assert_eq!(run.json()["valid"], true);

    let code = |shell: &Shell, more: &str| {
        let run = shell.run(&format!("license verify alice.lic --keys keys.json {more} --format json")).ends(3);
        assert_eq!(run.json()["valid"], false);
        run.text("code")
    };
    assert_eq!(code(&shell, "--audience viewer"), "wrong_audience");
    assert_eq!(code(&shell, "--at 2027-05-20T12:01:00Z"), "expired");
    assert_eq!(code(&shell, "--at 2026-01-01"), "not_yet_valid");
    shell.travel("2030-01-01T00:00:00Z");
    assert_eq!(code(&shell, ""), "expired");
    shell.run("license verify alice.lic --keys keys.json --at 2026-06-01").done();
    shell.run("license verify alice.lic --keys keys.json").ends(3);
}

#[test]
fn a_license_that_was_touched_is_not_valid() {
    let shell = founded();
    let id = issue(&shell, "alice");
    let keys = shell.run("issuer export --as jwks").done().stdout;
    shell.write("keys.json", keys);
    let text = shell.run(&format!("license export {id}")).done().out();
    let token = text.lines().nth(1).unwrap().to_owned();
    let mut touched = token.clone().into_bytes();
    let at = token.rfind('.').unwrap() + 10;
    touched[at] = if touched[at] == b'A' { b'B' } else { b'A' };
    shell.write("touched.lic", touched);
    let run = shell.run("license verify touched.lic --keys keys.json --format json").ends(3);
    assert_eq!(run.json()["valid"], false);
    assert!(run.json()["code"].as_str().unwrap().contains("signature"), "{run}");

    let other = founded();
    let foreign = issue(&other, "mallory");
    shell.write("foreign.lic", other.run(&format!("license export {foreign}")).done().stdout);
    let run = shell.run("license verify foreign.lic --keys keys.json --format json").ends(3);
    assert_eq!(run.text("code"), "unknown_key");
    shell.run("license import foreign.lic").refused("key that is not known");
    shell.run("license import touched.lic").refused("does not hold");
    assert!(shell.run("license verify touched.lic --keys keys.json").ends(3).out().contains("signature"));
}

#[test]
fn inspecting_shows_and_takes_nothing_in() {
    let mut shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license export {id} --out alice.lic")).done();
    let before = entries(&shell);
    let seen = shell.run("license inspect alice.lic --format json").done().json();
    assert_eq!(seen["valid"], true);
    assert_eq!(seen["claims"]["sub"], "alice");
    assert_eq!(seen["issuer"]["name"], "main");
    assert_eq!(seen["known_as"]["id"], id);

    let other = founded();
    let foreign = issue(&other, "mallory");
    shell.write("foreign.lic", other.run(&format!("license export {foreign}")).done().stdout);
    let seen = shell.run("license inspect foreign.lic --format json").done().json();
    assert_eq!(seen["valid"], false);
    assert_eq!(seen["code"], "unknown_key");
    assert_eq!(seen["claims"]["sub"], "mallory");
    assert_eq!(entries(&shell), before);

    shell.set("LICENTIA_HOME", "nowhere");
    let run = shell.run("license inspect foreign.lic --format json").done();
    assert_eq!(run.json()["valid"], json!(null));
    assert!(run.err().contains("anybody can write"), "{run}");
}

#[test]
fn a_license_without_a_status_address_says_what_it_cannot_do() {
    let shell = founded();
    shell.run("issuer create quiet").done();
    let run = shell.run("license issue --subject a --audience b --days 1 --issuer quiet --format json").done();
    assert_eq!(run.json()["status_list"], json!(null));
    assert!(run.err().contains("cannot be revoked in the field"), "{run}");
    let run = shell.run(&format!("license revoke {} --reason other --format json", run.id())).done();
    assert!(run.err().contains("cannot be revoked in the field"), "{run}");
    assert_eq!(run.json()["status"], "revoked");
}

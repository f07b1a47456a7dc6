//! The keys that sign: made, taken in, activated, retired, deleted, handed out.

use super::{assert_verified, column, entries, issue, kinds, members, newest};
use crate::{empty, founded};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

const ISSUER: [&str; 10] =
    ["id", "name", "status", "kid", "vendor", "can_sign", "status_url", "public_key", "created_at", "retired_at"];

#[test]
fn at_most_one_issuer_is_active() {
    let shell = founded();
    let made = shell.run("issuer create 2027 --status-url https://s.example.com/ --format json").done().json();
    assert_eq!(members(&made), ISSUER);
    assert_eq!(made["status"], "inactive");
    assert_eq!(made["vendor"], "acme", "the vendor stays the same when keys change");
    assert_eq!(made["status_url"], "https://s.example.com");

    // An inactive issuer signs when it is named.
    let named = shell.run("license issue --subject a --audience b --days 1 --issuer 2027 --format json").done().json();
    assert_eq!(named["issuer_id"], made["id"]);
    let active = shell.run("issuer activate 2027 --format json").done().json();
    assert_eq!(active["status"], "active");
    let entry = newest(&shell);
    assert_eq!(entry["kind"], "issuer.set_active");
    assert_eq!(entry["payload"]["previous_name"], "main");
    let rows = shell.run("issuer list --format json").done().rows();
    let mut found: Vec<_> = column(&rows, "name").into_iter().zip(column(&rows, "status")).collect();
    found.sort_unstable();
    assert_eq!(found, [("2027", "active"), ("main", "inactive")]);
    shell.run("issuer activate 2027").refused("active already");
    assert_verified(&shell);
}

#[test]
fn a_retired_issuer_signs_no_new_license() {
    let shell = founded();
    shell.run("issuer create 2027").done();
    let old = issue(&shell, "alice");
    shell.run("issuer activate 2027").done();
    let retired = shell.run("issuer retire main --format json").done().json();
    assert_eq!((&retired["status"], &retired["retired_at"]), (&json!("retired"), &json!("2026-05-20T12:00:00Z")));
    let before = entries(&shell);
    shell.run("license issue --subject a --audience b --days 1 --issuer main").refused("retired");
    shell.run("issuer activate main").refused("retired");
    shell.run("issuer retire main").refused("retired");
    shell.run("issuer delete main").refused("issuer main");
    assert_eq!(entries(&shell), before);
    // What it signed can be revoked, and reissued by the active one.
    let new = shell.run(&format!("license reissue {old} --format json")).done().json();
    assert_eq!(new["issuer_id"], shell.run("issuer show 2027 --format json").done().json()["id"]);
    shell.run(&format!("license revoke {old} --reason other")).done();
    assert_verified(&shell);
}

#[test]
fn without_an_active_issuer_one_has_to_be_named() {
    let shell = founded();
    shell.run("issuer create spare").done();
    shell.run("issuer retire main").done();
    shell.run("license issue --subject a --audience b --days 1").refused("no issuer is active");
    shell.run("license issue --subject a --audience b --days 1 --issuer spare").done();
}

#[test]
fn only_an_issuer_that_never_signed_can_be_deleted() {
    let shell = founded();
    shell.run("issuer create unused").done();
    let deleted = shell.run("issuer delete unused --format json").done().json();
    assert_eq!(members(&deleted), ISSUER);
    assert_eq!(newest(&shell)["kind"], "issuer.delete");
    shell.run("issuer show unused").refused("there is no issuer");
    let id = issue(&shell, "alice");
    shell.run("issuer create next").done();
    shell.run("issuer activate next").done();
    shell.run("issuer delete main").refused("issuer main");
    // Its list outlives its licenses.
    shell.run(&format!("license delete {id}")).done();
    let run = shell.run("issuer delete main").refused("issuer main");
    assert!(run.err().contains("retire"), "{run}");
    assert_verified(&shell);
}

#[test]
fn a_key_goes_out_encrypted_and_comes_in_again() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license export {id} --out alice.lic")).done();
    shell.write("secret", "a passphrase for the key\n");
    let run =
        shell.run("issuer export-private main --out main.pem --export-passphrase-file secret --format json").done();
    assert_eq!(run.text("name"), "main");
    assert_eq!(newest(&shell)["kind"], "issuer.export_private");
    let pem = shell.read("main.pem");
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{pem}");
    assert_eq!(shell.path("main.pem").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    shell.run("issuer export-private main --out main.pem --export-passphrase-file secret").refused("main.pem");
    shell.run("issuer export-private main --out other.pem").refused("passphrase is needed");
    shell.run("issuer import main.pem --key-passphrase-file secret").refused("known as issuer main");

    let other = founded();
    other.write("main.pem", &pem);
    other.write("secret", "a passphrase for the key\n");
    other.write("wrong", "not the passphrase\n");
    other.write("alice.lic", shell.read("alice.lic"));
    other.run("issuer import main.pem --name acme-old --key-passphrase-file wrong").refused("passphrase");
    other.run("issuer import main.pem").refused("passphrase is needed");
    let taken =
        other.run("issuer import main.pem --name acme-old --key-passphrase-file secret --format json").done().json();
    assert_eq!((&taken["can_sign"], &taken["status"]), (&json!(true), &json!("inactive")));
    assert_eq!(taken["kid"], shell.run("issuer show main --format json").done().json()["kid"]);
    assert_eq!(kinds(&other).last().unwrap(), "issuer.import");
    other.run("license issue --subject b --audience c --days 1 --issuer acme-old").done();
    assert_eq!(other.run("license import alice.lic --format json").done().json()["subject"], "alice");
    assert_verified(&other);
}

#[test]
fn a_public_key_only_verifies() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license export {id} --out alice.lic")).done();
    let pem = shell.run("issuer export main --as pem").done().out();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");

    // Another house: nobody else's key signs in the name of this one.
    let other = empty();
    other.run("init --vendor umbrella --status-url https://status.example.org").done();
    let run = other.run_with_input("issuer import - --name theirs --format json", pem.as_bytes()).done();
    assert!(run.err().contains("public key"), "{run}");
    assert_eq!(run.json()["can_sign"], false);
    other.write("alice.lic", shell.read("alice.lic"));
    let taken = other.run("license import alice.lic --format json").done().json();
    assert_eq!((&taken["id"], &taken["origin"], &taken["status"]), (&json!(id), &json!("imported"), &json!("active")));
    assert_eq!(newest(&other)["kind"], "license.import");
    other.run("license import alice.lic").refused("here already");
    let before = entries(&other);
    other.run("license issue --subject b --audience c --days 1 --issuer theirs").refused("private key");
    other.run("issuer activate theirs").refused("private key");
    other.run("issuer export-private theirs --out x.pem --export-passphrase-file y").refused("");
    other.run(&format!("license reissue {id} --issuer theirs")).refused("private key");
    assert_eq!(entries(&other), before);
    other.run(&format!("license revoke {id} --reason other")).done();
    assert_verified(&other);
}

#[test]
fn no_public_key_signs_in_our_name() {
    let theirs = founded();
    let id = issue(&theirs, "mallory");
    let shell = founded();
    shell.write("their.pem", theirs.run("issuer export main --as pem").done().stdout);
    shell.write("their.lic", theirs.run(&format!("license export {id}")).done().stdout);
    shell.run("issuer import their.pem --name theirs").done();
    // It is taken in as what it is; that key still speaks for nobody.
    assert_eq!(shell.run("license import their.lic --format json").done().json()["origin"], "imported");
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    let no = shell.run("license verify their.lic --keys keys.json --format json");
    assert_eq!((no.status, &no.json()["code"]), (3, &json!("issuer_mismatch")), "{no}");
}

#[test]
fn plain_pkcs8_comes_in() {
    use base64ct::{Base64, Encoding};
    let shell = founded();
    // RFC 8410, section 7, prefix of an Ed25519 private key.
    let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    der.extend([7; 32]);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", Base64::encode_string(&der));
    shell.write("plain.pem", &pem);
    let taken = shell.run("issuer import plain.pem --name plain --format json").done().json();
    assert_eq!(taken["can_sign"], true);
    shell.run("license issue --subject a --audience b --days 1 --issuer plain").done();
    shell.run("issuer import plain.pem --name again").refused("known as issuer plain");
    shell.run("issuer import missing.pem").refused("missing.pem");
    for wrong in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", &pem[..40], "nonsense"] {
        shell.write("wrong.pem", wrong);
        shell.run("issuer import wrong.pem --name wrong").refused("");
    }
}

#[test]
fn public_keys_in_every_form() {
    let shell = founded();
    shell.run("issuer create second").done();
    let jwk: serde_json::Value = shell.run("issuer export main --as jwk").done().json();
    assert_eq!((&jwk["kty"], &jwk["crv"]), (&json!("OKP"), &json!("Ed25519")));
    assert!(jwk.get("d").is_none(), "a private key went out");
    assert_eq!(jwk["kid"], shell.run("issuer show main --format json").done().json()["kid"]);
    let all = shell.run("issuer export --as jwks").done().json();
    assert_eq!(all["keys"].as_array().unwrap().len(), 2);
    assert!(all["keys"].as_array().unwrap().contains(&jwk));
    let one = shell.run("issuer export second --as jwks").done().json();
    assert_eq!(one["keys"].as_array().unwrap().len(), 1);
    shell.run("issuer export --as pem").wrong_usage("issuer");
    shell.run("issuer export --as jwk").wrong_usage("issuer");
    shell.run("issuer export main --as der").wrong_usage("pem");
    let before = entries(&shell);
    shell.run("issuer export main --as pem").done();
    assert_eq!(entries(&shell), before, "reading makes no event");
}

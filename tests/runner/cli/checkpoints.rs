//! The log signed as a whole: asked for, listed, carried by licenses, switched off.

use super::issue;
use crate::founded;
use licentia_core::tlog::{SignedCheckpoint, Trust, VerifierKey};
use licentia_tests::Shell;
use serde_json::{Value, json};

fn key(shell: &Shell) -> VerifierKey {
    shell.run("audit key --format json").done().text("verifier_key").parse().unwrap()
}

/// The checkpoint that a license carries, verified by the log's key.
fn carried(shell: &Shell, license: &str) -> Option<String> {
    let shown = shell.run(&format!("license show {license} --format json")).done().json();
    let claims = licentia_license::inspect(shown["token"].as_str().unwrap()).unwrap().claims;
    let Some(log) = claims.log else {
        assert_eq!(shown["log"], Value::Null);
        return None;
    };
    let note = log["checkpoint"].as_str().unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let key = key(shell);
    signed.verify(Trust { origin: key.name(), log: std::slice::from_ref(&key), witnesses: &[] }).unwrap();
    let said = signed.checkpoint();
    assert_eq!(shown["log"], json!({ "size": said.size(), "root": said.root_text() }));
    Some(note.to_owned())
}

#[test]
fn one_is_written_listed_and_taken_away() {
    let shell = founded();
    assert_eq!(shell.run("audit checkpoints --format json").done().rows(), [json!(null); 0]);
    let note = shell.run("audit checkpoint --out one.checkpoint").done().out();
    assert_eq!(std::fs::read_to_string(shell.path("one.checkpoint")).unwrap(), note);
    let lines: Vec<&str> = note.lines().collect();
    assert!(lines[0].starts_with("licentia/") && lines[0].ends_with("/1") && lines[1] == "3", "{note}");
    // Nothing came since: the same one, and no second.
    assert_eq!(shell.run("audit checkpoint").done().out(), note);
    issue(&shell, "alice");
    let written = shell.run("audit checkpoint --format json").done().json();
    assert_eq!((&written["size"], &written["reason"]), (&json!(4), &json!("asked")));
    let listed = shell.run("audit checkpoints --format json").done().rows();
    let members: Vec<&String> = listed[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["size", "epoch", "root", "created_at", "reason", "witnesses", "note"]);
    assert_eq!(listed[0], written);
    assert_eq!((listed.len(), &listed[1]["note"]), (2, &json!(note)));
    let table = shell.run("audit checkpoints --limit 1").done();
    assert!(table.out().contains("asked") && table.err().contains("--before 4"), "{table}");
    // It is no event, and what follows agrees.
    assert_eq!(shell.review("audit verify --format json").done().json()["witnessed_to"], Value::Null);
}

#[test]
fn whoever_cannot_unlock_signs_nothing() {
    let mut shell = founded();
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("audit checkpoint").refused("passphrase");
    shell.run("audit checkpoints").done();
}

#[test]
fn every_license_carries_the_latest_one_unless_that_is_switched_off() {
    let shell = founded();
    let first = issue(&shell, "alice");
    assert_eq!(carried(&shell, &first), None, "a command that lives a second writes none");
    let note = shell.run("audit checkpoint").done().out();
    let second = issue(&shell, "bob");
    assert_eq!(carried(&shell, &second), Some(note.clone()));
    let third = shell.run(&format!("license reissue {first} --format json")).done().id();
    assert_eq!(carried(&shell, &third), Some(note));
    shell.run("issuer export --as jwks").done();

    std::fs::write(shell.home().join("config.toml"), "[license]\nlog = false\n").unwrap();
    let fourth = issue(&shell, "carol");
    assert_eq!(carried(&shell, &fourth), None);
    let fifth = shell.run(&format!("license reissue {second} --format json")).done().id();
    assert_eq!(carried(&shell, &fifth), None, "what is inherited is not this");
    std::fs::write(shell.home().join("config.toml"), "[license]\nlgo = false\n").unwrap();
    shell.run("license issue --subject dave --audience editor --perpetual").refused("config.toml");
}

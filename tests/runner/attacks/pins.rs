//! Attacks that only what was seen before, or a fingerprint that was written down, can tell.

use super::forger::Forger;
use super::{SIZE, caught, caught_with, issues, lived_in, tamper, verified};
use crate::founded;
use licentia_tests::Shell;
use rusqlite::Connection;
use std::path::Path;

/// A copy of the file as it is now.
pub(super) fn keep(shell: &Shell, name: &str) {
    Connection::open(shell.database()).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    std::fs::copy(shell.database(), shell.path(name)).unwrap();
}

/// Puts a file in the database's place.
pub(super) fn put_back(shell: &Shell, from: &Path) {
    for rest in ["-wal", "-shm"] {
        let mut path = shell.database().into_os_string();
        path.push(rest);
        let _ = std::fs::remove_file(path);
    }
    std::fs::copy(from, shell.database()).unwrap();
}

pub(super) fn issue(shell: &Shell, subject: &str) {
    shell.run(&format!("license issue --subject {subject} --audience b --days 9")).done();
}

pub(super) fn fingerprint(shell: &Shell) -> String {
    shell.run("audit key --format json").done().text("fingerprint")
}

/// Changes are refused, and reading goes on with a warning.
#[track_caller]
fn assert_kept_from_writing(shell: &Shell, saying: &str) {
    shell.run("license issue --subject x --audience b --days 9").refused(saying);
    let run = shell.run("license list --format json").done();
    assert!(run.err().contains("warning") && run.err().contains(saying), "{run}");
}

#[test]
fn an_older_copy_in_place() {
    let mut shell = lived_in();
    let fingerprint = fingerprint(&shell);
    keep(&shell, "older.db");
    issue(&shell, "erin");
    assert_eq!(verified(&shell), "pin");
    put_back(&shell, &shell.path("older.db"));
    caught(&shell).is_only(&format!("rolled_back@{SIZE}"));
    assert_kept_from_writing(&shell, "older than it was");
    caught_with(&shell, &format!("--log {fingerprint}")).is_only(&format!("rolled_back@{SIZE}"));

    // Where it was never seen, it is whole, and the report says on whose word.
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    let run = shell.review("audit verify --format json").done();
    assert_eq!(run.json()["trust"]["key_source"], "file");
    assert!(run.err().contains("WARNING"), "{run}");
}

#[test]
fn an_older_copy_that_somebody_went_on_from() {
    let mut shell = founded();
    keep(&shell, "older.db");
    issue(&shell, "alice");
    issue(&shell, "bob");
    // Elsewhere, where nothing was seen, other things happen to the copy.
    let pins = shell.place().pins.unwrap().display().to_string();
    keep(&shell, "newer.db");
    put_back(&shell, &shell.path("older.db"));
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    for subject in ["mallory", "mallet", "trudy"] {
        issue(&shell, subject);
    }
    assert_eq!(verified(&shell), "pin");
    shell.set("LICENTIA_PIN_DIR", &*pins);
    caught(&shell).is_only("forked@5");
    assert_kept_from_writing(&shell, "not the one that was seen");
    put_back(&shell, &shell.path("newer.db"));
    assert_eq!(verified(&shell), "pin");
    issue(&shell, "carol");
}

#[test]
fn the_last_entry_cut_with_the_head() {
    let shell = lived_in();
    tamper(&shell.database(), |connection| {
        connection
            .execute_batch(&format!(
                "DELETE FROM audit_payload WHERE seq = {SIZE}; DELETE FROM audit_entry WHERE seq = {SIZE};
                 UPDATE audit_head SET size = {before}, (hash, recorded_at) = (SELECT hash, recorded_at FROM audit_entry WHERE seq = {before})",
                before = SIZE - 1,
            ))
            .unwrap();
    });
    caught(&shell).is_only(&format!("rolled_back@{}", SIZE - 1));
    assert_kept_from_writing(&shell, "older than it was");
}

#[test]
fn another_log_in_place() {
    let shell = lived_in();
    let fingerprint = fingerprint(&shell);
    let other = lived_in();
    keep(&other, "other.db");
    put_back(&shell, &other.path("other.db"));
    caught(&shell).includes("wrong_log");
    caught_with(&shell, &format!("--log {fingerprint}")).includes("wrong_log");
    assert_kept_from_writing(&shell, "another one than was seen");
}

#[test]
fn the_whole_log_made_anew_with_another_key() {
    let mut shell = lived_in();
    let fingerprint = fingerprint(&shell);
    shell.run("audit key --out log.json").done();
    tamper(&shell.database(), |connection| {
        let mut forger = Forger::of(connection);
        forger.entries[7].fields.actor = "somebody@else".to_owned();
        forger.take_over(connection);
        forger.write(connection);
        // What the old key signed would give it away.
        connection.execute("DELETE FROM audit_checkpoint", []).unwrap();
    });
    caught(&shell).includes("wrong_log");
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    caught_with(&shell, &format!("--log {fingerprint}")).is_only("wrong_log");
    caught_with(&shell, "--log log.json").is_only("wrong_log");

    // Nobody but the file itself is asked: it holds together. That is why this is said so loudly.
    let run = shell.review("audit verify --format json").done();
    assert_eq!(issues(&run.json()), [""; 0]);
    assert_eq!(run.json()["trust"]["key_source"], "file");
    assert!(run.err().contains("nobody but the file itself"), "{run}");
    // And the vault's key is not the log's any more.
    shell.run("license issue --subject x --audience b --days 9").refused("");
}

#[test]
fn a_pin_that_was_touched() {
    let shell = lived_in();
    let pins = shell.place().pins.unwrap();
    let files = std::fs::read_dir(&pins).unwrap().map(|file| file.unwrap().path());
    let pin = files.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    std::fs::write(&pin, "{}").unwrap();
    caught(&shell).includes("pin_unusable");
    let run = shell.run("license list").done();
    assert!(run.err().contains("warning"), "{run}");
    std::fs::remove_file(&pin).unwrap();
    assert_eq!(verified(&shell), "file");
}

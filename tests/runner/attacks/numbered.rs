//! The threat table, attack by attack, each with the exact code and range that it is found by: A1 to A20 of the
//! model that the log was designed against. What cannot be found by looking at the file alone is a test too: it says
//! what the report then admits.

use super::forger::Forger;
use super::pins::{fingerprint, issue, keep, put_back};
use super::{Found, NEXT, SIZE, VICTIM, caught, caught_with, copied, issues, lived_in, tamper, tamper_sql, verified};
use crate::{empty, founded};
use ed25519_dalek::SigningKey;
use licentia_core::tlog::Checkpoint;
use licentia_core::tlog::merkle::Frontier;
use licentia_core::{Ambient, Timestamp};
use licentia_storage::audit::key_id;
use licentia_tests::{Founder, NOW, Shell, block_on, found, time, unlock};
use rusqlite::{Connection, params};
use std::sync::{Arc, Mutex};

/// The tail of the log after an entry, with its payloads.
pub(super) fn cut(seq: usize) -> String {
    format!("DELETE FROM audit_payload WHERE seq > {seq}; DELETE FROM audit_entry WHERE seq > {seq};")
}

/// The cached head, as if the log had always ended there.
pub(super) fn set_back(seq: usize) -> String {
    format!(
        "UPDATE audit_head SET size = {seq}, (hash, recorded_at) = (SELECT hash, recorded_at FROM audit_entry WHERE seq = {seq});"
    )
}

/// Reads the log, changes it, writes it back.
pub(super) fn forge(shell: &Shell, work: impl FnOnce(&mut Forger)) {
    tamper(&shell.database(), |connection| {
        let mut forger = Forger::of(connection);
        work(&mut forger);
        forger.write(connection);
    });
}

fn forged(work: impl FnOnce(&mut Forger)) -> Found {
    let shell = copied();
    forge(&shell, work);
    caught(&shell)
}

/// Somebody who sees every key as it is drawn.
struct Thief {
    ambient: Ambient,
    draws: Arc<Mutex<Vec<[u8; 32]>>>,
}

impl Thief {
    fn new() -> Self {
        let draws: Arc<Mutex<Vec<[u8; 32]>>> = Arc::default();
        let (seen, now) = (Arc::clone(&draws), time(NOW).unwrap());
        let fill = move |bytes: &mut [u8]| {
            licentia_tests::fill(bytes);
            if let Ok(key) = <[u8; 32]>::try_from(&*bytes) {
                seen.lock().unwrap().push(key);
            }
        };
        Self { ambient: Ambient::new(move || Timestamp(now.0), fill), draws }
    }

    /// The newest key of the log.
    fn key(&self, shell: &Shell) -> SigningKey {
        let sql = "SELECT public_key FROM audit_key ORDER BY rowid DESC LIMIT 1";
        let connection = Connection::open(shell.database()).unwrap();
        let public: [u8; 32] = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        let keys = self.draws.lock().unwrap().iter().map(SigningKey::from_bytes).collect::<Vec<_>>();
        keys.into_iter().find(|key| key.verifying_key().to_bytes() == public).unwrap()
    }

    fn found(&self) -> Shell {
        let shell = empty();
        block_on(found(shell.place(), Founder { ambient: self.ambient.clone(), ..Founder::at(NOW) }));
        shell
    }
}

/// A home whose log's key somebody has got hold of.
pub(super) fn with_stolen_key() -> (Shell, SigningKey) {
    let thief = Thief::new();
    let shell = thief.found();
    let key = thief.key(&shell);
    (shell, key)
}

/// Nobody vouches but the file, and the report says so, to scripts and to people.
#[track_caller]
fn admits_that_only_the_file_vouches(shell: &Shell) {
    let run = shell.review("audit verify --format json").done();
    assert_eq!(issues(&run.json()), [""; 0]);
    assert_eq!(run.json()["trust"]["key_source"], "file");
    assert!(run.err().contains("nobody but the file itself"), "{run}");
}

#[test]
fn a01_a_column_of_an_entry_is_edited() {
    let shell = copied();
    tamper_sql(&shell.database(), &format!("UPDATE audit_entry SET actor = 'nobody' WHERE seq = {VICTIM}"));
    caught(&shell).is_only(&format!("entry_altered@{VICTIM}"));
}

#[test]
fn a02_an_edit_and_everything_after_it_hashed_again() {
    let found = forged(|forger| {
        forger.entries[7].fields.actor = "somebody@else".to_owned();
        forger.rechain(7, true);
    });
    // The checkpoint before the last entry was signed over what was there before.
    let expected = [format!("checkpoint_disagrees@1-{}", SIZE - 1), format!("signature_invalid@{VICTIM}-{SIZE}")];
    assert_eq!(found.0, expected);
}

#[test]
fn a03_the_same_with_the_stolen_key() {
    let (mut shell, stolen) = with_stolen_key();
    issue(&shell, "alice");
    issue(&shell, "bob");
    assert_eq!(verified(&shell), "pin");
    forge(&shell, |forger| {
        forger.entries[3].fields.actor = "somebody@else".to_owned();
        forger.rechain_with(&stolen, 3);
    });
    // Whoever saw the log before the edit can tell.
    caught(&shell).is_only("forked@5");
    // Where nobody did, nothing can: an old pin, a checkpoint, a witness is what it takes.
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    admits_that_only_the_file_vouches(&shell);
}

#[test]
fn a04_a_row_in_the_middle_is_deleted() {
    let shell = copied();
    let sql = format!("DELETE FROM audit_payload WHERE seq = {VICTIM}; DELETE FROM audit_entry WHERE seq = {VICTIM}");
    tamper_sql(&shell.database(), &sql);
    caught(&shell).is_only(&format!("entry_missing@{VICTIM}"));
}

#[test]
fn a05_the_tail_is_cut() {
    // The rows only: the cached head remembers.
    let shell = copied();
    tamper_sql(&shell.database(), &cut(SIZE - 1));
    caught(&shell).is_only(&format!("head_disagrees@{}", SIZE - 1));
    // The rows and the head: what they did to the tables remains.
    let shell = copied();
    tamper_sql(&shell.database(), &(cut(SIZE - 2) + &set_back(SIZE - 2)));
    caught(&shell).includes("row_unaccounted");
    // An event that did nothing to the tables: the pin remembers, and where there is none nobody does.
    let mut shell = lived_in();
    tamper_sql(&shell.database(), &(cut(SIZE - 1) + &set_back(SIZE - 1)));
    caught(&shell).is_only(&format!("rolled_back@{}", SIZE - 1));
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    admits_that_only_the_file_vouches(&shell);
}

#[test]
fn a06_an_older_copy_is_put_in_place() {
    let mut shell = lived_in();
    keep(&shell, "older.db");
    issue(&shell, "erin");
    put_back(&shell, &shell.path("older.db"));
    caught(&shell).is_only(&format!("rolled_back@{SIZE}"));
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    admits_that_only_the_file_vouches(&shell);
}

#[test]
fn a07_two_copies_go_on() {
    let mut shell = founded();
    keep(&shell, "common.db");
    issue(&shell, "alice");
    let pins = shell.place().pins.unwrap().display().to_string();
    put_back(&shell, &shell.path("common.db"));
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    issue(&shell, "mallory");
    issue(&shell, "mallet");
    shell.set("LICENTIA_PIN_DIR", &*pins);
    caught(&shell).is_only("forked@4");
    // In one file a fork has no place: every entry follows another one, and no two the same.
    let connection = Connection::open(shell.database()).unwrap();
    let sql = "INSERT INTO audit_entry SELECT seq + 1, version, zeroblob(16), transaction_id, kind, severity, outcome, actor,
               actor_kind, target_kind, target_id, recorded_at, clock, payload_hash, effects, key_id, previous_hash, hash,
               signature FROM audit_entry ORDER BY seq DESC LIMIT 1";
    assert!(connection.execute(sql, []).unwrap_err().to_string().contains("append-only"));
}

#[test]
fn a08_rows_change_places() {
    let shell = copied();
    tamper_sql(
        &shell.database(),
        "DELETE FROM audit_payload WHERE seq IN (8, 9); UPDATE audit_entry SET seq = -8 WHERE seq = 8;
         UPDATE audit_entry SET seq = 8 WHERE seq = 9; UPDATE audit_entry SET seq = 9 WHERE seq = -8",
    );
    caught(&shell).includes("entry_altered@8-9").includes("signature_invalid@8-9");
    let shell = copied();
    tamper_sql(
        &shell.database(),
        "UPDATE audit_payload SET seq = -8 WHERE seq = 8; UPDATE audit_payload SET seq = 8 WHERE seq = 9;
         UPDATE audit_payload SET seq = 9 WHERE seq = -8",
    );
    caught(&shell).is_only("payload_altered@8-9");
}

#[test]
fn a09_an_entry_is_forged() {
    let found = forged(|forger| {
        let mut entry = forger.entries[7].clone();
        entry.fields.id = vec![9; 16];
        forger.entries.insert(8, entry);
        forger.rechain(8, true);
    });
    found.includes(&format!("signature_invalid@9-{NEXT}"));
    let found = forged(|forger| {
        let mut entry = forger.entries[7].clone();
        entry.fields.id = vec![9; 16];
        forger.entries.push(entry);
        forger.rechain(SIZE, true);
    });
    found.includes(&format!("signature_invalid@{NEXT}"));
}

#[test]
fn a10_entries_of_another_log_are_spliced_in() {
    let other = lived_in();
    let theirs = Forger::of(&Connection::open(other.database()).unwrap()).entries;
    // As they are: they speak of another log.
    let found = forged(|forger| forger.entries[VICTIM - 1] = theirs[VICTIM - 1].clone());
    found
        .includes(&format!("entry_altered@{VICTIM}"))
        .includes(&format!("key_unknown@{VICTIM}"))
        .includes(&format!("signature_invalid@{VICTIM}"))
        .includes(&format!("chain_broken@{VICTIM}-{}", VICTIM + 1));
    // At the end, linked and hashed again: they are still signed for another log.
    let found = forged(|forger| {
        forger.entries.push(theirs[VICTIM - 1].clone());
        forger.relink(SIZE);
    });
    found.includes(&format!("signature_invalid@{NEXT}")).includes(&format!("key_unknown@{NEXT}"));
}

#[test]
fn a11_the_clock_is_set_back_or_forward() {
    // An honest clock that jumps is written down by the log itself, and no alarm.
    let mut shell = founded();
    issue(&shell, "first");
    shell.travel("2026-05-20T11:00:00Z");
    issue(&shell, "early");
    shell.travel("2027-05-20T13:00:00Z");
    issue(&shell, "late");
    assert_eq!(verified(&shell), "pin");
    assert_eq!(shell.run("audit list --kind clock.adjusted --format json").done().rows().len(), 1);
    // With the key in hand one can sign any time; but not out of order without saying so.
    let (shell, stolen) = with_stolen_key();
    issue(&shell, "alice");
    forge(&shell, |forger| {
        let last = forger.entries.len() - 1;
        forger.entries[last].fields.recorded_at -= 3_600_000_000;
        forger.rechain_with(&stolen, last);
    });
    caught(&shell).includes("time_disorder@4");
}

#[test]
fn a12_signatures_are_stripped_or_versions_lowered() {
    let all = format!("signature_invalid@1-{SIZE}");
    for (sql, expected) in [
        ("UPDATE audit_entry SET signature = x'' WHERE seq = 8", "signature_invalid@8"),
        ("UPDATE audit_entry SET signature = zeroblob(64) WHERE seq = 8", "signature_invalid@8"),
        ("UPDATE audit_entry SET signature = x''", all.as_str()),
        ("UPDATE audit_entry SET version = 0 WHERE seq = 8", "version_unknown@8"),
        ("UPDATE audit_entry SET version = 2 WHERE seq = 8", "version_unknown@8"),
        ("UPDATE audit_log SET encoding = 0", "chain_broken@1"),
    ] {
        let shell = copied();
        tamper_sql(&shell.database(), sql);
        caught(&shell).includes(expected);
    }
}

#[test]
fn a13_old_entries_are_sealed_again_with_the_key_of_today() {
    let thief = Thief::new();
    let mut shell = thief.found();
    issue(&shell, "alice");
    block_on(async {
        let (licentia, operator) = unlock(shell.place(), thief.ambient.clone(), "tester@bench").await;
        licentia.audit().rotate_key(&operator).await.unwrap();
        licentia.close().await;
    });
    issue(&shell, "bob");
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    assert_eq!(verified(&shell), "file");
    let today = thief.key(&shell);
    tamper_sql(&shell.database(), "DELETE FROM audit_checkpoint");
    forge(&shell, |forger| {
        forger.entries[3].fields.actor = "somebody@else".to_owned();
        for entry in &mut forger.entries[3..5] {
            entry.fields.key_id = key_id(&today.verifying_key().to_bytes()).to_vec();
        }
        forger.rechain_with(&today, 3);
    });
    // Entry 4 is alice's license, and 5 the rotation itself.
    caught(&shell).includes("key_misplaced@4-5").includes("signature_invalid@4-5");
}

#[test]
fn a14_entries_are_cut_and_the_log_goes_on() {
    let mut shell = founded();
    let pins = shell.place().pins.unwrap().display().to_string();
    issue(&shell, "alice");
    shell.run("audit export --out one.jsonl").done();
    // Years without an entry are no alarm.
    shell.travel("2031-05-20T13:00:00Z");
    assert_eq!(verified(&shell), "pin");
    // An export touches no table: with it gone, and the checkpoint before it, the log goes on as if nothing was.
    tamper_sql(&shell.database(), &(cut(4) + &set_back(4)));
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    issue(&shell, "bob");
    issue(&shell, "carol");
    shell.set("LICENTIA_PIN_DIR", &*pins);
    caught(&shell).is_only("forked@5");
}

#[test]
fn a15_the_chain_holds_and_the_tree_is_another() {
    let (shell, stolen) = with_stolen_key();
    issue(&shell, "alice");
    let name = shell.run("audit key --format json").done().text("verifier_key");
    let origin = name.split('+').next().unwrap();
    // Signed by the log's own key, as somebody would who shows two people two logs.
    let mut other = Frontier::new();
    other.extend([[1; 32], [2; 32], [3; 32], [4; 32]]);
    let note = Checkpoint::new(origin, 4, other.root()).unwrap().sign(origin, &stolen).unwrap().to_string();
    tamper(&shell.database(), |connection| {
        let sql = "INSERT INTO audit_checkpoint VALUES (4, 1, ?1, ?2, ?3, 'asked', 0)";
        connection.execute(sql, params![other.root(), other.to_bytes(), note]).unwrap();
    });
    caught(&shell).includes("checkpoint_disagrees@1-4");
}

#[test]
fn a16_a_payload_is_edited() {
    let shell = copied();
    tamper_sql(
        &shell.database(),
        "UPDATE audit_payload SET body = CAST(replace(body, 'refund', 'breach') AS BLOB) WHERE seq = 10",
    );
    caught(&shell).is_only("payload_altered@10");
}

#[test]
fn a17_a_removal_poses_as_retention() {
    // No rule lets a payload be purged yet: each that is gone is missing, not retired.
    let shell = copied();
    tamper_sql(&shell.database(), "DELETE FROM audit_payload WHERE seq <= 5");
    caught(&shell).is_only("payload_missing@1-5");
    // And the entry itself never may be.
    let shell = copied();
    tamper_sql(&shell.database(), "DELETE FROM audit_payload WHERE seq <= 5; DELETE FROM audit_entry WHERE seq <= 5");
    caught(&shell).includes("entry_missing@1-5");
}

#[test]
fn a18_the_tables_are_changed_around_the_log() {
    for (sql, expected) in [
        ("UPDATE license SET not_after = NULL WHERE subject = 'bob'", "row_altered@10"),
        ("DELETE FROM revocation", "row_missing@10"),
        ("UPDATE issuer SET public_key = randomblob(32) WHERE name = 'main'", "row_altered@3"),
    ] {
        let shell = copied();
        tamper_sql(&shell.database(), sql);
        caught(&shell).includes(expected);
    }
}

#[test]
fn a19_the_rules_in_the_file_are_taken_out() {
    for sql in [
        "DROP TRIGGER audit_entry_no_update",
        "CREATE TRIGGER mine AFTER INSERT ON audit_entry BEGIN DELETE FROM license; END",
        "DROP INDEX audit_entry_by_actor",
    ] {
        let shell = copied();
        Connection::open(shell.database()).unwrap().execute_batch(sql).unwrap();
        caught(&shell).is_only("schema_altered");
    }
}

#[test]
fn a20_the_key_is_exchanged() {
    let mut shell = lived_in();
    let fingerprint = fingerprint(&shell);
    tamper(&shell.database(), |connection| {
        let mut forger = Forger::of(connection);
        forger.take_over(connection);
        forger.write(connection);
    });
    caught(&shell).includes("wrong_log");
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    caught_with(&shell, &format!("--log {fingerprint}")).includes("wrong_log");
}

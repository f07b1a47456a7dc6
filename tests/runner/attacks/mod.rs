//! Attacks on the file itself, by somebody who may write it and knows `SQLite`, but not the passphrase.
//!
//! | attack | found as |
//! | --- | --- |
//! | a column of an entry changed | `entry_altered`, and what follows from that column |
//! | the version raised or lowered | `version_unknown` |
//! | a signature stripped, or another's | `signature_invalid` |
//! | an entry removed, or moved to another place | `entry_missing` |
//! | two entries swapped | `entry_altered`, `chain_broken` |
//! | an entry forged, at the end or in the middle, with everything after it hashed again | `signature_invalid` |
//! | a payload changed, removed, moved, added | `payload_altered`, `payload_missing`, `payload_inserted` |
//! | the tail cut, and the head left as it was | `head_disagrees` |
//! | the tail cut, and the head set back | `row_altered`, `row_unaccounted`; with a pin `rolled_back` |
//! | an older copy put in place | with a pin `rolled_back`; without one nothing, and the report says whose word it is |
//! | an older copy put in place and gone on from | with a pin `forked` |
//! | another log put in place, or all of the log made anew with another key | with a pin or a fingerprint `wrong_log` |
//! | the row of the log changed | `chain_broken`, `entry_altered`, `signature_invalid` |
//! | the table of keys changed | `key_table_altered` |
//! | the cached head changed | `head_disagrees` |
//! | a checkpoint changed | `checkpoint_altered` |
//! | the log rewritten with the log's own key, an old checkpoint kept | `checkpoint_disagrees` |
//! | the tail cut, an old checkpoint kept | `checkpoint_beyond` |
//! | a business row changed, removed, added | `row_altered`, `row_missing`, `row_unaccounted` |
//! | the signature of a subject changed, so that no search finds the license | `row_altered` |
//! | a trigger, an index or a column dropped, changed or added | `schema_altered` |
//! | the file damaged | `unreadable` |
//!
//! The snapshots hold everything that each attack brings to light: code and entry.

mod bytes;
mod checkpoints;
mod entries;
mod files;
mod forger;
mod numbered;
mod pins;
mod rows;

use crate::founded;
use licentia_tests::Shell;
use rusqlite::Connection;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;

/// A founded and lived-in database, closed: the bytes of its file.
fn original() -> &'static [u8] {
    static ORIGINAL: OnceLock<Vec<u8>> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let shell = lived_in();
        let folded = |connection: Connection| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        folded(Connection::open(shell.database()).unwrap()).unwrap();
        std::fs::read(shell.database()).unwrap()
    })
}

/// A copy to look into, and where it is.
fn opened() -> (Shell, Connection) {
    let shell = copied();
    let connection = Connection::open(shell.database()).unwrap();
    (shell, connection)
}

/// A row in every audited table that a command can fill, and an event at the end that touched none.
fn lived_in() -> Shell {
    let shell = founded();
    let issue = |subject: &str, more: &str| {
        shell
            .run(&format!("license issue --subject {subject} --audience editor --days 365 {more} --format json"))
            .done()
            .id()
    };
    shell.run("identity create pin").done();
    let token = shell.run("probe create --label server --format json").done().text("token");
    shell.write("result.json", "{\"fingerprint\":\"abc\"}");
    shell.run(&format!("probe consume {token} --file result.json")).done();
    issue("alice", "--identity pin --feature export --limit seats=5 --payload '{\"po\":7}' --not-before 2026-06-01");
    let bob = issue("bob", "");
    let machine = r#"{"machine_id":"BpsdgSIpogjGxTXnJeHGcD2dP4icJ6X3hUGP6E7yTRQ"}"#;
    let machine = format!(r#"{{"version":1,"vendor":"acme","components":{machine},"not_trusted":[]}}"#);
    shell.write("machine.json", machine);
    let carol = issue("carol", "--machine machine.json");
    shell.run(&format!("license revoke {bob} --reason refund --note order")).done();
    shell.run(&format!("license reissue {carol}")).done();
    let dave = issue("dave", "");
    shell.run(&format!("license delete {dave} --revoke")).done();
    shell.run("issuer create second --status-url https://s.example.com").done();
    issue("erin", "--totp");
    let key = shell.run("witness keygen --name witness.example.com/one --out witness.key --format json").done();
    let key = key.text("verifier_key");
    shell.run(&format!("audit witness add --name one --url http://127.0.0.1:1 --key {key}")).done();
    shell.run("audit export --out export.jsonl").done();
    assert_eq!(shell.run("audit key --format json").done().json()["size"], SIZE);
    shell
}

/// How many entries the original has.
const SIZE: usize = 20;

/// The one that would be next.
const NEXT: usize = SIZE + 1;

/// The entry that most attacks are aimed at: the issuing of bob's license.
const VICTIM: usize = 8;

/// A copy of the original in a home of its own, never seen there before.
fn copied() -> Shell {
    let mut shell = crate::empty();
    shell.set("LICENTIA_PASSPHRASE", None);
    std::fs::create_dir(shell.home()).unwrap();
    std::fs::write(shell.database(), original()).unwrap();
    shell
}

/// Changes the file around Licentia. What stands in the way is taken out and put back as it was.
fn tamper<T>(database: &Path, work: impl FnOnce(&Connection) -> T) -> T {
    let connection = Connection::open(database).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    let triggers: Vec<(String, String)> = {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert!(!triggers.is_empty());
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let result = work(&connection);
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    result
}

/// The same with plain SQL, which has to change something.
fn tamper_sql(database: &Path, sql: &str) {
    tamper(database, |connection| {
        let before = connection.total_changes();
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_ne!(connection.total_changes(), before, "nothing changed: {sql}");
    });
}

/// What a verification brought to light: `code@entry` or `code@first-last`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found(Vec<String>);

impl Found {
    #[track_caller]
    fn includes(&self, issue: &str) -> &Self {
        assert!(self.0.iter().any(|found| found == issue), "{issue} is not among {:?}", self.0);
        self
    }

    #[track_caller]
    fn is_only(&self, issue: &str) {
        assert_eq!(self.0, [issue]);
    }

    /// Nothing else is wrong, wherever.
    #[track_caller]
    fn is_only_of(&self, code: &str) {
        let codes: std::collections::BTreeSet<&str> =
            self.0.iter().map(|issue| issue.split('@').next().unwrap()).collect();
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), [code], "{self}");
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// The verification says no, and names this.
#[track_caller]
fn caught(shell: &Shell) -> Found {
    caught_with(shell, "")
}

#[track_caller]
fn caught_with(shell: &Shell, more: &str) -> Found {
    let run = shell.review(&format!("audit verify {more} --format json")).ends(3);
    let report = run.json();
    assert_eq!(report["verified"], false, "{run}");
    let found = Found(issues(&report));
    assert!(!found.0.is_empty(), "{run}");
    // People are told the same, and not that all is well.
    let told = shell.review(&format!("audit verify {more}")).ends(3).out();
    assert!(told.starts_with("NOT VERIFIED"), "{told}");
    found
}

fn issues(report: &Value) -> Vec<String> {
    let named = report["issues"].as_array().unwrap().iter().map(|issue| {
        let code = issue["code"].as_str().unwrap();
        assert!(!issue["meaning"].as_str().unwrap().is_empty() && !issue["advice"].as_str().unwrap().is_empty());
        match (&issue["seq_from"], &issue["seq_to"]) {
            (Value::Null, Value::Null) => code.to_owned(),
            (from, to) if from == to => format!("{code}@{from}"),
            (from, to) => format!("{code}@{from}-{to}"),
        }
    });
    named.collect()
}

/// The verification says yes; answers with who vouched.
#[track_caller]
fn verified(shell: &Shell) -> String {
    let report = shell.review("audit verify --format json").done().json();
    assert_eq!(issues(&report), [""; 0]);
    report["trust"]["key_source"].as_str().unwrap().to_owned()
}

/// Attacks one by one, each on a copy of its own, and what each brought to light.
#[derive(Default)]
struct Gallery(String);

impl Gallery {
    #[track_caller]
    fn sql(&mut self, attack: &str, sql: &str) -> Found {
        let shell = copied();
        tamper_sql(&shell.database(), sql);
        self.hang(attack, caught(&shell))
    }

    fn hang(&mut self, attack: &str, found: Found) -> Found {
        writeln!(self.0, "{attack}: {found}").unwrap();
        found
    }
}

/// The columns of a table with their types.
fn columns(connection: &Connection, table: &str) -> Vec<(String, String)> {
    let mut statement = connection.prepare(&format!("PRAGMA table_info({table})")).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Another value of the same type, and of the same length where that is fixed.
fn another(column: &str, kind: &str) -> String {
    match kind {
        "INTEGER" => format!("coalesce({column}, 0) + 1000"),
        "TEXT" => format!("coalesce({column}, '') || 'x'"),
        "BLOB" => format!("randomblob(coalesce(length({column}), 16))"),
        other => panic!("{other}"),
    }
}

#[test]
fn what_nobody_touched_verifies() {
    let shell = copied();
    assert_eq!(verified(&shell), "file");
    // Taking triggers out and putting them back is not the attack.
    tamper(&shell.database(), |_| ());
    assert_eq!(verified(&shell), "file");
}

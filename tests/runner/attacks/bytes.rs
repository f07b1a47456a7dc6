//! Every byte of every column of the audit tables, flipped one by one: each is found, by the right code, at its entry.

use crate::founded;
use licentia_core::audit::VerifyRequest;
use licentia_core::{Licentia, Progress};
use licentia_tests::{Shell, block_on, real};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use std::sync::Arc;

/// The tables of the log, and the code that a flipped byte in a column of theirs is found by; for an entry's place one
/// of two, as it is left or taken.
const COLUMNS: [(&str, &[(&str, &str)]); 4] = [
    (
        "audit_entry",
        &[
            ("seq", "entry_missing entry_inserted"),
            ("version", "version_unknown"),
            ("id", "entry_altered"),
            ("transaction_id", "entry_altered"),
            ("kind", "entry_altered"),
            ("severity", "entry_altered"),
            ("outcome", "entry_altered"),
            ("actor", "entry_altered"),
            ("actor_kind", "entry_altered"),
            ("target_kind", "entry_altered"),
            ("target_id", "entry_altered"),
            ("recorded_at", "entry_altered"),
            ("clock", "entry_altered"),
            ("payload_hash", "entry_altered"),
            ("effects", "entry_altered"),
            ("key_id", "key_unknown"),
            ("previous_hash", "entry_altered"),
            ("hash", "entry_altered"),
            ("signature", "signature_invalid"),
        ],
    ),
    ("audit_payload", &[("seq", "payload_missing"), ("salt", "payload_altered"), ("body", "payload_altered")]),
    (
        "audit_key",
        &[
            ("id", "key_table_altered"),
            ("public_key", "key_table_altered"),
            ("epoch", "key_table_altered"),
            ("created_at", "key_table_altered"),
        ],
    ),
    (
        "audit_log",
        &[
            ("id", "chain_broken"),
            ("created_at", "chain_broken"),
            ("encoding", "chain_broken"),
            ("public_key", "chain_broken"),
        ],
    ),
];

/// What the last entry has in the cached head.
const HEAD: [&str; 3] = ["size", "hash", "recorded_at"];

/// Changes what is in the file, with no trigger in the way.
fn open(shell: &Shell) -> Connection {
    let connection = Connection::open(shell.database()).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
    connection
}

/// The value with one bit of one byte flipped; none past its end.
fn flipped(value: &Value, at: usize) -> Option<Value> {
    let bit = 1 << (at % 8);
    Some(match value {
        Value::Integer(number) if at < 8 => Value::Integer(number ^ i64::from(bit) << (8 * at)),
        Value::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            // Seven bits: what is no text any more is a malformed entry, and another test's matter.
            *bytes.get_mut(at)? ^= 1 << (at % 7);
            Value::Blob(bytes)
        }
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            *bytes.get_mut(at)? ^= bit;
            Value::Blob(bytes)
        }
        _ => return None,
    })
}

/// The codes and entries that a verification names.
async fn named(licentia: &Licentia) -> Vec<(String, Option<u64>)> {
    let quiet: Progress = Arc::new(|_, _| ());
    let report = licentia.audit().verify(&VerifyRequest::default(), quiet).await.unwrap();
    assert_eq!(report.verified, report.issues.is_empty());
    report.issues.iter().map(|issue| (issue.code.to_owned(), issue.seq_from)).collect()
}

/// A small log: founded, with one license issued and revoked.
fn small() -> Shell {
    let shell = founded();
    let id = shell.run("license issue --subject alice --audience b --days 9 --format json").done().id();
    shell.run(&format!("license revoke {id} --reason refund --note order")).done();
    shell
}

#[test]
fn every_byte_of_every_audit_column_flipped() {
    let shell = small();
    let connection = open(&shell);
    block_on(async {
        let licentia = Licentia::open_for_reading(shell.place(), real()).await.unwrap();
        assert_eq!(named(&licentia).await, []);
        let mut flips = 0;
        for (table, columns) in COLUMNS {
            let of_entries = table == "audit_entry" || table == "audit_payload";
            let mut statement = connection.prepare(&format!("PRAGMA table_info({table})")).unwrap();
            let names = statement.query_map([], |row| row.get::<_, String>(1)).unwrap().map(Result::unwrap);
            assert_eq!(names.collect::<Vec<_>>(), columns.iter().map(|(name, _)| *name).collect::<Vec<_>>());
            let mut statement = connection.prepare(&format!("SELECT rowid FROM {table}")).unwrap();
            let rows: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            for row in rows {
                for (column, code) in columns {
                    flips += each_byte(&connection, &licentia, (table, column, row), async |at, found| {
                        let seq = of_entries.then_some(u64::try_from(row).unwrap());
                        let right = |(known, from): &(String, Option<u64>)| {
                            code.split(' ').any(|code| known == code)
                                && (seq.is_none() || *from == seq || *column == "seq")
                        };
                        assert!(found.iter().any(right), "{table}.{column} of {row}, byte {at}: {found:?}");
                    })
                    .await;
                }
            }
        }
        for column in HEAD {
            flips += each_byte(&connection, &licentia, ("audit_head", column, 1), async |at, found| {
                assert!(found.iter().all(|(code, _)| code == "head_disagrees"), "{column}, byte {at}: {found:?}");
                assert!(!found.is_empty(), "{column}, byte {at}");
            })
            .await;
        }
        assert_eq!(named(&licentia).await, [], "everything was put back");
        assert!(flips > 2_000, "{flips} bytes flipped");
        licentia.close().await;
    });
}

/// Flips each byte of one value, verifies, and puts it back. Answers with how many there were.
async fn each_byte(
    connection: &Connection,
    licentia: &Licentia,
    (table, column, row): (&str, &str, i64),
    judge: impl AsyncFn(usize, Vec<(String, Option<u64>)>),
) -> u32 {
    let sql = format!("SELECT {column}, typeof({column}) FROM {table} WHERE rowid = ?");
    let (value, kind): (Value, String) =
        connection.query_row(&sql, [row], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    // What is not valid UTF-8 any more is stored as text all the same.
    let place = if kind == "text" { "CAST(?1 AS TEXT)" } else { "?1" };
    let is_rowid = column == "seq";
    let mut flips = 0;
    for at in 0.. {
        let Some(another) = flipped(&value, at) else { break };
        let now = if let (true, Value::Integer(moved)) = (is_rowid, &another) { *moved } else { row };
        let change = format!("UPDATE {table} SET {column} = {place} WHERE rowid = ?2");
        match connection.execute(&change, params![another, row]) {
            Ok(changed) => assert_eq!(changed, 1),
            // The place of another entry: no two can stand there.
            Err(error) if is_rowid => {
                assert!(error.to_string().contains("UNIQUE"), "{error}");
                continue;
            }
            Err(error) => panic!("{table}.{column}: {error}"),
        }
        judge(at, named(licentia).await).await;
        flips += 1;
        let back = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
        assert_eq!(connection.execute(&back, params![value, now]).unwrap(), 1);
    }
    flips
}

//! How long a full verification takes, beside the batch verification of the same signatures on all cores, beside
//! reading the same rows with rusqlite, and beside the part of it that looks at the file and its indexes.
//!
//! `cargo bench -p licentia-core --bench verify [-- ENTRIES]`: rounds of all in turn, medians. Half of the
//! entries issue a license that is still there, so that rows are compared as well.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a bench prints, and stops"
)]

mod common;

use common::{ambient, append, directory, median};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey, verify_batch};
use licentia_core::audit::{Level, VerifyRequest};
use licentia_core::{Licentia, LogId, Place, Timestamp};
use licentia_storage::audit::{AuditLog, SealedFields, key_id, signed_bytes};
use licentia_storage::raw::{RawReader, audited_tables, row_hash};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROUNDS: usize = 3;

/// Signatures of one batch: more of them gain nothing.
const BATCH: usize = 4_096;

const START: i64 = 1_779_285_600_000_000;

fn main() {
    let entries: i64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(200_000);
    let directory = directory();
    let path = directory.path().join("licentia.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let place = Place { database: path.clone(), pins: Some(directory.path().join("pins")) };
    runtime.block_on(async { Licentia::create(place.clone(), ambient()).await.unwrap().close().await });
    let begun = Instant::now();
    let key = SigningKey::from_bytes(&[7; 32]);
    fill(&path, &key, entries);
    let megabytes = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    println!("{entries} entries, {megabytes} MB, made in {:.1?}", begun.elapsed());

    let signed = signatures(&path);
    let [mut batch, mut read, mut file, mut full, mut start, mut since] = [const { Vec::new() }; 6];
    for _ in 0..ROUNDS {
        batch.push(time(|| batch_on_all_cores(&signed, &key.verifying_key())));
        read.push(time(|| assert_eq!(read_all(&path), entries)));
        file.push(time(|| runtime.block_on(check_of_the_file(&path))));
        full.push(time(|| runtime.block_on(verify(&place, Level::Full))));
        start.push(time(|| runtime.block_on(verify(&place, Level::Start))));
        since.push(time(|| runtime.block_on(verify(&place, Level::Incremental))));
    }
    println!("medians of {ROUNDS} rounds             on the clock   of all cores");
    let (batch, full) = (medians(&batch), medians(&full));
    println!("(a) verify_batch, {BATCH} at once     {batch}");
    println!("(b) reading the rows with rusqlite {}", medians(&read));
    println!("(c) pages and indexes of the file  {}", medians(&file));
    println!("full verification, (c) included    {full}");
    let of = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    println!(
        "    against (a)                    {:>12.2}   {:>12.2}",
        of(full.clock, batch.clock),
        of(full.cores, batch.cores)
    );
    println!("verification at the start          {}", medians(&start));
    println!("incremental, nothing came          {}", medians(&since));
}

/// What something took: on the clock, and of all cores together, which says more on a machine that others use too.
#[derive(Clone, Copy)]
struct Spent {
    clock: Duration,
    cores: Duration,
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>12.2?}   {:>12.2?}", self.clock, self.cores)
    }
}

fn time(work: impl FnOnce()) -> Spent {
    let (begun, before) = (Instant::now(), cores());
    work();
    Spent { clock: begun.elapsed(), cores: cores().saturating_sub(before) }
}

/// What this process has used of all cores, in steps of ten milliseconds; nothing where there is no `/proc`.
fn cores() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Duration::from_millis(fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
}

fn medians(spent: &[Spent]) -> Spent {
    let of = |part: fn(&Spent) -> Duration| median(spent.iter().map(part).collect());
    Spent { clock: of(|spent| spent.clock), cores: of(|spent| spent.cores) }
}

async fn verify(place: &Place, level: Level) {
    let licentia = Licentia::open_for_reading(place.clone(), ambient()).await.unwrap();
    let request = VerifyRequest { level, fresh: true, ..VerifyRequest::default() };
    let report = licentia.audit().verify(&request, Arc::new(|_, _| {})).await.unwrap();
    assert!(report.verified, "{:?}", report.issues);
    licentia.close().await;
}

async fn check_of_the_file(path: &Path) {
    let problems = RawReader::open(path).await.unwrap().structure_problems().await.unwrap();
    assert!(problems.is_empty(), "{problems:?}");
}

fn batch_on_all_cores(signed: &[(Vec<u8>, Signature)], key: &VerifyingKey) {
    let cores = std::thread::available_parallelism().unwrap().get();
    let batches: Vec<_> = signed.chunks(BATCH).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(batch) = batches.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let messages: Vec<&[u8]> = batch.iter().map(|(message, _)| message.as_slice()).collect();
                    let signatures: Vec<Signature> = batch.iter().map(|(_, signature)| *signature).collect();
                    verify_batch(&messages, &signatures, &vec![*key; batch.len()]).unwrap();
                }
            });
        }
    });
}

/// Every column of every entry with its payload, as verification needs them.
fn read_all(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT e.seq, e.version, e.id, e.transaction_id, e.kind, e.severity, e.outcome, e.actor, e.actor_kind, e.target_kind,
             e.target_id, e.recorded_at, e.clock, e.payload_hash, e.effects, e.key_id, e.previous_hash, e.hash, e.signature, p.salt, p.body
             FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq ORDER BY e.seq",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let (mut count, mut bytes) = (0, 0);
    while let Some(row) = rows.next().unwrap() {
        count += 1;
        for column in 0..21 {
            bytes += match row.get_ref(column).unwrap() {
                rusqlite::types::ValueRef::Text(value) | rusqlite::types::ValueRef::Blob(value) => value.len(),
                _ => 8,
            };
        }
    }
    assert!(bytes > 0);
    count
}

fn signatures(path: &Path) -> Vec<(Vec<u8>, Signature)> {
    let connection = Connection::open(path).unwrap();
    let log_id: Vec<u8> = connection.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
    let log_id: [u8; 16] = log_id.try_into().unwrap();
    let mut statement = connection.prepare("SELECT seq, hash, signature FROM audit_entry ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| {
        let (seq, hash, signature): (i64, [u8; 32], [u8; 64]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((signed_bytes(&log_id, seq, &hash), Signature::from_bytes(&signature)))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// A log that this key signed: every second entry issues a license, the others say something else.
fn fill(path: &Path, key: &SigningKey, entries: i64) {
    let log = AuditLog {
        id: LogId(Uuid::from_u128(1)),
        created_at: Timestamp(START),
        encoding: 1,
        public_key: key.verifying_key().to_bytes(),
    };
    let id = key_id(&log.public_key);
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN").unwrap();
    connection
        .execute(
            "INSERT INTO audit_log (id, created_at, encoding, public_key) VALUES (?, ?, ?, ?)",
            params![log.id.0.as_bytes(), START, 1, log.public_key],
        )
        .unwrap();
    connection
        .execute(
            "INSERT INTO audit_key (id, public_key, epoch, created_at) VALUES (?, ?, 1, ?)",
            params![id, log.public_key, START],
        )
        .unwrap();
    let columns = [
        "id",
        "issuer_id",
        "jti",
        "subject",
        "subject_signature",
        "audience",
        "status",
        "origin",
        "features",
        "limits",
        "token",
        "created_at",
    ];
    let mut license = connection
        .prepare(&format!(
            "INSERT INTO license ({}) VALUES (?1, ?2, ?3, ?4, 0, '[\"app\"]', 'active', 'issued', '[]', '{{}}', ?5, ?6)",
            columns.join(", ")
        ))
        .unwrap();
    let token = "eyJ0eXAiOiJsaWNlbnRpYStqd3QiLCJhbGciOiJFZERTQSJ9.".repeat(8);
    let mut previous = log.fingerprint();
    let tables = audited_tables();
    let table = tables.iter().find(|table| table.noun == "license").unwrap();
    for seq in 1..=entries {
        let now = START + seq * 1_000;
        let of = Uuid::from_u128(u128::try_from(seq).unwrap() << 64 | 7);
        let issues = seq % 2 == 0;
        let mut effects = Vec::new();
        if issues {
            let (jti, subject) = (of.to_string(), format!("user{seq}@customer.example"));
            license.execute(params![of.as_bytes(), id, jti, subject, token, now]).unwrap();
            let value = |column: &str| -> Option<Vec<u8>> {
                Some(match column {
                    "id" => of.as_bytes().to_vec(),
                    "issuer_id" => id.to_vec(),
                    "jti" => jti.clone().into_bytes(),
                    "subject" => subject.clone().into_bytes(),
                    "subject_signature" => 0_i64.to_be_bytes().to_vec(),
                    "audience" => b"[\"app\"]".to_vec(),
                    "status" => b"active".to_vec(),
                    "origin" => b"issued".to_vec(),
                    "features" => b"[]".to_vec(),
                    "limits" => b"{}".to_vec(),
                    "token" => token.clone().into_bytes(),
                    "created_at" => now.to_be_bytes().to_vec(),
                    _ => return None,
                })
            };
            let hash = row_hash(table.noun, &table.columns().map(value).collect::<Vec<_>>());
            let mut fields = Vec::new();
            for (tag, bytes) in [(1_u16, table.noun.as_bytes()), (2, of.as_bytes()), (3, &hash)] {
                fields.extend_from_slice(&tag.to_be_bytes());
                fields.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
                fields.extend_from_slice(bytes);
            }
            effects.extend_from_slice(&u32::try_from(fields.len()).unwrap().to_be_bytes());
            effects.append(&mut fields);
        }
        let body = format!(
            "{{\"subject\":\"user{seq}@customer.example\",\"issuer\":\"acme main\",\"audience\":[\"app\"],\"features\":[\"export\"],\"not_after\":\"2027-05-20T14:00:00Z\"}}"
        );
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&seq.to_be_bytes());
        salt[8..].copy_from_slice(&now.to_be_bytes());
        let fields = SealedFields {
            version: 1,
            log_id: *log.id.0.as_bytes(),
            seq,
            id: of.as_bytes().to_vec(),
            transaction_id: Uuid::from_u128(u128::try_from(seq).unwrap()).as_bytes().to_vec(),
            kind: if issues { "license.issue" } else { "revocation.publish" }.to_owned(),
            severity: "info".to_owned(),
            outcome: "success".to_owned(),
            actor: "mathieu@build7".to_owned(),
            actor_kind: "user".to_owned(),
            target_kind: Some("License".to_owned()),
            target_id: Some(of.to_string()),
            recorded_at: now,
            clock: now,
            payload_hash: Vec::new(),
            effects,
            key_id: id.to_vec(),
            previous_hash: previous.to_vec(),
        };
        previous = append(&connection, key, fields, salt, &body);
    }
    connection
        .execute(
            "INSERT INTO audit_head (id, size, hash, recorded_at) VALUES (1, ?, ?, ?)",
            params![entries, previous, START + entries * 1_000],
        )
        .unwrap();
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

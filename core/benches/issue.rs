//! How many audited licenses a second, beside the same rows written raw with rusqlite and the same crypto.
//!
//! `cargo bench -p licentia-core --bench issue [-- LICENSES]`: rounds of both in turn, medians and the ratio of each
//! pair. So many licenses are in a batch; one at a time there are fewer, since each waits for the disk.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench prints, and stops"
)]

mod common;

use common::{ambient, append, directory, median};
use ed25519_dalek::SigningKey;
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, Founding, IssueRequest, Licentia, Operator, Place, Term, Timestamp};
use licentia_license::Claims;
use licentia_storage::SubjectSignature;
use licentia_storage::audit::SealedFields;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
/// For so many licenses in a batch one is issued alone.
const SINGLE: usize = 25;

fn main() {
    let batch: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let single = batch.div_ceil(SINGLE);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ours = Ours::found().await;
        let mut raw = Raw::found().await;
        compare("one at a time", single, async || ours.single(single).await, || raw.single(single)).await;
        let name = format!("in a batch of {batch}");
        compare(&name, batch, async || ours.batch(batch).await, || raw.batch(batch)).await;
    });
}

/// Rounds of both in turn.
async fn compare(name: &str, count: usize, ours: impl AsyncFn() -> Duration, mut raw: impl FnMut() -> Duration) {
    ours().await;
    raw();
    let (mut all_ours, mut all_raw, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (one, other) = (ours().await, raw());
        all_ours.push(count as f64 / one.as_secs_f64());
        all_raw.push(count as f64 / other.as_secs_f64());
        ratios.push(one.as_secs_f64() / other.as_secs_f64());
    }
    println!(
        "{name}: Licentia {:.0}/s, raw rusqlite {:.0}/s, time against raw {:.2} (medians of {ROUNDS} rounds; ratios {:.2} to {:.2})",
        median(all_ours),
        median(all_raw),
        median(ratios.clone()),
        ratios.iter().copied().fold(f64::INFINITY, f64::min),
        ratios.iter().copied().fold(0.0, f64::max),
    );
}

/// Through the services, as the command line does.
struct Ours {
    licentia: Licentia,
    operator: Operator,
    _directory: tempfile::TempDir,
}

impl Ours {
    async fn found() -> Self {
        let directory = directory();
        let place = Place { database: directory.path().join("licentia.db"), pins: None };
        let licentia = Licentia::create(place, ambient()).await.unwrap();
        let founding = Founding { vendor: None, issuer: "bench".to_owned(), status_url: None, throwaway: true };
        let passphrase = Passphrase::new("bench".to_owned()).unwrap();
        let actor = Actor::new("bench").unwrap();
        let operator = licentia.vault().create(&passphrase, actor, founding).await.unwrap().operator;
        Self { licentia, operator, _directory: directory }
    }

    async fn single(&self, count: usize) -> Duration {
        let begun = Instant::now();
        for n in 0..count {
            self.licentia.licenses().issue(&self.operator, request(n)).await.unwrap();
        }
        begun.elapsed()
    }

    async fn batch(&self, count: usize) -> Duration {
        let requests = (0..count).map(request).collect();
        let begun = Instant::now();
        self.licentia.licenses().issue_batch(&self.operator, requests, Arc::new(|_, _| {})).await.unwrap();
        begun.elapsed()
    }
}

fn request(n: usize) -> IssueRequest {
    IssueRequest {
        features: vec!["export".to_owned(), "import".to_owned()],
        limits: BTreeMap::from([("seats".to_owned(), licentia_core::Limit::Number(5))]),
        ..IssueRequest::new(format!("user{n}@customer.example"), ["app"], Term::Days(365))
    }
}

/// The same rows on the same schema, with as little in between as possible.
struct Raw {
    connection: Connection,
    key: SigningKey,
    log_id: [u8; 16],
    issuer: Vec<u8>,
    list: Vec<u8>,
    seq: i64,
    position: i64,
    previous: [u8; 32],
    ambient: Ambient,
    _directory: tempfile::TempDir,
}

impl Raw {
    async fn found() -> Self {
        let Ours { licentia, operator, _directory: directory } = Ours::found().await;
        // One license makes the status list; from here on rusqlite writes alone.
        let first = licentia.licenses().issue(&operator, request(0)).await.unwrap().license;
        let path = licentia.place().database.clone();
        licentia.close().await;
        let connection = open(&path);
        let list = connection.query_row("SELECT id FROM status_list", [], |row| row.get(0)).unwrap();
        let (seq, previous): (i64, Vec<u8>) = connection
            .query_row("SELECT size, hash FROM audit_head", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let log_id: Vec<u8> = connection.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
        Self {
            connection,
            key: SigningKey::from_bytes(&[7; 32]),
            log_id: log_id.try_into().unwrap(),
            issuer: first.issuer_id.0.as_bytes().to_vec(),
            list,
            seq,
            position: 1,
            previous: previous.try_into().unwrap(),
            ambient: ambient(),
            _directory: directory,
        }
    }

    fn single(&mut self, count: usize) -> Duration {
        let begun = Instant::now();
        for n in 0..count {
            self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            self.issue(n);
            self.head();
            self.connection.execute_batch("COMMIT").unwrap();
        }
        begun.elapsed()
    }

    fn batch(&mut self, count: usize) -> Duration {
        let begun = Instant::now();
        self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for n in 0..count {
            self.issue(n);
        }
        self.head();
        self.connection.execute_batch("COMMIT").unwrap();
        begun.elapsed()
    }

    fn issue(&mut self, n: usize) {
        let now = self.ambient.now();
        let id = self.ambient.uuid(now);
        let asked = request(n);
        let mut claims = Claims::new("urn:bench", &asked.subject, ["app"], now.seconds(), id.to_string());
        claims.exp = Some(now.plus_days(365).seconds());
        claims.features.clone_from(&asked.features);
        claims.limits.clone_from(&asked.limits);
        let token = licentia_license::sign(&claims, &self.key).unwrap();
        let id = id.as_bytes().to_vec();
        let signature = SubjectSignature::of(&claims.sub).bits();
        self.connection
            .prepare_cached(
                "INSERT INTO license (id, issuer_id, jti, subject, subject_signature, audience, status, origin, not_after, features, limits, token, created_at)
                 VALUES (?, ?, ?, ?, ?, '[\"app\"]', 'active', 'issued', ?, '[\"export\",\"import\"]', '{\"seats\":5}', ?, ?)",
            )
            .unwrap()
            .execute(params![id, self.issuer, claims.jti, claims.sub, signature, now.plus_days(365).0, token, now.0])
            .unwrap();
        self.connection
            .prepare_cached(
                "INSERT INTO status_list_entry (license_id, issuer_id, jti, list_id, position, idx, value, updated_at)
                 VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
            )
            .unwrap()
            .execute(params![id, self.issuer, claims.jti, self.list, self.position, self.position, now.0])
            .unwrap();
        self.position += 1;
        // Two effects: the hash of a license and of an entry, of about their size.
        let effects =
            [blake3::derive_key("bench", token.as_bytes()), blake3::derive_key("bench", claims.jti.as_bytes())];
        self.event(id, &claims, now, &effects.concat());
    }

    fn event(&mut self, id: Vec<u8>, claims: &Claims, now: Timestamp, effects: &[u8]) {
        self.seq += 1;
        let salt: [u8; 16] = self.ambient.bytes();
        let body = format!("{{\"subject\":\"{}\",\"not_after\":{},\"audience\":[\"app\"]}}", claims.sub, now.0);
        let fields = SealedFields {
            version: 1,
            log_id: self.log_id,
            seq: self.seq,
            id: self.ambient.uuid(now).as_bytes().to_vec(),
            transaction_id: id,
            kind: "license.issue".to_owned(),
            severity: "info".to_owned(),
            outcome: "success".to_owned(),
            actor: "bench".to_owned(),
            actor_kind: "user".to_owned(),
            target_kind: Some("License".to_owned()),
            target_id: Some(claims.jti.clone()),
            recorded_at: now.0,
            clock: now.0,
            payload_hash: Vec::new(),
            effects: [effects, &[0; 80]].concat(),
            key_id: vec![0; 16],
            previous_hash: self.previous.to_vec(),
        };
        self.previous = append(&self.connection, &self.key, fields, salt, &body);
    }

    fn head(&self) {
        self.connection
            .prepare_cached("UPDATE audit_head SET size = ?, hash = ?, recorded_at = ? WHERE id = 1")
            .unwrap()
            .execute(params![self.seq, self.previous, self.ambient.now().0])
            .unwrap();
    }
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;",
        )
        .unwrap();
    connection
}

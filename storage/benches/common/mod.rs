//! What both benches need: how many rows, a database filled around the types, and how large it is.

use licentia_storage::{Ambient, Store, Timestamp};
use rusqlite::{Connection, params};
use std::path::Path;

/// 2026-05-20T14:00:00Z.
pub(crate) const NOON: i64 = 1_779_285_600_000_000;

/// The number that was given, or a million.
pub(crate) fn rows() -> u64 {
    std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000)
}

pub(crate) fn ambient() -> Ambient {
    Ambient::new(|| Timestamp(NOON), |bytes| bytes.fill(7))
}

/// Makes a database with what `work` writes into it.
pub(crate) async fn fill(path: &Path, work: impl FnOnce(&Connection)) {
    Store::create(path, ambient()).await.unwrap().close().await;
    let mut connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000").unwrap();
    let transaction = connection.transaction().unwrap();
    work(&transaction);
    transaction.commit().unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// An entry about a license that proves nothing: its hashes are made up.
pub(crate) struct Entry<'a> {
    pub(crate) seq: i64,
    pub(crate) id: &'a [u8],
    pub(crate) kind: &'a str,
    pub(crate) severity: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) target: &'a str,
    pub(crate) recorded_at: i64,
    pub(crate) body: &'a [u8],
}

impl Entry<'_> {
    pub(crate) fn add(&self, to: &Connection) {
        let Self { seq, id, kind, severity, actor, target, recorded_at, body } = self;
        to.prepare_cached(
            "INSERT INTO audit_entry VALUES (?1, 1, ?2, ?2, ?3, ?4, 'success', ?5, 'user', 'License', ?6, ?7, ?7, \
             zeroblob(32), zeroblob(80), zeroblob(16), ?8, ?8, zeroblob(64))",
        )
        .unwrap()
        .execute(params![seq, id, kind, severity, actor, target, recorded_at, blake3::hash(id).as_bytes()])
        .unwrap();
        to.prepare_cached("INSERT INTO audit_payload VALUES (?, zeroblob(16), ?)")
            .unwrap()
            .execute(params![seq, body])
            .unwrap();
    }
}

pub(crate) fn megabytes(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len() / 1_000_000
}

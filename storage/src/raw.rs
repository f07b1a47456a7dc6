//! The raw reader that verification uses: plain columns, on a connection of its own, in chunks.
//!
//! It shares no code with lists and services. A word that nobody knows, a column of the wrong length or type must
//! come through as what it is, so that it can be named.

mod checkpoint;
mod connection;
mod indexes;
mod rows;
mod value;

pub use rows::{AuditedTable, RawRow, audited_tables, row_hash};

use crate::audit::{AuditLog, SealedFields, key_id};
use crate::{LogId, StoreError, Timestamp, migration, row};
use connection::Connection;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::path::Path;
use uuid::Uuid;
use value::{bytes, integer, is_null, lossy_text, strict_blob, strict_integer, strict_text, value};

pub use checkpoint::{RawCheckpoint, RawCosignature, RawVouchers, RawWitness};

/// Entries or rows of one read: as many as gain something from having their signatures checked at once. Longer reads keep
/// the write-ahead log from being reset.
pub const CHUNK: i64 = 4_000;

/// What entries of one read may hold together, but for the last one: each may be large, and several reads are in
/// memory at the same time.
const MOST_BYTES: usize = 8 << 20;

/// Entries with their payloads, column by column.
const ENTRIES: &str = "SELECT e.seq, e.version, e.id, e.transaction_id, e.kind, e.severity, e.outcome, e.actor, \
    e.actor_kind, e.target_kind, e.target_id, e.recorded_at, e.clock, e.payload_hash, e.effects, e.key_id, \
    e.previous_hash, e.hash, e.signature, p.salt, p.body \
    FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq";

/// Notes of checkpoints of one read: whoever writes the file decides how long each is.
const NOTES: i64 = 200;

/// The keys of the log, in the order of writing.
const KEYS: &str = "SELECT id, public_key, epoch, created_at FROM audit_key ORDER BY rowid";

/// Reads what is in the file, whatever it is.
#[derive(Debug)]
pub struct RawReader {
    connection: Connection,
}

/// One row of `audit_entry` with its payload, as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    pub seq: i64,
    /// The fields that were hashed, or the column that is none of what it should be.
    pub fields: Result<SealedFields, &'static str>,
    pub hash: Vec<u8>,
    pub signature: Vec<u8>,
    /// Salt and body; none when there is no payload.
    pub payload: Option<(Vec<u8>, Vec<u8>)>,
}

impl RawEntry {
    /// About what it takes in memory. Whoever writes the file decides how long each of these is.
    fn bytes(&self) -> usize {
        let payload = self.payload.as_ref().map_or(0, |(salt, body)| salt.len() + body.len());
        let fields = self.fields.as_ref().map_or(0, |fields| {
            let texts = [&fields.kind, &fields.severity, &fields.outcome, &fields.actor, &fields.actor_kind];
            let targets = [&fields.target_kind, &fields.target_id];
            let texts = texts.into_iter().chain(targets.into_iter().flatten()).map(String::len);
            texts.sum::<usize>() + fields.effects.len()
        });
        size_of::<Self>() + self.hash.len() + self.signature.len() + payload + fields
    }
}

/// Entries of one read, until they hold too much.
#[derive(Default)]
struct Entries {
    read: Vec<RawEntry>,
    bytes: usize,
}

impl Entries {
    fn push(&mut self, entry: RawEntry) {
        self.bytes += entry.bytes();
        self.read.push(entry);
    }

    fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }
}

/// A checkpoint's signed note, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawNote {
    pub size: i64,
    pub note: Vec<u8>,
}

/// A row of `audit_key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawKey {
    pub id: Vec<u8>,
    pub public_key: Vec<u8>,
    pub epoch: i64,
    pub created_at: i64,
    /// What the entry that accounts for it says.
    pub hash: [u8; 32],
}

impl RawKey {
    /// The key that the log's own row names.
    #[must_use]
    pub fn first(log: &AuditLog) -> Self {
        Self::new(key_id(&log.public_key).to_vec(), log.public_key.to_vec(), 1, log.created_at.0)
    }

    /// A key as somebody states it; its hash follows.
    #[must_use]
    pub fn new(id: Vec<u8>, public_key: Vec<u8>, epoch: i64, created_at: i64) -> Self {
        let columns = [&id[..], &public_key, &epoch.to_be_bytes(), &created_at.to_be_bytes()];
        let hash = row::hash_of_columns(KEY_NOUN, columns.into_iter().map(Some));
        Self { id, public_key, epoch, created_at, hash }
    }
}

/// The noun of the log's keys, which effects of a rotation name.
pub const KEY_NOUN: &str = "audit_key";

/// The rows of the audit tables that are not entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawFrame {
    /// `audit_log`: id, created, encoding, public key. There should be one.
    pub logs: Vec<(Vec<u8>, i64, i64, Vec<u8>)>,
    /// `audit_key`, in the order of writing.
    pub keys: Vec<RawKey>,
    /// `audit_head`: size, hash, recorded time.
    pub heads: Vec<(i64, Vec<u8>, i64)>,
    pub largest_seq: i64,
    /// The most entries that a checkpoint speaks of.
    pub largest_checkpoint: Option<i64>,
}

impl RawFrame {
    /// The log's own row, if there is exactly one that can be one.
    #[must_use]
    pub fn log(&self) -> Option<AuditLog> {
        let [(id, created_at, encoding, public_key)] = self.logs.as_slice() else { return None };
        Some(AuditLog {
            id: LogId(Uuid::from_slice(id).ok()?),
            created_at: Timestamp(*created_at),
            encoding: *encoding,
            public_key: public_key.as_slice().try_into().ok()?,
        })
    }
}

impl RawReader {
    /// Opens a file for verification.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: Connection::open(path).await? })
    }

    /// The frame of the log, all of one state of the file.
    pub async fn frame(&mut self) -> Result<RawFrame, StoreError> {
        self.hold().await?;
        let frame = self.read_frame().await;
        self.release().await?;
        frame
    }

    async fn read_frame(&mut self) -> Result<RawFrame, StoreError> {
        let all = &mut self.connection;
        let sql = "SELECT id, created_at, encoding, public_key FROM audit_log";
        let log = |row: &Row<'_>| (bytes(row, 0), integer(row, 1), integer(row, 2), bytes(row, 3));
        let logs = all.all(sql, [], log).await?;
        let keys = all.all(KEYS, [], key).await?;
        let head = |row: &Row<'_>| (integer(row, 0), bytes(row, 1), integer(row, 2));
        let heads = all.all("SELECT size, hash, recorded_at FROM audit_head", [], head).await?;
        let largest = all.all("SELECT max(seq) FROM audit_entry", [], |row| integer(row, 0)).await?;
        let size = |row: &Row<'_>| (!is_null(row, 0)).then(|| integer(row, 0));
        // A file without that table has another schema, which is named elsewhere.
        let checkpoint = all.all("SELECT max(size) FROM audit_checkpoint", [], size).await.unwrap_or_default();
        Ok(RawFrame {
            logs,
            keys,
            heads,
            largest_seq: largest.first().copied().unwrap_or_default(),
            largest_checkpoint: checkpoint.first().copied().flatten(),
        })
    }

    /// Payloads that belong to no entry, up to a hundred. This looks at all of them.
    pub async fn orphan_payloads(&mut self) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT seq FROM audit_payload WHERE seq NOT IN (SELECT seq FROM audit_entry) LIMIT 100";
        self.connection.all(sql, [], |row| integer(row, 0)).await
    }

    /// The next entries from `seq` on, up to `to`; none are left when there are none. Begin with `i64::MIN`, so that an
    /// entry below 1 is seen.
    pub async fn entries_from(&mut self, seq: i64, to: i64, log_id: [u8; 16]) -> Result<Vec<RawEntry>, StoreError> {
        let sql = format!("{ENTRIES} WHERE e.seq >= ? AND e.seq <= ? ORDER BY e.seq LIMIT ?");
        let read = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([seq, to, CHUNK])?;
            let mut entries = Entries::default();
            while !entries.is_full()
                && let Some(row) = rows.next()?
            {
                entries.push(entry(row, log_id));
            }
            Ok(entries.read)
        };
        self.connection.run(read).await
    }

    /// The next entries of these kinds behind `seq`, up to `to`: found by the index of kinds, however long the log is.
    pub async fn entries_of_kinds(
        &mut self,
        kinds: &[&'static str],
        seq: i64,
        to: i64,
        log_id: [u8; 16],
    ) -> Result<Vec<RawEntry>, StoreError> {
        let kinds = kinds.iter().map(|kind| format!("'{}'", kind.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
        // The plus keeps SQLite from walking along all entries in their order instead. Numbers alone are put in order:
        // entries may be large.
        let which = format!(
            "SELECT seq FROM audit_entry WHERE kind IN ({kinds}) AND +seq > ? AND +seq <= ? ORDER BY +seq LIMIT ?"
        );
        let read = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(&which)?;
            let which = statement.query_map([seq, to, CHUNK], |row| row.get(0))?;
            let which: Vec<i64> = which.collect::<Result<_, _>>()?;
            let mut one = connection.prepare_cached(&format!("{ENTRIES} WHERE e.seq = ?"))?;
            let mut entries = Entries::default();
            for seq in which {
                if entries.is_full() {
                    break;
                }
                entries.push(one.query_row([seq], |row| Ok(entry(row, log_id)))?);
            }
            Ok(entries.read)
        };
        self.connection.run(read).await
    }

    /// The next signed notes of checkpoints of more than `size` entries, with the lines of witnesses behind each.
    pub async fn notes_after(&mut self, size: i64, to: i64) -> Result<Vec<RawNote>, StoreError> {
        let sql = "SELECT size, note FROM audit_checkpoint WHERE size > ? AND size <= ? ORDER BY size LIMIT ?";
        let note = |row: &Row<'_>| RawNote { size: integer(row, 0), note: bytes(row, 1) };
        let mut notes = self.connection.all(sql, [size, to, NOTES], note).await?;
        for note in &mut notes {
            let sql = "SELECT line FROM audit_cosignature WHERE size = ? ORDER BY witness";
            for line in self.connection.all(sql, [note.size], |row| bytes(row, 0)).await? {
                note.note.extend(line);
                note.note.push(b'\n');
            }
        }
        Ok(notes)
    }

    /// Holds one state of the file until [`Self::release`]: new entries and rows read in between belong together.
    pub async fn hold(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN").await
    }

    /// Lets go of the state that was held.
    pub async fn release(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT").await
    }

    /// Names of tables, indexes and triggers that are not as the migrations made them.
    pub async fn schema_differences(&mut self) -> Result<Vec<String>, StoreError> {
        self.connection
            .run(|connection| {
                let (expected, found) = (schema_of(&migration::in_memory()?)?, schema_of(connection)?);
                let missing = expected.iter().filter(|object| !found.contains(object));
                let others = found.iter().filter(|(name, _)| !expected.iter().any(|(known, _)| known == name));
                Ok(missing.chain(others).map(|(name, _)| name.clone()).collect())
            })
            .await
    }

    /// What SQLite finds when it compares every index with its table and every value with its declared type, and in the
    /// file as a whole; it stops after so many. And what a partial index holds too much.
    pub async fn structure_problems(&mut self) -> Result<Vec<String>, StoreError> {
        // Every row is looked up in every index, which comes back to the same pages: 32 MiB of them are kept.
        self.run("PRAGMA cache_size = -32768").await?;
        let mut problems = self.problems("PRAGMA integrity_check(100)".to_owned()).await?;
        // Rows and keys are counted in one state of the file.
        self.hold().await?;
        problems.append(&mut self.connection.run(indexes::problems).await?);
        // SQLite may have let go of it by itself, over a page that it could not read.
        let _ = self.release().await;
        Ok(problems)
    }

    /// SQLite's own check of each table by itself, so that what is wrong with one leaves none of the others out: either the
    /// tables of the index of words, which is derived and proves nothing, or all others.
    pub async fn problems_by_table(&mut self, of_words: bool) -> Result<Vec<String>, StoreError> {
        let which = if of_words { "GLOB" } else { "NOT GLOB" };
        let sql = format!(
            "SELECT name FROM (SELECT 'sqlite_schema' AS name UNION ALL \
             SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0) WHERE name {which} 'audit_search*'"
        );
        let mut problems = Vec::new();
        for table in self.connection.all(sql, [], |row| lossy_text(row, 0)).await? {
            let name = table.replace('\'', "''");
            problems.append(&mut self.problems(format!("PRAGMA integrity_check('{name}')")).await?);
        }
        Ok(problems)
    }

    /// One by one: SQLite puts many of them into one row, under a headline. A check that breaks off has found something.
    async fn problems(&mut self, sql: String) -> Result<Vec<String>, StoreError> {
        let check = move |connection: &rusqlite::Connection| {
            let mut said = Vec::new();
            match said_by(connection, &sql, &mut said) {
                // That says nothing of the file.
                Err(error) if is_in_use(&error) => return Err(error),
                Err(error) => said.push(error.to_string()),
                Ok(()) => {}
            }
            Ok(said)
        };
        let said = self.connection.run(check).await?;
        let lines = said.iter().flat_map(|text| text.lines());
        let lines = lines.filter(|line| *line != "ok" && !line.starts_with("*** in database"));
        Ok(lines.map(str::to_owned).collect())
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.connection.run(|connection| connection.execute_batch(sql)).await
    }
}

/// What a check says, as far as it comes.
fn said_by(connection: &rusqlite::Connection, sql: &str, said: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        said.push(lossy_text(row, 0));
    }
    Ok(())
}

fn is_in_use(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, OperationInterrupted};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked | OperationInterrupted))
}

fn schema_of(connection: &rusqlite::Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(migration::SCHEMA)?;
    let objects = statement.query_map([], |row| Ok((lossy_text(row, 0), lossy_text(row, 1))))?;
    objects.collect()
}

fn key(row: &Row<'_>) -> RawKey {
    let hash = rows::hash_of(row, KEY_NOUN, 0..4);
    RawKey { id: bytes(row, 0), public_key: bytes(row, 1), epoch: integer(row, 2), created_at: integer(row, 3), hash }
}

fn entry(row: &Row<'_>, log_id: [u8; 16]) -> RawEntry {
    let body = (!is_null(row, 20)).then(|| (bytes(row, 19), bytes(row, 20)));
    RawEntry {
        seq: integer(row, 0),
        fields: fields(row, log_id),
        hash: bytes(row, 17),
        signature: bytes(row, 18),
        payload: body,
    }
}

fn fields(row: &Row<'_>, log_id: [u8; 16]) -> Result<SealedFields, &'static str> {
    Ok(SealedFields {
        version: strict_integer(row, 1, "version")?,
        log_id,
        seq: integer(row, 0),
        id: strict_blob(row, 2, 16, "id")?,
        transaction_id: strict_blob(row, 3, 16, "transaction_id")?,
        kind: strict_text(row, 4, "kind")?.ok_or("kind")?,
        severity: strict_text(row, 5, "severity")?.ok_or("severity")?,
        outcome: strict_text(row, 6, "outcome")?.ok_or("outcome")?,
        actor: strict_text(row, 7, "actor")?.ok_or("actor")?,
        actor_kind: strict_text(row, 8, "actor_kind")?.ok_or("actor_kind")?,
        target_kind: strict_text(row, 9, "target_kind")?,
        target_id: strict_text(row, 10, "target_id")?,
        recorded_at: strict_integer(row, 11, "recorded_at")?,
        clock: strict_integer(row, 12, "clock")?,
        payload_hash: strict_blob(row, 13, 32, "payload_hash")?,
        effects: match value(row, 14) {
            ValueRef::Blob(effects) => effects.to_vec(),
            _ => return Err("effects"),
        },
        key_id: strict_blob(row, 15, 16, "key_id")?,
        previous_hash: strict_blob(row, 16, 32, "previous_hash")?,
    })
}

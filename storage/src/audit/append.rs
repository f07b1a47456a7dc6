//! Giving events their place, their hash and their signature: the last thing a transaction does.

use super::{AuditLog, ENTRY_VERSION, Event, Events, LogKey, SALT_LENGTH, SealedFields, effect, entry, payload_hash};
use crate::counted::Counted;
use crate::raw::KEY_NOUN;
use crate::tx::Seal;
use crate::{ActorKind, Ambient, EventId, Severity, StoreError, Timestamp, TransactionId};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// How far back a clock may step before the log says so: two minutes, in microseconds.
pub const CLOCK_TOLERANCE: i64 = 120_000_000;

/// The one kind that the log writes by itself.
pub const CLOCK_ADJUSTED: &str = "clock.adjusted";

/// Entries that go into one statement: 19 values each, far below SQLite's 32,766.
const CHUNK: usize = 100;

/// Appends the events of one transaction; called last, outside savepoints.
pub(crate) async fn append(
    conn: &Counted,
    seal: &Seal,
    ambient: &Ambient,
    now: Timestamp,
    events: Events,
) -> Result<Vec<EventId>, StoreError> {
    let head = Head::read(conn, &seal.key, introduced(&events)).await?;
    let mut place = Place {
        seal,
        ambient,
        now,
        transaction: TransactionId(ambient.uuid(now)),
        seq: head.size,
        previous_hash: head.hash,
        recorded_at: head.recorded_at,
    };
    let mut events = events.0;
    if let Some(adjusted) = place.restart_clock() {
        events.insert(0, adjusted);
    }
    let mut ids = Vec::with_capacity(events.len());
    let mut events = events.into_iter();
    loop {
        let rows: Vec<SealedRow> =
            events.by_ref().take(CHUNK).map(|event| place.seal(event)).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Ok(ids);
        }
        ids.extend(rows.iter().map(|row| row.event));
        write(conn, rows, &place).await?;
    }
}

/// Writes the first rows of a log, in the transaction that also writes its first entries.
pub(crate) async fn found(conn: &Counted, log: &AuditLog) -> Result<(), StoreError> {
    let key = super::key_id(&log.public_key);
    let sql = "INSERT INTO audit_log (id, created_at, encoding, public_key) VALUES (?, ?, ?, ?);
               INSERT INTO audit_key (id, public_key, epoch, created_at) VALUES (?, ?, 1, ?);
               INSERT INTO audit_head (id, size, hash, recorded_at) VALUES (1, 0, ?, ?)";
    let values: Vec<Value> = vec![
        log.id.0.as_bytes().to_vec().into(),
        log.created_at.0.into(),
        log.encoding.into(),
        log.public_key.to_vec().into(),
        key.to_vec().into(),
        log.public_key.to_vec().into(),
        log.created_at.0.into(),
        log.fingerprint().to_vec().into(),
        log.created_at.0.into(),
    ];
    conn.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    Ok(())
}

/// The key that this transaction itself brings: it is in force from the next entry on, so not yet.
fn introduced(events: &Events) -> Vec<u8> {
    let mut effects = events.0.iter().flat_map(|event| &event.effects);
    effects.find(|effect| effect.noun == KEY_NOUN).map(|effect| effect.id.clone()).unwrap_or_default()
}

/// Where the log ends: the cache, checked against the log itself.
struct Head {
    size: i64,
    hash: Vec<u8>,
    recorded_at: i64,
}

impl Head {
    async fn read(conn: &Counted, key: &LogKey, introduced: Vec<u8>) -> Result<Self, StoreError> {
        let sql = "SELECT h.size, h.hash, h.recorded_at, l.id AS log_id, e.seq AS last_seq, e.hash AS last_hash, e.recorded_at AS last_at,
                       (SELECT id FROM audit_key WHERE id <> ?1 ORDER BY rowid DESC LIMIT 1) AS key_id,
                       (SELECT count(*) FROM audit_key WHERE id = ?2) AS known
                   FROM audit_log l LEFT JOIN audit_head h ON h.id = 1
                   LEFT JOIN audit_entry e ON e.seq = (SELECT max(seq) FROM audit_entry)";
        let values: [Value; 2] = [introduced.into(), key.id().to_vec().into()];
        let row = conn.look(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        let row = row.ok_or(StoreError::NotFounded)?;
        let log_id: Vec<u8> = row.try_get("", "log_id")?;
        let key_id: Option<Vec<u8>> = row.try_get("", "key_id")?;
        let known: i64 = row.try_get("", "known")?;
        if log_id != key.log_id().0.as_bytes() || known == 0 {
            return Err(StoreError::WrongLogKey);
        }
        if key_id.as_deref() != Some(&key.id()) {
            return Err(StoreError::KeyRotated);
        }
        let last_seq: i64 = row.try_get::<Option<i64>>("", "last_seq")?.unwrap_or(0);
        let Some(size) = row.try_get("", "size")? else {
            return Err(StoreError::HeadDisagrees { head: 0, found: last_seq });
        };
        let head = Self { size, hash: row.try_get("", "hash")?, recorded_at: row.try_get("", "recorded_at")? };
        let last_hash: Option<Vec<u8>> = row.try_get("", "last_hash")?;
        let last_at: Option<i64> = row.try_get("", "last_at")?;
        let same = last_hash.is_none_or(|hash| hash == head.hash) && last_at.is_none_or(|at| at == head.recorded_at);
        if last_seq != head.size || !same {
            return Err(StoreError::HeadDisagrees { head: head.size, found: last_seq });
        }
        Ok(head)
    }
}

/// Where the next entry goes.
struct Place<'a> {
    seal: &'a Seal,
    ambient: &'a Ambient,
    now: Timestamp,
    transaction: TransactionId,
    seq: i64,
    previous_hash: Vec<u8>,
    recorded_at: i64,
}

struct SealedRow {
    event: EventId,
    fields: SealedFields,
    hash: [u8; 32],
    signature: [u8; 64],
    salt: [u8; SALT_LENGTH],
    body: Vec<u8>,
}

impl Place<'_> {
    /// Time never runs backwards in the log by less than the tolerance; a larger step restarts it, and is written down.
    fn restart_clock(&mut self) -> Option<Event> {
        let old = Timestamp(self.recorded_at);
        if old.0.saturating_sub(self.now.0) < CLOCK_TOLERANCE {
            return None;
        }
        self.recorded_at = self.now.0;
        Some(
            Event::new(CLOCK_ADJUSTED)
                .severity(Severity::Warning)
                .with("old", old.to_micros_text())
                .with("new", self.now.to_micros_text()),
        )
    }

    fn seal(&mut self, event: Event) -> Result<SealedRow, StoreError> {
        self.seq += 1;
        self.recorded_at = self.recorded_at.max(self.now.0);
        let id = EventId(self.ambient.uuid(self.now));
        let body = serde_json::to_vec(&event.payload).map_err(|error| StoreError::Encoding(error.to_string()))?;
        let salt: [u8; SALT_LENGTH] = self.ambient.bytes();
        let by_system = event.kind == CLOCK_ADJUSTED;
        let (target_kind, target_id) = event.target.unzip();
        let fields = SealedFields {
            version: ENTRY_VERSION,
            log_id: *self.seal.key.log_id().0.as_bytes(),
            seq: self.seq,
            id: id.0.as_bytes().to_vec(),
            transaction_id: self.transaction.0.as_bytes().to_vec(),
            kind: event.kind,
            severity: event.severity.as_str().to_owned(),
            outcome: event.outcome.as_str().to_owned(),
            actor: self.seal.actor.clone(),
            actor_kind: if by_system { ActorKind::System } else { ActorKind::User }.as_str().to_owned(),
            target_kind,
            target_id,
            recorded_at: self.recorded_at,
            clock: self.now.0,
            payload_hash: payload_hash(&salt, &body).to_vec(),
            effects: effect::encode(&event.effects),
            key_id: self.seal.key.id().to_vec(),
            previous_hash: std::mem::take(&mut self.previous_hash),
        };
        let hash = fields.hash();
        let signature = entry::sign(self.seal.key.signing(), &fields.log_id, fields.seq, &hash);
        self.previous_hash = hash.to_vec();
        Ok(SealedRow { event: id, fields, hash, signature, salt, body })
    }
}

/// Entries, payloads and the new head in one round trip.
async fn write(conn: &Counted, rows: Vec<SealedRow>, place: &Place<'_>) -> Result<(), StoreError> {
    let count = rows.len();
    let mut values: Vec<Value> = Vec::with_capacity(count * 22 + 3);
    let mut payloads: Vec<Value> = Vec::with_capacity(count * 3);
    for row in rows {
        let f = row.fields;
        payloads.extend::<[Value; 3]>([f.seq.into(), row.salt.to_vec().into(), row.body.into()]);
        values.extend::<[Value; 19]>([
            f.seq.into(),
            f.version.into(),
            f.id.into(),
            f.transaction_id.into(),
            f.kind.into(),
            f.severity.into(),
            f.outcome.into(),
            f.actor.into(),
            f.actor_kind.into(),
            f.target_kind.into(),
            f.target_id.into(),
            f.recorded_at.into(),
            f.clock.into(),
            f.payload_hash.into(),
            f.effects.into(),
            f.key_id.into(),
            f.previous_hash.into(),
            row.hash.to_vec().into(),
            row.signature.to_vec().into(),
        ]);
    }
    values.append(&mut payloads);
    values.extend::<[Value; 3]>([place.seq.into(), place.previous_hash.clone().into(), place.recorded_at.into()]);
    let sql = format!(
        "INSERT INTO audit_entry (seq, version, id, transaction_id, kind, severity, outcome, actor, actor_kind, \
         target_kind, target_id, recorded_at, clock, payload_hash, effects, key_id, previous_hash, hash, signature) \
         VALUES {};
         INSERT INTO audit_payload (seq, salt, body) VALUES {};
         UPDATE audit_head SET size = ?, hash = ?, recorded_at = ? WHERE id = 1",
        tuples(19, count),
        tuples(3, count),
    );
    conn.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    Ok(())
}

/// `(?,?),(?,?)`: so many tuples of so many places.
fn tuples(width: usize, count: usize) -> String {
    let one = format!("({})", vec!["?"; width].join(","));
    vec![one; count].join(",")
}

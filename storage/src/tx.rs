//! A write transaction: it can only end by being committed together with audit events, or by being dropped.

use crate::audit::{self, AuditLog, Effect, Events, LogKey, Ticket};
use crate::counted::Counted;
use crate::error_map::commit_certainly_failed;
use crate::raw::KEY_NOUN;
use crate::row::{self, Row};
use crate::{Ambient, Event, EventId, Reader, StoreError, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbBackend, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter, QueryTrait,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Under whose name and with which key events are written.
#[derive(Clone, Debug)]
pub struct Seal {
    pub key: Arc<LogKey>,
    pub actor: String,
}

/// An open write transaction. Dropping it rolls back.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is rolled back"]
pub struct Tx {
    pub(crate) conn: Counted,
    seal: Seal,
    ambient: Ambient,
    now: Timestamp,
    /// Tells this transaction's effects from those of every other in the process.
    number: u64,
    /// The noun of every row that was written; an effect's ticket is its place here.
    written: Mutex<Vec<&'static str>>,
}

/// The proof that a transaction was committed with its events. Only [`Tx::commit`] makes one.
#[derive(Debug)]
#[must_use]
pub struct Committed<T> {
    pub(crate) value: T,
    /// The events to look up when the commit ended in an I/O error.
    pub(crate) unknown: Option<Vec<EventId>>,
}

impl Tx {
    pub(crate) fn new(conn: Counted, seal: Seal, ambient: Ambient) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let now = ambient.now();
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Self { conn, seal, ambient, now, number, written: Mutex::default() }
    }

    /// Writes the events, and makes everything durable with them or nothing at all.
    ///
    /// Refuses when a row was written that no event accounts for, and when the writes of one row are named in another
    /// order than they were made: the last effect of a row says what it holds.
    pub async fn commit<T>(self, events: impl Into<Events>, value: T) -> Result<Committed<T>, StoreError> {
        let events = events.into();
        self.all_accounted_for(&events)?;
        key_comes_last(&events)?;
        let ids = audit::append(&self.conn, &self.seal, &self.ambient, self.now, events).await?;
        match self.conn.commit().await {
            Ok(()) => Ok(Committed { value, unknown: None }),
            Err(error) if commit_certainly_failed(&error) => Err(error),
            Err(_) => Ok(Committed { value, unknown: Some(ids) }),
        }
    }

    /// The moment of this transaction: one reading of the clock, taken once the lock was held.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A fresh id.
    #[must_use]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.ambient.uuid(self.now).into()
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        self.ambient.bytes()
    }

    /// Reads what this transaction sees. A use case reads through this, never through the pool:
    /// the writer's one connection is taken.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::inside(&self.conn)
    }

    /// Founds the audit log; the transaction that does so also writes its first entries.
    pub async fn found_log(&self, log: &AuditLog) -> Result<(), StoreError> {
        audit::found(&self.conn, log).await
    }

    /// Inserts a row. It is written before anything else is read or written here, together with that; so a row that
    /// cannot be inserted may be refused as late as at the commit.
    pub async fn insert<R: Row>(&self, row: &R) -> Result<Effect, StoreError> {
        let effect = self.addition(row)?;
        self.conn.write_later(R::Table::insert(row.clone().into_active_model()).build(DbBackend::Sqlite)).await?;
        Ok(effect)
    }

    /// Inserts many rows in few statements.
    pub async fn insert_many<R: Row>(&self, rows: &[R]) -> Result<Vec<Effect>, StoreError> {
        let effects = rows.iter().map(|row| self.addition(row)).collect::<Result<_, _>>()?;
        for chunk in rows.chunks(ROWS_PER_STATEMENT) {
            let models = chunk.iter().map(|row| row.clone().into_active_model());
            R::Table::insert_many(models).exec_without_returning(&self.conn).await?;
        }
        Ok(effects)
    }

    /// Writes every column of a row that is there.
    pub async fn update<R: Row>(&self, row: &R) -> Result<Effect, StoreError> {
        let effect = self.effect(row, true)?;
        // `into_active_model` marks everything unchanged, and an update of that does nothing.
        let changed = row.clone().into_active_model().reset_all();
        let mut update = R::Table::update_many().set(changed);
        for key in <R::Table as EntityTrait>::PrimaryKey::iter() {
            let column = key.into_column();
            update = update.filter(column.eq(row.get(column)));
        }
        self.conn.write_waiting().await?;
        let updated = update.exec(&self.conn).await?;
        if updated.rows_affected == 1 { Ok(effect) } else { Err(StoreError::Gone { noun: R::NOUN }) }
    }

    /// Deletes a row.
    pub async fn delete<R: Row>(&self, row: &R) -> Result<Effect, StoreError> {
        let effect = self.effect(row, false)?;
        self.conn.write_waiting().await?;
        let deleted = row.clone().delete(&self.conn).await?;
        if deleted.rows_affected == 1 { Ok(effect) } else { Err(StoreError::Gone { noun: R::NOUN }) }
    }

    /// A row that contradicts itself is not added. One that somebody edited into that may still be changed: what was
    /// done to it is for verification to tell, and a license is revoked all the same.
    fn addition<R: Row>(&self, row: &R) -> Result<Effect, StoreError> {
        match row.contradiction() {
            Some(what) => Err(StoreError::Encoding(format!("a {} with {what}", R::NOUN))),
            None => self.effect(row, true),
        }
    }

    fn effect<R: Row>(&self, row: &R, stays: bool) -> Result<Effect, StoreError> {
        let hash = if stays { Some(row::hash(row)?) } else { None };
        let id = row::id_bytes(row)?;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push(R::NOUN);
        let ticket = Ticket { transaction: self.number, place: written.len() - 1 };
        Ok(Effect { noun: R::NOUN, id, hash, ticket })
    }

    fn all_accounted_for(&self, events: &Events) -> Result<(), StoreError> {
        let mut open: Vec<Option<&'static str>> =
            self.written.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().map(Some).collect();
        let mut latest = HashMap::new();
        for effect in events.0.iter().flat_map(|event| &event.effects) {
            match open.get_mut(effect.ticket.place) {
                Some(slot) if effect.ticket.transaction == self.number && slot.is_some() => *slot = None,
                _ => return Err(StoreError::Unaccounted { noun: effect.noun }),
            }
            let before = latest.insert((effect.noun, effect.id.as_slice()), effect.ticket);
            if before.is_some_and(|before| before > effect.ticket) {
                return Err(StoreError::Disordered { noun: effect.noun });
            }
        }
        match open.into_iter().flatten().next() {
            Some(noun) => Err(StoreError::Unaccounted { noun }),
            None => Ok(()),
        }
    }
}

/// A new key is in force from the next entry on, and this transaction seals with the old one; so there is one at most.
fn key_comes_last(events: &Events) -> Result<(), StoreError> {
    let keys = |event: &Event| event.effects.iter().filter(|effect| effect.noun == KEY_NOUN).count();
    let all: usize = events.0.iter().map(keys).sum();
    let last = events.0.last().map_or(0, keys);
    if all == last && last <= 1 { Ok(()) } else { Err(StoreError::Disordered { noun: KEY_NOUN }) }
}

/// A license has 19 columns; SQLite takes 32,766 values.
const ROWS_PER_STATEMENT: usize = 100;

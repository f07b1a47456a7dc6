//! The connection of a transaction: it refuses everything after its first error, and lets tests make any statement fail.
//!
//! On a full disk SQLite rolls the whole transaction back without the driver noticing; the next statement
//! would run outside any transaction, and stay.
//!
//! Each round trip to the driver's thread costs as much as the statement itself, so an insert waits for the next
//! statement and goes along with it: the license, its entry and its audit event are one trip.

use crate::StoreError;
use crate::error_map::POISONED;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// More inserts than this are many rows, and have a statement of their own.
const MOST_WAITING: usize = 16;

#[derive(Debug)]
pub(crate) struct Counted {
    transaction: DatabaseTransaction,
    poisoned: AtomicBool,
    /// Inserts that go along with the next statement.
    waiting: Mutex<Vec<Statement>>,
    #[cfg(feature = "faults")]
    faults: std::sync::Arc<crate::faults::Faults>,
}

impl Counted {
    #[cfg(not(feature = "faults"))]
    pub(crate) fn new(transaction: DatabaseTransaction) -> Self {
        Self { transaction, poisoned: AtomicBool::new(false), waiting: Mutex::default() }
    }

    #[cfg(feature = "faults")]
    pub(crate) fn new(transaction: DatabaseTransaction, faults: std::sync::Arc<crate::faults::Faults>) -> Self {
        Self { transaction, poisoned: AtomicBool::new(false), waiting: Mutex::default(), faults }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.gate()?;
        #[cfg(feature = "faults")]
        let faults = std::sync::Arc::clone(&self.faults);
        #[cfg(feature = "faults")]
        if faults.loses_commit() {
            self.transaction.rollback().await?;
            return Err(StoreError::Database("injected: the sync failed and the commit was lost".to_owned()));
        }
        self.transaction.commit().await?;
        #[cfg(feature = "faults")]
        if faults.hides_commit() {
            return Err(StoreError::Database("injected: the sync failed and the commit is there".to_owned()));
        }
        Ok(())
    }

    /// Writes this before anything else is read or written, but makes no trip of its own for it.
    pub(crate) async fn write_later(&self, statement: Statement) -> Result<(), DbErr> {
        self.refuse_if_poisoned()?;
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(statement);
            waiting.len()
        };
        if waiting < MOST_WAITING { Ok(()) } else { self.write_waiting().await }
    }

    fn refuse_if_poisoned(&self) -> Result<(), DbErr> {
        if self.poisoned.load(Ordering::Relaxed) { Err(DbErr::Custom(POISONED.to_owned())) } else { Ok(()) }
    }

    /// Reads what no waiting statement touches.
    pub(crate) async fn look(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.gate()?;
        self.watch(self.transaction.query_one_raw(statement).await)
    }

    /// Everything that waits, and then `last`, as one statement.
    fn with_waiting(&self, last: Option<Statement>) -> Option<Statement> {
        let mut all = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        all.extend(last);
        let first = all.first()?.db_backend;
        let sql = all.iter().map(|statement| statement.sql.as_str()).collect::<Vec<_>>().join("; ");
        let values = all.into_iter().filter_map(|statement| statement.values).flat_map(|values| values.0);
        Some(Statement::from_sql_and_values(first, sql, values))
    }

    pub(crate) async fn write_waiting(&self) -> Result<(), DbErr> {
        if let Some(statement) = self.with_waiting(None) {
            self.gate()?;
            self.watch(self.transaction.execute_raw(statement).await)?;
        }
        Ok(())
    }

    fn gate(&self) -> Result<(), DbErr> {
        self.refuse_if_poisoned()?;
        #[cfg(feature = "faults")]
        if self.faults.next_fails() {
            self.poisoned.store(true, Ordering::Relaxed);
            return Err(DbErr::Custom(crate::faults::INJECTED.to_owned()));
        }
        Ok(())
    }

    fn watch<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if result.is_err() {
            self.poisoned.store(true, Ordering::Relaxed);
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for Counted {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    /// With everything that waits; the count of rows is of all of them together.
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.gate()?;
        let statement = self.with_waiting(Some(statement)).ok_or_else(|| DbErr::Custom(POISONED.to_owned()))?;
        self.watch(self.transaction.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.write_waiting().await?;
        self.gate()?;
        self.watch(self.transaction.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.write_waiting().await?;
        self.gate()?;
        self.watch(self.transaction.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.write_waiting().await?;
        self.gate()?;
        self.watch(self.transaction.query_all_raw(statement).await)
    }

    /// Nothing that is written is read back in the same statement: each round trip costs.
    fn support_returning(&self) -> bool {
        false
    }
}

//! The connection of a transaction: it refuses everything after its first error, and lets tests make any statement fail.
//!
//! On a full disk SQLite rolls the whole transaction back without the driver noticing; the next statement
//! would run outside any transaction, and stay.

use crate::StoreError;
use crate::error_map::POISONED;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug)]
pub(crate) struct Counted {
    transaction: DatabaseTransaction,
    poisoned: AtomicBool,
    #[cfg(feature = "faults")]
    faults: std::sync::Arc<crate::faults::Faults>,
}

impl Counted {
    #[cfg(not(feature = "faults"))]
    pub(crate) fn new(transaction: DatabaseTransaction) -> Self {
        Self { transaction, poisoned: AtomicBool::new(false) }
    }

    #[cfg(feature = "faults")]
    pub(crate) fn new(transaction: DatabaseTransaction, faults: std::sync::Arc<crate::faults::Faults>) -> Self {
        Self { transaction, poisoned: AtomicBool::new(false), faults }
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

    fn gate(&self) -> Result<(), DbErr> {
        if self.poisoned.load(Ordering::Relaxed) {
            return Err(DbErr::Custom(POISONED.to_owned()));
        }
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

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.gate()?;
        self.watch(self.transaction.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.gate()?;
        self.watch(self.transaction.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.gate()?;
        self.watch(self.transaction.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.gate()?;
        self.watch(self.transaction.query_all_raw(statement).await)
    }

    /// Nothing that is written is read back in the same statement: each round trip costs.
    fn support_returning(&self) -> bool {
        false
    }
}

//! Writing what is derived from the log, or vouches for it by signatures of its own: no event is due for that.
//!
//! Such a transaction can reach nothing else; the guard of the connection refuses its commit otherwise.

use crate::counted::Counted;
use crate::{Checkpoint, Cosignature, Reader, Store, StoreError};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::sync::atomic::{AtomicBool, Ordering};

/// An open transaction on derived tables. Dropping it rolls back.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is rolled back"]
pub struct MaintenanceTx {
    pub(crate) conn: Counted,
    /// Whether a row was written: the guard refuses a commit of nothing.
    wrote: AtomicBool,
}

/// The proof that it was committed.
#[derive(Debug)]
#[must_use]
pub struct Maintained<T>(T);

impl Store {
    /// Runs `work` in a transaction on derived tables, in its turn among the writers.
    pub async fn maintain<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(MaintenanceTx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Maintained<T>, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.in_turn(move |store| async move {
            let tx = MaintenanceTx { conn: store.begin().await?, wrote: AtomicBool::new(false) };
            Ok(work(tx).await?.0)
        })
        .await
    }
}

impl MaintenanceTx {
    /// Reads what this transaction sees.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::inside(&self.conn)
    }

    /// Keeps a checkpoint. One of the same size that is there already stays.
    pub async fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_checkpoint (size, epoch, root, frontier, note, reason, created_at)
                   SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE size = ?1)";
        let values: [Value; 7] = [
            checkpoint.size.into(),
            checkpoint.epoch.into(),
            checkpoint.root.to_vec().into(),
            checkpoint.frontier.clone().into(),
            checkpoint.note.clone().into(),
            checkpoint.reason.clone().into(),
            checkpoint.created_at.0.into(),
        ];
        self.execute(sql, values).await
    }

    /// Keeps a witness's line. The same one that is there already stays.
    pub async fn add_cosignature(&self, cosignature: &Cosignature) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_cosignature (size, witness, line, signed_at, received_at)
                   SELECT ?1, ?2, ?3, ?4, ?5
                   WHERE NOT EXISTS (SELECT 1 FROM audit_cosignature WHERE size = ?1 AND witness = ?2 AND line = ?3)";
        let values: [Value; 5] = [
            cosignature.size.into(),
            cosignature.witness.clone().into(),
            cosignature.line.clone().into(),
            cosignature.signed_at.0.into(),
            cosignature.received_at.0.into(),
        ];
        self.execute(sql, values).await
    }

    /// Makes it durable. Nothing written is nothing to commit.
    pub async fn commit<T>(self, value: T) -> Result<Maintained<T>, StoreError> {
        if self.wrote.load(Ordering::Relaxed) {
            self.conn.commit().await?;
        }
        Ok(Maintained(value))
    }

    pub(crate) async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), StoreError> {
        let done = self.conn.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        if done.rows_affected() > 0 {
            self.wrote.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

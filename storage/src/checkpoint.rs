//! Checkpoints of the log's tree, and what witnesses say of them: signed notes, kept as they were made.

use crate::{AuditKey, Reader, StoreError, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement};

/// A checkpoint of the tree, signed by the log's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: i64,
    pub epoch: i64,
    pub root: [u8; 32],
    /// The right edge of the tree at this size: a cache, checked against the root before it is used.
    pub frontier: Vec<u8>,
    /// The signed note.
    pub note: String,
    /// Why it was written.
    pub reason: String,
    pub created_at: Timestamp,
}

/// A witness's signature line under a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    pub size: i64,
    /// The name of the witness's key.
    pub witness: String,
    pub line: String,
    /// When the witness says it signed.
    pub signed_at: Timestamp,
    pub received_at: Timestamp,
}

impl Reader<'_> {
    /// The checkpoint with the most entries, of those that are in the log.
    pub async fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let sql = format!("SELECT {CHECKPOINT} FROM audit_checkpoint WHERE {IN_THE_LOG} ORDER BY size DESC LIMIT 1");
        Ok(self.checkpoints(&sql, []).await?.pop())
    }

    /// How many entries came since the last checkpoint.
    pub async fn entries_since_checkpoint(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT coalesce((SELECT max(seq) FROM audit_entry), 0)
                  - coalesce((SELECT max(size) FROM audit_checkpoint WHERE {IN_THE_LOG}), 0)"
        );
        let since = self.number(&sql, Vec::new()).await?;
        Ok(since.and_then(|since| u64::try_from(since).ok()).unwrap_or(0))
    }

    /// The key that the next entry has to be signed with.
    pub async fn audit_key_in_force(&self) -> Result<Option<AuditKey>, StoreError> {
        let sql = "SELECT id, public_key, epoch, created_at FROM audit_key ORDER BY rowid DESC LIMIT 1";
        let row = self.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        Ok(row.map(|row| AuditKey::from_query_result(&row, "")).transpose()?)
    }

    /// Checkpoints before a size, largest first.
    pub async fn checkpoints_before(&self, size: i64, limit: i64) -> Result<Vec<Checkpoint>, StoreError> {
        let sql = format!("SELECT {CHECKPOINT} FROM audit_checkpoint WHERE size < ? ORDER BY size DESC LIMIT ?");
        self.checkpoints(&sql, [size.into(), limit.into()]).await
    }

    /// Checkpoints from a size on, smallest first.
    pub async fn checkpoints_from(&self, size: i64, limit: i64) -> Result<Vec<Checkpoint>, StoreError> {
        let sql = format!("SELECT {CHECKPOINT} FROM audit_checkpoint WHERE size >= ? ORDER BY size LIMIT ?");
        self.checkpoints(&sql, [size.into(), limit.into()]).await
    }

    /// What witnesses said of a checkpoint.
    pub async fn cosignatures(&self, size: i64) -> Result<Vec<Cosignature>, StoreError> {
        let sql = format!("SELECT {COSIGNATURE} FROM audit_cosignature WHERE size = ? ORDER BY witness, line");
        let rows = self.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [size.into()])).await?;
        rows.iter().map(cosignature).collect()
    }

    /// What stands under the name of this witness at the largest checkpoint, of an epoch or of any, of those before a size.
    pub async fn cosignatures_by(
        &self,
        witness: &str,
        epoch: Option<i64>,
        before: i64,
    ) -> Result<Vec<Cosignature>, StoreError> {
        let sql = format!(
            "SELECT {COSIGNATURE} FROM audit_cosignature WHERE witness = ?1 AND size = (
                 SELECT c.size FROM audit_cosignature c WHERE c.witness = ?1 AND c.size < ?3
                 AND EXISTS (SELECT 1 FROM audit_checkpoint p WHERE p.size = c.size AND p.epoch = coalesce(?2, p.epoch))
                 ORDER BY c.size DESC LIMIT 1)"
        );
        let values = [witness.into(), epoch.into(), before.into()];
        let rows = self.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        rows.iter().map(cosignature).collect()
    }

    async fn checkpoints<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result<Vec<Checkpoint>, StoreError> {
        let rows = self.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        rows.iter().map(checkpoint).collect()
    }
}

const CHECKPOINT: &str = "size, epoch, root, frontier, note, reason, created_at";
const IN_THE_LOG: &str = "size <= (SELECT max(seq) FROM audit_entry)";
const COSIGNATURE: &str = "size, witness, line, signed_at, received_at";

fn checkpoint(row: &QueryResult) -> Result<Checkpoint, StoreError> {
    let root: Vec<u8> = row.try_get("", "root")?;
    let root = root.try_into().map_err(|_| StoreError::Damaged("a checkpoint's root is not 32 bytes".to_owned()))?;
    Ok(Checkpoint {
        size: row.try_get("", "size")?,
        epoch: row.try_get("", "epoch")?,
        root,
        frontier: row.try_get("", "frontier")?,
        note: row.try_get("", "note")?,
        reason: row.try_get("", "reason")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
    })
}

fn cosignature(row: &QueryResult) -> Result<Cosignature, StoreError> {
    Ok(Cosignature {
        size: row.try_get("", "size")?,
        witness: row.try_get("", "witness")?,
        line: row.try_get("", "line")?,
        signed_at: Timestamp(row.try_get("", "signed_at")?),
        received_at: Timestamp(row.try_get("", "received_at")?),
    })
}

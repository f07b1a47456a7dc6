//! Checkpoints, cosignatures and witnesses as they are found, to be compared with the entries.

use super::value::{bytes, integer, value};
use super::{KEYS, RawKey, RawReader, key};
use crate::StoreError;
use rusqlite::Row;
use rusqlite::types::ValueRef;

/// A row of `audit_checkpoint`. What only tells people something, its reason and its time, is not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCheckpoint {
    pub size: i64,
    pub epoch: i64,
    pub root: Vec<u8>,
    pub frontier: Vec<u8>,
    pub note: Vec<u8>,
}

/// A row of `audit_cosignature`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCosignature {
    pub size: i64,
    pub witness: Vec<u8>,
    pub line: Vec<u8>,
    pub signed_at: i64,
    pub received_at: i64,
}

/// A row of `witness`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawWitness {
    pub name: Vec<u8>,
    pub verifier_key: Vec<u8>,
    pub created_at: i64,
}

/// Everything that vouches for the log besides its entries, all of one state of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawVouchers {
    /// In the order of their sizes.
    pub checkpoints: Vec<RawCheckpoint>,
    pub cosignatures: Vec<RawCosignature>,
    pub witnesses: Vec<RawWitness>,
}

impl RawReader {
    /// Checkpoints and cosignatures of these sizes, and every witness.
    ///
    /// Read before the frame: a checkpoint that is kept meanwhile speaks of entries that this run may not see.
    pub async fn vouchers(&mut self, from: i64, to: i64) -> Result<RawVouchers, StoreError> {
        self.hold().await?;
        let vouchers = self.read_vouchers(from, to).await;
        self.release().await?;
        vouchers
    }

    /// The keys of the log, in the order of writing.
    pub async fn keys(&mut self) -> Result<Vec<RawKey>, StoreError> {
        self.connection.all(KEYS, [], key).await
    }

    async fn read_vouchers(&mut self, from: i64, to: i64) -> Result<RawVouchers, StoreError> {
        let sql = "SELECT size, epoch, root, frontier, note FROM audit_checkpoint \
                   WHERE size BETWEEN ? AND ? ORDER BY size";
        let checkpoints = self.connection.all(sql, [from, to], checkpoint).await?;
        let sql = "SELECT size, witness, line, signed_at, received_at FROM audit_cosignature \
                   WHERE size BETWEEN ? AND ? ORDER BY size, witness";
        let cosignatures = self.connection.all(sql, [from, to], cosignature).await?;
        let sql = "SELECT name, verifier_key, created_at FROM witness ORDER BY name";
        let witnesses = self.connection.all(sql, [], witness).await?;
        Ok(RawVouchers { checkpoints, cosignatures, witnesses })
    }
}

fn checkpoint(row: &Row<'_>) -> RawCheckpoint {
    RawCheckpoint {
        size: integer(row, 0),
        epoch: integer(row, 1),
        root: bytes(row, 2),
        frontier: bytes(row, 3),
        // Text that became a blob is not what was written, whatever its bytes are.
        note: if matches!(value(row, 4), ValueRef::Text(_)) { bytes(row, 4) } else { Vec::new() },
    }
}

fn cosignature(row: &Row<'_>) -> RawCosignature {
    RawCosignature {
        size: integer(row, 0),
        witness: bytes(row, 1),
        line: bytes(row, 2),
        signed_at: integer(row, 3),
        received_at: integer(row, 4),
    }
}

fn witness(row: &Row<'_>) -> RawWitness {
    RawWitness { name: bytes(row, 0), verifier_key: bytes(row, 1), created_at: integer(row, 2) }
}

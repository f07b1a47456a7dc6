//! Rows of the audited tables, as effects name them: by noun, id and a hash of all columns.

use super::value::{canonical, integer};
use super::{CHUNK, RawReader};
use crate::StoreError;
use crate::audit::hex;
use crate::row;
use sqlx::sqlite::SqliteRow;
use std::ops::Range;

/// One row of an audited table: its id and the hash of what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRow {
    pub rowid: i64,
    pub id: Vec<u8>,
    pub hash: [u8; 32],
}

/// Rows as they were read, to be hashed elsewhere.
#[derive(Debug)]
pub struct ReadRows {
    noun: &'static str,
    columns: usize,
    rows: Vec<SqliteRow>,
}

impl ReadRows {
    /// The last rowid; none where there is no row.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.rows.last().map(|row| integer(row, 0))
    }

    /// Each row with the hash of what it holds.
    #[must_use]
    pub fn hashed(&self) -> Vec<RawRow> {
        let hashed = |row| RawRow {
            rowid: integer(row, 0),
            id: canonical(row, 1).map(|id| id.as_ref().to_vec()).unwrap_or_default(),
            hash: hash_of(row, self.noun, 1..self.columns + 1),
        };
        self.rows.iter().map(hashed).collect()
    }
}

impl RawReader {
    /// The next rows of an audited table from a rowid on. Begin with `i64::MIN`: a row can hide as low as that.
    pub async fn rows_from(&mut self, table: &AuditedTable, rowid: i64) -> Result<ReadRows, StoreError> {
        let sql = format!(
            "SELECT rowid, {} FROM {} WHERE rowid >= ? ORDER BY rowid LIMIT ?",
            table.columns.join(", "),
            table.noun
        );
        let rows = self.all(&sql, &[rowid, CHUNK]).await?;
        Ok(ReadRows { noun: table.noun, columns: table.columns.len(), rows })
    }

    /// One row of an audited table by its id, column by column, as its hash is made of them.
    pub async fn row(&mut self, table: &AuditedTable, id: &[u8]) -> Result<Option<Vec<Option<Vec<u8>>>>, StoreError> {
        let Some(key) = table.columns.first() else { return Ok(None) };
        let (columns, noun) = (table.columns.join(", "), table.noun);
        let sql = format!("SELECT {columns} FROM {noun} WHERE {key} = x'{}'", hex(id));
        let rows = self.all(&sql, &[]).await?;
        let value = |row, column| canonical(row, column).map(|value| value.as_ref().to_vec());
        Ok(rows.first().map(|row| (0..table.columns.len()).map(|column| value(row, column)).collect()))
    }
}

/// An audited table and its columns in the order of their tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedTable {
    pub noun: &'static str,
    columns: Vec<String>,
}

impl AuditedTable {
    /// The names of its columns, in their order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Which column has this name, counted from 0.
    #[must_use]
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }
}

/// The hash of a row that effects name, from its columns in their order.
#[must_use]
pub fn row_hash(noun: &str, columns: &[Option<Vec<u8>>]) -> [u8; 32] {
    row::hash_of_columns(noun, columns.iter().map(Option::as_deref))
}

/// Every table whose rows the effects of the log account for.
#[must_use]
pub fn audited_tables() -> Vec<AuditedTable> {
    row::tables().into_iter().map(|(noun, columns)| AuditedTable { noun, columns }).collect()
}

/// The hash of a row that was read, from these of its columns.
pub(super) fn hash_of(row: &SqliteRow, noun: &str, columns: Range<usize>) -> [u8; 32] {
    let values: Vec<_> = columns.map(|column| canonical(row, column)).collect();
    row::hash_of_columns(noun, values.iter().map(|value| value.as_ref().map(AsRef::as_ref)))
}

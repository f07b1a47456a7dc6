//! Rows of the audited tables, as effects name them: by noun, id and a hash of all columns.
//!
//! As with entries, SQLite puts the columns of a whole chunk together. A chunk in which anything is odd is read column
//! by column.

use super::value::{Canonical, bytes, canonical, integer};
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
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    /// Of each row its rowid and what its columns are; behind one another the bytes of all texts and blobs.
    Together {
        last: i64,
        heads: String,
        bytes: Vec<u8>,
    },
    Apart {
        rows: Vec<SqliteRow>,
        columns: usize,
    },
}

impl ReadRows {
    /// The last rowid; none where there is no row.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        match &self.rows {
            Rows::Together { last, .. } => Some(*last),
            Rows::Apart { rows, .. } => rows.last().map(|row| integer(row, 0)),
        }
    }

    /// Each row with the hash of what it holds.
    pub fn hashed(&self) -> Result<Vec<RawRow>, StoreError> {
        match &self.rows {
            Rows::Together { heads, bytes, .. } => {
                let mut rest = &bytes[..];
                let rows: Option<Vec<_>> = heads.split(';').map(|head| together(head, &mut rest, self.noun)).collect();
                rows.filter(|_| rest.is_empty()).ok_or_else(|| StoreError::Damaged(format!("a row of {}", self.noun)))
            }
            Rows::Apart { rows, columns } => Ok(rows.iter().map(|row| apart(row, *columns, self.noun)).collect()),
        }
    }
}

/// One row, whose bytes are taken away from the front of `rest`.
fn together(head: &str, rest: &mut &[u8], noun: &str) -> Option<RawRow> {
    let (rowid, columns) = head.split_once(',')?;
    let mut value = |column: &str| {
        Some(match column.strip_prefix('i') {
            Some(integer) => Some(Canonical::Integer(integer.parse::<i64>().ok()?.to_be_bytes())),
            None if column == "n" => None,
            None => {
                let (value, after) = rest.split_at_checked(column.parse().ok()?)?;
                *rest = after;
                Some(Canonical::Bytes(value))
            }
        })
    };
    let values: Vec<_> = columns.split(',').map(&mut value).collect::<Option<_>>()?;
    Some(hashed(rowid.parse().ok()?, noun, &values))
}

fn apart(row: &SqliteRow, columns: usize, noun: &str) -> RawRow {
    let values: Vec<_> = (1..=columns).map(|column| canonical(row, column)).collect();
    hashed(integer(row, 0), noun, &values)
}

fn hashed(rowid: i64, noun: &str, values: &[Option<Canonical<'_>>]) -> RawRow {
    let id = values.first().and_then(Option::as_ref).map(|id| id.as_ref().to_vec()).unwrap_or_default();
    let hash = row::hash_of_columns(noun, values.iter().map(|value| value.as_ref().map(AsRef::as_ref)));
    RawRow { rowid, id, hash }
}

impl RawReader {
    /// The next rows of an audited table from a rowid on. Begin with `i64::MIN`: a row can hide as low as that.
    pub async fn rows_from(&mut self, table: &AuditedTable, rowid: i64) -> Result<ReadRows, StoreError> {
        // Together they may be more than one value can hold: then, as with a number that is none, they come apart.
        let together = self.all(&table.sql_together(), &[rowid, CHUNK]).await.unwrap_or_default();
        let all = together.first().filter(|row| integer(row, 0) > 0 && integer(row, 0) == integer(row, 1));
        let rows = if let Some(row) = all {
            let heads = String::from_utf8_lossy(&bytes(row, 3)).into_owned();
            Rows::Together { last: integer(row, 2), heads, bytes: bytes(row, 4) }
        } else {
            let columns = table.columns.join(", ");
            let sql = format!("SELECT rowid, {columns} FROM {} WHERE rowid >= ? ORDER BY rowid LIMIT ?", table.noun);
            Rows::Apart { rows: self.all(&sql, &[rowid, CHUNK]).await?, columns: table.columns.len() }
        };
        Ok(ReadRows { noun: table.noun, rows })
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

    fn sql_together(&self) -> String {
        let each = |sql: &dyn Fn(&str) -> String| -> String { self.columns().map(sql).collect::<Vec<_>>().join(", ") };
        let head = each(&|column| {
            format!(
                "CASE typeof({column}) WHEN 'null' THEN 'n' WHEN 'integer' THEN 'i' || {column} \
                 ELSE octet_length({column}) END"
            )
        });
        let bytes = each(&|column| format!("CASE WHEN typeof({column}) IN ('text', 'blob') THEN {column} END"));
        let types = each(&|column| format!("typeof({column})"));
        format!(
            "SELECT count(*), count(head), max(rowid), group_concat(head, ';'), CAST(group_concat(bytes, '') AS BLOB) \
             FROM (SELECT rowid, CASE WHEN 'real' NOT IN ({types}) THEN concat_ws(',', rowid, {head}) END AS head, \
             concat({bytes}) AS bytes FROM {} WHERE rowid >= ? ORDER BY rowid LIMIT ?)",
            self.noun
        )
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A file with one loose table, which holds anything.
    fn file(directory: &tempfile::TempDir, rows: &str) -> PathBuf {
        let path = directory.path().join("odd.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!("CREATE TABLE odd (id, one, two, three); INSERT INTO odd VALUES {rows};"))
            .unwrap();
        path
    }

    async fn read(rows: &str) -> (ReadRows, Vec<RawRow>) {
        let directory = tempfile::tempdir().unwrap();
        let mut reader = RawReader::open(&file(&directory, rows)).await.unwrap();
        let columns = ["id", "one", "two", "three"].map(str::to_owned).to_vec();
        let read = reader.rows_from(&AuditedTable { noun: "odd", columns }, i64::MIN).await.unwrap();
        let plain = reader.all("SELECT rowid, id, one, two, three FROM odd ORDER BY rowid", &[]).await.unwrap();
        (read, plain.iter().map(|row| apart(row, 4, "odd")).collect())
    }

    #[tokio::test]
    async fn what_is_read_together_is_what_each_column_holds() {
        let (read, plain) = read(
            "(x'00ff3b2c', 'te;xt,', 7, NULL), ('', x'', -9223372036854775808, 'i12'), (NULL, NULL, NULL, NULL), \
             (x'c328', CAST(x'6100c3' AS TEXT), 'n', 0), ('ключ', '12', 9223372036854775807, zeroblob(3))",
        )
        .await;
        assert!(matches!(read.rows, Rows::Together { .. }));
        assert_eq!((read.last(), plain.len()), (Some(5), 5));
        assert_eq!(read.hashed().unwrap(), plain);
    }

    #[tokio::test]
    async fn a_number_that_no_column_can_hold_is_read_apart() {
        let (read, plain) = read("('a', 1, 2, 3), ('b', 1.5, 2, 3), ('c', 1, 2, 3)").await;
        assert!(matches!(read.rows, Rows::Apart { .. }));
        assert_eq!((read.last(), read.hashed().unwrap()), (Some(3), plain));
    }

    #[tokio::test]
    async fn an_empty_table_has_no_rows() {
        let (read, _) = read("('a', 1, 2, 3); DELETE FROM odd").await;
        assert_eq!((read.last(), read.hashed().unwrap()), (None, vec![]));
    }
}

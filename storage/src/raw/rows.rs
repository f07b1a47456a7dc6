//! Rows of the audited tables, as effects name them: by noun, id and a hash of all columns.

use super::value::{Canonical, canonical, integer};
use super::{CHUNK, RawReader};
use crate::StoreError;
use crate::audit::hex;
use crate::row;
use rusqlite::Row;

/// One row of an audited table: its id and the hash of what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRow {
    pub rowid: i64,
    pub id: Vec<u8>,
    pub hash: [u8; 32],
}

impl RawReader {
    /// The next rows of an audited table from a rowid on. Begin with `i64::MIN`: a row can hide as low as that.
    pub async fn rows_from(&mut self, table: &AuditedTable, rowid: i64) -> Result<Vec<RawRow>, StoreError> {
        let (noun, columns) = (table.noun, table.columns.len());
        let names = table.columns.join(", ");
        let sql = format!("SELECT rowid, {names} FROM {noun} WHERE rowid >= ? ORDER BY rowid LIMIT ?");
        let read = move |row: &Row<'_>| RawRow {
            rowid: integer(row, 0),
            id: owned(canonical(row, 1)).unwrap_or_default(),
            hash: hash_of(row, noun, 1..=columns),
        };
        self.connection.all(sql, [rowid, CHUNK], read).await
    }

    /// One row of an audited table by its id, column by column, as its hash is made of them.
    pub async fn row(&mut self, table: &AuditedTable, id: &[u8]) -> Result<Option<Vec<Option<Vec<u8>>>>, StoreError> {
        let Some(key) = table.columns.first() else { return Ok(None) };
        let (columns, noun) = (table.columns.join(", "), table.noun);
        let sql = format!("SELECT {columns} FROM {noun} WHERE {key} = x'{}'", hex(id));
        let width = table.columns.len();
        let read = move |row: &Row<'_>| (0..width).map(|column| owned(canonical(row, column))).collect();
        Ok(self.connection.all(sql, [], read).await?.into_iter().next())
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
pub(super) fn hash_of(row: &Row<'_>, noun: &str, columns: impl Iterator<Item = usize>) -> [u8; 32] {
    row::hash_of_columns(noun, columns.map(|column| canonical(row, column)))
}

fn owned(value: Option<Canonical<'_>>) -> Option<Vec<u8>> {
    value.map(|value| value.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of one loose table, which holds anything.
    async fn read(rows: &str) -> Vec<RawRow> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("odd.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!("CREATE TABLE odd (id, one, two, three); INSERT INTO odd VALUES {rows};"))
            .unwrap();
        let mut reader = RawReader::open(&path).await.unwrap();
        let columns = ["id", "one", "two", "three"].map(str::to_owned).to_vec();
        reader.rows_from(&AuditedTable { noun: "odd", columns }, i64::MIN).await.unwrap()
    }

    #[tokio::test]
    async fn a_row_is_hashed_as_its_columns_are_stored() {
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let integer = |integer: i64| Some(integer.to_be_bytes().to_vec());
        let rows = read(
            "(x'00ff3b2c', 'te;xt,', 7, NULL), ('', x'', -9223372036854775808, 'i12'), (NULL, NULL, NULL, NULL), \
             (x'c328', CAST(x'6100c3' AS TEXT), 'n', 0), ('ключ', '12', 9223372036854775807, zeroblob(3))",
        )
        .await;
        let columns = [
            [Some(vec![0, 0xff, 0x3b, 0x2c]), text("te;xt,"), integer(7), None],
            [text(""), Some(Vec::new()), integer(i64::MIN), text("i12")],
            [None, None, None, None],
            [Some(vec![0xc3, 0x28]), Some(vec![b'a', 0, 0xc3]), text("n"), integer(0)],
            [text("ключ"), text("12"), integer(i64::MAX), Some(vec![0; 3])],
        ];
        let expected = columns.iter().zip(1..).map(|(columns, rowid)| RawRow {
            rowid,
            id: columns[0].clone().unwrap_or_default(),
            hash: row_hash("odd", columns),
        });
        assert_eq!(rows, expected.collect::<Vec<_>>());
    }

    /// Eight bytes can be read as an integer and as a floating point number.
    #[tokio::test]
    async fn a_number_that_no_column_can_hold_is_taken_for_nothing_else() {
        let rows = read("('a', 1.5, 2, 3), ('a', 4609434218613702656, 2, 3), ('a', '1.5', 2, 3)").await;
        assert_eq!(1.5_f64.to_bits(), 4_609_434_218_613_702_656);
        assert!(rows[0].hash != rows[1].hash && rows[0].hash != rows[2].hash);
    }

    #[tokio::test]
    async fn an_empty_table_has_no_rows() {
        assert_eq!(read("('a', 1, 2, 3); DELETE FROM odd").await, []);
    }
}

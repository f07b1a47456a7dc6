//! One value of a row: as what it is stored, as what it should be, or as it is hashed.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo, ValueRef};

/// What SQLite says is stored; none for NULL.
pub(super) fn kind_of(row: &SqliteRow, column: usize) -> Option<&'static str> {
    let value = row.try_get_raw(column).ok()?;
    if value.is_null() {
        return None;
    }
    Some(match value.type_info().name() {
        "INTEGER" => "INTEGER",
        "TEXT" => "TEXT",
        "BLOB" => "BLOB",
        _ => "REAL",
    })
}

pub(super) fn integer(row: &SqliteRow, column: usize) -> i64 {
    row.try_get_unchecked(column).unwrap_or_default()
}

pub(super) fn bytes(row: &SqliteRow, column: usize) -> Vec<u8> {
    row.try_get_unchecked(column).unwrap_or_default()
}

pub(super) fn strict_integer(row: &SqliteRow, column: usize, name: &'static str) -> Result<i64, &'static str> {
    if kind_of(row, column) == Some("INTEGER") { Ok(integer(row, column)) } else { Err(name) }
}

pub(super) fn strict_blob(
    row: &SqliteRow,
    column: usize,
    length: usize,
    name: &'static str,
) -> Result<Vec<u8>, &'static str> {
    let value = bytes(row, column);
    if kind_of(row, column) == Some("BLOB") && value.len() == length { Ok(value) } else { Err(name) }
}

pub(super) fn strict_text(row: &SqliteRow, column: usize, name: &'static str) -> Result<Option<String>, &'static str> {
    match kind_of(row, column) {
        None => Ok(None),
        Some("TEXT") => String::from_utf8(bytes(row, column)).map(Some).map_err(|_| name),
        Some(_) => Err(name),
    }
}

/// A value as rows are encoded: integers as eight bytes, text and blobs as they are.
pub(super) fn canonical(row: &SqliteRow, column: usize) -> Option<Vec<u8>> {
    match kind_of(row, column)? {
        "INTEGER" => Some(integer(row, column).to_be_bytes().to_vec()),
        _ => Some(bytes(row, column)),
    }
}

//! One value of a row: as what it is stored, as what it should be, or as it is hashed.

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, TypeInfo, ValueRef};

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
pub(super) enum Canonical<'r> {
    Integer([u8; 8]),
    Bytes(&'r [u8]),
}

impl AsRef<[u8]> for Canonical<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Integer(bytes) => bytes,
            Self::Bytes(bytes) => bytes,
        }
    }
}

pub(super) fn canonical(row: &SqliteRow, column: usize) -> Option<Canonical<'_>> {
    if kind_of(row, column)? == "INTEGER" {
        return Some(Canonical::Integer(integer(row, column).to_be_bytes()));
    }
    let bytes = row.try_get_raw(column).ok().and_then(|value| <&[u8] as Decode<Sqlite>>::decode(value).ok());
    Some(Canonical::Bytes(bytes.unwrap_or_default()))
}

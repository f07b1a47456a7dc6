//! One value of a row: as what it is stored, as what it should be, or as it is hashed.

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// What is stored; NULL where there is no such column.
pub(super) fn value<'r>(row: &'r Row<'_>, column: usize) -> ValueRef<'r> {
    row.get_ref(column).unwrap_or(ValueRef::Null)
}

pub(super) fn is_null(row: &Row<'_>, column: usize) -> bool {
    value(row, column) == ValueRef::Null
}

/// 0 for what is no integer.
pub(super) fn integer(row: &Row<'_>, column: usize) -> i64 {
    if let ValueRef::Integer(integer) = value(row, column) { integer } else { 0 }
}

/// Text or a blob; nothing for what is neither.
pub(super) fn bytes(row: &Row<'_>, column: usize) -> Vec<u8> {
    match value(row, column) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
    }
}

/// As bytes first: in a damaged schema a name may be anything.
pub(super) fn lossy_text(row: &Row<'_>, column: usize) -> String {
    String::from_utf8_lossy(&bytes(row, column)).into_owned()
}

pub(super) fn strict_integer(row: &Row<'_>, column: usize, name: &'static str) -> Result<i64, &'static str> {
    if let ValueRef::Integer(integer) = value(row, column) { Ok(integer) } else { Err(name) }
}

pub(super) fn strict_blob(
    row: &Row<'_>,
    column: usize,
    length: usize,
    name: &'static str,
) -> Result<Vec<u8>, &'static str> {
    match value(row, column) {
        ValueRef::Blob(bytes) if bytes.len() == length => Ok(bytes.to_vec()),
        _ => Err(name),
    }
}

pub(super) fn strict_text(row: &Row<'_>, column: usize, name: &'static str) -> Result<Option<String>, &'static str> {
    match value(row, column) {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(|text| Some(text.to_owned())).map_err(|_| name),
        _ => Err(name),
    }
}

/// A value as rows are encoded.
pub(super) enum Canonical<'r> {
    Bytes(&'r [u8]),
    Integer([u8; 8]),
    /// No column holds one. It must not be taken for an integer, a text or a blob of the same bytes.
    Real([u8; 9]),
}

impl AsRef<[u8]> for Canonical<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Integer(integer) => integer,
            Self::Real(real) => real,
        }
    }
}

/// A value as rows are encoded: integers as eight bytes, text and blobs as they are; none for NULL.
pub(super) fn canonical<'r>(row: &'r Row<'_>, column: usize) -> Option<Canonical<'r>> {
    Some(match value(row, column) {
        ValueRef::Null => return None,
        ValueRef::Integer(integer) => Canonical::Integer(integer.to_be_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Canonical::Bytes(bytes),
        ValueRef::Real(real) => {
            let mut bytes = [0xff; 9];
            if let Some(last) = bytes.last_chunk_mut() {
                *last = real.to_be_bytes();
            }
            Canonical::Real(bytes)
        }
    })
}

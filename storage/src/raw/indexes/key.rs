//! The keys of an index: their order, the bytes that SQLite writes for them, and a sum that tells many of them from others.

use rusqlite::types::ValueRef;
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher, RandomState};

/// How many keys there are, the bytes that SQLite would write for them, and the sum of their hashes: the same for the same
/// keys in any order. Whoever wrote the file did not know what the hash is keyed with, and so could not look for other keys
/// with the same sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    sum: u64,
}

impl Held {
    pub(super) fn add(&mut self, key: &mut Key, random: &RandomState) {
        // Where one value ends and the next begins is told by the ends alone.
        for end in &key.ends {
            key.bytes.extend_from_slice(&end.to_le_bytes());
        }
        let mut hasher = random.build_hasher();
        hasher.write(&key.bytes);
        self.rows += 1;
        self.bytes += key.written();
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

/// One key of an index with the row's number behind it, each value so written that bytes have the order of SQLite.
#[derive(Debug, Default)]
pub(super) struct Key {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    pub(super) has_null: bool,
    /// Bytes of the values as SQLite writes them, and of their types in front of them.
    body: u64,
    header: u64,
}

impl Key {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.has_null = false;
        (self.body, self.header) = (0, 0);
    }

    pub(super) fn push(&mut self, value: ValueRef<'_>) {
        let (kind, length) = serial_type(value);
        self.header += varint(kind);
        self.body += length;
        match value {
            ValueRef::Null => {
                self.bytes.push(0);
                self.has_null = true;
            }
            ValueRef::Integer(integer) => {
                self.bytes.push(1);
                self.bytes.extend_from_slice(&(integer ^ i64::MIN).to_be_bytes());
            }
            // No column holds one, and so it need not stand between integers.
            ValueRef::Real(real) => {
                self.bytes.push(2);
                self.bytes.extend_from_slice(&real.to_be_bytes());
            }
            ValueRef::Text(text) => {
                self.bytes.push(3);
                self.bytes.extend_from_slice(text);
            }
            ValueRef::Blob(blob) => {
                self.bytes.push(4);
                self.bytes.extend_from_slice(blob);
            }
        }
        self.ends.push(self.bytes.len());
    }

    /// The bytes of the record. Its header begins with its own length.
    fn written(&self) -> u64 {
        let header = if self.header < 127 { self.header + 1 } else { self.header + 2 };
        header + self.body
    }

    /// By the first so many values.
    pub(super) fn order(&self, other: &Self, values: usize) -> Ordering {
        match (self.ends.get(..values), other.ends.get(..values)) {
            // As nearly always: then it is that of all their bytes.
            (Some([rest @ .., end]), Some(ends)) if ends.split_last() == Some((end, rest)) => {
                self.bytes.get(..*end).cmp(&other.bytes.get(..*end))
            }
            _ => self.values().take(values).cmp(other.values().take(values)),
        }
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(from, to)| self.bytes.get(from..*to).unwrap_or_default())
    }
}

/// The type that SQLite writes for a value, and how many bytes follow (Database File Format, 2.1).
fn serial_type(value: ValueRef<'_>) -> (u64, u64) {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    match value {
        ValueRef::Null => (0, 0),
        ValueRef::Integer(0) => (8, 0),
        ValueRef::Integer(1) => (9, 0),
        ValueRef::Integer(integer) => {
            // Without the sign, of one kind for numbers above and below zero.
            match 65 - (integer ^ (integer >> 63)).leading_zeros() {
                0..=8 => (1, 1),
                9..=16 => (2, 2),
                17..=24 => (3, 3),
                25..=32 => (4, 4),
                33..=48 => (5, 6),
                _ => (6, 8),
            }
        }
        ValueRef::Real(_) => (7, 8),
        ValueRef::Blob(blob) => (2 * length(blob) + 12, length(blob)),
        ValueRef::Text(text) => (2 * length(text) + 13, length(text)),
    }
}

/// How many bytes a number takes in a header.
fn varint(number: u64) -> u64 {
    match number {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

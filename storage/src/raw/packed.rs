//! Entries packed into one value each, for the walk along the whole log.
//!
//! The driver copies every value of a row by itself, which costs more than all hashing. So SQLite puts the columns of
//! an entry together: their lengths as text, their bytes behind one another. It says as well whether each has its
//! type. Where anything is not as it should be, nothing is unpacked, and the caller reads column by column.

use super::{CHUNK, RawEntry, RawReader, integer};
use crate::StoreError;
use crate::audit::SealedFields;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite};

/// Entries as they were read, to be unpacked elsewhere.
#[derive(Debug)]
pub struct Packed(Vec<SqliteRow>);

/// Blobs of one length, in the order of the bytes; those of other lengths follow.
const FIXED: [(&str, usize); 8] = [
    ("e.id", 16),
    ("e.transaction_id", 16),
    ("e.payload_hash", 32),
    ("e.key_id", 16),
    ("e.previous_hash", 32),
    ("e.hash", 32),
    ("e.signature", 64),
    ("p.salt", 16),
];
const TEXTS: [&str; 5] = ["e.kind", "e.severity", "e.outcome", "e.actor", "e.actor_kind"];
const OPTIONAL: [&str; 2] = ["e.target_kind", "e.target_id"];
const BLOBS: [&str; 2] = ["e.effects", "p.body"];
const INTEGERS: [&str; 3] = ["e.version", "e.recorded_at", "e.clock"];

/// The query, made of the names above so that both sides agree on their order.
pub(super) fn sql() -> String {
    let list = |of: &[String], by: &str| of.join(by);
    let is = |names: &[&str], kind: &str| -> Vec<String> {
        names.iter().map(|name| format!("typeof({name}) = '{kind}'")).collect()
    };
    let mut right: Vec<String> =
        FIXED.iter().map(|(name, length)| format!("typeof({name}) = 'blob' AND length({name}) = {length}")).collect();
    right.extend(is(&TEXTS, "text"));
    right.extend(OPTIONAL.iter().map(|name| format!("typeof({name}) IN ('text', 'null')")));
    right.extend(is(&BLOBS, "blob"));
    right.extend(is(&INTEGERS, "integer"));
    let numbers: Vec<String> = INTEGERS
        .iter()
        .map(|name| (*name).to_owned())
        .chain(TEXTS.iter().map(|name| format!("octet_length({name})")))
        .chain(OPTIONAL.iter().map(|name| format!("coalesce(octet_length({name}), -1)")))
        .chain(BLOBS.iter().map(|name| format!("octet_length({name})")))
        .collect();
    let bytes: Vec<&str> = FIXED.iter().map(|(name, _)| *name).chain(TEXTS).chain(OPTIONAL).chain(BLOBS).collect();
    format!(
        "SELECT e.seq, CASE WHEN {} THEN concat_ws(',', {}) END, CAST(concat({}) AS BLOB) \
         FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq \
         WHERE e.seq >= ? AND e.seq <= ? ORDER BY e.seq LIMIT ?",
        list(&right, " AND "),
        list(&numbers, ", "),
        bytes.join(", "),
    )
}

impl RawReader {
    /// The same entries as [`RawReader::entries_from`] gives.
    pub async fn packed_from(&mut self, seq: i64, to: i64) -> Result<Packed, StoreError> {
        Ok(Packed(self.all(&sql(), &[seq, to, CHUNK]).await?))
    }
}

impl Packed {
    /// The first and the last seq; none where there is no entry.
    #[must_use]
    pub fn range(&self) -> Option<(i64, i64)> {
        Some((integer(self.0.first()?, 0), integer(self.0.last()?, 0)))
    }

    /// The entries; none when one of them is odd in any way, and all have to be read column by column.
    #[must_use]
    pub fn unpack(&self, log_id: [u8; 16]) -> Option<Vec<RawEntry>> {
        self.0.iter().map(|row| entry(row, log_id)).collect()
    }
}

fn entry(row: &SqliteRow, log_id: [u8; 16]) -> Option<RawEntry> {
    let seq = integer(row, 0);
    let numbers = <&str as Decode<Sqlite>>::decode(row.try_get_raw(1).ok()?).ok()?;
    let bytes = <&[u8] as Decode<Sqlite>>::decode(row.try_get_raw(2).ok()?).ok()?;
    let mut numbers = numbers.split(',').map(|number| number.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    let (version, recorded_at, clock) = (next()?, next()?, next()?);
    let mut rest = bytes;
    let mut take = |length: usize| {
        let (value, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(value.to_vec())
    };
    let mut fixed = FIXED.iter().map(|(_, length)| *length);
    let mut blob = |take: &mut dyn FnMut(usize) -> Option<Vec<u8>>| take(fixed.next()?);
    let [id, transaction_id, payload_hash, key_id, previous_hash, hash, signature, salt] = [
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
        blob(&mut take)?,
    ];
    let mut text = |take: &mut dyn FnMut(usize) -> Option<Vec<u8>>| match next()? {
        -1 => Some(None),
        length => String::from_utf8(take(usize::try_from(length).ok()?)?).ok().map(Some),
    };
    let kind = text(&mut take)??;
    let severity = text(&mut take)??;
    let outcome = text(&mut take)??;
    let actor = text(&mut take)??;
    let actor_kind = text(&mut take)??;
    let (target_kind, target_id) = (text(&mut take)?, text(&mut take)?);
    let effects = take(usize::try_from(next()?).ok()?)?;
    let body = take(usize::try_from(next()?).ok()?)?;
    if !rest.is_empty() || numbers.next().is_some() {
        return None;
    }
    let fields = SealedFields {
        version,
        log_id,
        seq,
        id,
        transaction_id,
        kind,
        severity,
        outcome,
        actor,
        actor_kind,
        target_kind,
        target_id,
        recorded_at,
        clock,
        payload_hash,
        effects,
        key_id,
        previous_hash,
    };
    Some(RawEntry { seq, fields: Ok(fields), hash, signature, payload: Some((salt, body)) })
}

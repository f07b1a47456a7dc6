//! Entries packed into one value, for the walk along the whole log.
//!
//! The driver copies every value by itself and wakes the reader for every row, which costs more than all hashing. So
//! SQLite puts a whole chunk together: numbers and lengths as text, bytes behind one another. It says as well whether
//! each column has its type. Where anything is not as it should be, nothing is unpacked, and the caller reads column
//! by column.

use super::value::{bytes, integer, kind_of};
use super::{CHUNK, RawEntry, RawReader};
use crate::StoreError;
use crate::audit::SealedFields;

/// Entries as they were read, to be unpacked elsewhere.
#[derive(Debug)]
pub struct Packed {
    range: Option<(i64, i64)>,
    /// Of each entry its numbers, with its seq first; none when one entry is odd.
    numbers: Option<String>,
    bytes: Vec<u8>,
}

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
        "SELECT min(seq), max(seq), count(*) = count(numbers), group_concat(numbers, ';'), \
         CAST(group_concat(bytes, '') AS BLOB) FROM (\
         SELECT e.seq AS seq, CASE WHEN {} THEN concat_ws(',', e.seq, {}) END AS numbers, concat({}) AS bytes \
         FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq \
         WHERE e.seq >= ? AND e.seq <= ? ORDER BY e.seq LIMIT ?)",
        list(&right, " AND "),
        list(&numbers, ", "),
        bytes.join(", "),
    )
}

impl RawReader {
    /// The same entries as [`RawReader::entries_from`] gives.
    pub async fn packed_from(&mut self, seq: i64, to: i64) -> Result<Packed, StoreError> {
        // Together they may be more than one value can hold.
        if let Ok(rows) = self.all(&sql(), &[seq, to, CHUNK]).await {
            let Some(row) = rows.first().filter(|row| kind_of(row, 0).is_some()) else { return Ok(Packed::nothing()) };
            let range = Some((integer(row, 0), integer(row, 1)));
            let numbers = (integer(row, 2) == 1).then(|| String::from_utf8(bytes(row, 3)).ok()).flatten();
            return Ok(Packed { range, numbers, bytes: bytes(row, 4) });
        }
        let sql = "SELECT min(seq), max(seq) FROM \
             (SELECT seq FROM audit_entry WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?)";
        let rows = self.all(sql, &[seq, to, CHUNK]).await?;
        let range = rows.first().filter(|row| kind_of(row, 0).is_some()).map(|row| (integer(row, 0), integer(row, 1)));
        Ok(Packed { range, ..Packed::nothing() })
    }
}

impl Packed {
    fn nothing() -> Self {
        Self { range: None, numbers: None, bytes: Vec::new() }
    }

    /// The first and the last seq; none where there is no entry.
    #[must_use]
    pub fn range(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// The entries; none when one of them is odd in any way, and all have to be read column by column.
    #[must_use]
    pub fn unpack(&self, log_id: [u8; 16]) -> Option<Vec<RawEntry>> {
        let mut rest = &self.bytes[..];
        let numbers = self.numbers.as_ref()?.split(';');
        let entries: Vec<RawEntry> = numbers.map(|numbers| entry(numbers, &mut rest, log_id)).collect::<Option<_>>()?;
        let rising = entries.is_sorted_by(|one, next| one.seq < next.seq);
        (rest.is_empty() && rising).then_some(entries)
    }
}

/// One entry, whose bytes are taken away from the front of `rest`.
fn entry(numbers: &str, rest: &mut &[u8], log_id: [u8; 16]) -> Option<RawEntry> {
    let mut numbers = numbers.split(',').map(|number| number.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    let (seq, version, recorded_at, clock) = (next()?, next()?, next()?, next()?);
    let mut take = |length: usize| {
        let (value, after) = rest.split_at_checked(length)?;
        *rest = after;
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
    if numbers.next().is_some() {
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

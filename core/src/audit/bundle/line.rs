//! A line of `entries.jsonl`: the bytes that were hashed and signed, and the same to be read.

use super::base64::{Bytes, present};
use super::{BundleError, ENTRIES, MEMBERS};
use licentia_license::strict_json;
use licentia_storage::audit::{AuditRecord, SealedFields, decode_effects};
use licentia_storage::raw::RawEntry;
use licentia_storage::{EventId, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One entry as a bundle holds it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) seq: i64,
    /// None when a column was none of what it should be: then there is nothing that could have been hashed.
    #[serde(deserialize_with = "present")]
    encoded: Option<Bytes>,
    hash: Bytes,
    signature: Bytes,
    #[serde(deserialize_with = "present")]
    salt: Option<Bytes>,
    #[serde(deserialize_with = "present")]
    payload: Option<Bytes>,
    /// As lists show it. It is checked against the bytes, so it can be believed as far as they can.
    pub(super) entry: Value,
}

impl Line {
    pub(super) fn of(entry: &RawEntry) -> Self {
        let (salt, payload) = entry.payload.clone().unzip();
        Self {
            seq: entry.seq,
            encoded: entry.fields.as_ref().ok().map(|fields| Bytes(fields.encode())),
            hash: Bytes(entry.hash.clone()),
            signature: Bytes(entry.signature.clone()),
            salt: salt.map(Bytes),
            payload: payload.map(Bytes),
            entry: readable(entry),
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let line = strict_json::parse(bytes).and_then(serde_json::from_value);
        line.map_err(|error| BundleError::malformed(MEMBERS[ENTRIES], &error))
    }

    /// As a database would hold it: there an entry's log and place are not its own to state.
    pub(super) fn raw(self, log_id: [u8; 16]) -> (RawEntry, Value) {
        let fields = self.encoded.ok_or("that the bundle could not encode").and_then(|bytes| {
            SealedFields::decode(&bytes.0)
                .map(|fields| SealedFields { seq: self.seq, log_id, ..fields })
                .map_err(|_| "that holds the encoded entry")
        });
        let payload = match (self.salt, self.payload) {
            (None, None) => None,
            (salt, payload) => Some((salt.unwrap_or_default().0, payload.unwrap_or_default().0)),
        };
        let entry = RawEntry { seq: self.seq, fields, hash: self.hash.0, signature: self.signature.0, payload };
        (entry, self.entry)
    }
}

/// What lists show of an entry; null where it cannot be read.
pub(crate) fn readable(entry: &RawEntry) -> Value {
    let Ok(fields) = &entry.fields else { return Value::Null };
    let (Ok(id), Ok(transaction)) = (Uuid::from_slice(&fields.id), Uuid::from_slice(&fields.transaction_id)) else {
        return Value::Null;
    };
    let record = AuditRecord {
        seq: u64::try_from(entry.seq).unwrap_or(0),
        version: fields.version,
        id: EventId(id),
        transaction_id: TransactionId(transaction),
        kind: fields.kind.clone(),
        severity: fields.severity.clone(),
        outcome: fields.outcome.clone(),
        actor: fields.actor.clone(),
        actor_kind: fields.actor_kind.clone(),
        target_kind: fields.target_kind.clone(),
        target_id: fields.target_id.clone(),
        recorded_at: Timestamp(fields.recorded_at),
        clock: Timestamp(fields.clock),
        key_id: fields.key_id.clone(),
        previous_hash: fields.previous_hash.clone(),
        hash: entry.hash.clone(),
        signature: entry.signature.clone(),
        effects: decode_effects(&fields.effects).ok(),
        payload: entry.payload.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned()),
    };
    serde_json::to_value(record).unwrap_or_default()
}

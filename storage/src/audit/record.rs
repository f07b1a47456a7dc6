//! An audit entry as lists, exports and `--json` show it.

use super::RecordedEffect;
use crate::{EventId, Timestamp, TransactionId};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

/// One entry of the audit log with its payload.
///
/// Words are text here, not enums: a word that this version does not know must not hide a page.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    pub seq: u64,
    pub version: i64,
    pub id: EventId,
    pub transaction_id: TransactionId,
    pub kind: String,
    pub severity: String,
    pub outcome: String,
    pub actor: String,
    pub actor_kind: String,
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    pub recorded_at: Timestamp,
    /// What the clock said, where `recorded_at` had to follow the entry before.
    pub clock: Timestamp,
    pub key_id: Vec<u8>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
    pub signature: Vec<u8>,
    /// Which rows it accounts for; none when this version cannot read it.
    pub effects: Option<Vec<RecordedEffect>>,
    /// The exact payload, or none when a retention policy purged it.
    pub payload: Option<String>,
}

impl AuditRecord {
    /// The payload as JSON; text that is no JSON is shown as the string it is.
    #[must_use]
    pub fn payload_value(&self) -> Value {
        match &self.payload {
            None => Value::Null,
            Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        }
    }
}

impl Serialize for AuditRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seq", &self.seq)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("severity", &self.severity)?;
        map.serialize_entry("outcome", &self.outcome)?;
        map.serialize_entry("actor", &self.actor)?;
        map.serialize_entry("actor_kind", &self.actor_kind)?;
        map.serialize_entry("target_kind", &self.target_kind)?;
        map.serialize_entry("target_id", &self.target_id)?;
        map.serialize_entry("payload", &self.payload_value())?;
        map.serialize_entry("created_at", &self.recorded_at.to_micros_text())?;
        map.serialize_entry(
            "metadata",
            &json!({
                "hash": tagged("blake3", &self.hash),
                "previous_hash": tagged("blake3", &self.previous_hash),
                "signature": tagged("ed25519", &self.signature),
                "key_id": hex(&self.key_id),
                "transaction_id": self.transaction_id,
                "clock": self.clock.to_micros_text(),
                "version": self.version,
            }),
        )?;
        map.end()
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hexadecimal behind the name of what made the bytes, for example `blake3:…`.
#[must_use]
pub fn tagged(algorithm: &str, bytes: &[u8]) -> String {
    format!("{algorithm}:{}", hex(bytes))
}

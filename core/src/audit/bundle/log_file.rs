//! `log.json`: which log it is and with which keys it was signed, one after the other.

use super::base64::{Bytes, present};
use super::{BundleError, LOG, MEMBERS};
use crate::audit::keys::verifier_key;
use licentia_license::strict_json;
use licentia_storage::audit::{AuditLog, RecordedEffect, hex};
use licentia_storage::raw::{KEY_NOUN, RawKey};
use licentia_storage::{LogId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a stranger needs to know of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogFile {
    pub(crate) log_id: LogId,
    /// Microseconds since 1970, as it is hashed.
    pub(crate) created_at: i64,
    pub(crate) encoding: i64,
    public_key: Bytes,
    /// What follows from the four members above.
    pub(crate) fingerprint: String,
    pub(crate) keys: Vec<KnownKey>,
}

/// A key that entries were signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownKey {
    key_id: String,
    public_key: Bytes,
    pub(crate) epoch: i64,
    created_at: i64,
    /// The entry that accounts for it; none of the first key, and of one that no entry accounts for.
    #[serde(deserialize_with = "present")]
    pub(crate) introduced_by: Option<i64>,
    /// For programs that read checkpoints; null when it is no key.
    #[serde(deserialize_with = "present")]
    vkey: Option<String>,
}

impl LogFile {
    pub(crate) fn new(log: &AuditLog, keys: &[RawKey], introduced: &Introductions) -> Self {
        let key = |key: &RawKey| KnownKey {
            key_id: hex(&key.id),
            public_key: Bytes(key.public_key.clone()),
            epoch: key.epoch,
            created_at: key.created_at,
            introduced_by: introduced.of(key),
            vkey: verifier_key(log.id, &key.public_key, key.epoch).map(|key| key.to_string()),
        };
        Self {
            log_id: log.id,
            created_at: log.created_at.0,
            encoding: log.encoding,
            public_key: Bytes(log.public_key.to_vec()),
            fingerprint: log.fingerprint_text(),
            keys: keys.iter().map(key).collect(),
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let file = strict_json::parse(bytes).and_then(serde_json::from_value);
        file.map_err(|error| BundleError::malformed(MEMBERS[LOG], &error))
    }

    /// The row that the fingerprint is made of.
    pub(crate) fn log(&self) -> Option<AuditLog> {
        let public_key = self.public_key.0.as_slice().try_into().ok()?;
        let created_at = Timestamp(self.created_at);
        Some(AuditLog { id: self.log_id, created_at, encoding: self.encoding, public_key })
    }

    /// The keys as rows; a key id that is none becomes empty, and names no key.
    pub(crate) fn rows(&self) -> Vec<RawKey> {
        let row = |key: &KnownKey| RawKey::new(unhex(&key.key_id), key.public_key.0.clone(), key.epoch, key.created_at);
        self.keys.iter().map(row).collect()
    }
}

impl KnownKey {
    /// Whether the spellings for people and other programs follow from the key.
    pub(crate) fn agrees(&self, log: LogId) -> bool {
        self.vkey == verifier_key(log, &self.public_key.0, self.epoch).map(|key| key.to_string())
            && self.key_id == hex(&unhex(&self.key_id))
    }
}

/// Which entry speaks of which key, gathered while the entries pass by.
#[derive(Debug, Default)]
pub(crate) struct Introductions(Vec<(i64, RecordedEffect)>);

impl Introductions {
    pub(crate) fn take(&mut self, seq: i64, effects: &[RecordedEffect]) {
        self.0.extend(effects.iter().filter(|effect| effect.noun == KEY_NOUN).map(|effect| (seq, effect.clone())));
    }

    /// The first entry that accounts for the key as it is.
    pub(crate) fn of(&self, key: &RawKey) -> Option<i64> {
        let accounts = |effect: &RecordedEffect| effect.id == key.id && effect.hash == Some(key.hash);
        self.0.iter().find(|(_, effect)| accounts(effect)).map(|(seq, _)| *seq)
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    digits.map(byte).collect::<Option<_>>().unwrap_or_default()
}

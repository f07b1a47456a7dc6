//! The pin: the last state of an audit log that this user has seen, kept where the log is not.
//!
//! A log can prove that it is consistent, not that it is the newest: only state that does not travel with the
//! database shows that an older copy was put in its place, or another log.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

mod remembered;
mod store;
#[cfg(test)]
mod tests;

pub use remembered::{Failed, Mark, Remembered};
pub use store::{PinError, PinStore};

/// One log at one path: how far it had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The log's UUID, for people.
    pub log_id: String,
    /// `blake3:` and the hash of the log's first row.
    pub fingerprint: String,
    /// The database. As text it may be inexact; what counts is the name of the file that holds the pin.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// How many entries there were.
    pub size: u64,
    /// `blake3:` and the hash of the last of them; of a log without entries, the fingerprint.
    pub hash: String,
}

/// What a pin says about the log that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinState {
    /// Never seen at this path. Nothing can be said about what was there before.
    Absent,
    Matches,
    /// The pin is behind the log, which still holds the pinned entry: the pin may move forward.
    Behind,
    RolledBack {
        pinned: u64,
        found: u64,
    },
    /// The entry at the pinned size is another one, or missing.
    Forked {
        at: u64,
    },
    OtherLog {
        pinned: String,
        found: String,
    },
}

/// Compares a log with its pin. `hash_at_pinned_size` is the hash of the entry whose seq is the pin's size, and is not
/// asked for when nothing was pinned but an empty log.
#[must_use]
pub fn compare(pin: Option<&Pin>, fingerprint: &str, size: u64, hash_at_pinned_size: Option<&str>) -> PinState {
    let Some(pin) = pin else {
        return PinState::Absent;
    };
    if pin.fingerprint != fingerprint {
        return PinState::OtherLog { pinned: pin.fingerprint.clone(), found: fingerprint.to_owned() };
    }
    if size < pin.size {
        return PinState::RolledBack { pinned: pin.size, found: size };
    }
    if pin.size > 0 && hash_at_pinned_size != Some(pin.hash.as_str()) {
        return PinState::Forked { at: pin.size };
    }
    if size == pin.size { PinState::Matches } else { PinState::Behind }
}

impl Pin {
    /// What is wrong with a pin that was read, if anything.
    fn fault(&self) -> Option<&'static str> {
        let is_hash = |text: &str| {
            text.strip_prefix("blake3:")
                .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
        };
        if !is_hash(&self.fingerprint) {
            Some("its fingerprint is not `blake3:` and 64 hexadecimal digits")
        } else if !is_hash(&self.hash) {
            Some("its hash is not `blake3:` and 64 hexadecimal digits")
        } else if uuid::Uuid::try_parse(&self.log_id).is_err() {
            Some("its log id is not a UUID")
        } else if self.size == 0 && self.hash != self.fingerprint {
            Some("it pins no entry, but a hash")
        } else {
            None
        }
    }
}

/// A path need not be UTF-8, JSON must be.
fn as_text<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

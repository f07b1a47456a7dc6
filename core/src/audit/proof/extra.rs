//! What a proof carries beside the standard part: the entry itself, and how the log's keys follow from its fingerprint.

use super::Refusal;
use crate::audit::bundle::base64::{Bytes, present};
use crate::audit::bundle::log_file::LogFile;
use crate::tlog::merkle::Hash;
use licentia_license::strict_json;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extra {
    pub(super) version: u64,
    pub(super) log: LogFile,
    /// One for each key after the first.
    pub(super) introductions: Vec<Introduction>,
    pub(super) encoded: Bytes,
    pub(super) signature: Bytes,
    #[serde(deserialize_with = "present")]
    pub(super) salt: Option<Bytes>,
    #[serde(deserialize_with = "present")]
    pub(super) payload: Option<Bytes>,
    /// The columns of the license as the entry left them; null when they are not known any more.
    #[serde(deserialize_with = "present")]
    pub(super) license: Option<Vec<Option<Bytes>>>,
    /// From the checkpoint inside the license; null when there is none.
    #[serde(deserialize_with = "present")]
    pub(super) consistency: Option<Consistency>,
}

/// The entry that brought a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Introduction {
    pub(super) encoded: Bytes,
    pub(super) signature: Bytes,
    pub(super) path: Vec<Bytes>,
}

/// That the tree of the proof begins with a smaller one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consistency {
    pub(super) from: u64,
    pub(super) path: Vec<Bytes>,
}

impl Extra {
    pub(super) const VERSION: u64 = 1;

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Only in the spelling that [`Self::to_bytes`] writes, so that no byte of a proof says nothing.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let parsed = strict_json::parse(bytes).and_then(serde_json::from_value);
        let extra: Self = parsed.map_err(|error| Refusal::Malformed(format!("its extra data: {error}")))?;
        if extra.version != Self::VERSION || extra.to_bytes() != bytes {
            return Err(Refusal::Malformed("its extra data are not written as they should be".to_owned()));
        }
        Ok(extra)
    }
}

pub(super) fn path_of(hashes: Vec<Hash>) -> Vec<Bytes> {
    hashes.into_iter().map(|hash| Bytes(hash.to_vec())).collect()
}

pub(super) fn hashes_of(path: &[Bytes]) -> Result<Vec<Hash>, Refusal> {
    let hash = |bytes: &Bytes| bytes.0.as_slice().try_into().ok();
    path.iter().map(hash).collect::<Option<_>>().ok_or_else(|| Refusal::Malformed("a hash is not 32 bytes".to_owned()))
}

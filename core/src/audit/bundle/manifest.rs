//! `manifest.json`: what the other members come to, and `manifest.note`: the log's signature on that.

use super::archive::Digest;
use super::base64::{Bytes, present};
use super::{BundleError, MANIFEST, MEMBERS};
use crate::tlog::{Note, NoteError, VerifierKey};
use licentia_license::strict_json;
use licentia_storage::LogId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) version: u64,
    pub(super) export_id: String,
    /// RFC 3339, whole seconds: the time in every header of the tar file.
    pub(super) made_at: String,
    #[serde(deserialize_with = "present")]
    pub(super) by: Option<String>,
    pub(super) signed: bool,
    /// The entry that records the export; it comes after those in the bundle.
    #[serde(deserialize_with = "present")]
    pub(super) recorded_as: Option<u64>,
    pub(super) log_id: LogId,
    pub(super) fingerprint: String,
    pub(super) entries: u64,
    #[serde(deserialize_with = "present")]
    pub(super) first_seq: Option<i64>,
    #[serde(deserialize_with = "present")]
    pub(super) last_seq: Option<i64>,
    /// As the last entry states it; of an empty log the fingerprint.
    pub(super) last_hash: String,
    /// The entries after it are signed one by one, and no tree holds them yet.
    #[serde(deserialize_with = "present")]
    pub(super) last_checkpoint: Option<Root>,
    pub(super) files: Vec<Digest>,
    /// What the exporter found when it verified its database, tables and all.
    pub(super) verification: Value,
    pub(super) notes: Vec<String>,
}

/// A checkpoint in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    pub(crate) size: i64,
    pub(crate) root: Bytes,
}

impl Manifest {
    pub(super) const VERSION: u64 = 1;

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let manifest = strict_json::parse(bytes).and_then(serde_json::from_value);
        manifest.map_err(|error| BundleError::malformed(MEMBERS[MANIFEST], &error))
    }

    /// The codes that the exporter's own verification found; none when it found the log in order.
    pub(super) fn found(&self) -> Option<String> {
        if self.verification.get("verified") == Some(&Value::Bool(true)) {
            return None;
        }
        let issues = self.verification.get("issues").and_then(Value::as_array);
        let codes = issues.into_iter().flatten().filter_map(|issue| issue.get("code").and_then(Value::as_str));
        let mut codes: Vec<&str> = codes.collect();
        codes.dedup();
        Some(codes.join(", "))
    }
}

/// What is signed: the file by its hash. The second line is no number, so this is never taken for a checkpoint.
pub(super) fn signed_text(manifest: &Digest, origin: &str) -> String {
    format!("licentia/bundle/v1\n{origin}\nsha256:{}\n", manifest.sha256)
}

/// Whether the key signed the manifest.
pub(super) fn check_signature(note: &[u8], manifest: &Digest, key: &VerifierKey) -> Result<(), NoteError> {
    let note = Note::parse(note)?;
    if note.text() != signed_text(manifest, key.name()) {
        return Err(NoteError::Malformed("it speaks of another manifest"));
    }
    note.verify(std::slice::from_ref(key)).map(|_| ())
}

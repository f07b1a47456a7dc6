//! The audit log: browsing, exporting and verifying it. None of this needs the passphrase.

mod chain;
mod replay;
mod report;
mod verify;

use crate::{AuditRecord, Licentia, LogId, Operator, Page, Progress, Result, Timestamp};
use std::path::Path;

pub use report::{Code, Issue, IssueSeverity, KeySource, TrustRoot, VerifyReport};
pub use verify::unreadable;

/// See [`Licentia::audit`].
#[derive(Clone, Copy)]
pub struct Audit<'a>(pub(crate) &'a Licentia);

/// Which entries a list shows. Filters are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Kinds, joined by *or*; `license.*` means every kind that begins so.
    pub kinds: Vec<String>,
    pub actor: Option<String>,
    /// The id of the target, whole.
    pub target: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// What identifies a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogIdentity {
    pub log_id: LogId,
    /// `blake3:…`.
    pub fingerprint: String,
    pub public_key: [u8; 32],
    pub created_at: Timestamp,
    /// How many entries there are now.
    pub size: u64,
}

/// How far a verification goes and what it starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyRequest {
    /// The fingerprint that somebody wrote down; none: the pin, or the file's own word.
    pub fingerprint: Option<String>,
    pub from: Option<u64>,
    pub to: Option<u64>,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Jsonl,
    Csv,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportReport {
    pub entries: u64,
    /// Where the manifest was written.
    pub manifest: std::path::PathBuf,
    /// The entry that records this export; none when nobody was unlocked.
    pub recorded_as: Option<u64>,
}

impl Audit<'_> {
    /// Newest first; `before` is the seq where the page before ended.
    pub async fn list(&self, _filter: &AuditFilter, _before: Option<u64>, _limit: u64) -> Result<Page<AuditRecord, u64>> {
        todo!()
    }
    /// The events of one target, newest first.
    pub async fn list_for_target(&self, _target: &str, _before: Option<u64>, _limit: u64) -> Result<Page<AuditRecord, u64>> {
        todo!()
    }
    pub async fn get(&self, _seq: u64) -> Result<AuditRecord> {
        todo!()
    }
    /// The kinds that are in this file.
    pub async fn kinds(&self) -> Result<Vec<String>> {
        todo!()
    }
    pub async fn identity(&self) -> Result<LogIdentity> {
        todo!()
    }
    /// Writes what the filter lets through, oldest first, with a manifest beside it.
    pub async fn export(
        &self,
        _filter: &AuditFilter,
        _format: ExportFormat,
        _out: &Path,
        _operator: Option<&Operator>,
        _progress: Progress,
    ) -> Result<ExportReport> {
        todo!()
    }
}

//! The audit log: browsing, exporting and verifying it. None of this needs the passphrase.

mod accept;
mod bundle;
mod chain;
mod checkpoint;
mod checkpoint_check;
mod export;
mod find;
mod keys;
mod kind;
mod prepare;
mod proof;
mod record;
mod replay;
mod report;
mod rotate;
mod saved;
mod search;
mod signatures;
#[cfg(test)]
mod testing;
mod verify;

use crate::{AuditRecord, Error, Licentia, LogId, Page, Result, Timestamp};
use licentia_storage::AuditQuery;
use licentia_storage::audit::{hex, key_id};
use serde::Serialize;
use std::path::PathBuf;

pub use accept::{AbandonedRange, Accepted};
pub use bundle::{BundleError, BundleExport, BundleReport, BundleRequest, SeenBy, verify_bundle};
pub use checkpoint::{CHECKPOINT_EVERY, CheckpointReason, KeptCheckpoint};
pub use export::COLUMNS;
pub use find::AuditSearch;
pub use kind::Kind;
pub use proof::{LicenseShown, ProofRequest, ProofTrust, Proven, Refusal, Shown, Subject, verify_proof};
pub use report::{Code, Issue, IssueSeverity, KeySource, Level, TrustRoot, VerifyReport, Witnessed};
pub use rotate::RotatedKey;
pub(crate) use rotate::{NewKey, key_text};
pub use saved::SavedFilter;
pub use search::{DEEPEST, FIELDS, LONGEST, MOST_TERMS, Query, QueryMistake};
pub use verify::unreadable;

pub use licentia_storage::{CountBy, IndexState, SearchPage};

/// See [`Licentia::audit`].
#[derive(Clone, Copy)]
pub struct Audit<'a>(pub(crate) &'a Licentia);

/// Which entries a list shows. Filters are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// The first key; the fingerprint holds it.
    pub public_key: [u8; 32],
    /// The id of the key that signs the next entry.
    pub key_id: String,
    /// The key range: 1, and more after each restore.
    pub epoch: i64,
    pub created_at: Timestamp,
    /// How many entries there are now.
    pub size: u64,
}

/// How far a verification goes and what it starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyRequest {
    /// The fingerprint that somebody wrote down; none: the pin, or the file's own word.
    pub fingerprint: Option<String>,
    /// Only these entries, at the full level.
    pub from: Option<u64>,
    pub to: Option<u64>,
    pub level: Level,
    /// Begins anew, whatever an earlier run that was stopped had checked.
    pub fresh: bool,
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
    pub manifest: PathBuf,
    /// The entry that records this export; none when nobody was unlocked.
    pub recorded_as: Option<u64>,
}

impl Audit<'_> {
    /// Newest first; `before` is the seq where the page before ended.
    pub async fn list(&self, filter: &AuditFilter, before: Option<u64>, limit: u64) -> Result<Page<AuditRecord, u64>> {
        let Some(query) = self.query(filter).await? else { return Ok(Page { items: Vec::new(), next: None }) };
        let query = AuditQuery { before, limit: limit.saturating_add(1), ..query };
        Ok(Page::cut(self.0.reader().audit_entries(&query).await?, limit, |last| last.seq))
    }

    /// The events of one target, newest first.
    pub async fn list_for_target(
        &self,
        target: &str,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Page<AuditRecord, u64>> {
        let filter = AuditFilter { target: Some(target.to_owned()), ..AuditFilter::default() };
        self.list(&filter, before, limit).await
    }

    /// One entry.
    pub async fn get(&self, seq: u64) -> Result<AuditRecord> {
        let reader = self.0.reader();
        match reader.audit_entry(seq).await? {
            Some(entry) => Ok(entry),
            None => Err(Error::NoSuchEntry { seq, size: reader.audit_size().await? }),
        }
    }

    /// The kinds that are in this file.
    pub async fn kinds(&self) -> Result<Vec<String>> {
        Ok(self.0.reader().audit_kinds().await?)
    }

    /// Which log this is, and how far it has come.
    pub async fn identity(&self) -> Result<LogIdentity> {
        let reader = self.0.reader();
        let log = reader.audit_log().await?.ok_or(Error::NotFounded)?;
        let key = reader.audit_key().await?;
        Ok(LogIdentity {
            log_id: log.id,
            fingerprint: log.fingerprint_text(),
            public_key: log.public_key,
            key_id: hex(&key.as_ref().map_or_else(|| key_id(&log.public_key).to_vec(), |key| key.id.clone())),
            epoch: key.map_or(1, |key| key.epoch),
            created_at: log.created_at,
            size: reader.audit_size().await?,
        })
    }

    /// The filter with its kinds spelled out; none when it lets nothing through.
    ///
    /// A prefix stands for the kinds that are in the file, not for those that this version knows.
    async fn query(&self, filter: &AuditFilter) -> Result<Option<AuditQuery>> {
        let mut kinds = Vec::new();
        if !filter.kinds.is_empty() {
            kinds = self.kinds().await?;
            kinds.retain(|kind| filter.kinds.iter().any(|wanted| fits(wanted, kind)));
            if kinds.is_empty() {
                return Ok(None);
            }
        }
        let AuditFilter { kinds: _, actor, target, since, until } = filter.clone();
        Ok(Some(AuditQuery { kinds, actor, target, since, until, ..AuditQuery::default() }))
    }
}

/// Whether a kind is the one that is wanted, or begins as `license.*` says.
fn fits(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => kind == wanted,
    }
}

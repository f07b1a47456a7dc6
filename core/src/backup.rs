//! Backups: a consistent copy that was verified before it counts.

use crate::{Licentia, Operator, Progress, Result, audit::VerifyReport};
use std::path::{Path, PathBuf};

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// Everything; opening it needs the passphrase of now.
    Whole,
    /// Without vault and secrets, for somebody who only reads.
    ForReview,
}

/// A backup that was written.
#[derive(Clone, Debug)]
pub struct BackupReport {
    pub path: PathBuf,
    pub bytes: u64,
    pub entries: u64,
    pub fingerprint: String,
    pub verified: VerifyReport,
}

impl Licentia {
    /// Copies the database to `out`, which must not exist.
    pub async fn backup(
        &self,
        _out: &Path,
        _what: Backup,
        _operator: Option<&Operator>,
        _progress: Progress,
    ) -> Result<BackupReport> {
        todo!()
    }
}

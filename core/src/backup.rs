//! Backups: a consistent copy that was verified before it counts.

use crate::audit::{VerifyReport, VerifyRequest};
use crate::new_file::{self, NewFile};
use crate::{Error, Licentia, Place, Progress, Result, StoreError};
use licentia_storage::{copy, health};
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
    /// Copies the database to `out`, which must not exist: one file, of one moment, without a write-ahead log.
    ///
    /// The copy gets its name once it is whole, verifies, and agrees with this log. It changes nothing here, so no
    /// event speaks of it and nobody has to be unlocked.
    pub async fn backup(&self, out: &Path, what: Backup, progress: Progress) -> Result<BackupReport> {
        let before = self.audit().identity().await?;
        let (new, handle) = NewFile::beside(out, self.ambient())?;
        // Closed before SQLite opens it: closing it later would drop SQLite's locks.
        drop(handle);
        let _leftovers = Leftovers::of(new.temporary());
        self.store().copy_to(new.temporary()).await?;
        if what == Backup::ForReview {
            copy::strip_secrets(new.temporary()).await?;
        }
        let problems = health::problems_of(new.temporary()).await?;
        if let Some(problem) = problems.first() {
            return Err(StoreError::Damaged(problem.clone()).into());
        }
        let place = Place { database: new.temporary().to_owned(), pins: None };
        let copy = Self::open_for_reading(place, self.ambient().clone()).await?;
        let compared = self.compare(&copy, before.size, &before.fingerprint, progress).await;
        copy.close().await;
        let (entries, verified) = compared?;
        new.place()?;
        let bytes = out.metadata().map_err(|source| new_file::failed("look at", out, source))?.len();
        Ok(BackupReport { path: out.to_owned(), bytes, entries, fingerprint: before.fingerprint, verified })
    }

    /// Verifies the copy, and that it holds this log at least as far as it had come.
    async fn compare(
        &self,
        copy: &Self,
        at_least: u64,
        fingerprint: &str,
        progress: Progress,
    ) -> Result<(u64, VerifyReport)> {
        let request = VerifyRequest { fingerprint: Some(fingerprint.to_owned()), ..VerifyRequest::default() };
        let report = copy.audit().verify(&request, progress).await?;
        if !report.verified {
            return Err(Error::BackupNotVerified(Box::new(report)));
        }
        let size = copy.audit().identity().await?.size;
        let same = size >= at_least
            && match size {
                0 => true,
                seq => self.audit().get(seq).await?.hash == copy.audit().get(seq).await?.hash,
            };
        if same { Ok((size, report)) } else { Err(Error::BackupNotVerified(Box::new(report))) }
    }
}

/// What the database and the lock of a home leave beside a copy; removed however it ends.
struct Leftovers(Vec<PathBuf>);

impl Leftovers {
    fn of(copy: &Path) -> Self {
        let beside = ["-journal", "-wal", "-shm"].map(|suffix| {
            let mut name = copy.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        });
        Self(beside.into_iter().chain([copy.with_extension("lock")]).collect())
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        for path in &self.0 {
            // Most of them were never there.
            let _ = std::fs::remove_file(path);
        }
    }
}

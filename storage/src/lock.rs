//! The lock file of a home: shared by every process that has the database open, exclusive for a migration.
//!
//! SQLite's own locks cannot serve: a migration and a restore must keep out processes that are idle.

use crate::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often and how long another holder is waited for.
pub(crate) const TRIES: u32 = 1_200;
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// A lock on a home; released when dropped.
#[derive(Debug)]
pub(crate) struct HomeLock {
    /// None where the home cannot be written and has no lock file: nobody can migrate there either.
    file: Option<File>,
    path: PathBuf,
}

impl HomeLock {
    /// The lock beside `database`, shared with other readers and writers.
    pub(crate) async fn shared(database: &Path) -> Result<Self, StoreError> {
        let lock = Self::open(database)?;
        lock.share().await?;
        Ok(lock)
    }

    /// Keeps every other process out until [`Self::share`], if nobody else holds the lock now.
    ///
    /// If somebody does, this process holds nothing any more: two that both held on to their share while they
    /// wait to be alone would wait for each other.
    pub(crate) fn try_exclusive(&self) -> Result<bool, StoreError> {
        let Some(file) = &self.file else { return Ok(true) };
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => file.unlock().map(|()| false).map_err(|source| self.failed(source)),
            Err(TryLockError::Error(source)) => Err(self.failed(source)),
        }
    }

    /// Shares the lock, as soon as nobody has it alone.
    pub(crate) async fn share(&self) -> Result<(), StoreError> {
        let Some(file) = &self.file else { return Ok(()) };
        for _ in 0..TRIES {
            match file.try_lock_shared() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(source)) => return Err(self.failed(source)),
            }
        }
        Err(StoreError::Locked(self.path.clone()))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn open(database: &Path) -> Result<Self, StoreError> {
        let path = database.with_extension("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&path).or_else(|_| File::open(&path));
        match opened {
            Ok(file) => Ok(Self { file: Some(file), path }),
            Err(error) if crate::open::is_writable(database) => {
                Err(StoreError::Io { action: "open the lock file", path, source: error })
            }
            Err(_) => Ok(Self { file: None, path }),
        }
    }

    fn failed(&self, source: std::io::Error) -> StoreError {
        StoreError::Io { action: "lock", path: self.path.clone(), source }
    }
}

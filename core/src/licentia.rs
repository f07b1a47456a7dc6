//! An open database and the services on it.

use crate::{Ambient, Identities, Issuers, Licenses, Probes, Result, Revocations, VaultService, audit::Audit};
use std::path::PathBuf;
use std::sync::Arc;

/// Where a database and what belongs to it are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The database file; its directory also holds the lock file.
    pub database: PathBuf,
    /// The directory of the pins, outside the home; none switches pins off.
    pub pins: Option<PathBuf>,
}

/// Told how many of how many are done.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// An open database. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct Licentia {}

impl Licentia {
    /// Makes the home directory and an empty database in it, or opens one that was never founded.
    /// [`VaultService::create`] founds it.
    pub async fn create(_place: Place, _ambient: Ambient) -> Result<Self> {
        todo!()
    }

    /// Opens a database for changes, and for reading only where the file cannot be written.
    pub async fn open(_place: Place, _ambient: Ambient) -> Result<Self> {
        todo!()
    }

    /// Opens a database for reading only.
    pub async fn open_for_reading(_place: Place, _ambient: Ambient) -> Result<Self> {
        todo!()
    }

    /// What stands in the way of trusting this file at the start: it is older than its pin, forked, or another log.
    /// Changes are refused while this is an error; reading goes on.
    pub async fn check_pin(&self) -> Result<()> {
        todo!()
    }

    /// Moves the pin forward to the newest entry, when the pinned one is still in the log.
    pub async fn move_pin(&self) -> Result<()> {
        todo!()
    }

    /// Closes the files; the last connection folds the write-ahead log into the database.
    pub async fn close(self) {
        todo!()
    }

    /// Whether the file can be written.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        todo!()
    }

    /// Where this database is.
    #[must_use]
    pub fn place(&self) -> &Place {
        todo!()
    }

    /// The clock and the randomness that were handed in.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        todo!()
    }

    /// The vault: founding, unlocking, changing the passphrase.
    #[must_use]
    pub fn vault(&self) -> VaultService<'_> {
        VaultService(self)
    }

    /// The keys that sign.
    #[must_use]
    pub fn issuers(&self) -> Issuers<'_> {
        Issuers(self)
    }

    /// Licenses.
    #[must_use]
    pub fn licenses(&self) -> Licenses<'_> {
        Licenses(self)
    }

    /// Revocations.
    #[must_use]
    pub fn revocations(&self) -> Revocations<'_> {
        Revocations(self)
    }

    /// Identity pins.
    #[must_use]
    pub fn identities(&self) -> Identities<'_> {
        Identities(self)
    }

    /// Probe tokens.
    #[must_use]
    pub fn probes(&self) -> Probes<'_> {
        Probes(self)
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

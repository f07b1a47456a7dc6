//! Restore: a backup takes the place of the database, and says what was abandoned by that.
//!
//! The new file is built beside the old one and takes its name at the very end; until then nothing has happened.

mod carry;
mod newer;
mod published;
mod restrict;
mod write;

use crate::audit::{VerifyReport, VerifyRequest};
use crate::pin::Pin;
use crate::secret::{Passphrase, SecretError};
use crate::{Actor, Ambient, Error, Explanation, Licentia, LogId, Place, Progress, Result, StoreError, Timestamp};
use licentia_storage::audit::tagged;
use licentia_storage::{Access, HomeAlone, Store, copy, health};
use newer::Newer;
use std::path::PathBuf;
use std::sync::Arc;

pub use published::PublishedError;
pub use write::Abandoned;

/// What is restored, and what tells of the time since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRequest {
    /// A backup, or any other copy of the database.
    pub file: PathBuf,
    /// Status lists as they were published: what they call revoked stays revoked.
    pub published: Option<PathBuf>,
    /// Also where the time since the backup is lost, or there is nothing to go back from.
    pub force: bool,
}

/// A restore that was looked into and not yet done. The home is closed to everybody else as long as this lives.
#[derive(Debug)]
pub struct Restore {
    alone: HomeAlone,
    place: Place,
    forced: bool,
    /// The copy of the backup that will take the place of the database.
    copy: Licentia,
    verified: VerifyReport,
    newer: Arc<Newer>,
    passphrase_since: Timestamp,
}

/// A restore that was done.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Where the file from before is kept, if there was one.
    pub kept: Option<PathBuf>,
    pub log_id: LogId,
    pub fingerprint: String,
    /// How many entries the backup had.
    pub restored_size: u64,
    pub abandoned: Abandoned,
    /// The entry that says all this.
    pub seq: u64,
    /// Its hash.
    pub head: String,
    pub epoch: i64,
    pub key_id: String,
    /// How many status list entries were carried over.
    pub carried: u64,
    /// `live`, `published`, `live and published`, or none where nothing was known.
    pub carried_from: Option<&'static str>,
    /// Whether it is known what was revoked since the backup.
    pub is_complete: bool,
    /// When the oldest of the published lists was signed: what was revoked later is not in them.
    pub published_at: Option<Timestamp>,
    pub forced: bool,
    pub verified: VerifyReport,
    /// Why the pin of whoever restored it did not move along: it has to be accepted here too.
    pub pin_failed: Option<Explanation>,
}

impl Restore {
    /// Closes the home to others, verifies the backup in full, and reads what the newer state says. Changes no data: but
    /// the file in use is brought to the newest schema and its write-ahead log folded, as whenever it is opened, and a
    /// log that a killed restore took away is put back.
    pub async fn begin(place: Place, ambient: Ambient, request: &RestoreRequest, progress: Progress) -> Result<Self> {
        if let Some(home) = place.database.parent() {
            crate::licentia::make_private_directory(home)?;
        }
        let same = |path: &PathBuf| path.canonicalize().ok();
        if same(&request.file).is_some() && same(&request.file) == same(&place.database) {
            return Err(Error::invalid("the backup", "it is the database itself"));
        }
        if !request.file.is_file() {
            return Err(StoreError::Missing(request.file.clone()).into());
        }
        let alone = HomeAlone::take(&place.database)?;
        let fresh = alone.fresh_file()?;
        copy::copy_file(&request.file, &fresh).await?;
        if let Some(problem) = health::problems_of(&fresh).await?.first() {
            return Err(StoreError::Damaged(problem.clone()).into());
        }
        let store = Store::open_alone(&fresh, ambient.clone(), Access::Write, &alone).await?;
        let copy = Licentia::of_store(store, Place { database: fresh, pins: None });
        let prepared = Self::look(&alone, &place, &copy, request, progress).await;
        let (verified, newer, passphrase_since) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                copy.close().await;
                // What is left of it is swept up by the next try, if this fails.
                let _ = alone.fresh_file();
                return Err(error);
            }
        };
        Ok(Self { alone, place, forced: request.force, copy, verified, newer: Arc::new(newer), passphrase_since })
    }

    async fn look(
        alone: &HomeAlone,
        place: &Place,
        copy: &Licentia,
        request: &RestoreRequest,
        progress: Progress,
    ) -> Result<(VerifyReport, Newer, Timestamp)> {
        let own = copy.audit().identity().await?;
        let vault = copy.reader().vault().await?.ok_or(Error::BackupWithoutSecrets)?;
        let pin = pin_of(place)?;
        let newer = Newer::read(alone, place, copy, pin, request).await?;
        if let Some(expected) = newer.fingerprint()
            && expected != own.fingerprint
        {
            return Err(Error::BackupOfOtherLog { expected: expected.to_owned(), found: own.fingerprint });
        }
        let verify = VerifyRequest { fingerprint: Some(own.fingerprint), ..VerifyRequest::default() };
        let report = copy.audit().verify(&verify, progress).await?;
        if !report.verified {
            return Err(Error::BackupNotVerified(Box::new(report)));
        }
        newer.refuse_unless(request.force)?;
        Ok((report, newer, vault.changed_at))
    }

    /// Since when the passphrase of the backup holds: it may be older than the one of today.
    #[must_use]
    pub const fn passphrase_since(&self) -> Timestamp {
        self.passphrase_since
    }

    /// What is to go wrong in the transaction on the copy.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn faults(&self) -> &licentia_storage::Faults {
        self.copy.faults()
    }

    /// Nothing is restored; everything is as it was.
    pub async fn give_up(self) {
        self.copy.close().await;
        // What is left of it is swept up by the next try, if this fails.
        let _ = self.alone.fresh_file();
    }

    /// Writes what is carried over and what is abandoned into the copy, and gives it the place of the database.
    pub async fn finish(self, passphrase: &Passphrase, actor: Actor) -> Result<Restored> {
        let written = self.write(passphrase, actor).await;
        let fresh = self.copy.place().database.clone();
        self.copy.clone().close().await;
        let mut restored = match written {
            Ok(restored) => restored,
            Err(error) => {
                let _ = self.alone.fresh_file();
                return Err(error);
            }
        };
        restored.kept = self.alone.replace(&fresh, self.copy.ambient().now()).await?;
        // The database is exchanged, whatever becomes of the pin.
        restored.pin_failed = self.move_pin(&restored).err().map(|error| Explanation::from(&error));
        Ok(restored)
    }

    async fn write(&self, passphrase: &Passphrase, actor: Actor) -> Result<Restored> {
        let operator = match self.copy.vault().unlock(passphrase, actor).await {
            Err(Error::Secret(SecretError::WrongPassphrase)) => {
                return Err(Error::BackupPassphrase { since: self.passphrase_since });
            }
            unlocked => unlocked?,
        };
        write::write(&self.copy, &operator, &self.newer, self.forced, self.verified.clone()).await
    }

    /// Whoever restores has seen what is abandoned.
    fn move_pin(&self, restored: &Restored) -> Result<()> {
        let Some(pins) = &self.place.pins else { return Ok(()) };
        Ok(crate::pin::PinStore::new(pins).accept(&Pin {
            log_id: restored.log_id.to_string(),
            fingerprint: restored.fingerprint.clone(),
            path: self.place.database.clone(),
            size: restored.seq,
            hash: restored.head.clone(),
        })?)
    }
}

fn pin_of(place: &Place) -> Result<Option<Pin>> {
    match &place.pins {
        Some(pins) => Ok(crate::pin::PinStore::new(pins).load(&place.database)?),
        None => Ok(None),
    }
}

/// The hash of an entry as pins and events write it; that of none is the fingerprint.
async fn hash_at(licentia: &Licentia, seq: u64) -> Result<String> {
    if seq == 0 {
        return Ok(licentia.audit().identity().await?.fingerprint);
    }
    Ok(tagged("blake3", &licentia.audit().get(seq).await?.hash))
}

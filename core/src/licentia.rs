//! An open database and the services on it.

use crate::audit::{Audit, CHECKPOINT_EVERY, CheckpointReason};
use crate::pin::{self, Failed, Pin, PinState, PinStore};
use crate::witness::Witnesses;
use crate::{Ambient, Error, Identities, Issuers, Licenses, Operator, Probes, Result, Revocations, VaultService};
use licentia_storage::audit::tagged;
use licentia_storage::{Access, Committed, Reader, Store, StoreError, Tx, Watch};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// An open database. Cheap to clone; all clones share it.
#[derive(Clone, Debug)]
pub struct Licentia(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    store: Store,
    /// What the pin said when the database was opened, or when it was last looked at. None: it has to be looked at.
    pin: Mutex<Option<Result<PinState>>>,
    /// Whether a verification that failed stands in the way of changes.
    stops_after_failure: AtomicBool,
    /// What went wrong beside a change that was made, until somebody is told.
    alarm: Mutex<Option<Error>>,
    /// Whether new licenses carry the latest checkpoint.
    log_claim: AtomicBool,
    /// A checkpoint was kept, until somebody asks.
    signed: AtomicBool,
}

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

impl Licentia {
    /// Makes the home directory and an empty database in it, or opens one that was never founded.
    /// [`VaultService::create`] founds it.
    pub async fn create(place: Place, ambient: Ambient) -> Result<Self> {
        if let Some(home) = place.database.parent() {
            make_private_directory(home)?;
        }
        let store = Store::create(&place.database, ambient).await?;
        if store.reader().audit_log().await?.is_some() {
            return Err(Error::AlreadyFounded);
        }
        Ok(Self::around(store, place, PinState::Absent))
    }

    /// Opens a database for changes, and for reading only where the file cannot be written.
    pub async fn open(place: Place, ambient: Ambient) -> Result<Self> {
        Self::open_for(place, ambient, Access::Write).await
    }

    /// Opens a database for reading only.
    pub async fn open_for_reading(place: Place, ambient: Ambient) -> Result<Self> {
        Self::open_for(place, ambient, Access::Read).await
    }

    async fn open_for(place: Place, ambient: Ambient, access: Access) -> Result<Self> {
        let store = Store::open(&place.database, ambient, access).await?;
        let licentia = Self::around(store, place, PinState::Absent);
        // What the pin says is kept, and stands in the way of the first change; reading goes on.
        let looked = licentia.look_at_pin().await;
        licentia.keep_pin(Some(looked));
        Ok(licentia)
    }

    /// A database that is open already, and whose pin is nobody's.
    pub(crate) fn of_store(store: Store, place: Place) -> Self {
        Self::around(store, place, PinState::Absent)
    }

    fn around(store: Store, place: Place, pin: PinState) -> Self {
        Self(Arc::new(Inner {
            place,
            store,
            pin: Mutex::new(Some(Ok(pin))),
            alarm: Mutex::default(),
            log_claim: AtomicBool::new(true),
            signed: AtomicBool::new(false),
            stops_after_failure: AtomicBool::new(false),
        }))
    }

    /// Compares the file with what was seen of it before.
    ///
    /// An error means that it is older than its pin, forked, or another log; changes are then refused.
    pub async fn check_pin(&self) -> Result<()> {
        let looked = self.look_at_pin().await;
        self.keep_pin(looked.as_ref().ok().cloned().map(Ok));
        refuse_disagreement(looked?)
    }

    /// What [`Self::check_pin`] said the last time, which was at the opening unless it was asked since.
    pub async fn pin_seen(&self) -> Result<()> {
        match self.pin_kept() {
            Some(said) => refuse_disagreement(said?),
            None => self.check_pin().await,
        }
    }

    /// An error is told once: whoever asks after that looks again.
    fn pin_kept(&self) -> Option<Result<PinState>> {
        let mut kept = self.0.pin.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some(Ok(state)) => Some(Ok(state.clone())),
            _ => kept.take(),
        }
    }

    fn keep_pin(&self, said: Option<Result<PinState>>) {
        *self.0.pin.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }

    /// Moves the pin forward to the newest entry, when the pinned one is still in the log.
    pub async fn move_pin(&self) -> Result<()> {
        let Some(pins) = self.pins() else { return Ok(()) };
        self.check_pin().await?;
        let (log, size) =
            (self.reader().audit_log().await?.ok_or(Error::NotFounded)?, self.reader().audit_size().await?);
        let hash = match self.hash_at(size).await? {
            Some(hash) => hash,
            None => log.fingerprint_text(),
        };
        Ok(pins.save(&Pin {
            log_id: log.id.to_string(),
            fingerprint: log.fingerprint_text(),
            path: self.0.place.database.clone(),
            size,
            hash,
        })?)
    }

    /// What the pin says of the file as it is now; none where pins are switched off.
    pub async fn pin_state(&self) -> Result<Option<PinState>> {
        match self.pins() {
            Some(_) => self.look_at_pin().await.map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn look_at_pin(&self) -> Result<PinState> {
        let Some(pins) = self.pins() else { return Ok(PinState::Absent) };
        let pin = pins.load(&self.0.place.database)?;
        let Some(log) = self.reader().audit_log().await? else { return Ok(PinState::Absent) };
        let size = self.reader().audit_size().await?;
        let at_pin = match &pin {
            Some(pin) => self.hash_at(pin.size).await?,
            None => None,
        };
        Ok(pin::compare(pin.as_ref(), &log.fingerprint_text(), size, at_pin.as_deref()))
    }

    /// The pin of this database, if there is one.
    pub(crate) fn pin(&self) -> Result<Option<Pin>> {
        match self.pins() {
            Some(pins) => Ok(pins.load(&self.0.place.database)?),
            None => Ok(None),
        }
    }

    async fn hash_at(&self, seq: u64) -> Result<Option<String>> {
        if seq == 0 {
            return Ok(self.reader().audit_log().await?.map(|log| log.fingerprint_text()));
        }
        Ok(self.reader().audit_entry(seq).await?.map(|entry| tagged("blake3", &entry.hash)))
    }

    pub(crate) fn pins(&self) -> Option<PinStore> {
        self.0.place.pins.as_ref().map(PinStore::new)
    }

    /// From now on a verification that failed stands in the way of every change, until a full one succeeds.
    pub fn stop_after_failure(&self) {
        self.0.stops_after_failure.store(true, Ordering::Relaxed);
    }

    fn refuse_after_failure(&self) -> Result<()> {
        let stops = self.0.stops_after_failure.load(Ordering::Relaxed);
        match if stops { self.failed_before()? } else { None } {
            Some(failed) => Err(Error::NotVerified(failed)),
            None => Ok(()),
        }
    }

    /// The last verification that failed, until a full one holds. Nothing is known of it without pins.
    pub fn failed_before(&self) -> Result<Option<Failed>> {
        let Some(pins) = self.pins() else { return Ok(None) };
        Ok(pins.recall(&self.0.place.database)?.and_then(|known| known.failed))
    }

    /// Closes the files; the last connection folds the write-ahead log into the database.
    pub async fn close(self) {
        self.0.store.close().await;
    }

    /// Whether the file can be written.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.0.store.is_writable()
    }

    /// Where this database is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The clock and the randomness that were handed in.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        self.0.store.ambient()
    }

    /// What is to go wrong in this database's transactions.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn faults(&self) -> &licentia_storage::Faults {
        self.0.store.faults()
    }

    /// Notices what is written from now on, by whomever.
    pub async fn watch(&self) -> Result<Watch> {
        Ok(self.0.store.watch().await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn reader(&self) -> Reader<'static> {
        self.0.store.reader()
    }

    /// The one way in which a service changes anything.
    pub(crate) async fn write<T, F, Fut>(&self, operator: &Operator, work: F) -> Result<T>
    where
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Committed<T>>> + Send + 'static,
        T: Send + 'static,
    {
        self.refuse_after_failure()?;
        self.write_regardless(operator, work).await
    }

    /// The same for what is written about the log itself, which a failure does not stop.
    pub(crate) async fn write_regardless<T, F, Fut>(&self, operator: &Operator, work: F) -> Result<T>
    where
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Committed<T>>> + Send + 'static,
        T: Send + 'static,
    {
        if !self.is_writable() {
            return Err(StoreError::ReadOnly.into());
        }
        self.pin_seen().await?;
        let value = self.0.store.write(operator.seal(), work).await?;
        self.sign_when_due(operator).await;
        Ok(value)
    }

    /// Every so many entries the log is signed. The change that was made stays made, whatever becomes of this.
    async fn sign_when_due(&self, operator: &Operator) {
        let due = match self.reader().entries_since_checkpoint().await {
            Ok(since) => since >= CHECKPOINT_EVERY,
            Err(error) => return self.raise_alarm(error.into()),
        };
        if due {
            self.sign_by_the_way(operator, CheckpointReason::Entries).await;
        }
    }

    /// Signs the log beside something else, which goes on when that fails.
    pub async fn sign_by_the_way(&self, operator: &Operator, reason: CheckpointReason) {
        // Boxed: it is seldom, and every change would be as large otherwise.
        if let Err(error) = Box::pin(self.audit().checkpoint(operator, reason)).await {
            self.raise_alarm(error);
        }
    }

    /// Keeps the first until it is taken: what comes after has the same cause more often than not.
    fn raise_alarm(&self, error: Error) {
        self.0.alarm.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// What went wrong beside a change that was made, and that nobody was told yet.
    #[must_use]
    pub fn take_alarm(&self) -> Option<Error> {
        self.0.alarm.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn was_signed(&self) {
        self.0.signed.store(true, Ordering::Relaxed);
    }

    /// Whether the log was signed through this database since this was last asked, for whatever reason.
    pub fn take_signed(&self) -> bool {
        self.0.signed.swap(false, Ordering::Relaxed)
    }

    /// Whether licenses that are signed from now on carry the latest checkpoint, if there is one. They do unless this
    /// was switched off: its size tells how much a vendor does.
    pub fn set_log_claim(&self, carried: bool) {
        self.0.log_claim.store(carried, Ordering::Relaxed);
    }

    pub(crate) fn has_log_claim(&self) -> bool {
        self.0.log_claim.load(Ordering::Relaxed)
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

    /// Those who sign the log's checkpoints too.
    #[must_use]
    pub fn witnesses(&self) -> Witnesses<'_> {
        Witnesses(self)
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

fn refuse_disagreement(state: PinState) -> Result<()> {
    match state {
        PinState::Absent | PinState::Matches | PinState::Behind => Ok(()),
        state => Err(Error::PinDisagrees(state)),
    }
}

pub(crate) fn make_private_directory(path: &std::path::Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| Error::Io { action: "make the directory", path: path.to_owned(), source })
}

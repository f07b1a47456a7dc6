//! An open database: readers, and the one way to write.

use crate::counted::Counted;
use crate::lock::HomeLock;
use crate::migration::{self, Found};
use crate::open::{self, Mode};
use crate::tx::{Committed, Seal, Tx};
use crate::{Ambient, EventId, Reader, StoreError};
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// An open database. Clones share it.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    ambient: Ambient,
    pools: RwLock<Pools>,
    /// One write at a time inside the process, in the order of asking; SQLite's own waiting is not fair.
    turn: tokio::sync::Mutex<()>,
    _lock: HomeLock,
    #[cfg(feature = "faults")]
    faults: Arc<crate::faults::Faults>,
}

#[derive(Clone, Debug)]
struct Pools {
    writer: Option<DatabaseConnection>,
    reader: DatabaseConnection,
}

/// What the file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing; reading only where the file cannot be written.
    Write,
    Read,
}

impl Store {
    /// Makes an empty database with the newest schema, or finishes one that was left empty.
    pub async fn create(path: &Path, ambient: Ambient) -> Result<Self, StoreError> {
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode_0600().open(path);
        match made {
            Ok(file) => file.sync_all().map_err(|source| io("write", path, source))?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(io("create", path, source)),
        }
        Self::open_or_finish(path, ambient, Access::Write, true).await
    }

    /// Opens a database that is there; brings an older schema up to date if it can be written.
    pub async fn open(path: &Path, ambient: Ambient, access: Access) -> Result<Self, StoreError> {
        Self::open_or_finish(path, ambient, access, false).await
    }

    async fn open_or_finish(path: &Path, ambient: Ambient, access: Access, may_be_empty: bool) -> Result<Self, StoreError> {
        let kind = std::fs::metadata(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => StoreError::Missing(path.to_owned()),
            _ => io("look at", path, source),
        })?;
        if !kind.is_file() {
            return Err(StoreError::Foreign { path: path.to_owned(), found: "not a file".to_owned() });
        }
        let lock = HomeLock::shared(path).await?;
        bring_up_to_date(path, &lock, may_be_empty).await?;
        let writer = match access {
            Access::Write if open::is_writable(path) => Some(open::pool(path, Mode::Write).await?),
            _ => None,
        };
        let reader = open::pool(path, open::reading_mode(path)).await?;
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            ambient,
            pools: RwLock::new(Pools { writer, reader }),
            turn: tokio::sync::Mutex::new(()),
            _lock: lock,
            #[cfg(feature = "faults")]
            faults: Arc::default(),
        })))
    }

    /// Runs `work` in a write transaction of its own, in a task that nothing can drop half-way.
    ///
    /// The only way out of `work` that keeps anything is [`Tx::commit`]. When the commit ends in an I/O error,
    /// the files are opened again and the events looked up before anybody is told anything.
    pub async fn write<T, E, F, Fut>(&self, seal: Seal, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Committed<T>, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        let task = tokio::spawn(async move {
            let _turn = store.0.turn.lock().await;
            let tx = store.begin(seal).await?;
            let committed = work(tx).await?;
            if let Some(events) = committed.unknown {
                store.settle(events).await?;
            }
            Ok(committed.value)
        });
        match task.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Database("the program is ending".to_owned()).into()),
            },
        }
    }

    /// Reads through the pool of readers.
    #[must_use]
    pub fn reader(&self) -> Reader<'static> {
        Reader::outside(self.pools().reader)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.pools().writer.is_some()
    }

    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// Closes every connection; the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        let Pools { writer, reader } = self.pools();
        // A failure here loses nothing: what was committed is in the write-ahead log.
        let _ = reader.close().await;
        if let Some(writer) = writer {
            let _ = writer.close().await;
        }
    }

    /// What is to go wrong in this store's transactions.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn faults(&self) -> &crate::faults::Faults {
        &self.0.faults
    }

    fn pools(&self) -> Pools {
        self.0.pools.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that begins a transaction, and it begins it IMMEDIATE")]
    async fn begin(&self, seal: Seal) -> Result<Tx, StoreError> {
        let writer = self.pools().writer.ok_or(StoreError::ReadOnly)?;
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        let transaction = writer.begin_with_options(options).await?;
        #[cfg(feature = "faults")]
        let conn = Counted::new(transaction, Arc::clone(&self.0.faults));
        #[cfg(not(feature = "faults"))]
        let conn = Counted::new(transaction);
        Ok(Tx::new(conn, seal, self.0.ambient.clone()))
    }

    /// After an I/O error at a commit: stop, reopen, look the events up, then answer.
    async fn settle(&self, events: Vec<EventId>) -> Result<(), StoreError> {
        self.close().await;
        let reopened = async {
            let writer = open::pool(&self.0.path, Mode::Write).await?;
            let reader = open::pool(&self.0.path, Mode::Read).await?;
            let pools = Pools { writer: Some(writer), reader };
            *self.0.pools.write().unwrap_or_else(PoisonError::into_inner) = pools;
            self.reader().has_event(events.first().copied()).await
        };
        match reopened.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::CommitFailed),
            Err(_) => Err(StoreError::OutcomeUnknown { events }),
        }
    }
}

/// Checks what the file is, and migrates it under the exclusive lock when that is needed.
async fn bring_up_to_date(path: &Path, lock: &HomeLock, may_be_empty: bool) -> Result<(), StoreError> {
    let found = look(path).await?;
    let from = match found {
        Found::Schema(version) if version == migration::newest() => return Ok(()),
        Found::Empty if !may_be_empty => return Err(StoreError::NotFounded),
        Found::Schema(found) if !open::is_writable(path) => {
            return Err(StoreError::OlderReadOnly { path: path.to_owned(), found, known: migration::newest() });
        }
        Found::Empty => 0,
        Found::Schema(version) => version,
    };
    lock.become_exclusive().await?;
    let mut connection = open::options(path, Mode::Migrate)
        .connect()
        .await
        .map_err(|error| StoreError::from_sqlx(&error, path))?;
    // Another process may have done it while this one waited for the lock.
    let from = match migration::inspect(&mut connection, path).await? {
        Found::Empty => from.min(0),
        Found::Schema(version) => version,
    };
    let done = migration::migrate(&mut connection, from).await;
    let _ = connection.close().await;
    lock.share_again().await?;
    done
}

async fn look(path: &Path) -> Result<Found, StoreError> {
    let failed = |error: sqlx::Error| StoreError::from_sqlx(&error, path);
    let mut connection = open::options(path, open::reading_mode(path)).connect().await.map_err(failed)?;
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await.map_err(failed)?;
    open::check_sqlite_version(&version)?;
    let found = migration::inspect(&mut connection, path).await;
    let _ = connection.close().await;
    found
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

/// Files of ours are for their owner only.
trait PrivateMode {
    fn mode_0600(&mut self) -> &mut Self;
}

impl PrivateMode for std::fs::OpenOptions {
    fn mode_0600(&mut self) -> &mut Self {
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(self, 0o600);
        self
    }
}

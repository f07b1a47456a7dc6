//! An open database: readers, and the one way to write.

use crate::counted::Counted;
use crate::lock::{self, HomeLock};
use crate::migration::{self, Found};
use crate::open::{self, Mode};
use crate::tx::{Committed, Seal, Tx};
use crate::{Ambient, EventId, HomeAlone, Reader, StoreError};
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

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
    /// After an I/O error at a commit the files could not be opened again.
    broken: AtomicBool,
    /// None where whoever opened it keeps everybody else out.
    _lock: Option<HomeLock>,
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
        make(path)?;
        Self::open_or_finish(path, ambient, Access::Write, true).await
    }

    /// Opens a database that is there; brings an older schema up to date if it can be written.
    pub async fn open(path: &Path, ambient: Ambient, access: Access) -> Result<Self, StoreError> {
        Self::open_or_finish(path, ambient, access, false).await
    }

    async fn open_or_finish(
        path: &Path,
        ambient: Ambient,
        access: Access,
        may_be_empty: bool,
    ) -> Result<Self, StoreError> {
        look_at_file(path)?;
        let lock = HomeLock::shared(path).await?;
        bring_up_to_date(path, &lock, may_be_empty).await?;
        Self::opened(path, ambient, access, Some(lock)).await
    }

    /// Opens a database of a home from which everybody else is kept out.
    pub async fn open_alone(
        path: &Path,
        ambient: Ambient,
        access: Access,
        _home: &HomeAlone,
    ) -> Result<Self, StoreError> {
        look_at_file(path)?;
        let pending = |found| pending(path, found, migration::newest(), open::is_writable(path), false);
        if pending(look(path).await?)?.is_some() {
            migrate(path, pending).await?;
        }
        Self::opened(path, ambient, access, None).await
    }

    async fn opened(path: &Path, ambient: Ambient, access: Access, lock: Option<HomeLock>) -> Result<Self, StoreError> {
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
            broken: AtomicBool::new(false),
            _lock: lock,
            #[cfg(feature = "faults")]
            faults: Arc::default(),
        })))
    }

    /// Runs `work` in a write transaction of its own, in a task that nothing can drop half-way.
    ///
    /// The only way out of `work` that keeps anything is [`Tx::commit`]. When the commit ends in an I/O error,
    /// the files are opened again and the events looked up before anybody is told anything.
    ///
    /// ```
    /// # use licentia_storage::{Event, Seal, Setting, Store, StoreError, Tx};
    /// async fn change(store: &Store, seal: Seal, row: Setting) -> Result<(), StoreError> {
    ///     let work = async move |tx: Tx| {
    ///         let effect = tx.update(&row).await?;
    ///         tx.commit(Event::new("setting.change").accounts_for([effect]), ()).await
    ///     };
    ///     store.write(seal, work).await
    /// }
    /// ```
    ///
    /// What does not end in a commit does not compile:
    ///
    /// ```compile_fail,E0271
    /// # use licentia_storage::{Event, Seal, Setting, Store, StoreError, Tx};
    /// async fn change(store: &Store, seal: Seal, row: Setting) -> Result<(), StoreError> {
    ///     let work = async move |tx: Tx| {
    ///         let effect = tx.update(&row).await?;
    ///         Ok::<(), StoreError>(())
    ///     };
    ///     store.write(seal, work).await
    /// }
    /// ```
    ///
    /// Nor does a commit without an event,
    ///
    /// ```compile_fail,E0277
    /// # use licentia_storage::{Event, Seal, Setting, Store, StoreError, Tx};
    /// async fn change(store: &Store, seal: Seal, row: Setting) -> Result<(), StoreError> {
    ///     let work = async move |tx: Tx| {
    ///         let effect = tx.update(&row).await?;
    ///         tx.commit(Vec::<Event>::new(), ()).await
    ///     };
    ///     store.write(seal, work).await
    /// }
    /// ```
    ///
    /// a proof of a commit that was none,
    ///
    /// ```compile_fail,E0451
    /// # use licentia_storage::Committed;
    /// let proof = Committed { value: (), unknown: None };
    /// ```
    ///
    /// or a transaction that is used again after its end:
    ///
    /// ```compile_fail,E0382
    /// # use licentia_storage::{Event, Seal, Setting, Store, StoreError, Tx};
    /// async fn change(store: &Store, seal: Seal, row: Setting) -> Result<(), StoreError> {
    ///     let work = async move |tx: Tx| {
    ///         let committed = tx.commit(Event::new("setting.change"), ()).await?;
    ///         let effect = tx.update(&row).await?;
    ///         Ok(committed)
    ///     };
    ///     store.write(seal, work).await
    /// }
    /// ```
    pub async fn write<T, E, F, Fut>(&self, seal: Seal, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Committed<T>, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.in_turn(move |store| async move {
            let tx = Tx::new(store.begin().await?, seal, store.0.ambient.clone());
            let committed = work(tx).await?;
            if let Some(events) = committed.unknown {
                store.settle(events).await?;
            }
            Ok(committed.value)
        })
        .await
    }

    /// Runs `work` when its turn to write has come, in a task that nothing can drop half-way.
    pub(crate) async fn in_turn<T, E, Fut>(&self, work: impl FnOnce(Self) -> Fut + Send + 'static) -> Result<T, E>
    where
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        let task = tokio::spawn(async move {
            let turns = store.clone();
            let _turn = turns.0.turn.lock().await;
            work(store).await
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

    /// Runs SQL on the writer connection as it is, past the types: what then stops it is the guard and the schema.
    #[cfg(feature = "faults")]
    pub async fn past_the_types(&self, sql: &str) -> Result<(), StoreError> {
        use sea_orm::ConnectionTrait;
        let _turn = self.0.turn.lock().await;
        let writer = self.pools().writer.ok_or(StoreError::ReadOnly)?;
        let result = writer.execute_unprepared(sql).await;
        if result.is_err() {
            // The driver knows nothing of a transaction that began in here.
            let _ = writer.execute_unprepared("ROLLBACK").await;
        }
        Ok(result.map(|_| ())?)
    }

    /// One text out of a statement on the writer connection.
    #[cfg(feature = "faults")]
    pub async fn ask_writer(&self, sql: &str) -> Result<String, StoreError> {
        Self::ask(&self.pools().writer.ok_or(StoreError::ReadOnly)?, sql).await
    }

    /// One text out of a statement on a reader connection.
    #[cfg(feature = "faults")]
    pub async fn ask_reader(&self, sql: &str) -> Result<String, StoreError> {
        Self::ask(&self.pools().reader, sql).await
    }

    #[cfg(feature = "faults")]
    async fn ask(pool: &DatabaseConnection, sql: &str) -> Result<String, StoreError> {
        use sea_orm::{ConnectionTrait, DbBackend, Statement};
        let row = pool.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        Ok(row.ok_or(StoreError::NotFounded)?.try_get_by_index(0)?)
    }

    fn pools(&self) -> Pools {
        self.0.pools.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that begins a transaction, and it begins it IMMEDIATE"
    )]
    pub(crate) async fn begin(&self) -> Result<Counted, StoreError> {
        if self.0.broken.load(Ordering::SeqCst) {
            self.reopen().await?;
        }
        let writer = self.pools().writer.ok_or(StoreError::ReadOnly)?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = writer.begin_with_options(options).await?;
        #[cfg(feature = "faults")]
        return Ok(Counted::new(transaction, Arc::clone(&self.0.faults)));
        #[cfg(not(feature = "faults"))]
        Ok(Counted::new(transaction))
    }

    /// Fresh connections; what the failed ones knew of the write-ahead log is gone with them.
    async fn reopen(&self) -> Result<(), StoreError> {
        let writer = open::pool(&self.0.path, Mode::Write).await?;
        let reader = open::pool(&self.0.path, Mode::Read).await?;
        let pools = Pools { writer: Some(writer), reader };
        *self.0.pools.write().unwrap_or_else(PoisonError::into_inner) = pools;
        self.0.broken.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// After an I/O error at a commit: stop, reopen, look the events up, then answer.
    async fn settle(&self, events: Vec<EventId>) -> Result<(), StoreError> {
        self.0.broken.store(true, Ordering::SeqCst);
        self.close().await;
        let found = async {
            self.reopen().await?;
            self.reader().has_event(events.first().copied()).await
        };
        match found.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::CommitFailed),
            Err(_) => Err(StoreError::OutcomeUnknown { events }),
        }
    }
}

/// Refuses what is no file of ours before SQLite sees it.
fn look_at_file(path: &Path) -> Result<(), StoreError> {
    let kind = std::fs::metadata(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => StoreError::Missing(path.to_owned()),
        _ => io("look at", path, source),
    })?;
    // Whoever makes the file holds this while it is open.
    drop(MAKING.lock().unwrap_or_else(PoisonError::into_inner));
    if !kind.is_file() {
        return Err(StoreError::Foreign { path: path.to_owned(), found: "not a file".to_owned() });
    }
    // SQLite takes one byte for an empty database, and would write over it.
    if kind.len() == 1 {
        return Err(StoreError::Foreign { path: path.to_owned(), found: "another kind of file".to_owned() });
    }
    Ok(())
}

/// Checks what the file is, and migrates it under the exclusive lock when that is needed.
async fn bring_up_to_date(path: &Path, lock: &HomeLock, may_be_empty: bool) -> Result<(), StoreError> {
    let pending = |found| pending(path, found, migration::newest(), open::is_writable(path), may_be_empty);
    for _ in 0..lock::TRIES {
        // Looked at anew each time: another process may do it while this one waits for the lock, and stay open.
        if pending(look(path).await?)?.is_none() {
            return Ok(());
        }
        if lock.try_exclusive()? {
            let done = migrate(path, pending).await;
            lock.share().await?;
            return done;
        }
        tokio::time::sleep(lock::PAUSE).await;
        lock.share().await?;
    }
    Err(StoreError::Locked(lock.path().to_owned()))
}

async fn migrate(path: &Path, pending: impl Fn(Found) -> Result<Option<i64>, StoreError>) -> Result<(), StoreError> {
    let options = open::options(path, Mode::Migrate);
    let mut connection = options.connect().await.map_err(|error| StoreError::from_sqlx(&error, path))?;
    let done = match migration::inspect(&mut connection, path).await.and_then(pending) {
        Ok(Some(from)) => migration::migrate(&mut connection, from).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    // What was migrated is in the write-ahead log, whatever becomes of this connection.
    let _ = connection.close().await;
    done
}

/// The schema to migrate from; none when there is nothing to do.
fn pending(
    path: &Path,
    found: Found,
    newest: i64,
    writable: bool,
    may_be_empty: bool,
) -> Result<Option<i64>, StoreError> {
    let path = path.to_owned();
    match found {
        Found::Schema(found) if found > newest => Err(StoreError::Newer { path, found, known: newest }),
        Found::Schema(found) if found == newest => Ok(None),
        Found::Schema(found) if !writable => Err(StoreError::OlderReadOnly { path, found, known: newest }),
        Found::Schema(found) => Ok(Some(found)),
        Found::Empty if !may_be_empty => Err(StoreError::NotFounded),
        Found::Empty if !writable => Err(StoreError::ReadOnly),
        Found::Empty => Ok(Some(0)),
    }
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

/// Held while a database file is made. Closing the file would drop the locks of a connection to it that another
/// task of this process has by then.
static MAKING: Mutex<()> = Mutex::new(());

fn make(path: &Path) -> Result<(), StoreError> {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    match std::fs::OpenOptions::new().write(true).create_new(true).mode_0600().open(path) {
        Ok(file) => file.sync_all().map_err(|source| io("write", path, source)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(io("create", path, source)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(found: Found, newest: i64, writable: bool, may_be_empty: bool) -> String {
        match pending(Path::new("db"), found, newest, writable, may_be_empty) {
            Ok(from) => format!("{from:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_schema_is_migrated_only_where_that_can_be_done() {
        for writable in [true, false] {
            for may_be_empty in [true, false] {
                let known = |found| outcome(Found::Schema(found), 3, writable, may_be_empty);
                assert_eq!(known(3), "None");
                assert_eq!(known(4), "db has schema 4, and this version knows schemas up to 3");
                let older = if writable {
                    "Some(2)"
                } else {
                    "db has the older schema 2 and cannot be written, so it cannot be brought to schema 3"
                };
                assert_eq!(known(2), older);
            }
        }
        assert_eq!(outcome(Found::Empty, 3, true, true), "Some(0)");
        assert_eq!(outcome(Found::Empty, 3, true, false), "the database has no audit log yet");
        assert_eq!(outcome(Found::Empty, 3, false, true), "the database is open for reading only");
    }
}

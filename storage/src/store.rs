//! An open database: readers, and the one way to write.

mod file;

use crate::counted::Counted;
use crate::lock::HomeLock;
use crate::open::{self, Mode};
use crate::tx::{Committed, Seal, Tx};
use crate::{Ambient, EventId, HomeAlone, Reader, StoreError};
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
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
        file::make(path)?;
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
        file::check(path)?;
        let lock = HomeLock::shared(path).await?;
        file::bring_up_to_date(path, &lock, may_be_empty).await?;
        Self::opened(path, ambient, access, Some(lock)).await
    }

    /// Opens a database of a home from which everybody else is kept out.
    pub async fn open_alone(
        path: &Path,
        ambient: Ambient,
        access: Access,
        _home: &HomeAlone,
    ) -> Result<Self, StoreError> {
        file::check(path)?;
        file::bring_up_to_date_alone(path).await?;
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

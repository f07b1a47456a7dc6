//! The connection of the raw reader. It is not the mapper's: that one copies every value and wakes its reader for
//! every row, which costs more than all the hashing. Queries run on a thread for blocking work.

use crate::StoreError;
use crate::open::{self, Mode};
use rusqlite::{InterruptHandle, OpenFlags, Params, Row};
use std::path::Path;

/// A connection that only reads.
#[derive(Debug)]
pub(super) struct Connection {
    /// None while a query runs, and when one was given up.
    inner: Option<rusqlite::Connection>,
}

impl Connection {
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        let owned = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || connect(&owned));
        let opened = opened.await.map_err(|error| StoreError::Database(error.to_string()))?;
        Ok(Self { inner: Some(opened.map_err(|error| StoreError::from_rusqlite(&error, path))?) })
    }

    /// Works with the connection on another thread. A query that nobody waits for any more is stopped.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.inner.take().ok_or(StoreError::Closed)?;
        let _stop = Stop(connection.get_interrupt_handle());
        let done = tokio::task::spawn_blocking(move || (work(&connection), connection));
        let (answer, connection) = done.await.map_err(|error| StoreError::Database(error.to_string()))?;
        self.inner = Some(connection);
        answer.map_err(|error| StoreError::of_rusqlite(&error))
    }

    /// Every row of a query, as `read` takes it.
    pub(super) async fn all<T: Send + 'static>(
        &mut self,
        sql: impl AsRef<str> + Send + 'static,
        values: impl Params + Send + 'static,
        read: impl Fn(&Row<'_>) -> T + Send + 'static,
    ) -> Result<Vec<T>, StoreError> {
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(sql.as_ref())?;
            let rows = statement.query_map(values, |row| Ok(read(row)))?;
            rows.collect()
        })
        .await
    }
}

/// Interrupts whatever runs. Where nothing does any more, nothing happens.
struct Stop(InterruptHandle);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

/// As [`open::options`] has it for the mapper's readers.
fn connect(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match open::reading_mode(path) {
        Mode::Immutable => rusqlite::Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
        _ => rusqlite::Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(open::PATIENCE)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// The file's address with the word that nobody writes it.
fn immutable(path: &Path) -> std::path::PathBuf {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut address = b"file:".to_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' | b'?' | b'#' => address.extend(format!("%{byte:02x}").bytes()),
            _ => address.push(*byte),
        }
    }
    address.extend(b"?immutable=1");
    std::ffi::OsString::from_vec(address).into()
}

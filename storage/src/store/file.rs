//! The file of a database before it is opened: whether it is one of ours, made where it is missing, and its schema brought
//! up to date.

use crate::StoreError;
use crate::lock::{self, HomeLock};
use crate::migration::{self, Found};
use crate::open::{self, Mode};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Refuses what is no file of ours before SQLite sees it.
pub(super) fn check(path: &Path) -> Result<(), StoreError> {
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
pub(super) async fn bring_up_to_date(path: &Path, lock: &HomeLock, may_be_empty: bool) -> Result<(), StoreError> {
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

/// The same for whoever keeps everybody else out, and needs no lock.
pub(super) async fn bring_up_to_date_alone(path: &Path) -> Result<(), StoreError> {
    let pending = |found| pending(path, found, migration::newest(), open::is_writable(path), false);
    match pending(look(path).await?)? {
        Some(_) => migrate(path, pending).await,
        None => Ok(()),
    }
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

pub(super) fn make(path: &Path) -> Result<(), StoreError> {
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

//! Opening the database file: the one place that knows how.

use crate::{StoreError, guard};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::time::Duration;

/// Written into the header of every database of ours: "LiCe".
pub(crate) const APPLICATION_ID: i64 = 0x4C69_4365;

/// SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a writer waits for another process. A batch of 100,000 holds the lock for seconds.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

const READERS: u32 = 4;

/// As much of the file as SQLite maps at most.
const MAPPED: &str = "2147418112";

/// How a connection is going to be used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads and writes; guarded.
    Write,
    /// Creates and migrates; not guarded, since there may be no audit log yet.
    Migrate,
    /// Reads a file that others may be writing.
    Read,
    /// Reads a file that nobody can be writing: no lock, no `-shm`.
    Immutable,
}

/// The options of every connection, by mode.
pub(crate) fn options(path: &Path, mode: Mode) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .pragma("recursive_triggers", "ON")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging();
    match mode {
        // Never NORMAL: an acknowledged license is on disk.
        Mode::Write | Mode::Migrate => {
            // A sealed key that was deleted is overwritten, not left in a free page.
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("secure_delete", "ON")
        }
        Mode::Read => options.read_only(true).pragma("query_only", "ON"),
        Mode::Immutable => options.read_only(true).immutable(true).pragma("query_only", "ON"),
    }
}

/// A pool for `mode`: one connection for writing, several for reading.
pub(crate) async fn pool(path: &Path, mode: Mode) -> Result<DatabaseConnection, StoreError> {
    let writes = mode == Mode::Write;
    let pool = SqlitePoolOptions::new()
        .max_connections(if writes { 1 } else { READERS })
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { if writes { guard::install(connection).await } else { Ok(()) } })
        })
        // On a full disk SQLite rolls back by itself and sqlx does not notice: such a connection must go.
        .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(match mode {
            // A search through a million subjects reads its index a quarter faster when pages are not copied. A file
            // that nobody vouches for (immutable, or under verification) is never mapped.
            Mode::Read => options(path, mode).pragma("mmap_size", MAPPED),
            _ => options(path, mode),
        })
        .await
        .map_err(|error| StoreError::from_sqlx(&error, path))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Refuses a SQLite that is known to lose data.
pub(crate) fn check_sqlite_version(version: &str) -> Result<(), StoreError> {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_SQLITE { Err(StoreError::UnsafeSqlite(version.to_owned())) } else { Ok(()) }
}

/// Whether this user may write the file. Asked of the system: opening and closing it would drop SQLite's locks.
pub(crate) fn is_writable(path: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
        && accessat(CWD, directory, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// Whether this user may read the file.
pub(crate) fn is_readable(path: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS).is_ok()
}

/// How a file that is only read is opened: a live one is never called immutable.
pub(crate) fn reading_mode(path: &Path) -> Mode {
    reading(is_writable(path), has_wal(path))
}

fn reading(writable: bool, has_wal: bool) -> Mode {
    if writable || has_wal { Mode::Read } else { Mode::Immutable }
}

fn has_wal(path: &Path) -> bool {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push("-wal");
    path.with_file_name(name).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_can_corrupt_a_database_is_refused() {
        for version in ["3.51.3", "3.51.10", "3.52.0", "4.0.0"] {
            assert!(check_sqlite_version(version).is_ok(), "{version}");
        }
        for version in ["3.51.2", "3.7.0", "3.40.1", "2.99.99", "", "unknown"] {
            let refused = check_sqlite_version(version);
            assert!(matches!(refused, Err(StoreError::UnsafeSqlite(found)) if found == version), "{version}");
        }
    }

    #[test]
    fn only_a_file_that_nobody_can_be_writing_is_immutable() {
        assert!(reading(true, true) == Mode::Read);
        assert!(reading(true, false) == Mode::Read);
        assert!(reading(false, true) == Mode::Read, "a write-ahead log holds what the file does not");
        assert!(reading(false, false) == Mode::Immutable);
    }

    #[test]
    fn the_write_ahead_log_is_found_beside_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("licentia.db");
        assert!(!has_wal(&path));
        std::fs::write(directory.path().join("licentia.db-wal"), "").unwrap();
        assert!(has_wal(&path));
    }

    #[test]
    fn a_missing_file_cannot_be_written() {
        assert!(!is_writable(Path::new("/nowhere/at/all")));
    }
}

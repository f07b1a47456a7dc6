//! A home that no other process has open: there its database may be put in another one's place.
//!
//! A kill at any moment leaves the old database or the new one under its name, never none.

use crate::lock::HomeLock;
use crate::open::{self, Mode};
use crate::{StoreError, Timestamp};
use sqlx::{ConnectOptions, Connection};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Held as long as nobody else may come in.
#[derive(Debug)]
pub struct HomeAlone {
    database: PathBuf,
    _lock: HomeLock,
}

impl HomeAlone {
    /// Refuses where any other process has the database open, be it idle.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let lock = HomeLock::open(database)?;
        if !lock.try_exclusive()? {
            return Err(StoreError::InUse(database.to_owned()));
        }
        let alone = Self { database: database.to_owned(), _lock: lock };
        alone.forget_half_kept()?;
        Ok(alone)
    }

    /// Where the new database is built: beside the old one, so that it can take its name. What an earlier try left there
    /// is removed.
    pub fn fresh_file(&self) -> Result<PathBuf, StoreError> {
        let path = with(&self.database, ".restoring");
        for end in BESIDE.iter().chain(&[""]) {
            remove(&with(&path, end))?;
        }
        Ok(path)
    }

    /// Puts `new` in the place of the database, and answers where the old one is kept, if there was one.
    ///
    /// `new` is closed, and whole without a write-ahead log.
    pub async fn replace(&self, new: &Path, at: Timestamp) -> Result<Option<PathBuf>, StoreError> {
        if with(new, "-wal").exists() {
            return Err(StoreError::Damaged("the restored file still has a write-ahead log".to_owned()));
        }
        File::open(new).and_then(|file| file.sync_all()).map_err(|source| io("write", new, source))?;
        let kept = if self.database.exists() { Some(self.keep(at).await?) } else { None };
        fs::rename(new, &self.database).map_err(|source| io("replace", &self.database, source))?;
        self.sync_directory()?;
        remove(&with(&self.database, "-shm"))?;
        Ok(kept)
    }

    /// A second name for the database as it is. Whatever is in its write-ahead log comes along.
    async fn keep(&self, at: Timestamp) -> Result<PathBuf, StoreError> {
        // A damaged one cannot be folded; then its log is kept beside it.
        let _ = fold(&self.database).await;
        let kept = self.free_name(at);
        second_name(&self.database, &kept)?;
        let wal = with(&self.database, "-wal");
        if wal.exists() {
            second_name(&wal, &with(&kept, "-wal"))?;
        }
        self.sync_directory()?;
        // It would be read into the new database.
        remove(&wal)?;
        remove(&with(&self.database, "-journal"))?;
        Ok(kept)
    }

    /// A kill before the new database had its name leaves a second name of the one in use. Its write-ahead log may have
    /// no other name by then: it is put back, unless somebody wrote into the database since.
    #[cfg(unix)]
    fn forget_half_kept(&self) -> Result<(), StoreError> {
        use std::os::unix::fs::MetadataExt;
        let Ok(own) = fs::metadata(&self.database) else { return Ok(()) };
        let wal = with(&self.database, "-wal");
        let prefix = with(&self.database, ABANDONED);
        let entries = fs::read_dir(self.directory()).map_err(|source| io("read", self.directory(), source))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let half = path.as_os_str().as_encoded_bytes().starts_with(prefix.as_os_str().as_encoded_bytes())
                && path.metadata().is_ok_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino()));
            if !half {
                continue;
            }
            let kept = with(&path, "-wal");
            let found = (kept.metadata(), wal.metadata());
            match found {
                (Ok(kept), Ok(wal)) if (kept.dev(), kept.ino()) == (wal.dev(), wal.ino()) => {}
                (Ok(left), Err(_)) if left.modified().ok() >= own.modified().ok() => {
                    fs::rename(&kept, &wal).map_err(|source| io("put back", &wal, source))?;
                }
                // Nothing of it is lost, and nobody knows what it belongs to any more.
                (Ok(_), _) => continue,
                (Err(_), _) => {}
            }
            remove(&kept)?;
            remove(&path)?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    const fn forget_half_kept(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn free_name(&self, at: Timestamp) -> PathBuf {
        let time: String = at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
        let first = with(&self.database, &format!("{ABANDONED}{time}"));
        let more = (2..).map(|number| with(&first, &format!("-{number}")));
        let mut names = std::iter::once(first.clone()).chain(more);
        names.find(|name| name.symlink_metadata().is_err()).unwrap_or(first)
    }

    fn directory(&self) -> &Path {
        self.database.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn sync_directory(&self) -> Result<(), StoreError> {
        let directory = self.directory();
        File::open(directory).and_then(|file| file.sync_all()).map_err(|source| io("write", directory, source))
    }
}

const ABANDONED: &str = ".abandoned-";

/// Moves what is in the write-ahead log into the file; nobody else has it open.
async fn fold(database: &Path) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| StoreError::from_sqlx(&error, database);
    let mut connection = open::options(database, Mode::Migrate).connect().await.map_err(failed)?;
    let folded = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.map_err(failed);
    connection.close().await.map_err(failed)?;
    folded.map(|_| ())
}

/// Where a disk knows no second names, a copy does.
fn second_name(from: &Path, to: &Path) -> Result<(), StoreError> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).and_then(|_| File::open(to)?.sync_all()).map_err(|source| io("write", to, source))
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(io("remove", path, source)),
        _ => Ok(()),
    }
}

fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(end);
    name.into()
}

fn io(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    fn write(connection: &Connection, sql: &str) {
        connection.execute_batch(sql).unwrap();
    }

    /// A database whose newest commit is in its write-ahead log alone, as a crash leaves it.
    fn crashed(directory: &Path) -> PathBuf {
        let (first, database) = (directory.join("first.db"), directory.join("licentia.db"));
        let connection = Connection::open(&first).unwrap();
        write(&connection, "PRAGMA journal_mode = wal; CREATE TABLE one (id); PRAGMA wal_checkpoint(TRUNCATE);");
        write(&connection, "INSERT INTO one VALUES (1)");
        fs::copy(&first, &database).unwrap();
        fs::copy(with(&first, "-wal"), with(&database, "-wal")).unwrap();
        database
    }

    fn rows(database: &Path) -> i64 {
        Connection::open(database).unwrap().query_row("SELECT count(*) FROM one", [], |row| row.get(0)).unwrap()
    }

    /// As `keep` leaves it right before the new database gets its name, where the log could not be folded.
    fn half_kept(database: &Path) -> PathBuf {
        let kept = with(database, ".abandoned-20260520T140000Z");
        second_name(database, &kept).unwrap();
        second_name(&with(database, "-wal"), &with(&kept, "-wal")).unwrap();
        kept
    }

    #[test]
    fn a_write_ahead_log_that_lost_its_name_to_a_kill_gets_it_back() {
        for removed in [true, false] {
            let directory = tempfile::tempdir().unwrap();
            let database = crashed(directory.path());
            let kept = half_kept(&database);
            if removed {
                fs::remove_file(with(&database, "-wal")).unwrap();
            }
            drop(HomeAlone::take(&database).unwrap());
            assert!(!kept.exists() && !with(&kept, "-wal").exists());
            assert_eq!(rows(&database), 1, "its last commit is there");
        }
    }

    #[test]
    fn it_is_not_put_beside_a_database_that_went_on_without_it() {
        let directory = tempfile::tempdir().unwrap();
        let database = crashed(directory.path());
        let kept = half_kept(&database);
        fs::remove_file(with(&database, "-wal")).unwrap();
        write(&Connection::open(&database).unwrap(), "INSERT INTO one VALUES (2), (3)");
        drop(HomeAlone::take(&database).unwrap());
        assert_eq!(rows(&database), 2);
        assert!(with(&kept, "-wal").exists(), "and it is not lost");
    }
}

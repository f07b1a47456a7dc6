//! What can go wrong between a service and its database.

use std::path::PathBuf;

/// Why the database could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no database where one was expected.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// A database stands where a new one was to be made.
    #[error("there is already a database at {}", .0.display())]
    Exists(PathBuf),
    /// The file is something else.
    #[error("{} is not a Licentia database", path.display())]
    Foreign { path: PathBuf, found: String },
    /// The file was written by a later version.
    #[error("{} has schema {found}, and this version knows schemas up to {known}", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// The file needs a migration that cannot be made here.
    #[error("{} has the older schema {found} and cannot be written, so it cannot be brought to schema {known}", path.display())]
    OlderReadOnly { path: PathBuf, found: i64, known: i64 },
    /// The file cannot be written, and another process may be writing it.
    #[error("{} is in use by a process whose writes cannot be followed from here", path.display())]
    LiveReadOnly { path: PathBuf },
    /// A write was asked of a database that is open for reading.
    #[error("the database is open for reading only")]
    ReadOnly,
    /// SQLite is one of the versions with the WAL-reset bug.
    #[error("SQLite {0} can corrupt a database in WAL mode; 3.51.3 or later is needed")]
    UnsafeSqlite(String),
    /// A lock that another Licentia holds.
    #[error("another Licentia holds the lock {}", .0.display())]
    Locked(PathBuf),
    /// Another process has the database open, and it has to be alone.
    #[error("another Licentia has {} open", .0.display())]
    InUse(PathBuf),
    /// The home or a file in it cannot be used.
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    /// The transaction was finished without accounting for a row that it wrote.
    #[error("a change to {noun} was not named by any audit event; nothing was written")]
    Unaccounted { noun: &'static str },
    /// Two changes to one row were named by audit events in another order than they were made.
    #[error("two changes to one {noun} were named in another order than they were made; nothing was written")]
    Disordered { noun: &'static str },
    /// The commit hook found no audit entry in the transaction.
    #[error("a change without an audit event was refused; nothing was written")]
    Unaudited,
    /// The cached head and the log disagree.
    #[error("the audit log's head (entry {head}) disagrees with the log itself (entry {found}); nothing was written")]
    HeadDisagrees { head: i64, found: i64 },
    /// The log was founded with, or rotated to, another key.
    #[error("the audit log is signed with another key than the one that was unlocked; nothing was written")]
    WrongLogKey,
    /// The vault was unlocked before the log got its newest key.
    #[error("the log got another key since the vault was unlocked; nothing was written")]
    KeyRotated,
    /// The database has no audit log yet.
    #[error("the database has no audit log yet")]
    NotFounded,
    /// An earlier error ended this transaction.
    #[error("the transaction was given up after an earlier error")]
    Poisoned,
    /// A unique column has that value already, as `table.column`.
    #[error("{0} has that value already")]
    NotUnique(String),
    /// A row names another row that is not there, or is named by one.
    #[error("another row depends on it")]
    Referenced,
    /// A row that was to be changed is gone.
    #[error("the {noun} to change is not there any more")]
    Gone { noun: &'static str },
    /// The disk, or the size allowed to the file, is full.
    #[error("the disk is full; nothing was written")]
    Full,
    /// Waited as long as is sensible for another process to finish writing.
    #[error("another process kept the database busy; nothing was written")]
    Busy,
    /// An I/O error at the commit: nobody knows whether it is on disk.
    #[error(
        "the disk failed while the change was being made durable, and whether it was written could not be found out"
    )]
    OutcomeUnknown { events: Vec<crate::EventId> },
    /// The commit ended in an I/O error; looked up afterwards, it is not there.
    #[error("the disk failed while the change was being made durable; it was not written")]
    CommitFailed,
    /// The store was closed.
    #[error("the database was closed")]
    Closed,
    /// The bytes on disk are damaged.
    #[error("the database file is damaged: {0}")]
    Damaged(String),
    /// A migration did not go through.
    #[error("the migration to schema {to} failed: {why}")]
    Migration { to: i64, why: String },
    /// A row or an argument could not be encoded.
    #[error("{0}")]
    Encoding(String),
    /// Anything else that SQLite or its driver reported.
    #[error("the database failed: {0}")]
    Database(String),
}

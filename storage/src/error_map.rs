//! What SQLite's codes mean for us, in one place.

use crate::{StoreError, open};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use std::path::Path;

/// What SQLite refuses a commit with when the commit hook said no.
const COMMIT_HOOK: u32 = 531;

impl StoreError {
    /// A driver's error while `path` was opened.
    pub(crate) fn from_sqlx(error: &sqlx::Error, path: &Path) -> Self {
        code(error).and_then(|code| Self::opening(code, path)).unwrap_or_else(|| Self::of_sqlx(error))
    }

    /// The same of the raw reader's driver.
    pub(crate) fn from_rusqlite(error: &rusqlite::Error, path: &Path) -> Self {
        raw_code(error).and_then(|code| Self::opening(code, path)).unwrap_or_else(|| Self::of_rusqlite(error))
    }

    pub(crate) fn of_sqlx(error: &sqlx::Error) -> Self {
        let text = match error {
            sqlx::Error::Database(inner) => inner.message().to_owned(),
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::PoolClosed => return Self::Closed,
            other => other.to_string(),
        };
        Self::of(code(error), text)
    }

    pub(crate) fn of_rusqlite(error: &rusqlite::Error) -> Self {
        let text = match error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        Self::of(raw_code(error), text)
    }

    /// What a code means only while a file is opened.
    fn opening(code: u32, path: &Path) -> Option<Self> {
        Some(match code {
            26 => Self::Foreign { path: path.to_owned(), found: "another kind of file".to_owned() },
            14 | 8 | 264 | 776 | 1032 | 1288 if open::is_readable(path) => Self::LiveReadOnly { path: path.to_owned() },
            14 | 8 | 264 | 776 | 1032 | 1288 => {
                Self::Io { action: "read", path: path.to_owned(), source: std::io::ErrorKind::PermissionDenied.into() }
            }
            _ => return None,
        })
    }

    fn of(code: Option<u32>, text: String) -> Self {
        let Some(code) = code else { return Self::Database(text) };
        match (code, code & 0xff) {
            (1555 | 2067, _) => Self::NotUnique(
                text.rsplit(": ").next().unwrap_or(&text).split(", ").next().unwrap_or_default().to_owned(),
            ),
            (787, _) => Self::Referenced,
            (COMMIT_HOOK, _) => Self::Unaudited,
            (_, 5 | 6) => Self::Busy,
            (_, 13) => Self::Full,
            (_, 11 | 26) => Self::Damaged(text),
            (_, 8) => Self::ReadOnly,
            _ => Self::Database(format!("{text} (SQLite code {code})")),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner))
            | DbErr::Conn(RuntimeErr::SqlxError(inner)) => Self::of_sqlx(inner),
            DbErr::RecordNotUpdated => Self::Gone { noun: "row" },
            DbErr::Custom(text) if text == POISONED => Self::Poisoned,
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Closed,
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy,
            other => Self::Database(other.to_string()),
        }
    }
}

/// How the transaction wrapper says that it refuses to go on.
pub(crate) const POISONED: &str = "licentia: the transaction was given up";

fn code(error: &sqlx::Error) -> Option<u32> {
    let sqlx::Error::Database(inner) = error else { return None };
    inner.code()?.parse().ok()
}

fn raw_code(error: &rusqlite::Error) -> Option<u32> {
    u32::try_from(error.sqlite_error()?.extended_code).ok()
}

/// Whether a failed commit certainly left nothing behind.
pub(crate) fn commit_certainly_failed(error: &StoreError) -> bool {
    use StoreError::{Busy, Full, Poisoned, ReadOnly, Referenced, Unaudited};
    matches!(error, Unaudited | Full | Busy | ReadOnly | Referenced | Poisoned)
}

//! What can be said about a database file without trusting anything in it.

use crate::{StoreError, migration, open};
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;

/// The versions that a file and this program have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    pub sqlite: String,
    /// The schema of the file.
    pub schema: i64,
    /// The newest schema that this program knows.
    pub newest_schema: i64,
}

/// What SQLite finds wrong with a file: pages, indexes, constraints, references. Empty when it is whole.
pub async fn problems_of(path: &Path) -> Result<Vec<String>, StoreError> {
    let mut connection = connect(path).await?;
    let found = check(&mut connection).await;
    let _ = connection.close().await;
    found.map_err(|error| StoreError::of_sqlx(&error))
}

/// Which versions meet in a file.
pub async fn versions_of(path: &Path) -> Result<Versions, StoreError> {
    let mut connection = connect(path).await?;
    let found = sqlx::query_as("SELECT sqlite_version(), user_version FROM pragma_user_version");
    let found: Result<(String, i64), _> = found.fetch_one(&mut connection).await;
    let _ = connection.close().await;
    let (sqlite, schema) = found.map_err(|error| StoreError::of_sqlx(&error))?;
    Ok(Versions { sqlite, schema, newest_schema: migration::newest() })
}

/// Whether this user may write a file and the directory that it is in.
#[must_use]
pub fn is_writable(path: &Path) -> bool {
    open::is_writable(path)
}

/// How many bytes this user may still write where a file is.
pub fn free_space(path: &Path) -> Result<u64, StoreError> {
    let found = rustix::fs::statvfs(path).map_err(|error| StoreError::Io {
        action: "look at the disk of",
        path: path.to_owned(),
        source: error.into(),
    })?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

async fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = open::options(path, open::reading_mode(path));
    options.connect().await.map_err(|error| StoreError::from_sqlx(&error, path))
}

async fn check(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let integrity = sqlx::query_scalar("SELECT integrity_check FROM pragma_integrity_check");
    let integrity: Vec<String> = integrity.fetch_all(&mut *connection).await?;
    let references = sqlx::query_scalar(
        "SELECT 'a row of ' || \"table\" || ' names a row of ' || parent || ' that is not there' \
         FROM pragma_foreign_key_check LIMIT 100",
    );
    let references: Vec<String> = references.fetch_all(connection).await?;
    Ok(integrity.into_iter().filter(|line| line != "ok").chain(references).collect())
}

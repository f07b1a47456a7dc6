//! Copying a database: one consistent state of it, in one file of its own.

use crate::open;
use crate::{Store, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;

/// Removes vault and secrets. `VACUUM` writes the file anew: free pages would keep the sealed bytes.
const STRIP: &str = "DELETE FROM vault; DELETE FROM secret; VACUUM;";

impl Store {
    /// Copies what is committed into `to`, which is empty. The copy has no write-ahead log.
    ///
    /// On a connection of its own, since it takes as long as the file is large; others go on writing meanwhile.
    pub async fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        copy_file(self.path(), to).await
    }
}

/// The same for a database that need not be open here.
pub async fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    // The readers' connections are `query_only`, and that forbids to write elsewhere too.
    let options = open::options(from, open::reading_mode(from)).pragma("query_only", "OFF");
    let mut connection = options.connect().await.map_err(|error| StoreError::from_sqlx(&error, from))?;
    let copied = copy(&mut connection, to).await;
    // Nothing was written to this side.
    let _ = connection.close().await;
    copied
}

/// Takes vault and secrets out of a copy, and everything that was left of them in the file.
pub async fn strip_secrets(copy: &Path) -> Result<(), StoreError> {
    // A copy that does not come about is thrown away, so nothing has to be rolled back from a journal on disk.
    let options = SqliteConnectOptions::new()
        .filename(copy)
        .create_if_missing(false)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(|error| StoreError::from_sqlx(&error, copy))?;
    let stripped = sqlx::raw_sql(STRIP).execute(&mut connection).await.map_err(|error| StoreError::of_sqlx(&error));
    connection.close().await.map_err(|error| StoreError::of_sqlx(&error))?;
    stripped.map(|_| ())
}

async fn copy(connection: &mut SqliteConnection, to: &Path) -> Result<(), StoreError> {
    let absolute =
        std::path::absolute(to).map_err(|source| StoreError::Io { action: "find", path: to.to_owned(), source })?;
    let name = absolute.to_str().ok_or_else(|| {
        StoreError::Encoding(format!("SQLite cannot write to {}: the path is not UTF-8", to.display()))
    })?;
    let into = sqlx::query("VACUUM INTO ?").bind(name);
    into.execute(connection).await.map(|_| ()).map_err(|error| StoreError::of_sqlx(&error))
}

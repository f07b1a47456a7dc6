//! Noticing that somebody else wrote: another process, another connection of this one, or a stranger with an editor.

use crate::open::{options, reading_mode};
use crate::{Store, StoreError};
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection};

/// A connection that does nothing but ask SQLite's `data_version`, which means something only when one and the same
/// connection asks twice: so it is none of the pool's.
#[derive(Debug)]
pub struct Watch {
    connection: SqliteConnection,
    seen: i64,
}

impl Store {
    /// Watches from now on.
    pub async fn watch(&self) -> Result<Watch, StoreError> {
        let failed = |error| StoreError::from_sqlx(&error, self.path());
        let mut connection = options(self.path(), reading_mode(self.path())).connect().await.map_err(failed)?;
        let seen = data_version(&mut connection).await.map_err(failed)?;
        Ok(Watch { connection, seen })
    }
}

impl Watch {
    /// Whether anything was committed since the last time.
    pub async fn changed(&mut self) -> Result<bool, StoreError> {
        let now = data_version(&mut self.connection).await.map_err(|error| StoreError::Database(error.to_string()))?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }

    /// Lets the file go, so that whoever closes it last can fold the write-ahead log.
    pub async fn close(self) {
        // Nothing can be lost with a connection that only asks.
        let _ = self.connection.close().await;
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await
}

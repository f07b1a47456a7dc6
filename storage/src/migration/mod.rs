//! The schema and how it grows: a list of files that is only ever added to.
//!
//! A library for this exists; what is needed here is one list, one pragma and one transaction.

use crate::StoreError;
use crate::open::APPLICATION_ID;
use sqlx::{Row, SqliteConnection};
use std::path::Path;

/// Every schema version, oldest first.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_foundation.sql"),
    include_str!("0002_witness.sql"),
    include_str!("0003_search.sql"),
    include_str!("0004_remnant.sql"),
    include_str!("0005_cosignature.sql"),
    include_str!("0006_overlap.sql"),
    include_str!("0007_machine.sql"),
];

/// The newest schema this version knows.
pub(crate) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// What a file says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing was ever written to it.
    Empty,
    /// One of ours, with this schema.
    Schema(i64),
}

/// Reads application id and schema version, and refuses what is not ours.
pub(crate) async fn inspect(connection: &mut SqliteConnection, path: &Path) -> Result<Found, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
         (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| StoreError::from_sqlx(&error, path))?;
    let number = |at: usize| row.try_get_unchecked::<i64, _>(at).unwrap_or_default();
    let (application, version, objects) = (number(0), number(1), number(2));
    match (application, version, objects) {
        (0, 0, 0) => Ok(Found::Empty),
        (APPLICATION_ID, found, _) if found > 0 => Ok(Found::Schema(found)),
        _ => Err(StoreError::Foreign { path: path.to_owned(), found: "another SQLite database".to_owned() }),
    }
}

/// Brings the schema from `from` to the newest, each step in a transaction of its own.
/// The caller holds the exclusive lock.
pub(crate) async fn migrate(connection: &mut SqliteConnection, from: i64) -> Result<(), StoreError> {
    let done = usize::try_from(from).unwrap_or(usize::MAX);
    for (version, sql) in (1i64..).zip(MIGRATIONS).skip(done) {
        let step = format!(
            "BEGIN IMMEDIATE; {sql}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT;"
        );
        let applied = sqlx::raw_sql(sqlx::AssertSqlSafe(step)).execute(&mut *connection).await;
        if let Err(error) = applied {
            // Already rolled back when the disk was full; then this fails, and nothing is lost by that.
            let _ = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await;
            return Err(StoreError::Migration { to: version, why: error.to_string() });
        }
    }
    Ok(())
}

/// An empty database with the newest schema: what verification compares with.
pub(crate) fn in_memory() -> rusqlite::Result<rusqlite::Connection> {
    let memory = rusqlite::Connection::open_in_memory()?;
    for sql in MIGRATIONS {
        memory.execute_batch(sql)?;
    }
    Ok(memory)
}

/// Name and SQL of every object of a schema, ordered by name.
pub(crate) const SCHEMA: &str = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn lines_of_witnesses_are_kept_when_their_table_is_made_anew() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..4] {
            database.execute_batch(migration).unwrap();
        }
        let lines = "INSERT INTO audit_checkpoint VALUES (3, 1, zeroblob(32), x'', 'note', 'test', 0);
             INSERT INTO audit_cosignature VALUES (3, 'one', 'line', 5, 6), (3, 'two', 'line', 7, 8);";
        database.execute_batch(lines).unwrap();
        database.execute_batch(MIGRATIONS[4]).unwrap();
        let kept = "SELECT group_concat(size || witness || line || signed_at || received_at) FROM audit_cosignature";
        let kept: String = database.query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "3oneline56,3twoline78");
        assert!(database.execute_batch("DELETE FROM audit_cosignature").is_err(), "append-only as before");
    }
}

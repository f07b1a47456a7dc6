//! The driver-level guard of the writer connection: a commit in which no audit entry was inserted is refused, unless it
//! touched nothing but tables that are derived from the log.
//!
//! The types already make such a commit impossible to write; this stops what goes around the types.

use sqlx::sqlite::{SqliteConnection, SqliteOperation};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Tables that follow from the entries, or vouch for them with signatures of their own.
const DERIVED: [&str; 2] = ["audit_checkpoint", "audit_cosignature"];

/// The full-text index and the tables that SQLite keeps for it.
const SEARCH_INDEX: &str = "audit_search";

/// What a transaction did so far.
const AUDITED: u8 = 1;
const TOUCHED_DERIVED: u8 = 2;
const TOUCHED_OTHER: u8 = 4;

/// Installs the hooks and the DEFENSIVE flag on a connection that is about to write.
pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let done = Arc::new(AtomicU8::new(0));
    let mut handle = connection.lock_handle().await?;
    let seen = Arc::clone(&done);
    handle.set_update_hook(move |change| {
        let what = if change.table == "audit_entry" && matches!(change.operation, SqliteOperation::Insert) {
            AUDITED
        } else if is_derived(change.table) {
            TOUCHED_DERIVED
        } else {
            TOUCHED_OTHER
        };
        seen.fetch_or(what, Ordering::Relaxed);
    });
    let seen = Arc::clone(&done);
    handle.set_commit_hook(move || may_commit(seen.swap(0, Ordering::Relaxed)));
    handle.set_rollback_hook(move || done.store(0, Ordering::Relaxed));
    set_defensive(handle.as_raw_handle().as_ptr())
}

fn is_derived(table: &str) -> bool {
    DERIVED.contains(&table) || table.starts_with(SEARCH_INDEX)
}

fn may_commit(done: u8) -> bool {
    done & AUDITED != 0 || done == TOUCHED_DERIVED
}

/// `writable_schema` and its like stop working on a DEFENSIVE connection.
fn set_defensive(db: *mut libsqlite3_sys::sqlite3) -> Result<(), sqlx::Error> {
    let on: std::ffi::c_int = 1;
    let unused = std::ptr::null_mut::<std::ffi::c_int>();
    #[expect(
        unsafe_code,
        reason = "sqlx has no call for SQLITE_DBCONFIG_DEFENSIVE; the handle is locked and alive here"
    )]
    let code = unsafe { libsqlite3_sys::sqlite3_db_config(db, libsqlite3_sys::SQLITE_DBCONFIG_DEFENSIVE, on, unused) };
    if code == libsqlite3_sys::SQLITE_OK {
        Ok(())
    } else {
        Err(sqlx::Error::Protocol(format!("SQLite refused to become DEFENSIVE (code {code})")))
    }
}

//! The driver-level guard of the writer connection: a commit in which no audit entry was inserted is refused.
//!
//! The types already make such a commit impossible to write; this stops what goes around the types.

use sqlx::sqlite::{SqliteConnection, SqliteOperation};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Installs the hooks and the DEFENSIVE flag on a connection that is about to write.
pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let audited = Arc::new(AtomicBool::new(false));
    let mut handle = connection.lock_handle().await?;
    let seen = Arc::clone(&audited);
    handle.set_update_hook(move |change| {
        if change.table == "audit_entry" && matches!(change.operation, SqliteOperation::Insert) {
            seen.store(true, Ordering::Relaxed);
        }
    });
    let seen = Arc::clone(&audited);
    handle.set_commit_hook(move || seen.swap(false, Ordering::Relaxed));
    handle.set_rollback_hook(move || audited.store(false, Ordering::Relaxed));
    set_defensive(handle.as_raw_handle().as_ptr())
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

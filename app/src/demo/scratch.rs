//! A place in memory to build a large demo in: each of its changes would otherwise wait for the disk.

use crate::failure::{Failure, Result};
use crate::file::NewFile;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use tempfile::TempDir;

const MEMORY: &str = "/dev/shm";
/// Twice of what a license and its events take.
const BYTES_PER_LICENSE: u64 = 24 * 1024;

/// A directory in memory, where there is one with enough room.
pub(crate) fn directory(licenses: u64) -> Option<TempDir> {
    let found = rustix::fs::statvfs(MEMORY).ok()?;
    let room = found.f_bavail.checked_mul(found.f_frsize)?;
    if room < licenses.checked_mul(BYTES_PER_LICENSE)? {
        return None;
    }
    tempfile::Builder::new().prefix("licentia-demo-").tempdir_in(MEMORY).ok()
}

/// Copies a closed database to where it belongs.
pub(crate) fn put_in_place(from: &Path, to: &Path) -> Result {
    if let Some(home) = to.parent().filter(|home| !home.as_os_str().is_empty()) {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(home);
        made.map_err(|error| Failure::io("make", home, &error))?;
    }
    let mut database = std::fs::File::open(from).map_err(|error| Failure::io("read", from, &error))?;
    NewFile::reserve(to)?.finish_from(&mut database)
}

//! What is looked at from outside: modes, space, the right to write. Never by opening the database.

use super::Check;
use crate::Result;
use crate::text::printable;
use licentia_storage::health;
use std::path::{Path, PathBuf};

/// Below this much free space a warning is due.
const LITTLE_SPACE: u64 = 100 * 1024 * 1024;

/// The bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// The home is for its owner only; who may write to it may put another database there.
pub(super) fn home(database: &Path) -> Check {
    const NAME: &str = "home";
    let home = home_of(database);
    let shown = printable(&home.to_string_lossy()).into_owned();
    match mode(home) {
        None => Check::failed(NAME, format!("{shown} cannot be looked at"), "Check that it is there and yours."),
        Some(mode) if mode & OTHERS == 0 => Check::ok(NAME, format!("{shown} has mode {mode:04o}")),
        Some(mode) => {
            let (found, advice) = (format!("{shown} has mode {mode:04o}"), format!("Run `chmod 700 {shown}`."));
            if mode & 0o022 == 0 { Check::warning(NAME, found, advice) } else { Check::failed(NAME, found, advice) }
        }
    }
}

/// The database and what lies beside it. A copy without a vault may be shown around.
pub(super) fn modes(database: &Path, has_vault: bool) -> Check {
    const NAME: &str = "files";
    let files =
        [database.to_owned(), beside(database, "-wal"), beside(database, "-shm"), database.with_extension("lock")];
    let open: Vec<String> = files
        .iter()
        .filter_map(|file| Some((file, mode(file)?)))
        .filter(|(_, mode)| mode & OTHERS != 0)
        .map(|(file, mode)| format!("{} has mode {mode:04o}", printable(&file.to_string_lossy())))
        .collect();
    let advice = "Run `chmod 600` on them, so that nobody else can read or write them.";
    match (open.is_empty(), has_vault) {
        (true, _) => Check::ok(NAME, "only their owner can read and write them"),
        (false, true) => Check::failed(NAME, open.join(", "), advice),
        (false, false) => Check::warning(NAME, open.join(", "), advice),
    }
}

pub(super) fn writable(database: &Path) -> Check {
    const NAME: &str = "writable";
    if health::is_writable(database) {
        Check::ok(NAME, "yes")
    } else {
        let advice =
            "For changes, make the file and its folder writable for this user; for a review it is as it should be.";
        Check::warning(NAME, "no: it can only be read", advice)
    }
}

/// A backup takes about as much room again as the database.
pub(super) fn disk(database: &Path) -> Result<Check> {
    const NAME: &str = "disk";
    const MIB: u64 = 1024 * 1024;
    let free = health::free_space(home_of(database))?;
    let size = database.metadata().map_or(0, |found| found.len());
    let found = format!("{} MiB are free, the database takes {} MiB", free / MIB, size.div_ceil(MIB));
    Ok(if free < size.max(LITTLE_SPACE) {
        Check::warning(NAME, found, "Free some space; on a full disk nothing can be changed, and nothing is lost.")
    } else {
        Check::ok(NAME, found)
    })
}

fn home_of(database: &Path) -> &Path {
    database.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The permission bits; none when the file is not there. A link has none of its own: what it leads to counts.
fn mode(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().ok().map(|found| found.permissions().mode() & 0o7777)
    }
    #[cfg(not(unix))]
    {
        path.metadata().ok().map(|_| 0o600)
    }
}

//! Where a witness remembers what it signed: a directory with a file for each log.
//!
//! Whatever happens, no answer goes out before the file that says so is on disk, and what is signed next builds on it.
//! So a witness that is killed at any point never signs two histories.

use crate::failure::{Failure, Result};
use licentia_core::Timestamp;
use licentia_core::witness::{AddCheckpoint, Log, Refusal, Seen, WitnessKey};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// A witness with its key, the logs that it knows, and its memory of them.
#[derive(Debug)]
pub(crate) struct Desk {
    key: WitnessKey,
    directory: PathBuf,
    /// By origin. Whoever holds the lock is the only one who judges for this log.
    logs: BTreeMap<String, Mutex<Log>>,
    /// Keeps a second server out of the directory while this one lives.
    _lock: File,
}

/// What a request comes to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The lines to answer with. What they vouch for is kept.
    Signed {
        origin: String,
        size: u64,
        lines: String,
    },
    Refused(Refusal),
    /// The memory could not be read or written, so nothing was signed.
    Failed(io::Error),
}

/// No file of a log is larger: one checkpoint came in one request.
const MOST_BYTES: u64 = 1_000_000;

impl Desk {
    /// Opens the directory, or makes it.
    pub(crate) fn open(directory: &Path, key: WitnessKey, logs: Vec<Log>) -> Result<Self> {
        let failed = |action| move |error: io::Error| Failure::io(action, directory, &error);
        if !directory.is_dir() {
            let mut builder = std::fs::DirBuilder::new();
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.recursive(true).create(directory).map_err(failed("make the directory"))?;
        }
        let lock = File::options().create(true).truncate(false).write(true).open(directory.join("lock"));
        let lock = lock.map_err(failed("write into"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::Error(error)) => return Err(failed("lock")(error)),
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Failure::new(format!("{} is in use", directory.display()))
                    .because("Another witness works on it, and two could sign two histories of one log.")
                    .hint("End that one first, or give this one a directory and a key of its own."));
            }
        }
        let logs = logs.into_iter().map(|log| (log.origin().to_owned(), Mutex::new(log))).collect();
        let desk = Self { key, directory: directory.to_owned(), logs, _lock: lock };
        // A memory that cannot be read is better known at the start than at the first request.
        for origin in desk.logs.keys() {
            let path = desk.path(origin);
            desk.seen(origin).map_err(|error| {
                Failure::io("read", &path, &error)
                    .hint("Do not put an older copy in its place: go on with a new directory and a new key.")
            })?;
        }
        Ok(desk)
    }

    pub(crate) fn key(&self) -> &WitnessKey {
        &self.key
    }

    pub(crate) fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.keys().map(String::as_str)
    }

    /// Judges a request, and keeps what comes of it. It waits for the disk, and must not be given up half-way.
    pub(crate) fn judge(&self, body: &[u8], now: Timestamp) -> Verdict {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(refusal) => return Verdict::Refused(refusal),
        };
        let origin = request.checkpoint.checkpoint().origin();
        let Some(log) = self.logs.get(origin) else {
            return Verdict::Refused(Refusal::UnknownOrigin(origin.to_owned()));
        };
        // To look, to judge and to keep is one step for each log, or an older tree could come to lie over a newer one.
        let log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = match self.seen(origin) {
            Ok(seen) => seen,
            Err(error) => return Verdict::Failed(error),
        };
        let new = match request.judge(&log, seen.as_ref(), &self.key, now) {
            Ok(new) => new,
            Err(refusal) => return Verdict::Refused(refusal),
        };
        match self.keep(&new) {
            Ok(()) => {
                Verdict::Signed { origin: origin.to_owned(), size: new.size(), lines: new.cosignatures(&self.key) }
            }
            Err(error) => Verdict::Failed(error),
        }
    }

    /// The latest checkpoint of the log whose origin has this hash, for those who watch logs.
    pub(crate) fn checkpoint(&self, origin_hash: &str) -> io::Result<Option<String>> {
        let origin = self.logs.keys().find(|origin| Log::hash(origin) == origin_hash);
        Ok(origin.map(|origin| self.seen(origin)).transpose()?.flatten().map(|seen| seen.to_string()))
    }

    fn seen(&self, origin: &str) -> io::Result<Option<Seen>> {
        let mut bytes = Vec::new();
        match File::open(self.path(origin)) {
            Ok(file) => file.take(MOST_BYTES).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let damaged = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let seen = Seen::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
        if seen.origin() != origin {
            return Err(damaged(format!("it is of the log {}, not of {origin}", seen.origin())));
        }
        Ok(Some(seen))
    }

    /// A new file, on disk before it takes the old one's name; and the name on disk before anybody is told.
    fn keep(&self, seen: &Seen) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.directory)?;
        file.write_all(seen.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.path(seen.origin())).map_err(|error| error.error)?;
        File::open(&self.directory)?.sync_all()
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.directory.join(format!("{}.checkpoint", Log::hash(origin)))
    }
}

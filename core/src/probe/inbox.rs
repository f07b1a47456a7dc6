//! The inbox: a directory where results wait until an operator takes them in. Whoever puts them there needs no key.
//!
//! A file stays where it is until the database has what it says; so a process that is killed at any point loses
//! nothing, and a token that was used up takes nothing a second time.

use super::result::{MOST_RESULT_BYTES, SignedResult};
use super::{Probes, Taking};
use crate::licentia::make_private_directory;
use crate::new_file::{NewFile, failed, sync_directory};
use crate::{Ambient, Error, Operator, ProbeState, ProbeToken, Result, Timestamp};
use licentia_storage::audit::hex;
use rustix::fs::OFlags;
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    directory: PathBuf,
}

/// A file in the inbox: a result that can be taken in, or why it cannot be.
#[derive(Debug)]
pub struct Arrival {
    pub name: OsString,
    pub found: Result<Arrived>,
}

/// A result that waits, and the token that it came for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub name: OsString,
    pub probe: ProbeToken,
    pub result: SignedResult,
    /// When the file was written.
    pub at: Timestamp,
}

/// What taking in came to.
#[derive(Debug)]
pub enum TakenIn {
    /// It is in the database. Should its file be there still, this is why.
    Now { probe: ProbeToken, left: Option<Error> },
    /// A result was taken in before, so this file was moved aside.
    Before { probe: ProbeToken, aside: PathBuf },
}

/// Where files go that were taken in before.
const ASIDE: &str = "aside";

/// More than anybody looks through by hand.
const MOST_FILES: usize = 1_000;

const WHAT: &str = "the file in the inbox";

impl Inbox {
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes the directory, for its owner alone, where there is none.
    pub fn make(&self) -> Result<()> {
        make_private_directory(&self.directory)
    }

    /// Whether a result for this token waits here.
    #[must_use]
    pub fn holds(&self, token_hash: &[u8; 32]) -> bool {
        self.path_of(token_hash).symlink_metadata().is_ok()
    }

    /// Puts a result in: whole, on disk, and never in the place of another one for the same token.
    pub fn put(&self, result: &SignedResult, ambient: &Ambient) -> Result<()> {
        let path = self.path_of(result.token_hash());
        let (new, mut file) = NewFile::beside(&path, ambient)?;
        file.write_all(result.text().as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .map_err(|source| failed("write", &path, source))?;
        new.place()
    }

    /// The names, sizes and times of what is here: as long as they stay the same, nothing arrived and nothing left.
    pub fn files(&self) -> Result<Vec<(OsString, u64, Option<SystemTime>)>> {
        let failed = |source| failed("read", &self.directory, source);
        let entries = match self.directory.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            Err(error) => return Err(failed(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            // What is being written begins with a dot.
            if name == ASIDE || name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // One that left meanwhile is not here.
            let Ok(found) = self.directory.join(&name).symlink_metadata() else { continue };
            files.push((name, found.len(), found.modified().ok()));
        }
        files.sort();
        files.truncate(MOST_FILES);
        Ok(files)
    }

    /// Reads one file, and when it was written. What is no result stays where it is.
    fn read(&self, name: &OsStr) -> Result<(SignedResult, Timestamp)> {
        let path = self.directory.join(name);
        if Path::new(name).file_name() != Some(name) {
            return Err(Error::invalid(WHAT, "its name leads out of the inbox"));
        }
        // Neither a link to somewhere else nor a pipe that nobody writes into.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
        let file = match options.read(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                return Err(Error::invalid(WHAT, "it is a link"));
            }
            Err(error) => return Err(failed("read", &path, error)),
        };
        let found = file.metadata().map_err(|source| failed("read", &path, source))?;
        if !found.is_file() {
            return Err(Error::invalid(WHAT, "it is no ordinary file"));
        }
        let mut bytes = Vec::new();
        file.take(MOST_RESULT_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| failed("read", &path, source))?;
        let text = String::from_utf8(bytes).map_err(|_| Error::invalid(WHAT, "it is no text (UTF-8)"))?;
        let result = SignedResult::parse(&text)?;
        let at = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let at = at.and_then(|at| i64::try_from(at.as_micros()).ok()).map_or(Timestamp(i64::MAX), Timestamp);
        Ok((result, at))
    }

    /// Takes a file away whose content is in the database.
    fn remove(&self, name: &OsStr) -> Result<()> {
        let path = self.directory.join(name);
        std::fs::remove_file(&path).map_err(|source| failed("remove", &path, source))?;
        sync_directory(&path)
    }

    /// Moves a file out of the way, under a name that is free.
    fn set_aside(&self, name: &OsStr, ambient: &Ambient) -> Result<PathBuf> {
        let directory = self.directory.join(ASIDE);
        make_private_directory(&directory)?;
        let mut new = OsString::from(hex(&ambient.bytes::<4>()));
        new.push("-");
        new.push(name);
        let (from, to) = (self.directory.join(name), directory.join(new));
        std::fs::rename(&from, &to).map_err(|source| failed("move", &from, source))?;
        sync_directory(&to)?;
        sync_directory(&from)?;
        Ok(to)
    }

    fn path_of(&self, token_hash: &[u8; 32]) -> PathBuf {
        self.directory.join(format!("{}.json", hex(token_hash)))
    }
}

impl Probes<'_> {
    /// What waits in the inbox, by name. A file that cannot be taken in says why, and is left as it is.
    pub async fn inbox(self, inbox: &Inbox) -> Result<Vec<Arrival>> {
        let mut arrivals = Vec::new();
        for (name, _, _) in inbox.files()? {
            let found = self.arrived(inbox, &name).await;
            // Somebody else took it in while we looked.
            if matches!(&found, Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound) {
                continue;
            }
            arrivals.push(Arrival { name, found });
        }
        Ok(arrivals)
    }

    async fn arrived(self, inbox: &Inbox, name: &OsStr) -> Result<Arrived> {
        let (result, at) = inbox.read(name)?;
        let at = Timestamp(at.0.min(self.0.ambient().now().0));
        let probe = self.by_token_hash(result.token_hash()).await?.ok_or(Error::ProbeTokenUnknown)?;
        match ProbeState::of(&probe, at) {
            ProbeState::Pending => Ok(Arrived { name: name.to_owned(), probe, result, at }),
            ended => Err(Error::ProbeClosed(ended)),
        }
    }

    /// Takes a result in, with its event, and then its file away. A token's time counts up to the moment when the file
    /// was written. `key_fingerprint` is what was shown and compared, where somebody did.
    pub async fn take_in(
        self,
        operator: &Operator,
        inbox: &Inbox,
        name: &OsStr,
        key_fingerprint: Option<&str>,
    ) -> Result<TakenIn> {
        let (result, at) = inbox.read(name)?;
        if key_fingerprint.is_some_and(|shown| shown != result.key_fingerprint()) {
            return Err(Error::invalid(WHAT, "it is another one than was shown"));
        }
        let taking = Taking {
            token_hash: *result.token_hash(),
            text: result.text().to_owned(),
            key_fingerprint: Some(result.key_fingerprint()),
            at: Some(at),
        };
        match self.take(operator, taking).await {
            Ok(probe) => Ok(TakenIn::Now { probe, left: inbox.remove(name).err() }),
            Err(Error::ProbeClosed(ProbeState::Consumed)) => {
                let probe = self.by_token_hash(result.token_hash()).await?.ok_or(Error::ProbeTokenUnknown)?;
                Ok(TakenIn::Before { probe, aside: inbox.set_aside(name, self.0.ambient())? })
            }
            Err(error) => Err(error),
        }
    }
}

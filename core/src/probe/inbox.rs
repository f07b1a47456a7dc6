//! The inbox: a directory where results wait until an operator takes them in. Whoever puts them there needs no key.
//!
//! A file stays where it is until the database has what it says; so a process that is killed at any point loses
//! nothing, and a token that was used up takes nothing a second time.

use super::result::{MOST_RESULT_BYTES, SignedResult};
use super::{Probes, Taking};
use crate::licentia::make_private_directory;
use crate::new_file::{NewFile, failed, sync_directory};
use crate::{Ambient, Error, Operator, ProbeState, ProbeStatus, ProbeToken, ProbeTokenId, Result, Timestamp};
use licentia_storage::audit::hex;
use rustix::fs::OFlags;
use std::collections::{HashMap, HashSet};
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

/// A file in the inbox, and what it is.
#[derive(Debug)]
pub struct Arrival {
    pub name: OsString,
    pub found: Delivery,
}

/// What a file in the inbox is.
#[derive(Debug)]
pub enum Delivery {
    /// A result that can be taken in.
    Waits(Arrived),
    /// One of several results for a token that was not used. One of them may be somebody else's, so none is taken in before
    /// the others were moved away.
    Contested(Arrived),
    /// A result for a token that was used: `same` where it is the one that was taken in, left over. Another one may be
    /// somebody else's.
    Used { arrived: Arrived, same: bool },
    /// Why it cannot be taken in.
    Refused(Error),
}

/// A result, and the token that it came for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub name: OsString,
    pub probe: ProbeToken,
    pub result: SignedResult,
    /// When it arrived: when its file was written, where that can be.
    pub at: Timestamp,
}

/// What taking in came to.
#[derive(Debug)]
pub enum TakenIn {
    /// It is in the database. Should its file be there still, this is why.
    Now { probe: ProbeToken, left: Option<Error> },
    /// This very result was taken in before, so its file was moved aside.
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

    /// Reads one file, and when it was written, where the file says it. What is no result stays where it is.
    fn read(&self, name: &OsStr) -> Result<(SignedResult, Option<Timestamp>)> {
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
        Ok((result, at.and_then(|at| i64::try_from(at.as_micros()).ok()).map(Timestamp)))
    }

    /// Takes a file away whose content is in the database. One that is gone already is gone.
    fn remove(&self, name: &OsStr) -> Result<()> {
        let path = self.directory.join(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(failed("remove", &path, source)),
            _ => sync_directory(&path),
        }
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

/// When a result arrived: when its file was written. Whoever carries a file sets its time, so one that cannot be, from
/// before the token or from the future, counts as now.
pub(super) fn arrived_at(written: Option<Timestamp>, made: Timestamp, now: Timestamp) -> Timestamp {
    written.filter(|at| (made..=now).contains(at)).unwrap_or(now)
}

impl Arrival {
    /// The result and its token, where it is one for a token of ours.
    #[must_use]
    pub const fn arrived(&self) -> Option<&Arrived> {
        match &self.found {
            Delivery::Waits(arrived) | Delivery::Contested(arrived) | Delivery::Used { arrived, same: _ } => {
                Some(arrived)
            }
            Delivery::Refused(_) => None,
        }
    }
}

impl Probes<'_> {
    /// What is in the inbox, by name. A file that cannot be taken in says why, and is left as it is.
    pub async fn inbox(self, inbox: &Inbox) -> Result<Vec<Arrival>> {
        let mut arrivals = Vec::new();
        for (name, _, _) in inbox.files()? {
            match self.found(inbox, &name).await {
                Ok(found) => arrivals.push(Arrival { name, found }),
                Err(error) if error.is_file_gone() => {}
                Err(error) => arrivals.push(Arrival { name, found: Delivery::Refused(error) }),
            }
        }
        Ok(contested(arrivals))
    }

    async fn found(self, inbox: &Inbox, name: &OsStr) -> Result<Delivery> {
        let (result, written) = inbox.read(name)?;
        let probe = self.by_token_hash(result.token_hash()).await?.ok_or(Error::ProbeTokenUnknown)?;
        let at = arrived_at(written, probe.created_at, self.0.ambient().now());
        let (state, same) = (ProbeState::of(&probe, at), is_what_was_taken_in(&probe, &result));
        let arrived = Arrived { name: name.to_owned(), probe, result, at };
        match state {
            ProbeState::Consumed => Ok(Delivery::Used { arrived, same }),
            ProbeState::Pending => {
                self.refuse_other_vendor(&arrived.result).await?;
                Ok(Delivery::Waits(arrived))
            }
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
        let (result, written) = inbox.read(name)?;
        refuse_other_than_shown(&result, key_fingerprint)?;
        let taking = Taking::of(&result, result.text().to_owned(), written);
        match self.take(operator, taking).await {
            Ok(probe) => Ok(TakenIn::Now { probe, left: inbox.remove(name).err() }),
            Err(Error::ProbeClosed(ProbeState::Consumed)) => {
                let probe = self.by_token_hash(result.token_hash()).await?.ok_or(Error::ProbeTokenUnknown)?;
                if !is_what_was_taken_in(&probe, &result) {
                    return Err(Error::ProbeUsedByOther);
                }
                Ok(TakenIn::Before { probe, aside: inbox.set_aside(name, self.0.ambient())? })
            }
            Err(error) => Err(error),
        }
    }

    /// Moves a file out of the way whose token was used, whosever result it is. Nothing changes but where it lies.
    pub async fn set_aside(self, inbox: &Inbox, name: &OsStr, key_fingerprint: &str) -> Result<(ProbeToken, PathBuf)> {
        let (result, _) = inbox.read(name)?;
        refuse_other_than_shown(&result, Some(key_fingerprint))?;
        let probe = self.by_token_hash(result.token_hash()).await?.ok_or(Error::ProbeTokenUnknown)?;
        if probe.status != ProbeStatus::Consumed {
            return Err(Error::invalid(WHAT, "no result for its token was taken in"));
        }
        Ok((probe, inbox.set_aside(name, self.0.ambient())?))
    }
}

/// Names those that wait together for one token.
fn contested(arrivals: Vec<Arrival>) -> Vec<Arrival> {
    let mut texts: HashMap<ProbeTokenId, HashSet<String>> = HashMap::new();
    for arrival in &arrivals {
        if let Delivery::Waits(arrived) = &arrival.found {
            texts.entry(arrived.probe.id).or_default().insert(arrived.result.text().to_owned());
        }
    }
    let several = |arrived: &Arrived| texts.get(&arrived.probe.id).is_some_and(|texts| texts.len() > 1);
    let named = |Arrival { name, found }| match found {
        Delivery::Waits(arrived) if several(&arrived) => Arrival { name, found: Delivery::Contested(arrived) },
        found => Arrival { name, found },
    };
    arrivals.into_iter().map(named).collect()
}

/// By hand a result may have come with white space around it.
fn is_what_was_taken_in(probe: &ProbeToken, result: &SignedResult) -> bool {
    probe.result.as_deref().is_some_and(|text| text.trim_ascii() == result.text())
}

fn refuse_other_than_shown(result: &SignedResult, key_fingerprint: Option<&str>) -> Result<()> {
    if key_fingerprint.is_some_and(|shown| shown != result.key_fingerprint()) {
        return Err(Error::invalid(WHAT, "it is another one than was shown"));
    }
    Ok(())
}

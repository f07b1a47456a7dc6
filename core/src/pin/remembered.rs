//! What earlier verifications of a log found, kept beside its pin and trusted like it: so that one that was stopped
//! goes on where it was, and one that failed is not forgotten.

use super::store::{VERSION, resolve, text_of};
use super::{PinError, PinStore};
use crate::audit::Level;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is remembered of the log at one path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// `blake3:` and the hash of the log's first row. What is remembered of another log does not count.
    pub fingerprint: String,
    /// As far as a full verification had come that was stopped.
    pub unfinished: Option<Mark>,
    /// As far as the log was verified.
    pub verified: Option<Mark>,
    /// The last one that failed, until a full one succeeds.
    pub failed: Option<Failed>,
}

/// Everything up to an entry held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The version of the program that looked: another one begins anew.
    pub program: String,
    pub size: u64,
    /// `blake3:` and the hash of that entry.
    pub hash: String,
    /// `blake3:` and a hash over all signatures up to there, where somebody is going to go on from it.
    pub signatures: Option<String>,
    pub at: String,
}

/// A verification that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    pub level: Level,
    pub at: String,
    /// The codes of its issues, each once.
    pub issues: Vec<String>,
}

impl Failed {
    /// In the place of what was written down and cannot be read any more.
    fn forgotten() -> Self {
        Self { level: Level::Full, at: "an unknown time".to_owned(), issues: vec!["unknown".to_owned()] }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// As text it may be inexact; what counts is the name of the file.
    path: PathBuf,
    log: Remembered,
}

impl PinStore {
    /// What is remembered of the database at `path`; none when it was never verified.
    ///
    /// # Errors
    /// A file that is broken is never taken for none: who can spoil it would make a failure forgotten.
    pub fn recall(&self, path: &Path) -> Result<Option<Remembered>, PinError> {
        let database = resolve(path)?;
        self.check_dir()?;
        self.recalled(&database)
    }

    /// Changes what is remembered, whole or not at all, on disk before this returns. Of another log only that it failed
    /// is kept; what is broken counts as a failure. Without a fingerprint nobody knows which log was looked at: then
    /// nothing but `failed` is changed.
    ///
    /// # Errors
    /// `Io` and `Unsafe`.
    pub fn remember(
        &self,
        path: &Path,
        fingerprint: &str,
        change: impl FnOnce(&mut Remembered),
    ) -> Result<(), PinError> {
        let database = resolve(path)?;
        self.create_dir()?;
        self.check_dir()?;
        let _lock = self.lock()?;
        let mut log = match self.recalled(&database) {
            Ok(Some(known)) if known.fingerprint == fingerprint => known,
            Ok(Some(known)) if fingerprint.is_empty() => known,
            // Who puts another log there for a moment does not make a failure forgotten.
            Ok(known) => Remembered { failed: known.and_then(|known| known.failed), ..Remembered::default() },
            // Whatever stood there may have been a failure.
            Err(_) => Remembered { failed: Some(Failed::forgotten()), ..Remembered::default() },
        };
        if fingerprint.is_empty() {
            let mut changed = log.clone();
            change(&mut changed);
            log.failed = changed.failed;
        } else {
            fingerprint.clone_into(&mut log.fingerprint);
            change(&mut log);
        }
        let to = self.remembered_file(&database);
        let stored = Stored { version: VERSION, path: database.to_string_lossy().into_owned().into(), log };
        let text = serde_json::to_string_pretty(&stored)
            .map_err(|error| PinError::Broken { path: to.clone(), what: error.to_string() })?;
        self.replace(&to, text.as_bytes(), 0)
    }

    /// What was verified of a state that is given up is no start for the next verification. A failure stays.
    pub(super) fn start_anew(&self, path: &Path, fingerprint: &str) -> Result<(), PinError> {
        match self.recall(path) {
            Ok(Some(_)) => self.remember(path, fingerprint, |known| (known.verified, known.unfinished) = (None, None)),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    fn recalled(&self, database: &Path) -> Result<Option<Remembered>, PinError> {
        let file = self.remembered_file(database);
        let Some(text) = text_of(&file)? else { return Ok(None) };
        let broken = |what: String| PinError::Broken { path: file.clone(), what };
        let stored: Stored = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if stored.path.to_string_lossy() != database.to_string_lossy() {
            return Err(broken("it belongs to another database path".into()));
        }
        Ok(Some(stored.log))
    }

    fn remembered_file(&self, database: &Path) -> PathBuf {
        self.file(database).with_extension("verified.json")
    }
}

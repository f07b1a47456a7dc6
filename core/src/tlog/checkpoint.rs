//! Checkpoints (C2SP tlog-checkpoint): a note in which a log says how large it is and what its root is.

use super::MAX_SIZE;
use super::encoding::{base64, from_decimal, hash_from_base64, is_control};
use super::error::{CheckpointError, NoteError};
use super::key::VerifierKey;
use super::merkle::Hash;
use super::note::{Note, NoteSignature};
use ed25519_dalek::SigningKey;
use licentia_storage::LogId;
use std::fmt;

/// The state of a log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    /// Lines that others may put behind the root. We write none: nobody can audit them.
    extensions: Vec<String>,
}

/// The origin of a log in one of its epochs: a restore begins the next epoch, so that no two checkpoints with one origin
/// ever disagree.
#[must_use]
pub fn origin(log: LogId, epoch: u64) -> String {
    format!("licentia/{log}/{epoch}")
}

impl Checkpoint {
    /// Refuses an origin that is no line, and more leaves than [`MAX_SIZE`].
    pub fn new(origin: impl Into<String>, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        let origin = origin.into();
        if !is_line(&origin) {
            return Err(CheckpointError::Malformed("its origin is empty or has control characters"));
        }
        if size > MAX_SIZE {
            return Err(CheckpointError::Malformed("its size is too large"));
        }
        Ok(Self { origin, size, root, extensions: Vec::new() })
    }

    /// With one more extension line.
    pub fn with_extension(mut self, line: impl Into<String>) -> Result<Self, CheckpointError> {
        let line = line.into();
        if !is_line(&line) {
            return Err(CheckpointError::Malformed("an extension line is empty or has control characters"));
        }
        self.extensions.push(line);
        Ok(self)
    }

    /// Reads the text of a note.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Malformed("it does not end in a line feed"))?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Malformed("it has fewer than three lines"));
        };
        let size = from_decimal(size).ok_or(CheckpointError::Malformed("its size is not a plain decimal number"))?;
        let root =
            hash_from_base64(root).ok_or(CheckpointError::Malformed("its root is not 32 bytes in canonical Base64"))?;
        lines.try_fold(Self::new(origin, size, root)?, Self::with_extension)
    }

    /// The text that is signed, the same bytes that [`Self::parse`] read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root_text());
        self.extensions.iter().for_each(|line| {
            text.push_str(line);
            text.push('\n');
        });
        text
    }

    /// Signs it as the log.
    pub fn sign(self, name: &str, key: &SigningKey) -> Result<SignedCheckpoint, NoteError> {
        let mut note = Note::new(self.text())?;
        note.add(NoteSignature::sign(note.text(), name, key)?);
        Ok(SignedCheckpoint { checkpoint: self, note })
    }

    /// Which log, in which epoch.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// The same as its line has it.
    #[must_use]
    pub fn root_text(&self) -> String {
        base64(&self.root)
    }

    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// A checkpoint with signatures, which prove nothing before [`Self::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Whom to believe about one log.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// The log that one asks about.
    pub origin: &'a str,
    /// Its keys, of which one has to have signed.
    pub log: &'a [VerifierKey],
    /// Witnesses. How many of them are enough is for the caller to say.
    pub witnesses: &'a [VerifierKey],
}

impl<'a> Trust<'a> {
    /// In one key of a log, whose name is the origin, and in these witnesses.
    #[must_use]
    pub fn key(key: &'a VerifierKey, witnesses: &'a [VerifierKey]) -> Self {
        Self { origin: key.name(), log: std::slice::from_ref(key), witnesses }
    }
}

/// A witness whose cosignature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned<'a> {
    pub witness: &'a VerifierKey,
    /// When, in seconds since 1970, as the witness says.
    pub time: u64,
}

impl SignedCheckpoint {
    /// Reads a signed note whose text is a checkpoint. This verifies nothing.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// What the log says, if it was the log.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature, as of a witness. An earlier one of the same key makes room for it.
    pub fn add(&mut self, signature: NoteSignature) {
        self.note.add(signature);
    }

    /// Which of a log's keys signed it, each under its own origin; none: why it was not the last of them.
    pub fn signed_by<'k>(&self, keys: &'k [VerifierKey]) -> Result<&'k VerifierKey, CheckpointError> {
        let mut why = CheckpointError::Note(NoteError::Unsigned);
        for key in keys {
            match self.verify(Trust::key(key, &[])) {
                Ok(_) => return Ok(key),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// Checks that the log signed it, and every signature of a witness that is known. Says which witnesses signed too.
    pub fn verify<'a>(&self, trust: Trust<'a>) -> Result<Vec<Cosigned<'a>>, CheckpointError> {
        if self.checkpoint.origin != trust.origin {
            return Err(CheckpointError::OtherOrigin {
                expected: trust.origin.to_owned(),
                found: self.checkpoint.origin.clone(),
            });
        }
        self.note.verify(trust.log)?;
        let witnesses = self.note.check(trust.witnesses)?;
        // A signature without a time is none of a witness, whoever listed its key.
        Ok(witnesses.iter().filter_map(|by| Some(Cosigned { witness: by.key, time: by.time? })).collect())
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(is_control)
}

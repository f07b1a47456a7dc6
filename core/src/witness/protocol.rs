//! The rules of C2SP's tlog-witness: a request and what was seen of the log before give a cosignature or a refusal.

use super::WitnessKey;
use crate::Timestamp;
use crate::tlog::encoding::{base64, from_decimal, hash_from_base64};
use crate::tlog::merkle::{Hash, empty_root, verify_consistency};
use crate::tlog::{CheckpointError, Note, NoteError, NoteSignature, SignatureKind, SignedCheckpoint, VerifierKey};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

/// The specification allows no more lines of proof.
pub const MAX_PROOF_LINES: usize = 63;

/// A request: "this is my checkpoint, and it follows from the one of size `old` that you know".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    pub old: u64,
    pub proof: Vec<Hash>,
    pub checkpoint: SignedCheckpoint,
}

/// A log that is witnessed: its origin, and the keys that may sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    origin: String,
    keys: Vec<VerifierKey>,
}

/// The last checkpoint that was cosigned for a log, with the log's signatures and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen(SignedCheckpoint);

/// Why a request gets no cosignature. Each has its status in the specification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the request is malformed: {0}")]
    Malformed(String),
    #[error("the log {0} is not known here")]
    UnknownOrigin(String),
    #[error("the checkpoint is not signed by a key that is known of its log: {0}")]
    NotSigned(NoteError),
    #[error("a tree of {new} leaves cannot follow from one of {old}")]
    OldIsLarger { old: u64, new: u64 },
    #[error("the last checkpoint that was cosigned has size {size}, not {old}")]
    Conflict { old: u64, size: u64 },
    #[error("the checkpoint does not follow from the one before: {0}")]
    Inconsistent(crate::tlog::TreeError),
    #[error("the checkpoint cannot be cosigned: {0}")]
    CannotSign(NoteError),
}

impl Refusal {
    /// The status of HTTP that the specification asks for.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldIsLarger { .. } => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownOrigin(_) => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent(_) => 422,
            Self::CannotSign(_) => 500,
        }
    }
}

impl AddCheckpoint {
    /// Reads the body of a request. This verifies nothing.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or_else(|| malformed("no empty line ends the proof"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(from_decimal);
        let old = old.ok_or_else(|| malformed("it does not begin with `old` and a size"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PROOF_LINES {
                return Err(malformed("its proof has more than 63 lines"));
            }
            proof.push(hash_from_base64(line).ok_or_else(|| malformed("a line of its proof is no hash"))?);
        }
        let checkpoint =
            SignedCheckpoint::parse(note.as_bytes()).map_err(|error| Refusal::Malformed(error.to_string()))?;
        Ok(Self { old, proof, checkpoint })
    }

    /// Judges the request by all rules, in the order in which the specification tells their statuses apart.
    ///
    /// What comes back has to be kept before anybody gets to see its cosignature.
    pub fn judge(&self, log: &Log, seen: Option<&Seen>, key: &WitnessKey, now: Timestamp) -> Result<Seen, Refusal> {
        let (new, note) = (self.checkpoint.checkpoint(), self.checkpoint.note());
        if new.origin() != log.origin {
            return Err(Refusal::UnknownOrigin(new.origin().to_owned()));
        }
        note.verify(&log.keys).map_err(Refusal::NotSigned)?;
        if self.old > new.size() {
            return Err(Refusal::OldIsLarger { old: self.old, new: new.size() });
        }
        let (size, root) = seen.map_or_else(|| (0, empty_root()), |seen| (seen.size(), *seen.0.checkpoint().root()));
        if self.old != size {
            return Err(Refusal::Conflict { old: self.old, size });
        }
        verify_consistency(size, &root, new.size(), new.root(), &self.proof).map_err(Refusal::Inconsistent)?;
        let time = u64::try_from(now.seconds()).unwrap_or(0);
        let cosignature = new.cosign(key.name(), key.signing_key(), time).map_err(Refusal::CannotSign)?;
        // Lines of keys that nobody knows are of no use to whoever asks us later.
        let ours = note.signatures().iter().filter(|line| log.keys.iter().any(|known| is_of(line, known)));
        let mut kept = Note::new(note.text()).map_err(Refusal::CannotSign)?;
        ours.cloned().chain([cosignature]).for_each(|line| kept.add(line));
        Seen::parse(kept.to_string().as_bytes()).map_err(|error| Refusal::Malformed(error.to_string()))
    }
}

/// The body of the request.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl Log {
    /// Gathers keys into logs: the name of a log's key is its origin. After a rotation a log has several keys.
    pub fn gather(keys: impl IntoIterator<Item = VerifierKey>) -> Result<Vec<Self>, NoteError> {
        let mut logs: Vec<Self> = Vec::new();
        for key in keys {
            if key.kind() != SignatureKind::Ed25519 {
                return Err(NoteError::MalformedKey("it is the key of a witness, not of a log"));
            }
            match logs.iter_mut().find(|log| log.origin == key.name()) {
                None => logs.push(Self { origin: key.name().to_owned(), keys: vec![key] }),
                Some(log) if log.keys.contains(&key) => {}
                // Two keys that signature lines cannot tell apart: nobody meets them by chance.
                Some(log) if log.keys.iter().any(|known| known.id() == key.id()) => {
                    return Err(NoteError::AmbiguousKey(key.name().to_owned()));
                }
                Some(log) => log.keys.push(key),
            }
        }
        Ok(logs)
    }

    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// SHA-256 of an origin in lower-case hexadecimal, under which a witness shows the log's checkpoint.
    #[must_use]
    pub fn hash(origin: &str) -> String {
        Sha256::digest(origin).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl Seen {
    /// Reads what was kept.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        SignedCheckpoint::parse(bytes).map(Self)
    }

    #[must_use]
    pub fn origin(&self) -> &str {
        self.0.checkpoint().origin()
    }

    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.checkpoint().size()
    }

    /// The lines that the witness answers with, each with its line feed: those of its own key.
    #[must_use]
    pub fn cosignatures(&self, key: &WitnessKey) -> String {
        let key = key.verifier_key();
        let ours = self.0.note().signatures().iter().filter(|line| is_of(line, &key));
        ours.fold(String::new(), |mut lines, line| {
            let _ = writeln!(lines, "{line}");
            lines
        })
    }
}

/// The whole note, to be kept and to be shown.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_of(line: &NoteSignature, key: &VerifierKey) -> bool {
    line.name() == key.name() && line.key_id() == key.id()
}

fn malformed(why: &str) -> Refusal {
    Refusal::Malformed(why.to_owned())
}

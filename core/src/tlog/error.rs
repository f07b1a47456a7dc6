//! Why a proof, a note or a checkpoint was refused.

/// A proof does not hold, or none can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    #[error("a tree of {size} leaves has no leaf {index}")]
    OutsideTree { index: u64, size: u64 },
    #[error("a tree of {new_size} leaves cannot follow from one of {old_size}")]
    Shrunk { old_size: u64, new_size: u64 },
    #[error("the proof has too few hashes")]
    ProofTooShort,
    #[error("the proof has too many hashes")]
    ProofTooLong,
    #[error("the proof leads to another root")]
    OtherRoot,
    #[error("the proof leads to another root of the old tree")]
    OtherOldRoot,
    /// While a proof was made.
    #[error("the tree has {expected} leaves, and {found} came")]
    OtherCount { expected: u64, found: u64 },
}

/// A signed note or a verifier key is malformed, or a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    #[error("the note is malformed: {0}")]
    Malformed(&'static str),
    #[error("the verifier key is malformed: {0}")]
    MalformedKey(&'static str),
    /// A type of signature that this program does not know, in a key that it is told to trust.
    #[error("the verifier key is of type 0x{0:02x}, which is unknown")]
    UnknownKeyType(u8),
    #[error("{0:?} cannot be the name of a key")]
    KeyName(String),
    /// Two different keys to trust have the same name and id.
    #[error("there are two keys {0}")]
    AmbiguousKey(String),
    /// A key that is known did not make the signature that names it.
    #[error("the signature by {0} does not hold")]
    BadSignature(String),
    /// Nothing in the note can be believed.
    #[error("no known key signed the note")]
    Unsigned,
    #[error("{0} cannot be the time of a cosignature")]
    Time(u64),
}

/// A checkpoint is malformed, not signed by its log, or another log's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("the checkpoint is malformed: {0}")]
    Malformed(&'static str),
    #[error("the checkpoint is of {found:?}, not of {expected:?}")]
    OtherOrigin { expected: String, found: String },
}

/// A proof of an entry is malformed or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    #[error("the proof is malformed: {0}")]
    Malformed(&'static str),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is good, but the entry is not shown to be in its tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

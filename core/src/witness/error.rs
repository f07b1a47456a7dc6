//! Why a witness did not sign, or why what it signed is not kept.

/// Asking a witness ended without a cosignature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    #[error("there is no checkpoint to send")]
    NoCheckpoint,
    /// The witness's key is known under another name.
    #[error("this key is known as witness {name}")]
    KeyKnown { name: String },
    /// It is down, or the network is.
    #[error("witness {witness} cannot be reached")]
    Unreachable { witness: String, why: String },
    /// 404: it was not told of this log.
    #[error("witness {witness} does not know this log")]
    UnknownLog { witness: String, origin: String },
    /// 403: it knows other keys of this log.
    #[error("witness {witness} does not know the key that signed the checkpoint")]
    UnknownKey { witness: String, origin: String },
    /// 409 with a size that this log does not have (any more).
    #[error("witness {witness} has seen this log with {theirs} entries, and the last checkpoint here has {ours}")]
    Ahead { witness: String, theirs: u64, ours: u64 },
    /// 409 with a smaller size than it signed before.
    #[error("witness {witness} knows this log with {theirs} entries, and had signed {known}")]
    Forgot { witness: String, theirs: u64, known: u64 },
    /// 422: what it saw before is no part of what it is shown now.
    #[error("witness {witness} has seen this log with another history")]
    OtherHistory { witness: String },
    #[error("witness {witness} refused with status {status}")]
    Refused { witness: String, status: u16, said: String },
    /// It said yes, and what it sent is no cosignature to keep.
    #[error("the answer of witness {witness} cannot be used")]
    BadAnswer { witness: String, why: String },
    /// The entries as they are do not make the tree of the last checkpoint.
    #[error("the log does not agree with its checkpoint of size {size}")]
    Disagrees { size: u64 },
}

impl WitnessError {
    /// The log and what a witness knows of it do not agree: that is what witnesses are for.
    #[must_use]
    pub const fn contradicts(&self) -> bool {
        matches!(self, Self::Ahead { .. } | Self::OtherHistory { .. } | Self::Disagrees { .. })
    }
}

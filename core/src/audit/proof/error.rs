//! Why a proof does not show what it should.

use crate::tlog::{CheckpointError, ProofError, TreeError};

/// Why a proof does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error("it is no proof: {0}")]
    Malformed(String),
    /// It is of another log than the one that was asked about.
    #[error("it is of the log {0}, and not of the one that was given")]
    WrongLog(String),
    #[error("the log's keys do not follow from one another: {0}")]
    KeysUnproven(&'static str),
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(CheckpointError),
    #[error("the entry is not in the tree that the log signed: {0}")]
    NotIncluded(TreeError),
    #[error("the entry is not what it should be: {0}")]
    Entry(&'static str),
    #[error("the license is not the one of this entry: {0}")]
    OtherLicense(&'static str),
    /// The license names another history than the one that the proof is about.
    #[error("the checkpoint inside the license does not lead to this tree: {0}")]
    LicenseCheckpoint(String),
}

impl Refusal {
    /// The word for it; scripts may rely on it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::WrongLog(_) => "wrong_log",
            Self::KeysUnproven(_) => "keys_unproven",
            Self::Checkpoint(_) => "checkpoint_invalid",
            Self::NotIncluded(_) => "not_included",
            Self::Entry(_) => "entry_invalid",
            Self::OtherLicense(_) => "other_license",
            Self::LicenseCheckpoint(_) => "license_checkpoint_disagrees",
        }
    }
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Malformed(why) => Self::Malformed(why.to_owned()),
            ProofError::Checkpoint(error) => Self::Checkpoint(error),
            ProofError::Tree(error) => Self::NotIncluded(error),
        }
    }
}

//! Why a file cannot be read as a bundle. That is another thing than a bundle that does not hold.

use std::fmt::Display;
use std::io;

/// Why a file cannot be read as a bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is no ordinary file")]
    NotAFile,
    #[error("it ends too early")]
    CutOff,
    /// A bundle has certain members in a certain order, and nothing else that a tar file can have.
    #[error("where {0} should begin, something else is")]
    OtherMember(&'static str),
    #[error("something follows its last member")]
    GoesOn,
    #[error("{0} is too large")]
    TooLarge(&'static str),
    #[error("{member} is not written as it should be: {why}")]
    Malformed { member: &'static str, why: String },
}

impl BundleError {
    pub(super) fn malformed(member: &'static str, why: &(impl Display + ?Sized)) -> Self {
        Self::Malformed { member, why: why.to_string() }
    }
}

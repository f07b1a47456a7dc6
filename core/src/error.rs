//! Why a service refused or failed.

use crate::lookup::Noun;
use crate::secret::SecretError;
use licentia_storage::StoreError;

/// What every service answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service refused or failed. [`crate::Explanation`] turns it into words for people.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("there is no {} {text}", noun.as_str())]
    Unknown { noun: Noun, text: String },
    #[error("{text} is the beginning or the end of more than one {} id", noun.as_str())]
    Ambiguous { noun: Noun, text: String, candidates: Vec<String> },
    /// A value that was handed in cannot be used.
    #[error("{what} cannot be used: {why}")]
    Invalid { what: &'static str, why: String },
}

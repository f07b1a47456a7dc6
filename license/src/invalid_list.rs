//! Why a status list does not hold, so that nothing can be said about the licenses in it.

use crate::codes::codes;
use crate::invalid::Invalid;

/// The reason for which a status list was refused.
///
/// Text that came from the list is shown escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidList {
    /// The license names a list, the caller requires one, and there was none.
    #[error("the license names the status list {0:?}, and it is not here")]
    Missing(String),
    /// The text is not a status list, or a damaged one.
    #[error("this is not a readable status list: {0}")]
    Malformed(String),
    /// The token, its header, or what it unpacks to, is larger than any list needs to be.
    #[error("the status list is too large")]
    TooLarge,
    /// Signed with anything but Ed25519, or not at all.
    #[error("the signature algorithm of the status list is {0:?} instead of \"EdDSA\" or \"Ed25519\"")]
    UnsupportedAlgorithm(String),
    /// A signed token of another kind, such as a license.
    #[error("the type of the status list is {0:?} instead of \"statuslist+jwt\"")]
    WrongType(String),
    /// Signed with a key that is not among the trusted ones.
    #[error("the status list was signed with the key {0:?}, which is not trusted here")]
    UnknownKey(String),
    /// Signed by somebody who has no say about this license.
    #[error("the status list speaks for {claimed:?}, and {expected:?} was expected")]
    IssuerMismatch {
        /// The `iss` of the list; without one, the key that signed it.
        claimed: String,
        /// The `iss` that the key or the license belongs to.
        expected: String,
    },
    /// The signature does not fit the text.
    #[error("the signature does not match the status list")]
    BadSignature,
    /// It claims to be issued in the future.
    #[error("the status list does not hold before {from} (seconds since 1970)")]
    NotYetValid {
        /// The first second at which it holds.
        from: i64,
    },
    /// It is too old to be relied on.
    #[error("the status list could be relied on until {until} only (seconds since 1970)")]
    Stale {
        /// The first second at which it is too old.
        until: i64,
    },
    /// A newer one was accepted before: somebody may be holding back a revocation.
    #[error("the status list was issued at {issued}, and a newer one of {newest} was seen (seconds since 1970)")]
    RolledBack {
        /// The `iat` of this list.
        issued: i64,
        /// The `iat` of the newest one that was accepted.
        newest: i64,
    },
    /// A list, but not the one that the license names.
    #[error("the status list is {found:?}, and the license names {expected:?}")]
    WrongAddress {
        /// The `sub` of the list.
        found: String,
        /// The `uri` of the license.
        expected: String,
    },
    /// The license's index is not in the list.
    #[error("the status list has {size} places, and the license has the index {idx}")]
    IndexOutside {
        /// The `idx` of the license.
        idx: u64,
        /// How many indices the list has.
        size: u64,
    },
}

codes! { InvalidList:
    Self::Missing(_) => "status_list_missing",
    Self::Malformed(_) => "status_list_malformed",
    Self::TooLarge => "status_list_too_large",
    Self::UnsupportedAlgorithm(_) => "status_list_unsupported_algorithm",
    Self::WrongType(_) => "status_list_wrong_type",
    Self::UnknownKey(_) => "status_list_unknown_key",
    Self::IssuerMismatch { .. } => "status_list_issuer_mismatch",
    Self::BadSignature => "status_list_bad_signature",
    Self::NotYetValid { .. } => "status_list_not_yet_valid",
    Self::Stale { .. } => "status_list_stale",
    Self::RolledBack { .. } => "status_list_rolled_back",
    Self::WrongAddress { .. } => "status_list_wrong_address",
    Self::IndexOutside { .. } => "status_list_index_outside";
}

impl InvalidList {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Missing(_) | Self::WrongAddress { .. } => {
                "Fetch the status list from the address that the license names."
            }
            Self::Malformed(_) | Self::BadSignature => {
                "Fetch the status list again; if it stays so, it was altered and cannot be trusted."
            }
            Self::TooLarge => "Check that this is the status list and not something else.",
            Self::UnsupportedAlgorithm(_) => "Ask the vendor for a status list that is signed with Ed25519.",
            Self::WrongType(_) => "Give the status list; this is a signed token of another kind.",
            Self::UnknownKey(_) => "Update the trusted keys if the vendor has a new one; otherwise do not trust it.",
            Self::IssuerMismatch { .. } => "Do not trust this status list; fetch the one of the license's vendor.",
            Self::NotYetValid { .. } => "Check the clock of this machine, or ask the vendor to check theirs.",
            Self::Stale { .. } => {
                "Fetch the status list again, or check the clock of this machine; the vendor may have to publish anew."
            }
            Self::RolledBack { .. } => "Fetch the newest status list; whoever gave this one holds something back.",
            Self::IndexOutside { .. } => "Ask the vendor; the status list is not complete.",
        }
    }
}

/// What is wrong with a token of either kind is said in the words for a list.
impl From<Invalid> for InvalidList {
    fn from(why: Invalid) -> Self {
        match why {
            Invalid::Malformed(why) => Self::Malformed(why),
            Invalid::TooLarge => Self::TooLarge,
            Invalid::UnsupportedAlgorithm(alg) => Self::UnsupportedAlgorithm(alg),
            Invalid::WrongType(typ) => Self::WrongType(typ),
            Invalid::UnknownKey(kid) => Self::UnknownKey(kid),
            Invalid::BadSignature => Self::BadSignature,
            Invalid::StatusList(why) => why,
            other => Self::Malformed(other.to_string()),
        }
    }
}

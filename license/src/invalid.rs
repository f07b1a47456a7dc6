//! Why a license does not hold, in words for people and in codes for programs.

use crate::armor::ArmorError;
use crate::codes::codes;
use crate::invalid_list::InvalidList;
use crate::machine::{ComponentMatch, MachineMatch};

/// The reason for which a license was refused.
///
/// Text that came from the license is shown escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The text is not a license, or a damaged one.
    #[error("this is not a readable license: {0}")]
    Malformed(String),
    /// More than 64 KiB of token, 4 KiB of header or 1 MiB of text.
    #[error("the license is too large")]
    TooLarge,
    /// Signed with anything but Ed25519, or not at all.
    #[error("the signature algorithm is {0:?} instead of \"EdDSA\" or \"Ed25519\"")]
    UnsupportedAlgorithm(String),
    /// A signed token of another kind, such as a status list.
    #[error("the token's type is {0:?} instead of \"licentia+jwt\"")]
    WrongType(String),
    /// Signed with a key that is not among the trusted ones.
    #[error("the license was signed with the key {0:?}, which is not trusted here")]
    UnknownKey(String),
    /// The key is trusted, but not for this issuer.
    #[error("the license names the issuer {claimed:?}, but its key may sign for {expected:?} only")]
    IssuerMismatch {
        /// The `iss` of the license.
        claimed: String,
        /// The `iss` that the key belongs to.
        expected: String,
    },
    /// The signature does not fit the text.
    #[error("the signature does not match the license")]
    BadSignature,
    /// Its time is over.
    #[error("the license expired at {exp} (seconds since 1970)")]
    Expired {
        /// The first second at which it is no longer valid.
        exp: i64,
    },
    /// Its time has not come, or it claims to be issued in the future.
    #[error("the license is not valid before {from} (seconds since 1970)")]
    NotYetValid {
        /// The first second at which it is valid.
        from: i64,
    },
    /// The clock was set back: there was a later time.
    #[error("the clock says {now}, and has said {latest} before (seconds since 1970)")]
    ClockRolledBack {
        /// What the clock says.
        now: i64,
        /// The latest time that the caller has seen.
        latest: i64,
    },
    /// The program does not carry the identity that the license names.
    #[error("the license is for a program with another identity ({expected:?})")]
    IdentityMismatch {
        /// The pin that the license names.
        expected: String,
    },
    /// It is bound to machines, and the caller did not say on which one it is.
    #[error("the license is bound to a machine, and no fingerprint of this one was given")]
    MachineRequired,
    /// It is bound to other machines, or this one changed too much.
    #[error("the license is bound to another machine{}", differences(.0))]
    MachineMismatch(Vec<MachineMatch>),
    /// The fingerprint was made for another vendor, so it says nothing of this machine.
    #[error("the fingerprint of this machine was made for the vendor {found:?}, and the license is of {expected:?}")]
    MachineOfOtherVendor {
        /// The vendor that the license names.
        expected: String,
        /// Whose salt the fingerprint was made with.
        found: String,
    },
    /// It is bound to a secret, and the caller gave none, or no code.
    #[error("the license needs a code from an authenticator, and none was given")]
    TotpRequired,
    /// It is bound to another secret, or the code is not the one of this moment.
    #[error("the code from the authenticator, or the secret behind it, is wrong")]
    TotpWrong,
    /// A license for something else.
    #[error("the license is for {found:?}, not for {expected:?}")]
    WrongAudience {
        /// The product that asked.
        expected: String,
        /// The products of the license.
        found: Vec<String>,
    },
    /// A required claim is absent.
    #[error("the claim `{0}` is missing")]
    MissingClaim(&'static str),
    /// A claim that restricts the license in a way that this verifier cannot check.
    #[error("the claim `{0}` restricts this license, and this version cannot check it")]
    UnsupportedClaim(&'static str),
    /// Its status list calls it revoked.
    #[error("the license was revoked")]
    Revoked,
    /// Its status list calls it suspended: it may come back.
    #[error("the license is suspended")]
    Suspended,
    /// Its status list says that another license took its place.
    #[error("the license was superseded by a newer one")]
    Superseded,
    /// Its status list gives it a status that means nothing here, so it is not valid.
    #[error("the license has the status {0} in its status list, which is not known here")]
    UnknownStatus(u8),
    /// Nothing can be said about its status.
    #[error(transparent)]
    StatusList(#[from] InvalidList),
}

codes! { Invalid:
    Self::Malformed(_) => "malformed",
    Self::TooLarge => "too_large",
    Self::UnsupportedAlgorithm(_) => "unsupported_algorithm",
    Self::WrongType(_) => "wrong_type",
    Self::UnknownKey(_) => "unknown_key",
    Self::BadSignature => "bad_signature",
    Self::MissingClaim(_) => "missing_claim",
    Self::UnsupportedClaim(_) => "unsupported_claim",
    Self::IssuerMismatch { .. } => "issuer_mismatch",
    Self::WrongAudience { .. } => "wrong_audience",
    Self::ClockRolledBack { .. } => "clock_rolled_back",
    Self::NotYetValid { .. } => "not_yet_valid",
    Self::Expired { .. } => "expired",
    Self::IdentityMismatch { .. } => "identity_mismatch",
    Self::MachineRequired => "machine_required",
    Self::MachineMismatch(_) | Self::MachineOfOtherVendor { .. } => "machine_mismatch",
    Self::TotpRequired => "totp_required",
    Self::TotpWrong => "totp_wrong",
    Self::Revoked => "revoked",
    Self::Suspended => "suspended",
    Self::Superseded => "superseded",
    Self::UnknownStatus(_) => "unknown_status";
    Self::StatusList(why) => why,
}

impl Invalid {
    /// Every code that there is, those of the status list too.
    pub fn all_codes() -> impl Iterator<Item = &'static str> {
        Self::CODES.iter().chain(InvalidList::CODES).copied()
    }

    /// What to do next, in one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "Copy the license file again, whole and unchanged, from where it was issued.",
            Self::TooLarge => "Check that this is the license file and not something else.",
            Self::UnsupportedAlgorithm(_) => "Ask the vendor for a license that is signed with Ed25519.",
            Self::WrongType(_) => "Give the license file; this is a signed token of another kind.",
            Self::UnknownKey(_) => {
                "Update the trusted keys if the vendor has a new one; otherwise do not trust this license."
            }
            Self::IssuerMismatch { .. } => "Do not trust this license; ask the vendor that it names.",
            Self::BadSignature => "Copy the license file again; if it stays so, it was altered and cannot be trusted.",
            Self::Expired { .. } => "Renew the license, or check the clock of this machine.",
            Self::NotYetValid { .. } => "Wait until the license begins, or check the clock of this machine.",
            Self::ClockRolledBack { .. } => "Set the clock of this machine right.",
            Self::IdentityMismatch { .. } => "Use the license that was issued for this program, or update the program.",
            Self::MachineRequired => "Hand in the fingerprint of this machine.",
            Self::MachineMismatch(_) => "Use the license of this machine, or ask the vendor to bind it to this one.",
            Self::MachineOfOtherVendor { .. } => {
                "Make the fingerprint of this machine anew, for the vendor of the license."
            }
            Self::TotpRequired => "Hand in a code from the authenticator, and the secret that this host keeps.",
            Self::TotpWrong => "Wait for the next code, check the clock of this machine, and the secret that it keeps.",
            Self::WrongAudience { .. } => "Use the license that was issued for this product.",
            Self::MissingClaim(_) => "Ask the vendor for a complete license.",
            Self::UnsupportedClaim(_) => "Update the product to a version that can check this kind of license.",
            Self::Revoked => "Ask the vendor why; a license that was revoked by mistake comes back with the next list.",
            Self::Suspended => "Ask the vendor; when it is reinstated, the next status list says so.",
            Self::Superseded => "Use the license that was issued in its place.",
            Self::UnknownStatus(_) => "Update the product to a version that knows this status.",
            Self::StatusList(why) => why.hint(),
        }
    }
}

/// What became of the components of the machine that comes closest.
fn differences(machines: &[MachineMatch]) -> String {
    // The first of equals, as the license names them.
    let Some(closest) = machines.iter().rev().max_by_key(|machine| machine.same()) else { return String::new() };
    let differing: Vec<_> = closest
        .differing()
        .map(|(kind, found)| {
            let became = match found {
                ComponentMatch::Absent => "is not there",
                ComponentMatch::NotTrusted => "is not to be trusted",
                _ => "is another one",
            };
            format!("its {} {became}", kind.name())
        })
        .collect();
    format!(", or this one changed: {}", differing.join(", "))
}

impl From<ArmorError> for Invalid {
    fn from(error: ArmorError) -> Self {
        match error {
            ArmorError::TooLarge => Self::TooLarge,
            other => Self::Malformed(other.to_string()),
        }
    }
}

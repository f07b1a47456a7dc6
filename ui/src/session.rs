//! What the screen knows about who sits in front of it. The key itself stays with the services.

use crate::text::clean;
use crate::theme::Meaning;

/// Who sits in front of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Session {
    /// There is a vault, and nobody has said yet whether it will be opened.
    Locked,
    Unlocked {
        actor: String,
    },
    /// Everything can be read, nothing changed.
    Reviewer(Why),
}

/// Why a reviewer is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The passphrase was not given.
    NotUnlocked,
    /// A copy for review has no vault.
    NoVault,
    /// The file, or the directory it is in, cannot be written.
    ReadOnly,
}

impl Session {
    /// Why nothing can be changed, when nothing can.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Unlocked { .. } => None,
            Self::Locked | Self::Reviewer(Why::NotUnlocked) => {
                Some("Locked: a change needs the passphrase. Press L and give it.")
            }
            Self::Reviewer(Why::NoVault) => {
                Some("This copy was made for review: it has no keys, so nothing can be changed in it.")
            }
            Self::Reviewer(Why::ReadOnly) => Some("This file cannot be written from here, so nothing can be changed."),
        }
    }

    /// The same over a list of what cannot be done.
    pub(crate) const fn bar(&self) -> Option<&'static str> {
        match self {
            Self::Unlocked { .. } => None,
            Self::Locked | Self::Reviewer(Why::NotUnlocked) => Some("This needs the passphrase; L asks for it:"),
            Self::Reviewer(Why::NoVault) => {
                Some("This changes the database, and a copy for review has no keys for it:")
            }
            Self::Reviewer(Why::ReadOnly) => Some("This changes the database, which cannot be written from here:"),
        }
    }

    /// Whether a passphrase would help.
    pub(crate) fn can_unlock(&self) -> bool {
        matches!(self, Self::Locked | Self::Reviewer(Why::NotUnlocked))
    }

    /// What the key that locks and unlocks does, where it does anything.
    pub(crate) const fn toggle(&self) -> Option<&'static str> {
        match self {
            Self::Unlocked { .. } => Some("lock"),
            Self::Locked | Self::Reviewer(Why::NotUnlocked) => Some("unlock"),
            Self::Reviewer(Why::NoVault | Why::ReadOnly) => None,
        }
    }

    /// How it is with the vault, for the dashboard.
    pub(crate) fn vault(&self) -> (String, Meaning) {
        match self {
            Self::Unlocked { actor } => (format!("unlocked by {}", clean(actor)), Meaning::Good),
            Self::Locked | Self::Reviewer(Why::NotUnlocked) => {
                ("locked: everything can be read; press L to unlock".to_owned(), Meaning::Warning)
            }
            Self::Reviewer(Why::NoVault) => ("none: this is a copy for review".to_owned(), Meaning::Text),
            Self::Reviewer(Why::ReadOnly) => {
                ("closed: this file cannot be written from here".to_owned(), Meaning::Text)
            }
        }
    }

    /// What the status line says.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Locked => "locked".to_owned(),
            Self::Unlocked { actor } => clean(actor),
            Self::Reviewer(_) => "reviewer mode: read only".to_owned(),
        }
    }
}

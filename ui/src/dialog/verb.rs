//! What Enter does in a dialog, in a word or two for the line at the bottom.

use super::Dialog;
use crate::effect::{Effect, FilterChange, IdentityChange, IssuerChange, ProbeChange};

impl Dialog {
    /// None where its key is called as everywhere.
    pub(crate) fn verb(&self) -> Option<&'static str> {
        match self {
            Self::Setup(_) => Some("set up"),
            Self::Issue(issue) => issue.is_at_the_end().then_some("review"),
            Self::Revoke(_)
            | Self::Suspend(_)
            | Self::Publish(_)
            | Self::Extend(_)
            | Self::TakeIn(_)
            | Self::Import(_)
            | Self::BatchForm(_) => Some("review"),
            Self::Make(_) => Some("create"),
            Self::Delete(_) => Some("delete"),
            Self::SaveLicense(_) | Self::Save(_) | Self::SaveFilter(_) => Some("save"),
            Self::Consume(_) => Some("take in"),
            Self::VerifyFrom(_) => Some("verify"),
            Self::Export(_) => Some("export"),
            Self::Tokens(_) => Some("write out"),
            Self::Confirm(confirm) => verb(confirm.effect()),
            Self::TypedConfirm(confirm) => verb(confirm.effect()),
            Self::Discard(_) => Some("leave"),
            _ => None,
        }
    }

    /// Whether a key that goes to another field would go nowhere.
    pub(crate) const fn has_one_field(&self) -> bool {
        match self {
            Self::Delete(dialog) => dialog.form.is_single(),
            Self::Suspend(dialog) => dialog.form.is_single(),
            Self::Publish(dialog) => dialog.form.is_single(),
            Self::Extend(dialog) => dialog.form.is_single(),
            Self::TakeIn(dialog) => dialog.form.is_single(),
            Self::SaveLicense(dialog) => dialog.form.is_single(),
            Self::Make(dialog) => dialog.form.is_single(),
            Self::Save(dialog) => dialog.has_one_field(),
            Self::VerifyFrom(dialog) => dialog.form.is_single(),
            Self::SaveFilter(dialog) => dialog.form.is_single(),
            Self::BatchForm(dialog) => dialog.form.is_single(),
            Self::Tokens(dialog) => dialog.form.is_single(),
            _ => false,
        }
    }
}

/// What the last question before it asks for.
const fn verb(effect: &Effect) -> Option<&'static str> {
    Some(match effect {
        Effect::Issue(_) | Effect::Reissue { .. } | Effect::IssueBatch { .. } => "sign",
        Effect::Revoke(_) => "revoke",
        Effect::Unrevoke { .. } => "unrevoke",
        Effect::Suspend { .. } => "suspend",
        Effect::Publish { .. } => "publish",
        Effect::Reinstate { .. } => "reinstate",
        Effect::ImportLicense { .. } | Effect::ChangeIssuer(IssuerChange::Import { .. }) => "import",
        Effect::ChangeIssuer(IssuerChange::Activate { .. }) => "activate",
        Effect::ChangeIssuer(IssuerChange::Retire { .. }) => "retire",
        Effect::ChangeIssuer(IssuerChange::Delete { .. }) | Effect::ChangeIdentity(IdentityChange::Delete { .. }) => {
            "delete"
        }
        Effect::ChangeFilter(FilterChange::Delete { .. }) => "forget",
        Effect::ChangeIdentity(IdentityChange::Regenerate { .. }) => "regenerate",
        Effect::ChangeProbe(ProbeChange::TakeIn { .. }) => "take in",
        Effect::ChangeProbe(ProbeChange::SetAside { .. }) => "move aside",
        Effect::ChangeProbe(ProbeChange::Cancel { .. }) => "cancel the probe",
        _ => return None,
    })
}

//! Everything the screen may ask for, and the one function that does it.

mod license;
mod read;
mod write;

use crate::message::Msg;
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::audit::AuditFilter;
use licentia_core::{
    Decoded, Founding, Inspection, IssueRequest, License, LicenseFilter, LicenseId, ReissueRequest, Revocation,
    RevokeRequest,
};
use std::sync::Arc;

/// Something to be done outside of the application state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Leave. Comes only when no write is under way.
    Quit,
    /// Give up what was asked for with this number. Only for what [`Self::stoppable`] names.
    Stop {
        request: u64,
    },
    /// Ask the database whether anybody wrote since the last time.
    LookForChanges,

    /// Without a passphrase: with the one that was handed in at the start.
    Found {
        passphrase: Option<Typed>,
        founding: Founding,
    },
    Unlock {
        passphrase: Typed,
    },
    Lock,

    LoadLicenses {
        request: u64,
        filter: LicenseFilter,
        after: Option<LicenseId>,
        limit: u64,
    },
    LoadLicense {
        request: u64,
        id: LicenseId,
    },
    LoadEvents {
        request: u64,
        target: String,
        before: Option<u64>,
        limit: u64,
    },
    LoadIssuers {
        request: u64,
    },
    LoadAudit {
        request: u64,
        filter: AuditFilter,
        before: Option<u64>,
        limit: u64,
    },
    LoadKinds {
        request: u64,
    },
    ResolveTarget {
        request: u64,
        text: String,
    },

    /// Give a text to the clipboard of the terminal. The loop does it: the terminal is its.
    Copy {
        text: String,
    },
    VerifyLicense {
        request: u64,
        id: LicenseId,
    },
    /// Say what a license from elsewhere is: the path of its file, or its text.
    Preview {
        request: u64,
        source: String,
    },
    /// Ask who has an active license already.
    LoadTwins {
        request: u64,
        subject: String,
    },
    /// Ask for the identities that a license may name.
    LoadNames {
        request: u64,
    },
    /// Write a new file. Nothing in the database changes, and still it is waited for.
    SaveLicense {
        id: LicenseId,
        path: String,
    },
    DeleteLicense {
        id: LicenseId,
        /// Revoke it in the same step.
        revoke: bool,
    },
    ImportLicense {
        text: String,
    },

    Issue(IssueRequest),
    Reissue {
        id: LicenseId,
        request: ReissueRequest,
    },
    Revoke(RevokeRequest),
    Unrevoke {
        id: LicenseId,
    },
}

impl Effect {
    /// The number under which it can be given up half-way: it only reads, and takes long.
    pub(crate) const fn stoppable(&self) -> Option<u64> {
        None
    }

    /// Whether the database is changed, or a file written. Such an effect is waited for before the program ends.
    pub(crate) const fn is_write(&self) -> bool {
        matches!(
            self,
            Self::Found { .. }
                | Self::SaveLicense { .. }
                | Self::DeleteLicense { .. }
                | Self::ImportLicense { .. }
                | Self::Issue(_)
                | Self::Reissue { .. }
                | Self::Revoke(_)
                | Self::Unrevoke { .. }
        )
    }
}

/// A home that was just set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundedHome {
    pub(crate) actor: String,
    pub(crate) fingerprint: String,
    pub(crate) vendor: String,
    pub(crate) issuer: String,
}

/// A license and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LicenseDetails {
    pub(crate) license: License,
    pub(crate) issuer: String,
    pub(crate) revocation: Option<Revocation>,
    /// The chain of reissues, oldest first.
    pub(crate) history: Vec<License>,
    /// What the token says; none when it cannot be read.
    pub(crate) decoded: Option<Decoded>,
}

/// What a license says, and what is known of it here.
#[derive(Clone, Debug)]
pub(crate) struct Verification {
    pub(crate) inspection: Inspection,
    /// The row, where there is one.
    pub(crate) license: Option<License>,
    pub(crate) revocation: Option<Revocation>,
}

/// A license from elsewhere before it is taken in.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub(crate) text: String,
    pub(crate) found: Verification,
}

/// Hears how far something is, before its end.
pub(crate) type Say = Arc<dyn Fn(Msg) + Send + Sync>;

/// Does it. The only place that calls a service.
pub(crate) async fn perform(services: &Services, effect: Effect, _say: &Say) -> Msg {
    match effect {
        // The loop does these by itself.
        Effect::Quit | Effect::Stop { .. } | Effect::Copy { .. } => Msg::Tick,

        Effect::LookForChanges => Msg::LookedForChanges(services.has_changed().await),

        Effect::Found { passphrase, founding } => Msg::Founded(write::found(services, passphrase, founding).await),
        Effect::Unlock { passphrase } => Msg::Unlocked(write::unlock(services, passphrase).await),
        Effect::Lock => {
            services.set_operator(None);
            Msg::Locked
        }

        Effect::LoadLicenses { request, filter, after, limit } => {
            match read::licenses(services, &filter, after, limit).await.transpose() {
                Some(answer) => Msg::LicensesLoaded { request, answer },
                None => Msg::LicensesMoved { request },
            }
        }
        Effect::LoadLicense { request, id } => match read::license(services, id).await.transpose() {
            Some(answer) => Msg::LicenseLoaded { request, answer },
            None => Msg::LicenseGone { request },
        },
        Effect::LoadEvents { request, target, before, limit } => {
            Msg::EventsLoaded { request, answer: read::events(services, &target, before, limit).await }
        }
        Effect::LoadIssuers { request } => Msg::IssuersLoaded { request, answer: read::issuers(services).await },
        Effect::LoadAudit { request, filter, before, limit } => {
            Msg::AuditLoaded { request, answer: read::audit(services, &filter, before, limit).await }
        }
        Effect::LoadKinds { request } => Msg::KindsLoaded { request, answer: read::kinds(services).await },
        Effect::ResolveTarget { request, text } => {
            Msg::TargetResolved { request, answer: read::target(services, text).await }
        }

        Effect::VerifyLicense { request, id } => {
            Msg::LicenseVerified { request, answer: license::verify(services, id).await }
        }
        Effect::Preview { request, source } => {
            Msg::Previewed { request, answer: license::preview(services, &source).await }
        }
        Effect::LoadTwins { request, subject } => {
            Msg::TwinsLoaded { request, answer: license::twins(services, &subject).await }
        }
        Effect::LoadNames { request } => Msg::NamesLoaded { request, answer: license::names(services).await },
        Effect::SaveLicense { id, path } => Msg::LicenseSaved(license::save(services, id, &path).await),
        Effect::DeleteLicense { id, revoke } => Msg::LicenseDeleted(license::delete(services, id, revoke).await),
        Effect::ImportLicense { text } => Msg::LicenseImported(license::import(services, &text).await),

        Effect::Issue(request) => Msg::Issued(write::issue(services, request).await),
        Effect::Reissue { id, request } => Msg::Reissued(write::reissue(services, id, request).await),
        Effect::Revoke(request) => Msg::Revoked(write::revoke(services, request).await),
        Effect::Unrevoke { id } => Msg::Unrevoked(write::unrevoke(services, id).await),
    }
}

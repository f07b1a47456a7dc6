//! Everything the screen may ask for, and the one function that does it.

mod batch;
mod file;
mod identities;
mod issuers;
mod keys;
mod license;
mod log;
mod probes;
mod read;
mod search;
mod witnesses;
mod write;

use crate::message::{Answer, Found, Msg};
use crate::services::Services;
use crate::widget::secret::Typed;
use crate::witnessing::Vouched;
use licentia_core::audit::{
    AuditFilter, AuditSearch, CheckpointReason, CountBy, ExportFormat, ExportReport, Level, LogIdentity, VerifyRequest,
};
use licentia_core::pin::PinState;
use licentia_core::{
    AuditRecord, Batch, Checkpoint, Decoded, Error, Founding, IdentityId, Inspection, IssueRequest, Issuer, IssuerId,
    License, LicenseFilter, LicenseId, ProbeToken, ProbeTokenId, ReissueRequest, Result, Revocation, RevokeRequest,
    UsedIdentity,
};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use keys::{
    IdentityChange, IdentityDone, IssuerChange, IssuerDone, KeyForm, KeySource, ProbeChange, ProbeDone, Saving,
};
pub(crate) use license::is_license;
pub(crate) use search::{FilterChange, FilterDone, Found as FoundEntries};
pub(crate) use witnesses::AT_THE_END as WITNESSES_AT_THE_END;

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
    /// Take the key away, and sign the log with it before it is gone.
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
    /// Search the log for a moment: what is found so far, and where to go on.
    Search {
        request: u64,
        search: AuditSearch,
        before: Option<u64>,
        limit: u64,
        /// A whole page, however long it takes.
        whole: bool,
    },
    /// The same among the entries that came after one.
    SearchNewer {
        request: u64,
        search: AuditSearch,
        after: u64,
    },
    CountEntries {
        request: u64,
        search: AuditSearch,
        by: CountBy,
    },
    LoadFilters {
        request: u64,
    },
    ChangeFilter(FilterChange),
    /// Let the index of words follow the log, a few entries further.
    FollowIndex,
    LoadKinds {
        request: u64,
    },
    ResolveTarget {
        request: u64,
        text: String,
    },

    LoadOverview {
        request: u64,
    },
    CountLicenses {
        request: u64,
    },
    /// Find out how far witnesses vouch for the log.
    LoadVouched,
    /// Send the latest checkpoint to all known witnesses. At the end of the screen they have little time.
    AskWitnesses {
        request: u64,
        at_end: bool,
    },
    /// A verification that nobody asked for: it is heard of only when it fails.
    Check(Level),
    Verify {
        request: u64,
        verify: VerifyRequest,
    },
    /// Writes a file, and an event if somebody is unlocked.
    ExportAudit {
        request: u64,
        filter: AuditFilter,
        format: ExportFormat,
        /// As it was typed.
        path: String,
    },
    /// Sign the log as it is. What is unlocked at its end is waited for.
    Checkpoint {
        reason: CheckpointReason,
    },
    /// Find what an entry speaks of.
    FindTarget {
        request: u64,
        kind: String,
        id: String,
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
    /// Ask which identity a name or a part of an id stands for.
    ResolveIdentity {
        request: u64,
        text: String,
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
        /// Where it was read, if it was not pasted.
        file: Option<String>,
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

    /// Read a file of licenses, and compare it with the database.
    ReadBatch {
        request: u64,
        path: PathBuf,
    },
    /// Sign all of its rows. How far that is comes under this number; it is not given up half-way.
    IssueBatch {
        request: u64,
        batch: Arc<Batch>,
    },
    /// Write what was signed to a name that is free. Changes nothing in the database.
    WriteTokens {
        request: u64,
        licenses: Arc<Vec<License>>,
        out: PathBuf,
    },
    LoadIssuer {
        request: u64,
        id: IssuerId,
    },
    LoadIdentities {
        request: u64,
        after: Option<IdentityId>,
        limit: u64,
    },
    LoadIdentity {
        request: u64,
        id: IdentityId,
    },
    LoadProbes {
        request: u64,
        after: Option<ProbeTokenId>,
        limit: u64,
    },
    LoadProbe {
        request: u64,
        id: ProbeTokenId,
    },
    /// Say what a key is before it is taken in.
    InspectKey {
        request: u64,
        source: KeySource,
        passphrase: Option<Typed>,
    },
    /// Write to a file that is not there yet.
    Save {
        saving: Saving,
        path: String,
    },
    RotateKey,
    ChangeIssuer(IssuerChange),
    ChangeIdentity(IdentityChange),
    ChangeProbe(ProbeChange),
}

impl Effect {
    /// The number under which it can be given up half-way: it only reads, and takes long.
    pub(crate) const fn stoppable(&self) -> Option<u64> {
        match self {
            Self::Verify { request, .. }
            | Self::ReadBatch { request, .. }
            | Self::WriteTokens { request, .. }
            | Self::CountEntries { request, .. } => Some(*request),
            _ => None,
        }
    }

    /// Whether the database is changed, or a file written. Such an effect is waited for before the program ends.
    pub(crate) const fn is_write(&self) -> bool {
        matches!(
            self,
            Self::Found { .. }
                | Self::Save { .. }
                | Self::SaveLicense { .. }
                | Self::DeleteLicense { .. }
                | Self::ImportLicense { .. }
                | Self::Issue(_)
                | Self::Reissue { .. }
                | Self::Revoke(_)
                | Self::Unrevoke { .. }
                | Self::IssueBatch { .. }
                | Self::ExportAudit { .. }
                | Self::RotateKey
                | Self::ChangeIssuer(_)
                | Self::ChangeIdentity(_)
                | Self::ChangeProbe(_)
                | Self::ChangeFilter(_)
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

/// What the dashboard shows, save the numbers of licenses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Overview {
    /// The active licenses that end soon, the soonest first.
    pub(crate) expiring: Vec<License>,
    /// The active one.
    pub(crate) issuer: Option<Issuer>,
    /// The newest entries of the log.
    pub(crate) events: Vec<AuditRecord>,
    pub(crate) log: LogIdentity,
    /// The newest checkpoint, as the file has it.
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) vouched: Vouched,
    /// None: pins are switched off.
    pub(crate) pin: Answer<Option<PinState>>,
}

/// What an entry speaks of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    License(Box<License>),
    Issuer(Box<Issuer>),
    Identity(Box<UsedIdentity>),
    Probe(Box<ProbeToken>),
    /// Deleted since.
    Gone,
    /// There is no page of its kind.
    Unseen,
}

/// A file of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exported {
    pub(crate) path: PathBuf,
    pub(crate) report: ExportReport,
}

/// Hears how far something is, before its end.
pub(crate) type Say = Arc<dyn Fn(Msg) + Send + Sync>;

/// Does it, and locks the screen where another process took the key out of its hands.
pub(crate) async fn perform(services: &Services, effect: Effect, say: &Say) -> Msg {
    let writes = effect.is_write();
    let msg = Box::pin(run(services, effect, say)).await;
    if writes && services.take_signed() {
        say(Msg::LogSigned);
    }
    if writes && services.lost_its_key().await {
        services.set_operator(None);
        say(Msg::LockedOut);
    }
    msg
}

/// The only place that calls a service.
#[expect(clippy::too_many_lines, reason = "one line for each effect")]
async fn run(services: &Services, effect: Effect, say: &Say) -> Msg {
    match effect {
        // The loop does these by itself.
        Effect::Quit | Effect::Stop { .. } | Effect::Copy { .. } => Msg::Tick,

        Effect::LookForChanges => {
            if let Some(why) = services.take_alarm() {
                say(Msg::NotSigned(why));
            }
            Msg::LookedForChanges(services.has_changed().await)
        }

        Effect::Found { passphrase, founding } => Msg::Founded(write::found(services, passphrase, founding).await),
        Effect::Unlock { passphrase } => Msg::Unlocked(write::unlock(services, passphrase).await),
        Effect::Lock => Msg::Locked(log::lock(services).await),

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
        Effect::Search { request, search, before, limit, whole } => {
            Msg::Searched { request, answer: search::entries(services, &search, before, limit, whole).await }
        }
        Effect::SearchNewer { request, search, after } => {
            Msg::SearchedNewer { request, answer: search::newer(services, &search, after).await }
        }
        Effect::CountEntries { request, search, by } => {
            Msg::EntriesCounted { request, answer: search::counts(services, &search, by).await }
        }
        Effect::LoadFilters { request } => Msg::FiltersLoaded { request, answer: search::filters(services).await },
        Effect::ChangeFilter(change) => Msg::FilterChanged(search::change(services, change).await),
        Effect::FollowIndex => Msg::IndexFollowed(services.follow_with_index().await),
        Effect::LoadKinds { request } => Msg::KindsLoaded { request, answer: read::kinds(services).await },
        Effect::ResolveTarget { request, text } => {
            Msg::TargetResolved { request, answer: read::target(services, text).await }
        }

        Effect::LoadOverview { request } => Msg::OverviewLoaded { request, answer: log::overview(services).await },
        Effect::CountLicenses { request } => Msg::LicensesCounted { request, answer: log::counts(services).await },
        Effect::LoadVouched => Msg::VouchedLoaded(witnesses::vouched(services).await),
        Effect::AskWitnesses { request, at_end } => {
            Msg::WitnessesAsked { request, answer: witnesses::ask(services, at_end).await }
        }
        Effect::Check(level) => Msg::Checked(log::check(services, level).await),
        Effect::Verify { request, verify } => {
            Msg::Verified { request, answer: log::verify(services, request, &verify, say).await }
        }
        Effect::ExportAudit { request, filter, format, path } => {
            Msg::AuditExported(log::export(services, request, &filter, format, &path, say).await)
        }
        Effect::Checkpoint { reason } => Msg::Checkpointed(log::checkpoint(services, reason).await),
        Effect::RotateKey => Msg::KeyRotated(log::rotate_key(services).await),
        Effect::FindTarget { request, kind, id } => {
            Msg::TargetFound { request, answer: log::target(services, &kind, &id).await }
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
        Effect::ResolveIdentity { request, text } => {
            Msg::IdentityResolved { request, answer: license::identity(services, &text).await }
        }
        Effect::SaveLicense { id, path } => Msg::LicenseSaved(license::save(services, id, &path).await),
        Effect::DeleteLicense { id, revoke } => Msg::LicenseDeleted(license::delete(services, id, revoke).await),
        Effect::ImportLicense { text, file: _ } => Msg::LicenseImported(license::import(services, &text).await),

        Effect::Issue(request) => Msg::Issued(write::issue(services, request).await),
        Effect::Reissue { id, request } => Msg::Reissued(write::reissue(services, id, request).await),
        Effect::Revoke(request) => Msg::Revoked(write::revoke(services, request).await),
        Effect::Unrevoke { id } => Msg::Unrevoked(write::unrevoke(services, id).await),

        Effect::ReadBatch { request, path } => {
            Msg::BatchRead { request, answer: batch::read(services, &path, batch::progress(say, request)).await }
        }
        Effect::IssueBatch { request, batch } => {
            Msg::BatchIssued(batch::issue(services, &batch, batch::progress(say, request)).await)
        }
        Effect::WriteTokens { request, licenses, out } => {
            let progress = batch::progress(say, request);
            Msg::TokensWritten { request, answer: batch::write_tokens(services, &licenses, &out, progress).await }
        }
        Effect::LoadIssuer { request, id } => {
            Msg::IssuerLoaded { request, answer: issuers::issuer(services, id).await }
        }
        Effect::LoadIdentities { request, after, limit } => {
            Msg::IdentitiesLoaded { request, answer: identities::page(services, after, limit).await }
        }
        Effect::LoadIdentity { request, id } => {
            Msg::IdentityLoaded { request, answer: identities::identity(services, id).await }
        }
        Effect::LoadProbes { request, after, limit } => {
            Msg::ProbesLoaded { request, answer: probes::page(services, after, limit).await }
        }
        Effect::LoadProbe { request, id } => Msg::ProbeLoaded { request, answer: probes::probe(services, id).await },
        Effect::InspectKey { request, source, passphrase } => {
            Msg::KeyInspected { request, answer: issuers::inspect(services, source, passphrase).await }
        }
        Effect::Save { saving, path } => Msg::Saved(issuers::save(services, saving, &path).await),
        Effect::ChangeIssuer(change) => Msg::IssuerChanged(issuers::change(services, change).await),
        Effect::ChangeIdentity(change) => Msg::IdentityChanged(identities::change(services, change).await),
        Effect::ChangeProbe(change) => Msg::ProbeChanged(probes::change(services, change).await),
    }
}

/// What was looked for, or none when it is not there any more: somebody else may have deleted it.
fn found<T, M>(answer: Result<(T, M)>) -> Found<T, M> {
    match answer {
        Ok(found) => Ok(Some(Box::new(found))),
        Err(Error::Unknown { .. }) => Ok(None),
        Err(error) => Err(read::explained(error)),
    }
}

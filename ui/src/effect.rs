//! Everything the screen may ask for. [`perform`] does it.

mod answer;
mod batch;
mod file;
mod identities;
mod issuers;
mod keys;
mod license;
mod log;
mod machines;
mod perform;
mod probes;
mod publish;
mod read;
mod search;
mod witnesses;
mod write;

use crate::widget::secret::Typed;
use licentia_core::audit::{AuditFilter, AuditSearch, CheckpointReason, CountBy, ExportFormat, Level, VerifyRequest};
use licentia_core::{
    Batch, Founding, IdentityId, IssueRequest, IssuerId, License, LicenseFilter, LicenseId, ProbeTokenId,
    ReissueRequest, RevokeRequest,
};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use answer::{Exported, FoundedHome, LicenseDetails, Overview, Preview, ReadMachines, Target, Verification};
pub(crate) use keys::{
    IdentityChange, IdentityDone, Inboxed, IssuerChange, IssuerDone, KeyForm, KeySource, Leftover, Probe, ProbeChange,
    ProbeDone, Saving,
};
pub(crate) use license::is_license;
pub(crate) use log::{AT_THE_END as SIGNING_AT_THE_END, too_slow};
pub(crate) use machines::AS_BEFORE;
pub(crate) use perform::{Say, perform};
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
    /// Read fingerprints: their text, a file, or the result of a probe. With a license, also compare them with its own.
    ReadMachines {
        request: u64,
        machines: Vec<String>,
        base: Option<LicenseId>,
    },
    /// Find the probes whose result is a fingerprint.
    LoadResults {
        request: u64,
    },
    /// Count what the status lists would say now.
    CountLists {
        request: u64,
    },
    /// Write the status lists into a directory, as it was typed.
    Publish {
        directory: String,
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
    Suspend {
        id: LicenseId,
        note: Option<String>,
    },
    Reinstate {
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
                | Self::Publish { .. }
                | Self::Issue(_)
                | Self::Reissue { .. }
                | Self::Revoke(_)
                | Self::Unrevoke { .. }
                | Self::Suspend { .. }
                | Self::Reinstate { .. }
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

//! Everything that can happen to the screen.

use crate::effect::{
    Exported, FilterDone, FoundEntries, FoundedHome, IdentityDone, Inboxed, IssuerDone, LicenseDetails, Overview,
    Preview, Probe, ProbeDone, ReadMachines, Target, Verification,
};
use crate::screen::issuers::IssuerMore;
use crate::witnessing::{Missed, Vouched};
use crossterm::event::KeyEvent;
use licentia_core::audit::{SavedFilter, VerifyReport};
use licentia_core::{
    AuditRecord, Batch, Deleted, Explanation, Identity, IdentityId, Issued, Issuer, KeyFacts, License, LicenseCounts,
    LicenseId, ListToPublish, Page, ProbeToken, ProbeTokenId, Publication, Reissued, RevokedLicense, UsedIdentity,
};
use std::path::PathBuf;

/// What a service answered. An error is explained where it arises: the screen only shows it.
pub(crate) type Answer<T> = Result<T, Explanation>;

/// One that was looked for, and what else is known of it. None when it is not there any more.
pub(crate) type Found<T, M = ()> = Answer<Option<Box<(T, M)>>>;

/// Something that happened. Answers to loads carry the number of the request; only the newest counts.
#[derive(Debug)]
pub(crate) enum Msg {
    Key(KeyEvent),
    Paste(String),
    Resize {
        height: u16,
    },
    /// Comes only while something animates.
    Tick,
    /// Comes once a second.
    Second,
    /// The terminal is gone.
    HungUp,
    /// How far something is, of how much.
    Progress {
        request: u64,
        done: u64,
        total: u64,
    },
    /// Whether anybody wrote since the last time.
    LookedForChanges(bool),

    Founded(Answer<Box<FoundedHome>>),
    Unlocked(Answer<String>),
    /// It was locked, and the log signed before, or not.
    Locked(Answer<()>),
    /// The log got a new key elsewhere, and the one that was unlocked here signs nothing any more.
    LockedOut,

    LicensesLoaded {
        request: u64,
        answer: Answer<Page<License, LicenseId>>,
    },
    /// The page cannot be found any more: the license that it comes after is gone.
    LicensesMoved {
        request: u64,
    },
    LicenseLoaded {
        request: u64,
        answer: Answer<Box<LicenseDetails>>,
    },
    EventsLoaded {
        request: u64,
        answer: Answer<Page<AuditRecord, u64>>,
    },
    IssuersLoaded {
        request: u64,
        answer: Answer<Vec<Issuer>>,
    },
    AuditLoaded {
        request: u64,
        answer: Answer<Page<AuditRecord, u64>>,
    },
    Searched {
        request: u64,
        answer: Answer<FoundEntries>,
    },
    /// Newest first, and the last entry that was looked at.
    SearchedNewer {
        request: u64,
        answer: Answer<(Vec<AuditRecord>, u64)>,
    },
    EntriesCounted {
        request: u64,
        answer: Answer<Vec<(String, u64)>>,
    },
    FiltersLoaded {
        request: u64,
        answer: Answer<Vec<SavedFilter>>,
    },
    FilterChanged(Answer<Box<FilterDone>>),
    /// Whether the index of words has still to follow.
    IndexFollowed(bool),
    KindsLoaded {
        request: u64,
        answer: Answer<Vec<String>>,
    },
    TargetResolved {
        request: u64,
        answer: Answer<String>,
    },

    OverviewLoaded {
        request: u64,
        answer: Answer<Box<Overview>>,
    },
    LicensesCounted {
        request: u64,
        answer: Answer<LicenseCounts>,
    },
    VouchedLoaded(Answer<Vouched>),
    Verified {
        request: u64,
        answer: Answer<Box<VerifyReport>>,
    },
    Checked(Answer<Box<VerifyReport>>),
    TargetFound {
        request: u64,
        answer: Answer<Target>,
    },
    AuditExported(Answer<Box<Exported>>),
    /// The log was signed, or could not be.
    Checkpointed(Answer<()>),
    /// The log was signed beside a change that was made.
    LogSigned,
    /// The log could not be signed after a change that was made.
    NotSigned(Explanation),
    /// Which of the witnesses did not sign.
    WitnessesAsked {
        request: u64,
        answer: Answer<Vec<Missed>>,
    },
    /// The id of the new key.
    KeyRotated(Answer<String>),
    /// The license that was asked for is not there any more.
    LicenseGone {
        request: u64,
    },
    LicenseVerified {
        request: u64,
        answer: Answer<Box<Verification>>,
    },
    Previewed {
        request: u64,
        answer: Answer<Box<Preview>>,
    },
    TwinsLoaded {
        request: u64,
        answer: Answer<Vec<License>>,
    },
    IdentityResolved {
        request: u64,
        answer: Answer<Identity>,
    },
    MachinesRead {
        request: u64,
        answer: Answer<ReadMachines>,
    },
    ResultsLoaded {
        request: u64,
        answer: Answer<Page<ProbeToken, ProbeTokenId>>,
    },
    ListsCounted {
        request: u64,
        answer: Answer<Vec<ListToPublish>>,
    },
    /// Where the lists are, and what they are.
    Published(Answer<Box<(PathBuf, Publication)>>),
    LicenseSaved(Answer<String>),
    LicenseDeleted(Answer<Box<Deleted>>),
    LicenseImported(Answer<Box<License>>),

    Issued(Answer<Box<Issued>>),
    Reissued(Answer<Box<Reissued>>),
    Revoked(Answer<Box<RevokedLicense>>),
    Unrevoked(Answer<Box<License>>),
    Suspended(Answer<Box<License>>),
    Reinstated(Answer<Box<License>>),

    BatchRead {
        request: u64,
        answer: Answer<Batch>,
    },
    BatchIssued(Answer<Vec<License>>),
    TokensWritten {
        request: u64,
        answer: Answer<PathBuf>,
    },
    IssuerLoaded {
        request: u64,
        answer: Found<Issuer, IssuerMore>,
    },
    IdentitiesLoaded {
        request: u64,
        answer: Answer<Page<UsedIdentity, IdentityId>>,
    },
    IdentityLoaded {
        request: u64,
        answer: Found<UsedIdentity>,
    },
    ProbesLoaded {
        request: u64,
        answer: Answer<Page<Probe, ProbeTokenId>>,
    },
    ProbeLoaded {
        request: u64,
        answer: Found<Probe>,
    },
    KeyInspected {
        request: u64,
        answer: Answer<Box<KeyFacts>>,
    },
    Saved(Answer<PathBuf>),
    IssuerChanged(Answer<Box<IssuerDone>>),
    IdentityChanged(Answer<Box<IdentityDone>>),
    ProbeChanged(Answer<Box<ProbeDone>>),
    /// Something came into the inbox or left it, or the database changed.
    InboxLooked(Answer<Inboxed>),
}

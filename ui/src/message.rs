//! Everything that can happen to the screen.

use crate::effect::{FoundedHome, LicenseDetails};
use crossterm::event::KeyEvent;
use licentia_core::{AuditRecord, Batch, Explanation, Issuer, License, LicenseId, Page, Reissued, RevokedLicense};
use std::path::PathBuf;

/// What a service answered. An error is explained where it arises: the screen only shows it.
pub(crate) type Answer<T> = Result<T, Explanation>;

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
    Locked,

    LicensesLoaded {
        request: u64,
        answer: Answer<Page<License, LicenseId>>,
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
    KindsLoaded {
        request: u64,
        answer: Answer<Vec<String>>,
    },
    TargetResolved {
        request: u64,
        answer: Answer<String>,
    },

    Issued(Answer<Box<License>>),
    Reissued(Answer<Box<Reissued>>),
    Revoked(Answer<Box<RevokedLicense>>),
    Unrevoked(Answer<Box<License>>),

    BatchRead {
        request: u64,
        answer: Answer<Batch>,
    },
    BatchIssued(Answer<Vec<License>>),
    TokensWritten {
        request: u64,
        answer: Answer<PathBuf>,
    },
}

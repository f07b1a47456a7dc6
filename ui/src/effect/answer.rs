//! What effects answer with, where it is more than one thing of core's.

use super::Probe;
use crate::message::Answer;
use crate::witnessing::Vouched;
use licentia_core::audit::{ExportReport, LogIdentity};
use licentia_core::pin::PinState;
use licentia_core::{
    AuditRecord, Bound, Checkpoint, Decoded, Fingerprint, Inspection, Issuer, License, Rebound, Revocation, Standing,
    UsedIdentity,
};
use std::path::PathBuf;

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
    /// What its status list says; none where it has no list.
    pub(crate) standing: Option<Standing>,
    pub(crate) bound: Bound,
}

/// Fingerprints of machines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadMachines {
    pub(crate) machines: Vec<Fingerprint>,
    /// Each beside the machine of before that it comes closest to; empty for a new license.
    pub(crate) rebound: Vec<Rebound>,
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
    Probe(Box<Probe>),
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

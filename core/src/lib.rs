//! Services and rules of the license manager.
//!
//! [`Licentia`] is an open database. Reading needs nothing else; every change needs an
//! [`Operator`], which only the passphrase makes, because each change is written down with a
//! signature under the vault's key.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod audit;
mod backup;
mod checked;
mod doctor;
mod error;
mod explain;
mod given_file;
mod identity;
mod issuer;
mod license;
mod licentia;
mod lookup;
mod new_file;
mod operator;
pub mod pin;
pub mod probe;
pub mod qr;
mod restore;
mod revocation;
pub mod secret;
pub mod text;
pub mod tlog;
pub mod typed;
mod vault;
pub mod witness;

pub use backup::{Backup, BackupReport};
pub use doctor::{Check, CheckState, Diagnosis};
pub use error::{Error, Result};
pub use explain::Explanation;
pub use identity::{Identities, RegeneratedIdentity, UsedIdentity};
pub use issuer::{ImportKey, IssuerUse, Issuers, KeyFacts, NewIssuer};
pub use license::*;
pub use licentia::{Licentia, Place, Progress};
pub use lookup::Noun;
pub use operator::{Actor, Operator};
pub use probe::{CreatedProbeToken, NewProbe, ProbeState, Probes, SignedResult};
pub use restore::{Abandoned, PublishedError, Restore, RestoreRequest, Restored};
pub use revocation::{
    LastPublished, ListToPublish, Publication, PublishRequest, PublishedFile, Revocations, RevokeRequest,
    RevokedLicense, Standing,
};
pub use vault::{Founded, Founding, VaultService};

pub use licentia_license::Limit;
pub use licentia_license::bindings::{Bindings, TotpBinding};
pub use licentia_license::machine::{Change, Component, Fingerprint, MachineBinding};
pub use licentia_license::totp::TotpSecret;
pub use licentia_storage::{
    Ambient, AuditRecord, Checkpoint, Cosignature, EventId, Identity, IdentityId, Issuer, IssuerId, IssuerStatus,
    License, LicenseCounts, LicenseId, LicenseStatus, Limits, LogId, Machine, MachineId, Origin, ProbeStatus,
    ProbeToken, ProbeTokenId, ReasonCode, RecordedEffect, Revocation, StatusRef, StatusValue, StoreError, Strings,
    SubjectSignature, TimeError, Timestamp, Watch, Witness, WitnessId,
};

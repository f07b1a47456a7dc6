//! Why a service refused or failed. [`crate::Explanation`] turns it into words for people.

use crate::lookup::Noun;
use crate::pin::{PinError, PinState};
use crate::secret::{SecretError, keyfile::KeyFileError};
use crate::{LicenseId, LicenseStatus, ProbeState, ReasonCode, Timestamp};
use licentia_storage::StoreError;
use std::path::PathBuf;

/// What every service answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A file of licenses to be issued.
    #[error(transparent)]
    BatchFile(#[from] crate::license::BatchError),
    #[error(transparent)]
    Pin(#[from] PinError),
    /// A witness did not sign, or there is nothing to sign.
    #[error(transparent)]
    Witness(#[from] crate::witness::WitnessError),
    /// A file that is not the database could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    /// A file is there already, and nothing is ever overwritten.
    #[error("{} exists already", .0.display())]
    FileExists(PathBuf),
    /// The database disagrees with what was seen of it before.
    #[error("the database is not the one that was seen before")]
    PinDisagrees(PinState),
    /// By policy nothing changes after a verification that failed, until a full one succeeds.
    #[error("the audit log did not verify, and changes stop until it does")]
    NotVerified(crate::pin::Failed),
    #[error("the database was never founded")]
    NotFounded,
    #[error("the database was founded before")]
    AlreadyFounded,
    /// A copy for review has no vault.
    #[error("this copy has no vault: it is for reading only")]
    NoVault,

    #[error("there is no {} {text}", noun.as_str())]
    Unknown { noun: Noun, text: String },
    #[error("{text} fits more than one {}", noun.as_str())]
    Ambiguous { noun: Noun, text: String, candidates: Vec<String> },
    /// It is called so by things of several kinds, or by several of one.
    #[error("{text} fits more than one thing")]
    AmbiguousTarget { text: String, candidates: Vec<String> },
    /// A value that was handed in cannot be used.
    #[error("{what} cannot be used")]
    Invalid { what: &'static str, why: String },
    #[error("the name {name} is taken by another {}", noun.as_str())]
    NameTaken { noun: Noun, name: String },

    #[error("no issuer is active")]
    NoActiveIssuer,
    #[error("issuer {name} is retired")]
    IssuerRetired { name: String },
    #[error("issuer {name} has no private key here")]
    IssuerCannotSign { name: String },
    #[error("issuer {name} is active already")]
    IssuerAlreadyActive { name: String },
    #[error("issuer {name} has signed or taken in licenses")]
    IssuerInUse { name: String },
    #[error("this key is known as issuer {name}")]
    KeyKnown { name: String },

    /// The table of states does not allow it.
    #[error("license {license} is {status} and cannot be {}", action.participle())]
    StatusForbids { license: LicenseId, status: LicenseStatus, action: crate::license::Action },
    #[error("license {license} is superseded")]
    SupersededBy { license: LicenseId, successor: Option<LicenseId> },
    #[error("license {license} is revoked")]
    AlreadyRevoked { license: LicenseId, reason: Option<ReasonCode>, at: Option<Timestamp> },
    /// No list has an address.
    #[error("there is no status list to publish")]
    NothingToPublish,
    #[error("the status list could not be signed")]
    SignList(#[from] licentia_license::status_list::ListSignError),
    #[error("license {license} is not revoked")]
    NotRevoked { license: LicenseId, status: LicenseStatus },
    #[error("the new license would be expired")]
    WouldBeExpired { at: Timestamp },
    #[error("license {license} is here already")]
    LicenseKnown { license: LicenseId },
    /// A license file that does not hold.
    #[error("the license does not hold: {0}")]
    LicenseInvalid(licentia_license::Invalid),
    #[error("the license was signed with a key that is not known here")]
    UnknownKey { kid: String },
    /// Other processes kept issuing while a batch was signed.
    #[error("the indices that were drawn are taken")]
    IndicesTaken,
    /// A license cannot be bound like this.
    #[error("the license cannot be bound like this")]
    Binding(#[from] licentia_license::bindings::BindingError),
    /// Its values were stretched with another vendor's salt.
    #[error("the machine fingerprint was made for the vendor {found}")]
    FingerprintOfOtherVendor { found: String, expected: String },
    /// A license from elsewhere, or from before a restore.
    #[error("the machines of license {license} are not known here")]
    MachinesUnknown { license: LicenseId },
    #[error("license {license} has no TOTP secret here")]
    NoTotpSecret { license: LicenseId },
    #[error("the license could not be signed")]
    Sign(#[from] licentia_license::SignError),
    /// Requests of a batch that cannot be signed, by index.
    #[error("{} of the licenses cannot be issued; none was", .0.len())]
    Batch(Vec<(usize, Error)>),

    #[error("identity {name} is named by {licenses} license(s)")]
    IdentityInUse { name: String, licenses: u64 },
    #[error("the probe token is {}", .0.as_str())]
    ProbeClosed(ProbeState),
    #[error("no probe token fits")]
    ProbeTokenUnknown,
    /// What a probe brought back does not hold.
    #[error("the probe's result cannot be relied on")]
    ProbeResult(#[from] crate::probe::ProbeResultError),
    /// Its values were stretched with another vendor's salt, and nothing could be bound to them.
    #[error("the probe's result was made for the vendor {found}, and this is {expected}")]
    ProbeOfOtherVendor { found: String, expected: String },
    /// Nobody can tell from here which of them is the machine's.
    #[error("this is one of several results for one token")]
    ProbeContested,
    /// It may be somebody else's, so nobody moves it unseen.
    #[error("this is another result for a token that was used")]
    ProbeUsedByOther,
    /// A query of the log.
    #[error(transparent)]
    Query(crate::audit::QueryMistake),
    #[error("there is no saved filter {name}")]
    NoSuchFilter { name: String },
    #[error("there is no entry {seq} in the log of {size}")]
    NoSuchEntry { seq: u64, size: u64 },
    #[error("no checkpoint covers entry {seq} yet")]
    NoCheckpoint { seq: u64 },
    #[error("the log is not the one that its checkpoint of {size} entries is about")]
    CheckpointDisagrees { size: u64 },
    /// A file that is no bundle, or one that is not written as it has to be.
    #[error("{} cannot be read as a bundle", path.display())]
    Bundle { path: PathBuf, why: crate::audit::BundleError },
    /// What a checkpoint would sign is not what was written.
    #[error("the log does not hold, so no checkpoint was signed")]
    LogDoesNotHold(Box<crate::audit::Issue>),
    #[error(transparent)]
    Published(#[from] crate::restore::PublishedError),
    /// A copy for review has no vault to go on with.
    #[error("the backup has no vault: it is a copy for review")]
    BackupWithoutSecrets,
    #[error("the backup is of another log")]
    BackupOfOtherLog { expected: String, found: String },
    /// The passphrase of today may not be that of the backup.
    #[error("the passphrase does not open the backup")]
    BackupPassphrase { since: Timestamp },
    /// Nothing tells what was revoked since the backup.
    #[error("what happened since the backup is not known")]
    NewerStateLost { why: String },
    #[error("the pin agrees with the log, so there is no restore to accept")]
    NothingToAccept,
    #[error("entry {seq} is no restore")]
    NoRestore { seq: u64 },
    /// Another restore, or one that gave up something else.
    #[error("the restore of entry {seq} does not abandon what was seen here")]
    NotThatRestore { seq: u64, pinned: u64 },
    #[error("the restored log does not verify")]
    RestoreNotVerified(Box<crate::audit::VerifyReport>),
    /// Two branches of the log gave out one index of a status list.
    #[error("license {license} and license {holder} of the backup have one index of a status list")]
    IndexGivenTwice { license: LicenseId, holder: LicenseId },
    #[error("nothing would be abandoned by this restore")]
    NothingToAbandon { size: u64, backup: u64 },
    /// The copy that was made does not verify, and was thrown away.
    #[error("the copy does not verify")]
    BackupNotVerified(Box<crate::audit::VerifyReport>),
}

impl Error {
    /// Whether a file was looked for that is not there. In an inbox somebody else was quicker.
    #[must_use]
    pub fn is_file_gone(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }

    pub(crate) fn invalid(what: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { what, why: why.into() }
    }
}

//! What can be asked for about issuers, identities and probes, as data. Done in [`super::issuers`] and beside it.

use crate::widget::secret::Typed;
use licentia_core::{Identity, IdentityId, Issuer, IssuerId, NewIssuer, NewProbe, ProbeToken, ProbeTokenId};
use std::path::PathBuf;

/// A change to the issuers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IssuerChange {
    Create(NewIssuer),
    Import {
        source: KeySource,
        name: Option<String>,
        passphrase: Option<Typed>,
        /// The key that was shown: another one is not taken in.
        kid: String,
    },
    Activate {
        id: IssuerId,
    },
    Retire {
        id: IssuerId,
    },
    Delete {
        id: IssuerId,
    },
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    Path(String),
    /// Only ever a public key.
    Text(String),
}

/// What was done to an issuer, and the issuer as it is now, or was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IssuerDone {
    Created(Issuer),
    Imported(Issuer),
    Activated(Issuer),
    Retired(Issuer),
    Deleted(Issuer),
}

/// A change to the identities, or a secret that leaves the vault.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IdentityChange {
    Create { name: String },
    Regenerate { id: IdentityId },
    Delete { id: IdentityId },
    Export { id: IdentityId, path: String },
}

/// What was done to an identity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IdentityDone {
    Created(Identity),
    /// So many licenses match it no more.
    Regenerated(Identity, u64),
    Deleted(Identity),
    Exported(Identity, PathBuf),
}

/// A change to the probes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProbeChange {
    Create(NewProbe),
    Consume { token: Typed, path: String },
    Cancel { id: ProbeTokenId },
}

/// What was done to a probe.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProbeDone {
    Created(ProbeToken, Typed),
    Consumed(ProbeToken),
    Cancelled(ProbeToken),
}

/// What goes to a new file without being a change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Saving {
    PublicKey { id: IssuerId, form: KeyForm },
    Token(Typed),
}

/// How public keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyForm {
    Pem,
    Jwk,
    /// Those of all issuers.
    AllJwks,
}

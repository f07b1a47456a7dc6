//! What can be asked for about issuers, identities and probes, as data. Done in [`super::issuers`] and beside it.

use crate::widget::secret::Typed;
use licentia_core::probe::Arrived;
use licentia_core::{
    Identity, IdentityId, Issuer, IssuerId, NewIssuer, NewProbe, ProbeToken, ProbeTokenId, SignedResult,
};
use std::ffi::OsString;
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

/// A token, and what came for it: into the inbox, or into the database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    pub(crate) token: ProbeToken,
    /// A result that waits in the inbox.
    pub(crate) arrived: Option<Box<Arrived>>,
    /// The files and keys of several results that wait in the inbox: none of them is taken in.
    pub(crate) contested: Vec<(String, String)>,
    /// A file in the inbox for a token that was used.
    pub(crate) leftover: Option<Box<Leftover>>,
    /// The result that was taken in, where its signature holds.
    pub(crate) signed: Option<Box<SignedResult>>,
}

impl From<ProbeToken> for Probe {
    fn from(token: ProbeToken) -> Self {
        let signed = SignedResult::of(&token).map(Box::new);
        Self { token, arrived: None, contested: Vec::new(), leftover: None, signed }
    }
}

/// A result in the inbox for a token that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leftover {
    pub(crate) arrived: Arrived,
    /// It is the one that was taken in; else it may be somebody else's.
    pub(crate) same: bool,
}

/// What is in the inbox, shortly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inboxed {
    /// For which tokens something waits, and the fingerprint of its key.
    pub(crate) arrived: Vec<(String, String)>,
    /// Files that cannot be taken in, and why.
    pub(crate) refused: Vec<(String, String)>,
}

/// A change to the probes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProbeChange {
    Create(NewProbe),
    Consume {
        token: Typed,
        path: String,
    },
    /// Take in a file of the inbox, which has a result signed with this key.
    TakeIn {
        id: ProbeTokenId,
        name: OsString,
        key_fingerprint: String,
    },
    /// Move a file of the inbox out of the way whose token was used.
    SetAside {
        name: OsString,
        key_fingerprint: String,
    },
    Cancel {
        id: ProbeTokenId,
    },
}

/// What was done to a probe.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProbeDone {
    Created(ProbeToken, Typed),
    Consumed(ProbeToken),
    /// It was before, so the file was moved aside.
    ConsumedBefore(ProbeToken),
    /// A file that came for it was moved there.
    SetAside(ProbeToken, PathBuf),
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

//! What a license is bound to, for looking at: no digest and no secret that anything could be made of.

use super::Licenses;
use super::binding::{self, BoundMachine, Rebound};
use crate::{LicenseId, Result};
use base64ct::{Base64UrlUnpadded, Encoding};
use licentia_license::bindings::Bindings;
use licentia_license::machine::{Change, Component, Fingerprint};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    /// As the license says it.
    pub claim: Option<Bindings>,
    /// The fingerprints that are kept of its machines, in their order; none of a license that came from elsewhere.
    pub machines: Vec<Fingerprint>,
    /// What the identity is called here, where it is known.
    pub identity: Option<String>,
    /// `blake3:` and hex, as the license has it.
    pub identity_digest: Option<String>,
    /// Whether its TOTP secret is in the vault.
    pub has_totp_secret: bool,
}

/// A component of a machine before and now, as people tell values apart: the beginnings of the stretched ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideBySide {
    pub kind: Component,
    pub before: Option<String>,
    pub now: Option<String>,
    pub change: Change,
}

/// So much of a stretched value tells two of them apart.
const BEGINNING: usize = 8;

impl Licenses<'_> {
    /// What a license is bound to.
    pub async fn bound(self, id: LicenseId) -> Result<Bound> {
        let license = self.get(id).await?;
        let reader = self.0.reader();
        let identity = match license.identity_id {
            Some(id) => reader.identity(id).await?.map(|identity| identity.name),
            None => None,
        };
        Ok(Bound {
            claim: binding::claim(&license)?,
            machines: binding::fingerprints(&reader, id).await?,
            identity,
            identity_digest: licentia_license::inspect(&license.token).ok().and_then(|read| read.claims.identity),
            has_totp_secret: reader.totp_secret(id).await?.is_some(),
        })
    }

    /// Machines that a reissue is to name, each beside the one of before that it comes closest to.
    pub async fn beside(self, id: LicenseId, machines: &[Fingerprint]) -> Result<Vec<Rebound>> {
        let before = binding::fingerprints(&self.0.reader(), id).await?;
        let bound = |fingerprint: &Fingerprint| BoundMachine { fingerprint: fingerprint.clone(), require: None };
        Ok(binding::beside(&before, &machines.iter().map(bound).collect::<Vec<_>>()))
    }
}

impl Rebound {
    /// Old and new, component by component.
    #[must_use]
    pub fn side_by_side(&self) -> Vec<SideBySide> {
        let start = |machine: Option<&Fingerprint>, kind| {
            let (_, value) = machine?.trusted().find(|(found, _)| *found == kind)?;
            Some(Base64UrlUnpadded::encode_string(value).chars().take(BEGINNING).collect())
        };
        let one = |(kind, change): (&Component, &Change)| SideBySide {
            kind: *kind,
            before: start(self.before.as_ref(), *kind),
            now: start(Some(&self.now), *kind),
            change: *change,
        };
        self.components.iter().map(one).collect()
    }
}

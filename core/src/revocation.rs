//! Revocation: the reversible no.

use crate::{License, LicenseId, Licentia, Operator, ReasonCode, Result, Revocation};

/// See [`Licentia::revocations`].
#[derive(Clone, Copy)]
pub struct Revocations<'a>(pub(crate) &'a Licentia);

/// Why a license is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeRequest {
    pub license: LicenseId,
    pub reason: ReasonCode,
    pub note: Option<String>,
}

/// A revocation and its license.
#[derive(Clone, Debug, PartialEq)]
pub struct RevokedLicense {
    pub license: License,
    pub revocation: Revocation,
}

impl Revocations<'_> {
    pub async fn revoke(&self, _operator: &Operator, _request: RevokeRequest) -> Result<RevokedLicense> {
        todo!()
    }
    /// Back to what the license was before it was revoked.
    pub async fn unrevoke(&self, _operator: &Operator, _id: LicenseId, _note: Option<String>) -> Result<License> {
        todo!()
    }
    /// Newest first; `after` is the last license of the page before.
    pub async fn list(&self, _after: Option<LicenseId>, _limit: u64) -> Result<Vec<RevokedLicense>> {
        todo!()
    }
    /// The revocation of a license, if it is revoked.
    pub async fn get(&self, _id: LicenseId) -> Result<Option<Revocation>> {
        todo!()
    }
}

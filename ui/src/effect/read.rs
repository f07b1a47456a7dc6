//! Effects that only read.

use super::LicenseDetails;
use crate::message::{Answer, Found};
use crate::services::Services;
use licentia_core::audit::AuditFilter;
use licentia_core::{
    AuditRecord, Error, Explanation, Issuer, License, LicenseFilter, LicenseId, Licenses, Licentia, Noun, Page, Result,
};

/// None when the license that the page comes after was deleted, and with it its place in an order of time.
pub(super) async fn licenses(
    services: &Services,
    filter: &LicenseFilter,
    after: Option<LicenseId>,
    limit: u64,
) -> Answer<Option<Page<License, LicenseId>>> {
    match open(services)?.licenses().list(filter, after, limit).await {
        Ok(page) => Ok(Some(page)),
        Err(Error::Unknown { noun: Noun::License, .. }) => Ok(None),
        Err(error) => Err(explained(error)),
    }
}

/// None when there is no such license any more.
pub(super) async fn license(services: &Services, id: LicenseId) -> Answer<Option<Box<LicenseDetails>>> {
    match details(&open(services)?, id).await {
        Ok(details) => Ok(Some(Box::new(details))),
        Err(Error::Unknown { noun: Noun::License, .. }) => Ok(None),
        Err(error) => Err(explained(error)),
    }
}

async fn details(licentia: &Licentia, id: LicenseId) -> Result<LicenseDetails> {
    let license = licentia.licenses().get(id).await?;
    let issuer = licentia.issuers().get(license.issuer_id).await?.name;
    let revocation = licentia.revocations().get(id).await?;
    let history = licentia.licenses().history(id).await?;
    let decoded = Licenses::decoded(&license.token).ok();
    let standing = licentia.revocations().standing(id).await?;
    let bound = licentia.licenses().bound(id).await?;
    Ok(LicenseDetails { license, issuer, revocation, history, decoded, standing, bound })
}

pub(super) async fn events(
    services: &Services,
    target: &str,
    before: Option<u64>,
    limit: u64,
) -> Answer<Page<AuditRecord, u64>> {
    open(services)?.audit().list_for_target(target, before, limit).await.map_err(explained)
}

pub(super) async fn issuers(services: &Services) -> Answer<Vec<Issuer>> {
    open(services)?.issuers().list().await.map_err(explained)
}

pub(super) async fn audit(
    services: &Services,
    filter: &AuditFilter,
    before: Option<u64>,
    limit: u64,
) -> Answer<Page<AuditRecord, u64>> {
    open(services)?.audit().list(filter, before, limit).await.map_err(explained)
}

pub(super) async fn kinds(services: &Services) -> Answer<Vec<String>> {
    open(services)?.audit().kinds().await.map_err(explained)
}

pub(super) async fn target(services: &Services, text: &str) -> Answer<String> {
    open(services)?.target(text).await.map_err(explained)
}

pub(super) fn open(services: &Services) -> Answer<Licentia> {
    services.licentia().map_err(explained)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn explained(error: Error) -> Explanation {
    Explanation::from(&error)
}

/// What was looked for, or none when it is not there any more: somebody else may have deleted it.
pub(super) fn found<T, M>(answer: Result<(T, M)>) -> Found<T, M> {
    match answer {
        Ok(found) => Ok(Some(Box::new(found))),
        Err(Error::Unknown { .. }) => Ok(None),
        Err(error) => Err(explained(error)),
    }
}

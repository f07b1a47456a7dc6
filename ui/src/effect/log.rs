//! Effects around the audit log and the dashboard: counting, verifying, exporting, finding what an entry speaks of.

use super::read::explained;
use super::{Exported, Overview, Say, Target};
use crate::message::{Answer, Msg};
use crate::services::Services;
use licentia_core::audit::{AuditFilter, ExportFormat, VerifyReport, VerifyRequest, unreadable};
use licentia_core::{
    Error, Explanation, LicenseCounts, LicenseFilter, LicenseStatus, Licentia, Progress, Result, Validity,
};
use std::path::PathBuf;
use std::sync::Arc;

/// As many licenses that end soon as the dashboard lists.
const EXPIRING: u64 = 10;
/// As many entries as fit on a tall screen.
const NEWEST: u64 = 50;

pub(super) async fn overview(services: &Services) -> Answer<Box<Overview>> {
    let licentia = services.licentia().map_err(explained)?;
    overview_of(&licentia).await.map(Box::new).map_err(explained)
}

async fn overview_of(licentia: &Licentia) -> Result<Overview> {
    let soon = LicenseFilter {
        status: Some(LicenseStatus::Active),
        validity: Some(Validity::Expiring),
        ..LicenseFilter::default()
    };
    Ok(Overview {
        expiring: licentia.licenses().list(&soon, None, EXPIRING).await?.items,
        issuer: licentia.issuers().active().await?,
        events: licentia.audit().list(&AuditFilter::default(), None, NEWEST).await?.items,
        log: licentia.audit().identity().await?,
        // A pin that cannot be read is no reason to show nothing.
        pin: licentia.pin_state().await.map_err(explained),
    })
}

pub(super) async fn counts(services: &Services) -> Answer<LicenseCounts> {
    let licentia = services.licentia().map_err(explained)?;
    licentia.licenses().counts(services.ambient().now()).await.map_err(explained)
}

pub(super) async fn verify(
    services: &Services,
    request: u64,
    verify: &VerifyRequest,
    say: &Say,
) -> Answer<Box<VerifyReport>> {
    let licentia = services.licentia().map_err(explained)?;
    let report = licentia.audit().verify(verify, progress(request, say)).await;
    report.or_else(unreadable).map(Box::new).map_err(explained)
}

pub(super) async fn export(
    services: &Services,
    request: u64,
    filter: &AuditFilter,
    format: ExportFormat,
    path: PathBuf,
    say: &Say,
) -> Answer<Box<Exported>> {
    let licentia = services.licentia().map_err(explained)?;
    let operator = services.operator();
    let report = licentia.audit().export(filter, format, &path, operator.as_ref(), progress(request, say)).await;
    report.map(|report| Box::new(Exported { path, report })).map_err(explained)
}

/// What an entry speaks of.
pub(super) async fn target(services: &Services, kind: &str, id: &str) -> Answer<Target> {
    let licentia = services.licentia().map_err(explained)?;
    if kind != "License" {
        return Ok(Target::Unseen);
    }
    match licentia.licenses().resolve(id).await {
        Ok(license) => Ok(Target::License(Box::new(license))),
        Err(Error::Unknown { .. } | Error::Invalid { .. }) => Ok(Target::Gone),
        Err(error) => Err(Explanation::from(&error)),
    }
}

fn progress(request: u64, say: &Say) -> Progress {
    let say = Arc::clone(say);
    Arc::new(move |done, total| say(Msg::Progress { request, done, total }))
}

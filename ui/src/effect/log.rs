//! Effects around the audit log and the dashboard: counting, verifying, exporting, finding what an entry speaks of.

use super::file;
use super::identities::used;
use super::read::explained;
use super::witnesses::vouched_of;
use super::write::unlocked;
use super::{Exported, Overview, Say, Target};
use crate::message::{Answer, Msg};
use crate::services::Services;
use licentia_core::audit::{
    AuditFilter, CheckpointReason, ExportFormat, Level, VerifyReport, VerifyRequest, unreadable,
};
use licentia_core::{
    Error, Explanation, LicenseCounts, LicenseFilter, LicenseStatus, Licentia, Operator, Progress, Result, Validity,
};
use std::sync::Arc;
use std::time::Duration;

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
        checkpoint: licentia.audit().latest_checkpoint().await?,
        vouched: vouched_of(licentia).await?,
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
    checked(services, verify, true, progress(request, say)).await
}

/// A verification that nobody asked for.
pub(super) async fn check(services: &Services, level: Level) -> Answer<Box<VerifyReport>> {
    let verify = VerifyRequest { level, ..VerifyRequest::default() };
    checked(services, &verify, false, Arc::new(|_, _| {})).await
}

async fn checked(
    services: &Services,
    verify: &VerifyRequest,
    by_hand: bool,
    progress: Progress,
) -> Answer<Box<VerifyReport>> {
    let licentia = services.licentia().map_err(explained)?;
    let began = services.ambient().now();
    let report = licentia.audit().verify(verify, progress).await.or_else(unreadable).map_err(explained)?;
    if report.is_to_be_recorded(by_hand)
        && let Some(operator) = services.operator()
    {
        // What was found is the answer, also where the log takes nothing in any more.
        let _ = licentia.audit().record_verification(&operator, &report, began).await;
    }
    Ok(Box::new(report))
}

pub(super) async fn rotate_key(services: &Services) -> Answer<String> {
    let (licentia, operator) = unlocked(services)?;
    let rotated = licentia.audit().rotate_key(&operator).await.map_err(explained)?;
    services.set_operator(Some(rotated.operator));
    Ok(rotated.new_key)
}

pub(super) async fn export(
    services: &Services,
    request: u64,
    filter: &AuditFilter,
    format: ExportFormat,
    typed: &str,
    say: &Say,
) -> Answer<Box<Exported>> {
    let licentia = services.licentia().map_err(explained)?;
    let (operator, path) = (services.operator(), file::path(typed));
    let report = licentia.audit().export(filter, format, &path, operator.as_ref(), progress(request, say)).await;
    report.map(|report| Box::new(Exported { path, report })).map_err(explained)
}

/// At the end nobody waits for longer: what is not signed then is signed the next time.
pub(crate) const AT_THE_END: Duration = Duration::from_secs(5);

pub(super) async fn checkpoint(services: &Services, reason: CheckpointReason) -> Answer<()> {
    sign(services, services.operator(), reason).await
}

/// Nothing else is signed with the key from here on, and the session ends like one that is left.
pub(super) async fn lock(services: &Services) -> Answer<()> {
    sign(services, services.take_operator(), CheckpointReason::End).await
}

async fn sign(services: &Services, operator: Option<Operator>, reason: CheckpointReason) -> Answer<()> {
    // Locked in between, or the file cannot be written: then there is nobody to sign.
    let (Ok(licentia), Some(operator)) = (services.licentia(), operator) else { return Ok(()) };
    let audit = licentia.audit();
    let signing = audit.checkpoint(&operator, reason);
    let signed = match reason {
        CheckpointReason::End => tokio::time::timeout(AT_THE_END, signing).await.map_err(|_| too_slow())?,
        _ => signing.await,
    };
    // Whoever asked for it knows.
    licentia.take_signed();
    signed.map(drop).map_err(explained)
}

pub(crate) fn too_slow() -> Explanation {
    Explanation {
        message: "the log was not signed in time".to_owned(),
        cause: Some(format!("It took longer than {} seconds, and the end waits no longer.", AT_THE_END.as_secs())),
        hint: Some("The next session signs it, or `licentia audit checkpoint` now.".to_owned()),
    }
}

/// What an entry speaks of.
pub(super) async fn target(services: &Services, kind: &str, id: &str) -> Answer<Target> {
    let licentia = services.licentia().map_err(explained)?;
    match found(&licentia, kind, id).await {
        Err(Error::Unknown { .. } | Error::Invalid { .. }) => Ok(Target::Gone),
        found => found.map_err(explained),
    }
}

async fn found(licentia: &Licentia, kind: &str, id: &str) -> Result<Target> {
    Ok(match kind {
        "License" => Target::License(Box::new(licentia.licenses().resolve(id).await?)),
        "Issuer" => Target::Issuer(Box::new(licentia.issuers().resolve(id).await?)),
        "Identity" => {
            let identity = licentia.identities().resolve(id).await?;
            Target::Identity(Box::new(used(licentia.identities(), identity.id).await?.0))
        }
        "ProbeToken" => Target::Probe(Box::new(licentia.probes().resolve(id).await?.into())),
        _ => Target::Unseen,
    })
}

fn progress(request: u64, say: &Say) -> Progress {
    let say = Arc::clone(say);
    Arc::new(move |done, total| say(Msg::Progress { request, done, total }))
}

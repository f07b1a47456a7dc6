//! Reissue: a new license takes the place of the old one. Two events, one transaction.

use license_manager_examples::{Report, Result, World};
use licentia_core::audit::AuditFilter;
use licentia_core::{License, Limit, ReissueRequest};
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 4).await?;
    let licenses = world.licentia.licenses();

    let first = licenses.issue(&world.operator, World::request("carol@example.com")).await?.license;
    report.say("Issued a license with five seats.")?;
    license(report, "issued", &first)?;

    world.wait_days(90);
    let more = ReissueRequest {
        limits: Some(BTreeMap::from([("seats".to_owned(), Limit::Number(20))])),
        ..ReissueRequest::default()
    };
    let second = licenses.reissue(&world.operator, first.id, more).await?;
    report.say(
        "Reissued it with twenty. What was not named is inherited: subject, features, and the day on which it ends.",
    )?;
    license(report, "reissued", &second.license)?;
    license(report, "superseded", &second.superseded)?;

    world.wait_days(90);
    let third = licenses.reissue(&world.operator, second.license.id, ReissueRequest::default()).await?;
    license(report, "reissued", &third.license)?;
    report.refused(
        "reissuing the first one again",
        licenses.reissue(&world.operator, first.id, ReissueRequest::default()).await,
    )?;

    report.say("The chain, oldest first:")?;
    for link in licenses.history(second.license.id).await? {
        license(report, "history", &link)?;
    }

    report.say("Each reissue is two events with one transaction id: license.supersede and license.reissue.")?;
    let kinds = vec!["license.supersede".to_owned(), "license.reissue".to_owned()];
    let filter = AuditFilter { kinds, ..AuditFilter::default() };
    report.entries(&world.licentia.audit().list(&filter, None, 10).await?.items)?;
    world.verify(report).await
}

fn license(report: &mut Report<'_>, step: &str, license: &License) -> Result {
    report.emit(
        step,
        json!({
            "id": license.id,
            "status": license.status,
            "limits": license.limits,
            "not_after": license.not_after,
            "replaces": license.replaces,
        }),
    )
}

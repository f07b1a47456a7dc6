//! Revoke, and take it back: a license returns to what it was before.

use license_manager_examples::{Report, Result, World};
use licentia_core::{License, LicenseId, ReasonCode, ReissueRequest, RevokeRequest};
use serde_json::json;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 3).await?;
    let (licenses, revocations) = (world.licentia.licenses(), world.licentia.revocations());

    let license = licenses.issue(&world.operator, World::request("bob@example.com")).await?.license;
    state(report, "issued", &license)?;
    world.wait_days(10);
    let revoked = revocations.revoke(&world.operator, request(license.id, ReasonCode::Refund)).await?;
    report.say("Ten days later the money goes back to the customer, and the license is revoked.")?;
    state(report, "revoked", &revoked.license)?;

    let before = world.licentia.audit().identity().await?.size;
    let again = revocations.revoke(&world.operator, request(license.id, ReasonCode::Other)).await;
    report.refused("revoking it twice", again)?;
    let unchanged = world.licentia.audit().identity().await?.size == before;
    report.emit("refusals_make_no_event", json!({ "unchanged": unchanged }))?;

    world.wait_days(1);
    let back = revocations.unrevoke(&world.operator, license.id, Some("it was another order".to_owned())).await?;
    report.say("A mistake: it was another order. The license is what it was before.")?;
    state(report, "unrevoked", &back)?;
    report.refused("unrevoking what is not revoked", revocations.unrevoke(&world.operator, license.id, None).await)?;

    report.say("What was superseded before it was revoked is superseded again afterwards:")?;
    let reissued = licenses.reissue(&world.operator, license.id, ReissueRequest::default()).await?;
    state(report, "superseded", &reissued.superseded)?;
    let revoked = revocations.revoke(&world.operator, request(license.id, ReasonCode::KeyCompromise)).await?;
    state(report, "revoked", &revoked.license)?;
    let back = revocations.unrevoke(&world.operator, license.id, None).await?;
    state(report, "unrevoked", &back)?;

    report.say("The log has all of it:")?;
    let trail = world.licentia.audit().list_for_target(&license.id.to_string(), None, 20).await?;
    report.entries(&trail.items)?;
    world.verify(report).await
}

fn request(license: LicenseId, reason: ReasonCode) -> RevokeRequest {
    RevokeRequest { license, reason, note: Some("order 4711".to_owned()) }
}

fn state(report: &mut Report<'_>, step: &str, license: &License) -> Result {
    report.emit(step, json!({ "id": license.id, "status": license.status }))
}

//! Delete: the row goes, the trail stays, and what was revoked stays revoked.

use license_manager_examples::{Report, Result, World};
use licentia_core::{Deleted, Licenses, ReasonCode, RevokeRequest};
use serde_json::json;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 5).await?;
    let licenses = world.licentia.licenses();

    let license = licenses.issue(&world.operator, World::request("dave@example.com")).await?.license;
    // The customer has this file, and nobody can take it back.
    let file = Licenses::armored(&license);
    let revoke = RevokeRequest { license: license.id, reason: ReasonCode::Breach, note: None };
    world.licentia.revocations().revoke(&world.operator, revoke).await?;
    let deleted = licenses.delete(&world.operator, license.id).await?;
    report.say("Issued a license, revoked it for breach, deleted it.")?;
    gone(report, &deleted)?;
    report.refused("looking it up", licenses.get(license.id).await)?;

    report.say("The trail is still there, and its last entry keeps what the row said:")?;
    let trail = world.licentia.audit().list_for_target(&license.id.to_string(), None, 10).await?.items;
    for entry in trail.iter().rev() {
        let payload = entry.payload_value();
        let said = ["license_uuid", "subject", "old_status", "reason"]
            .into_iter()
            .filter_map(|name| payload.get(name).map(|value| (name.to_owned(), value.clone())))
            .collect::<serde_json::Map<_, _>>();
        report.emit("entry", json!({ "seq": entry.seq, "kind": entry.kind, "payload": said }))?;
    }

    let back = licenses.import(&world.operator, &file).await?;
    report.say("Imported the customer's file: it comes back as what it was, revoked, under the same id.")?;
    report.emit(
        "imported",
        json!({ "id": back.id, "same_id": back.id == license.id, "status": back.status, "origin": back.origin }),
    )?;

    let other = licenses.issue(&world.operator, World::request("erin@example.com")).await?.license;
    let deleted = licenses.delete(&world.operator, other.id).await?;
    report.say("Deleting a license that was not revoked leaves it valid in the field, and the answer says so.")?;
    gone(report, &deleted)?;
    let third = licenses.issue(&world.operator, World::request("frank@example.com")).await?.license;
    let deleted = licenses.revoke_and_delete(&world.operator, third.id).await?;
    report.say("Revoking and deleting in one step does not.")?;
    gone(report, &deleted)?;
    world.verify(report).await
}

fn gone(report: &mut Report<'_>, deleted: &Deleted) -> Result {
    report.emit(
        "deleted",
        json!({
            "id": deleted.license.id,
            "status": deleted.license.status,
            "still_valid_in_the_field": deleted.still_valid_in_the_field,
        }),
    )
}

//! A reviewer at work: no passphrase, no write access, a fingerprint from elsewhere.

use license_manager_examples::{ACTOR, Report, Result, World, no_progress};
use licentia_core::audit::{AuditFilter, ExportFormat, VerifyRequest};
use licentia_core::{
    Actor, AuditRecord, Backup, LicenseId, Licentia, Place, ReasonCode, ReissueRequest, RevokeRequest, Timestamp,
};
use serde_json::{Value, json};

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 7).await?;
    let suspicious = a_month_of_work(&world).await?;

    // The reviewer gets a copy without vault and secrets, and on another way the fingerprint.
    let copy = world.directory().join("for-review.db");
    world.licentia.backup(&copy, Backup::ForReview, no_progress()).await?;
    let fingerprint = world.fingerprint.clone();
    let review = Licentia::open_for_reading(
        Place { database: copy, pins: Some(world.directory().join("reviewer")) },
        world.ambient(),
    )
    .await?;
    report.say("Opened a copy for review: for reading, without a passphrase.")?;
    report.emit("opened", json!({ "has_vault": review.vault().exists().await? }))?;

    let request = VerifyRequest { fingerprint: Some(fingerprint), ..VerifyRequest::default() };
    let verified = review.audit().verify(&request, no_progress()).await?;
    report.say("Verified it against the fingerprint.")?;
    report.emit(
        "verified",
        json!({
            "verified": verified.verified,
            "key_source": verified.trust.key_source,
            "entries": verified.entries_checked,
            "issues": verified.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(),
        }),
    )?;

    report.say("Filtered: what was revoked, unrevoked or deleted, by whom, and when.")?;
    let audit = review.audit();
    let kinds = ["license.revoke", "license.unrevoke", "license.delete"].map(str::to_owned).to_vec();
    let endings = AuditFilter { kinds, ..AuditFilter::default() };
    for entry in audit.list(&endings, None, 10).await?.items {
        line(report, "ending", &entry)?;
    }
    let by_temp = AuditFilter {
        kinds: vec!["license.*".to_owned()],
        actor: Some("temp@acme".to_owned()),
        since: Some(Timestamp::from_seconds(1_767_225_600)),
        until: Some(Timestamp::from_seconds(1_767_225_600).plus_days(31)),
        ..AuditFilter::default()
    };
    report.say("Filtered: what temp@acme did to licenses in January.")?;
    for entry in audit.list(&by_temp, None, 10).await?.items {
        line(report, "by_temp", &entry)?;
    }

    report.say("Drilled down: everything that happened to one license, oldest first.")?;
    for entry in audit.list_for_target(&suspicious.to_string(), None, 10).await?.items.iter().rev() {
        line(report, "trail", entry)?;
    }

    report.say("Paged through the whole log, four entries at a time.")?;
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = audit.list(&AuditFilter::default(), before, 4).await?;
        pages.push(page.items.iter().map(|entry| entry.seq).collect::<Vec<_>>());
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    report.emit("pages", json!({ "pages": pages }))?;

    let out = world.directory().join("endings.jsonl");
    let export = audit.export(&endings, ExportFormat::Jsonl, &out, None, no_progress()).await?;
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(&export.manifest)?)?;
    report
        .say("Exported the endings. Nobody was unlocked, so the log does not record it, and the manifest says so.")?;
    report.emit(
        "exported",
        json!({
            "entries": export.entries,
            "lines": std::fs::read_to_string(&out)?.lines().count(),
            "recorded_as": export.recorded_as,
            "manifest": manifest.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()),
        }),
    )?;
    review.close().await;
    Ok(())
}

/// Something to review; gives back the license that was revoked and taken back.
async fn a_month_of_work(world: &World) -> Result<LicenseId> {
    let temp = world.operator.acting_as(Actor::new("temp@acme")?);
    let (licenses, revocations) = (world.licentia.licenses(), world.licentia.revocations());
    let heidi = licenses.issue(&world.operator, World::request("heidi@example.com")).await?.license;
    world.wait_days(3);
    let ivan = licenses.issue(&temp, World::request("ivan@example.com")).await?.license;
    world.wait_days(5);
    let request = RevokeRequest { license: ivan.id, reason: ReasonCode::Breach, note: None };
    revocations.revoke(&world.operator, request).await?;
    world.wait_days(1);
    revocations.unrevoke(&temp, ivan.id, Some("a mistake".to_owned())).await?;
    world.wait_days(40);
    licenses.reissue(&temp, heidi.id, ReissueRequest::default()).await?;
    licenses.delete(&temp, heidi.id).await?;
    Ok(ivan.id)
}

fn line(report: &mut Report<'_>, step: &str, entry: &AuditRecord) -> Result {
    let who = if entry.actor == ACTOR { "the operator" } else { &entry.actor };
    report.say(&format!("  {}  {:<17} by {who}", entry.recorded_at, entry.kind))?;
    report.emit(step, json!({ "seq": entry.seq, "at": entry.recorded_at, "kind": entry.kind, "actor": entry.actor, "target_id": entry.target_id }))
}

//! Somebody with write access to the file edits it with plain SQL. Verification names what was done.

use license_manager_examples::{Report, Result, World, no_progress};
use licentia_core::audit::{VerifyReport, VerifyRequest};
use licentia_core::{Licentia, Place, ReasonCode, RevokeRequest};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is done to a copy of the database, and how the story goes.
const DEEDS: [(&str, &str, &str); 5] = [
    (
        "a longer license",
        "A friend's license gets ten years more.",
        "UPDATE license SET not_after = not_after + 10 * 365 * 86400000000 WHERE subject = 'mallory@example.com'",
    ),
    (
        "an unrevoked license",
        "A revocation is taken back, and no entry says so.",
        "UPDATE license SET status = 'active' WHERE status = 'revoked';
         UPDATE status_list_entry SET value = 0, prior_value = NULL WHERE value = 1;
         DELETE FROM revocation",
    ),
    (
        "an entry under another name",
        "A revocation is put on somebody else's account. The table refuses, so its rule is dropped first.",
        "DROP TRIGGER audit_entry_no_update;
         UPDATE audit_entry SET actor = 'somebody-else' WHERE kind = 'license.revoke'",
    ),
    (
        "a payload with another reason",
        "The reason that was given is exchanged.",
        "DROP TRIGGER audit_payload_no_update;
         UPDATE audit_payload SET body = CAST(replace(CAST(body AS TEXT), 'breach', 'refund') AS BLOB)
             WHERE seq = (SELECT seq FROM audit_entry WHERE kind = 'license.revoke')",
    ),
    (
        "an entry less",
        "An entry is taken out of the middle.",
        "PRAGMA foreign_keys = OFF;
         DROP TRIGGER audit_entry_no_delete;
         DROP TRIGGER audit_payload_no_delete;
         DELETE FROM audit_payload WHERE seq = 5;
         DELETE FROM audit_entry WHERE seq = 5",
    ),
];

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 8).await?;
    let license =
        world.licentia.licenses().issue(&world.operator, World::request("mallory@example.com")).await?.license;
    world.licentia.licenses().issue(&world.operator, World::request("niaj@example.com")).await?;
    let old = copy(&world, "old.db").await?;
    let request = RevokeRequest { license: license.id, reason: ReasonCode::Breach, note: None };
    let licentia = Licentia::open(world.place(), world.ambient()).await?;
    licentia.revocations().revoke(&world.operator, request).await?;
    licentia.licenses().issue(&world.operator, World::request("olivia@example.com")).await?;
    // Every command of the program does this when it ends: what was seen is remembered outside the home.
    licentia.move_pin().await?;
    licentia.close().await;

    report.say("Untouched, the database verifies.")?;
    say_no_or_yes(report, "nothing", &verify(world.place(), &world, true).await?)?;

    for (number, (deed, story, sql)) in DEEDS.iter().enumerate() {
        let edited = world.directory().join(format!("edited-{number}.db"));
        std::fs::copy(world.place().database, &edited)?;
        rusqlite::Connection::open(&edited)?.execute_batch(sql)?;
        report.say(story)?;
        say_no_or_yes(report, deed, &verify(Place { database: edited, pins: None }, &world, true).await?)?;
    }

    report.say("An old copy takes the place of the database. Only what was remembered outside the home tells.")?;
    replace(&old, &world.place().database)?;
    say_no_or_yes(report, "an old copy", &verify(world.place(), &world, false).await?)?;
    let licentia = Licentia::open(world.place(), world.ambient()).await?;
    let change = licentia.licenses().issue(&world.operator, World::request("peggy@example.com")).await;
    licentia.close().await;
    report.refused("writing to it", change)?;

    report.say(
        "And what verification cannot know: on a machine that never saw the newer one, the old copy is in order.",
    )?;
    let elsewhere = Place { database: old, pins: None };
    say_no_or_yes(report, "an old copy, seen for the first time", &verify(elsewhere, &world, true).await?)
}

/// A copy of the database as it is now; it has to be closed for that.
async fn copy(world: &World, name: &str) -> Result<PathBuf> {
    world.licentia.move_pin().await?;
    world.licentia.clone().close().await;
    let to = world.directory().join(name);
    std::fs::copy(world.place().database, &to)?;
    Ok(to)
}

fn replace(from: &Path, to: &Path) -> Result {
    std::fs::copy(from, to)?;
    Ok(())
}

/// Opens for reading, and verifies from the fingerprint or from the pin.
async fn verify(place: Place, world: &World, from_fingerprint: bool) -> Result<VerifyReport> {
    let licentia = Licentia::open_for_reading(place, world.ambient()).await?;
    let fingerprint = from_fingerprint.then(|| world.fingerprint.clone());
    let request = VerifyRequest { fingerprint, ..VerifyRequest::default() };
    let verified = licentia.audit().verify(&request, no_progress()).await;
    licentia.close().await;
    Ok(verified?)
}

fn say_no_or_yes(report: &mut Report<'_>, deed: &str, verified: &VerifyReport) -> Result {
    for issue in &verified.issues {
        report.say(&format!("  {}: {}", issue.code, issue.meaning))?;
    }
    let issues: Vec<_> =
        verified.issues.iter().map(|issue| json!({ "code": issue.code, "seq": issue.seq_from })).collect();
    report.emit(
        "verify",
        json!({
            "deed": deed,
            "verified": verified.verified,
            "key_source": verified.trust.key_source,
            "issues": issues,
        }),
    )
}

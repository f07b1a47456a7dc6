//! An older copy comes back: put there in silence, and then restored with a word.

use license_manager_examples::{ACTOR, Home, Report, Result, World, no_progress};
use licentia_core::audit::VerifyRequest;
use licentia_core::{
    Actor, Backup, Error, LicenseId, Licenses, Licentia, Operator, Place, ReasonCode, Restore, RestoreRequest,
    RevokeRequest, StoreError,
};
use serde_json::json;
use std::path::{Path, PathBuf};

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let (acme, past) = two_days().await?;
    report.say("A backup was made when alice and bob had licenses. Then bob's was revoked, and carol got one.")?;
    let reviewer = Reviewer { acme: &acme, place: seen_with(&acme, "reviewers-pins") };
    reviewer.remember().await?;
    reviewer.verify(report, "the file as it is").await?;

    report.say("Somebody puts the backup in the place of the file. Bob's revocation is gone, and no entry says so.")?;
    let (database, newer) = (acme.home.place().database, acme.home.directory().join("newer.db"));
    std::fs::copy(&database, &newer)?;
    std::fs::copy(&past.backup, &database)?;
    reviewer.verify(report, "an older copy").await?;
    let operators = Licentia::open(acme.home.place(), acme.home.ambient()).await?;
    let change = operators.licenses().issue(&acme.operator, World::request("dave@example.com")).await;
    operators.close().await;
    report.refused("a new license on top of it", change)?;

    report.say("On a machine that never saw the newer file they go on with the copy, until it is the longer one.")?;
    go_on(&acme).await?;
    reviewer.verify(report, "an older copy with new entries").await?;
    let request = RestoreRequest { file: past.backup.clone(), published: None, force: false };
    let over_it = Restore::begin(acme.home.place(), acme.home.ambient(), &request, no_progress()).await;
    report.refused("restoring the backup over it, as if the copy was all there is", over_it)?;

    report.say("The newer file is put back, and everything is as it was.")?;
    std::fs::copy(&newer, &database)?;
    reviewer.verify(report, "the newer file again").await?;

    report.say("There is a reason to go back to the backup after all. The honest way is to restore it:")?;
    let event = restore(report, &acme, &request).await?;
    report.say("The operator, whose pin went along, works on. Who lost a right did not get it back.")?;
    work_on(report, &acme, &past).await?;

    report.say("The reviewer did not do this, and is not made to believe it, whatever comes after.")?;
    reviewer.verify(report, "the restored file").await?;
    report.say("They look at the event that is named, ask acme about it, and accept this one and no other.")?;
    reviewer.accept(report, 5).await?;
    reviewer.accept(report, event).await?;
    reviewer.verify(report, "the restored file, accepted").await
}

/// What will be missed.
struct Past {
    backup: PathBuf,
    bob: LicenseId,
    /// Her license, as she has it.
    carol: String,
}

/// A vendor's home that nobody has open, and somebody who had it open before.
struct Acme {
    home: Home,
    operator: Operator,
}

/// Entries 4 and 5 before the backup, 6 and 7 after it.
async fn two_days() -> Result<(Acme, Past)> {
    let World { home, licentia, operator, .. } = World::found("acme", 15).await?;
    licentia.licenses().issue(&operator, World::request("alice@example.com")).await?;
    let bob = licentia.licenses().issue(&operator, World::request("bob@example.com")).await?.license.id;
    let backup = home.directory().join("backup.db");
    licentia.backup(&backup, Backup::Whole, no_progress()).await?;
    home.wait_days(1);
    let request = RevokeRequest { license: bob, reason: ReasonCode::Refund, note: None };
    licentia.revocations().revoke(&operator, request).await?;
    let carol = licentia.licenses().issue(&operator, World::request("carol@example.com")).await?.license;
    // Every command of the program does this when it ends: what was seen is remembered outside the home.
    licentia.move_pin().await?;
    licentia.close().await;
    Ok((Acme { home, operator }, Past { backup, bob, carol: Licenses::armored(&carol) }))
}

/// The same file, for somebody who has pins of their own.
fn seen_with(acme: &Acme, pins: &str) -> Place {
    Place { pins: Some(acme.home.directory().join(pins)), ..acme.home.place() }
}

/// Somebody with the passphrase and without a pin writes entries 6 to 8 anew.
async fn go_on(acme: &Acme) -> Result {
    let elsewhere = Licentia::open(Place { pins: None, ..acme.home.place() }, acme.home.ambient()).await?;
    for subject in ["mallory@example.com", "mallet@example.com", "trudy@example.com"] {
        elsewhere.licenses().issue(&acme.operator, World::request(subject)).await?;
    }
    elsewhere.close().await;
    Ok(())
}

/// Closes the file to everybody else, writes down what is abandoned, and gives the log a new key and a new origin.
async fn restore(report: &mut Report<'_>, acme: &Acme, request: &RestoreRequest) -> Result<u64> {
    let origin_before = origin(acme).await?;
    let begin = || Restore::begin(acme.home.place(), acme.home.ambient(), request, no_progress());
    let reading = Licentia::open_for_reading(acme.home.place(), acme.home.ambient()).await?;
    let in_use = matches!(begin().await, Err(Error::Store(StoreError::InUse(_))));
    reading.close().await;
    report.say(if in_use {
        "  not while somebody has the file open, be it for reading."
    } else {
        "  while others read it!"
    })?;
    let restore = begin().await?;
    let restored = restore.finish(&World::passphrase()?, Actor::new(ACTOR)?).await?;
    let abandoned = &restored.abandoned;
    report.say(&format!(
        "  entry {}: log.restored, entries {} to {} are abandoned, {} licenses were carried over.",
        restored.seq,
        abandoned.shared_size + 1,
        abandoned.size.ok_or("the abandoned file could not be read")?,
        restored.carried
    ))?;
    let kept = restored.kept.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
    report.emit(
        "restored",
        json!({
            "seq": restored.seq,
            "refused_while_in_use": in_use,
            "restored_size": restored.restored_size,
            "shared_size": abandoned.shared_size,
            "abandoned_size": abandoned.size,
            "carried": restored.carried,
            "carried_from": restored.carried_from,
            "epoch": restored.epoch,
            "origin_before": origin_before,
            "origin": origin(acme).await?,
            "kept": kept,
        }),
    )?;
    Ok(restored.seq)
}

/// The name under which checkpoints are signed.
async fn origin(acme: &Acme) -> Result<String> {
    let licentia = Licentia::open_for_reading(acme.home.place(), acme.home.ambient()).await?;
    let key = licentia.audit().verifier_key().await?;
    licentia.close().await;
    Ok(key.name().to_owned())
}

/// What became of bob and carol, and one license more.
async fn work_on(report: &mut Report<'_>, acme: &Acme, past: &Past) -> Result {
    let licentia = Licentia::open(acme.home.place(), acme.home.ambient()).await?;
    // The log has a new key, so the operator from before can write nothing any more.
    let stale = licentia.licenses().issue(&acme.operator, World::request("dave@example.com")).await;
    report.refused("a license by whoever unlocked before the restore", stale)?;
    let operator = licentia.vault().unlock(&World::passphrase()?, Actor::new(ACTOR)?).await?;
    let bob = licentia.licenses().get(past.bob).await?;
    let carol = licentia.licenses().import(&operator, &past.carol).await?;
    report.say(&format!(
        "  bob's license is {}; carol's was taken in from her file, and is {}.",
        bob.status, carol.status
    ))?;
    for license in [&bob, &carol] {
        report.emit(
            "license",
            json!({ "subject": license.subject, "status": license.status, "origin": license.origin }),
        )?;
    }
    licentia.move_pin().await?;
    licentia.close().await;
    Ok(())
}

/// Somebody who reads the same file, and remembers on their own machine what they saw.
struct Reviewer<'a> {
    acme: &'a Acme,
    place: Place,
}

impl Reviewer<'_> {
    async fn open(&self) -> Result<Licentia> {
        Ok(Licentia::open_for_reading(self.place.clone(), self.acme.home.ambient()).await?)
    }

    async fn remember(&self) -> Result {
        let licentia = self.open().await?;
        licentia.move_pin().await?;
        licentia.close().await;
        Ok(())
    }

    /// Starts from the pin, as `audit verify` does.
    async fn verify(&self, report: &mut Report<'_>, what: &str) -> Result {
        let licentia = self.open().await?;
        let verified = licentia.audit().verify(&VerifyRequest::default(), no_progress()).await?;
        licentia.close().await;
        report.say(&format!("  {what}: {}.", if verified.verified { "verified" } else { "not verified" }))?;
        for issue in &verified.issues {
            report.say(&format!("    {}: {}", issue.code, issue.meaning))?;
        }
        let issues: Vec<_> =
            verified.issues.iter().map(|issue| json!({ "code": issue.code, "seq": issue.seq_from })).collect();
        report.emit(
            "verify",
            json!({
                "what": what,
                "verified": verified.verified,
                "key_source": verified.trust.key_source,
                "entries": verified.entries_checked,
                "issues": issues,
            }),
        )
    }

    /// As `audit accept SEQ` does.
    async fn accept(&self, report: &mut Report<'_>, seq: u64) -> Result {
        let licentia = self.open().await?;
        let accepted = licentia.audit().accept(&seq.to_string(), no_progress()).await;
        licentia.close().await;
        let what = format!("accepting entry {seq}");
        match accepted {
            Ok(accepted) => {
                report
                    .say(&format!("  {what}: the pin moved from {} to {}.", accepted.pinned_before, accepted.pinned))?;
                report.emit(
                    "accepted",
                    json!({
                        "seq": seq,
                        "kind": accepted.event.kind,
                        "pinned_before": accepted.pinned_before,
                        "pinned": accepted.pinned,
                    }),
                )
            }
            refused => report.refused(&what, refused),
        }
    }
}

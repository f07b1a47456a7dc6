//! A second host signs for a log. Then the log is rewritten with its own key, and nobody signs for that.

#[path = "host.rs"]
mod host;
#[path = "thief.rs"]
mod thief;

use host::Host;
use license_manager_examples::{ACTOR, Report, Result, World, in_words, no_progress};
use licentia_core::audit::{BundleRequest, CheckpointReason, VerifyRequest, verify_bundle};
use licentia_core::{Actor, Backup, Licentia, Operator, Place, ReasonCode, RevokeRequest};
use serde_json::json;
use std::path::{Path, PathBuf};

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 14).await?;
    let host = Host::new(world.licentia.audit().verifier_key().await?, world.ambient())?;
    let acme = Acme { world, host };
    let before = honest_days(report, &acme).await?;
    acme.verify(report, "the honest log", &acme.copy("honest.db").await?).await?;

    report.say("Somebody steals database and passphrase, and takes the log's key out of the vault.")?;
    let stolen = acme.copy("stolen.db").await?;
    let log = acme.world.licentia.audit().identity().await?.log_id;
    let key = thief::log_key(&stolen, log)?;

    report.say("They put the revocation on somebody else's account, and hash and sign all that follows anew.")?;
    thief::rewrite(&stolen, log, &key, 7, "somebody-else")?;
    acme.verify(report, "signed anew", &stolen).await?;

    report.say("The checkpoint over it gave it away, so they have the stolen key sign that anew, too.")?;
    thief::unguarded(&stolen, |sql| Ok(sql.execute_batch("DELETE FROM audit_checkpoint WHERE size = 8")?))?;
    let (licentia, operator) = acme.open(&stolen).await?;
    licentia.audit().checkpoint(&operator, CheckpointReason::Asked).await?;
    licentia.close().await;
    acme.verify(report, "the checkpoint signed anew", &stolen).await?;

    report.say("The witness's line is under another checkpoint. Its key they have not got: the line has to go.")?;
    thief::unguarded(&stolen, |sql| Ok(sql.execute_batch("DELETE FROM audit_cosignature WHERE size = 8")?))?;
    acme.verify(report, "the cosignature taken away", &stolen).await?;

    report.say("Now the file is in order. But the witness shows everybody what it signed last, and that was more:")?;
    acme.compare(report, &stolen).await?;
    report.say("And it signs for this log no more, unless the log still begins with what it signed before:")?;
    acme.go_on(report, "the rewritten log goes on", &stolen).await?;
    acme.go_on(report, "a copy from before the revocation goes on", &before).await?;
    let World { licentia, operator, .. } = &acme.world;
    licentia.licenses().issue(operator, World::request("dave@example.com")).await?;
    acme.sign_and_ask(report, licentia, operator, "the honest log goes on").await
}

/// Entries 5 and 6, a checkpoint, and a day later 7 and 8, and another one. Gives back a copy from in between.
async fn honest_days(report: &mut Report<'_>, acme: &Acme) -> Result<PathBuf> {
    let World { licentia, operator, .. } = &acme.world;
    licentia.witnesses().add(operator, acme.host.introduction()).await?;
    report.say("Acme has a witness: a second host under another administrator, with a key of its own.")?;
    licentia.licenses().issue(operator, World::request("alice@example.com")).await?;
    let bob = licentia.licenses().issue(operator, World::request("bob@example.com")).await?.license.id;
    acme.sign_and_ask(report, licentia, operator, "the first checkpoint").await?;
    let before = acme.copy("before.db").await?;

    acme.world.wait_days(1);
    let request = RevokeRequest { license: bob, reason: ReasonCode::Breach, note: None };
    licentia.revocations().revoke(operator, request).await?;
    licentia.licenses().issue(operator, World::request("carol@example.com")).await?;
    acme.sign_and_ask(report, licentia, operator, "a checkpoint a day later").await?;
    Ok(before)
}

/// A vendor and its witness.
struct Acme {
    world: World,
    host: Host,
}

impl Acme {
    /// A copy of the database as it is now, with vault and secrets.
    async fn copy(&self, name: &str) -> Result<PathBuf> {
        let path = self.world.directory().join(name);
        self.world.licentia.backup(&path, Backup::Whole, no_progress()).await?;
        Ok(path)
    }

    /// A copy, where nobody saw the log before.
    fn place(database: &Path) -> Place {
        Place { database: database.to_owned(), pins: None }
    }

    async fn open(&self, database: &Path) -> Result<(Licentia, Operator)> {
        let licentia = Licentia::open(Self::place(database), self.world.ambient()).await?;
        let operator = licentia.vault().unlock(&World::passphrase()?, Actor::new(ACTOR)?).await?;
        Ok((licentia, operator))
    }

    /// The log's key signs how large it is and with which root; the witness signs that, or does not.
    async fn sign_and_ask(&self, report: &mut Report<'_>, log: &Licentia, operator: &Operator, what: &str) -> Result {
        let checkpoint = log.audit().checkpoint(operator, CheckpointReason::Asked).await?;
        for (_, outcome) in log.witnesses().ask_all(self.host.post()).await? {
            let witnessed = log.witnesses().latest().await?;
            let answers = self.host.answers();
            let why = outcome.as_ref().err().map(in_words);
            match &why {
                None => {
                    let words = witnessed.as_ref().map(|witnessed| witnessed.words(log.ambient().now()));
                    report.say(&format!("  {what}: {}.", words.ok_or("the witness agreed, and nothing was kept")?))?;
                }
                Some(why) => report.say(&format!("  {what}: {}.", why.trim_end_matches('.')))?,
            }
            report.emit(
                "asked",
                json!({
                    "what": what,
                    "checkpoint": checkpoint.size,
                    "answers": answers,
                    "why": why,
                    "witnessed": witnessed.map(|witnessed| witnessed.size),
                }),
            )?;
        }
        Ok(())
    }

    /// Verifies a copy from the log's fingerprint, with the witness that the log knows.
    async fn verify(&self, report: &mut Report<'_>, what: &str, database: &Path) -> Result {
        let licentia = Licentia::open_for_reading(Self::place(database), self.world.ambient()).await?;
        let fingerprint = Some(self.world.fingerprint.clone());
        let request = VerifyRequest { fingerprint, ..VerifyRequest::default() };
        let verified = licentia.audit().verify(&request, no_progress()).await?;
        licentia.close().await;
        let to = verified.witnessed_to.as_ref().map(|witnessed| witnessed.size);
        let answer = if verified.verified { "verified" } else { "not verified" };
        report.say(&format!("  {what}: {answer}, witnessed up to {}.", to.unwrap_or_default()))?;
        for issue in &verified.issues {
            report.say(&format!("    {}: {}", issue.code, issue.meaning))?;
        }
        let issues: Vec<_> = verified
            .issues
            .iter()
            .map(|issue| json!({ "code": issue.code, "seq_from": issue.seq_from, "seq_to": issue.seq_to }))
            .collect();
        report.emit(
            "verify",
            json!({ "what": what, "verified": verified.verified, "witnessed_to": to, "issues": issues }),
        )
    }

    /// What a stranger sees who has a bundle of the file and the witness's key, and looks at what the witness shows.
    async fn compare(&self, report: &mut Report<'_>, database: &Path) -> Result {
        let licentia = Licentia::open_for_reading(Self::place(database), self.world.ambient()).await?;
        let bundle = self.world.directory().join("stolen.tar");
        licentia.audit().export_bundle(&bundle, None, no_progress()).await?;
        licentia.close().await;
        let fingerprint = Some(self.world.fingerprint.clone());
        let request = BundleRequest { fingerprint, witnesses: vec![self.host.verifier_key()] };
        let found = verify_bundle(&bundle, &request, self.world.ambient().bytes(), &no_progress())?;
        let (seen, shows) = (found.witnessed.first().map(|seen| seen.size), self.host.shows());
        report.say(&format!(
            "  a bundle of it: {} entries, witnessed up to {}; the witness shows a checkpoint of {}.",
            found.report.entries_checked,
            seen.unwrap_or_default(),
            shows.unwrap_or_default(),
        ))?;
        report.emit(
            "compared",
            json!({
                "verified": found.report.verified,
                "entries": found.report.entries_checked,
                "witnessed": seen,
                "witness_shows": shows,
            }),
        )
    }

    /// One entry more, a checkpoint over it, and the witness is asked for its signature.
    async fn go_on(&self, report: &mut Report<'_>, what: &str, database: &Path) -> Result {
        let (licentia, operator) = self.open(database).await?;
        licentia.licenses().issue(&operator, World::request("dave@example.com")).await?;
        self.sign_and_ask(report, &licentia, &operator, what).await?;
        licentia.close().await;
        Ok(())
    }
}

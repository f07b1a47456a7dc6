//! A vendor hands over a bundle, a proof and a fingerprint; somebody who trusts nobody verifies them.

#[path = "parts.rs"]
mod parts;

use ed25519_dalek::SigningKey;
use license_manager_examples::{ACTOR, Report, Result, World, no_progress};
use licentia_core::audit::{
    BundleReport, BundleRequest, CheckpointReason, IssueSeverity, ProofRequest, ProofTrust, Subject, verify_bundle,
    verify_proof,
};
use licentia_core::{Licenses, ReasonCode, RevokeRequest};
use parts::Parts;
use serde_json::json;
use std::path::{Path, PathBuf};

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let handed_over = tempfile::tempdir()?;
    let file = |name: &str| handed_over.path().join(name);
    let (fingerprint, home) = vendor(report, handed_over.path()).await?;

    // From here on there is no database and no passphrase: with the vendor its directory went.
    report.emit("alone", json!({ "home": home.exists() }))?;
    let stranger = Stranger { fingerprint, bundle: file("acme-log.tar"), random: [41; 32] };
    report
        .say("The stranger has no home and no database: only the bundle, and the fingerprint from somewhere else.")?;
    stranger.verify(report, "nothing", &stranger.bundle)?;

    report.say("There is a dispute: acme says that it never issued carol's license. She has the proof of it.")?;
    let proof = std::fs::read_to_string(file("carol.tlog-proof"))?;
    let (carol, alice) = (std::fs::read_to_string(file("carol.lic"))?, std::fs::read_to_string(file("alice.lic"))?);
    stranger.settle(report, "her license", &proof, &carol)?;
    stranger.settle(report, "alice's license with carol's proof", &proof, &alice)?;
    stranger.settle(report, "the proof of another entry", &proof.replace("\nindex 7\n", "\nindex 6\n"), &carol)?;
    let elsewhere = Stranger { fingerprint: format!("blake3:{}", "0".repeat(64)), ..stranger.clone() };
    elsewhere.settle(report, "her license, asked about another log", &proof, &carol)?;

    tampered(report, &stranger, handed_over.path()).await?;

    report.say("The last entry is cut off with its checkpoint. What a bundle alone cannot show, it says:")?;
    let mut cut = Parts::read(&stranger.bundle)?;
    cut.cut(7)?;
    cut.mend()?;
    cut.write(&file("cut.tar"))?;
    stranger.verify(report, "the end cut off, and no signature", &file("cut.tar"))
}

/// What the vendor does, and what leaves the house; gives back the fingerprint, and where all else was.
async fn vendor(report: &mut Report<'_>, out: &Path) -> Result<(String, PathBuf)> {
    let mut world = World::found("acme", 13).await?;
    let alice = world.licentia.licenses().issue(&world.operator, World::request("alice@example.com")).await?.license;
    let bob = world.licentia.licenses().issue(&world.operator, World::request("bob@example.com")).await?.license;
    world.wait_days(30);
    // Signs a checkpoint first, with the key that goes.
    world.operator = world.licentia.audit().rotate_key(&world.operator).await?.operator;
    world.wait_days(30);
    let request = RevokeRequest { license: bob.id, reason: ReasonCode::Refund, note: None };
    world.licentia.revocations().revoke(&world.operator, request).await?;
    let carol = world.licentia.licenses().issue(&world.operator, World::request("carol@example.com")).await?.license;
    let audit = world.licentia.audit();
    let checkpoint = audit.checkpoint(&world.operator, CheckpointReason::Export).await?;
    report.say("Acme issued three licenses, rotated the log's key, revoked one license, and signed a checkpoint.")?;

    let (log, proof) = (out.join("acme-log.tar"), out.join("carol.tlog-proof"));
    let subject = Subject::License(Licenses::armored(&carol));
    let proven = audit.prove(&subject, &proof, None, no_progress()).await?;
    let export = audit.export_bundle(&log, Some(&world.operator), no_progress()).await?;
    std::fs::write(out.join("alice.lic"), Licenses::armored(&alice))?;
    std::fs::write(out.join("carol.lic"), Licenses::armored(&carol))?;
    report.say("It handed over the whole log as a bundle, and to carol the proof that her license is in it.")?;
    report.emit(
        "handed_over",
        json!({
            "fingerprint": world.fingerprint,
            "checkpoint": checkpoint.size,
            "entries": export.entries,
            "signed": export.signed,
            "proven": { "seq": proven.seq, "kind": proven.kind, "size": proven.size },
        }),
    )?;
    world.licentia.clone().close().await;
    Ok((world.fingerprint.clone(), world.directory().to_owned()))
}

/// Whoever changes a bundle can mend all of it but signatures and hashes.
async fn tampered(report: &mut Report<'_>, stranger: &Stranger, out: &Path) -> Result {
    let honest = Parts::read(&stranger.bundle)?;
    let mallory = SigningKey::from_bytes(&[13; 32]);
    let mut altered = honest.clone();
    altered.rename(7, ACTOR, "somebody-else")?;
    altered.mend()?;
    let mut removed = honest.clone();
    removed.remove(7)?;
    removed.mend()?;
    let mut signed = altered.clone();
    signed.sign(&mallory, &honest)?;
    for (deed, story, parts) in [
        ("an entry altered", "The revocation is put on somebody else's account.", altered),
        ("an entry removed", "The revocation is taken out.", removed),
        ("signed by another key", "The altered one is signed by mallory, in the log's name.", signed),
    ] {
        let path = out.join("tampered.tar");
        parts.write(&path)?;
        report.say(story)?;
        stranger.verify(report, deed, &path)?;
    }

    report.say("Mallory makes a whole log without the revocation, signed by a key of hers. The fingerprint tells.")?;
    let world = World::found("acme", 131).await?;
    for subject in ["alice@example.com", "bob@example.com", "carol@example.com"] {
        world.licentia.licenses().issue(&world.operator, World::request(subject)).await?;
    }
    let other = out.join("other.tar");
    world.licentia.audit().export_bundle(&other, Some(&world.operator), no_progress()).await?;
    stranger.verify(report, "another log", &other)
}

/// Somebody with a file and a fingerprint.
#[derive(Clone)]
struct Stranger {
    fingerprint: String,
    bundle: PathBuf,
    /// Drawn by the stranger, from what nobody knows. Only here it is always the same.
    random: [u8; 32],
}

impl Stranger {
    fn verify(&self, report: &mut Report<'_>, deed: &str, bundle: &Path) -> Result {
        let request = BundleRequest { fingerprint: Some(self.fingerprint.clone()), witnesses: Vec::new() };
        let found = verify_bundle(bundle, &request, self.random, &no_progress())?;
        let BundleReport { report: verified, signed, last_checkpoint, .. } = &found;
        report.say(if verified.verified { "  It verifies." } else { "  It does not verify." })?;
        for issue in &verified.issues {
            let notice = if issue.severity == IssueSeverity::Notice { " (notice)" } else { "" };
            report.say(&format!("  {}{notice}: {}", issue.code, issue.meaning))?;
        }
        let issues: Vec<_> = verified
            .issues
            .iter()
            .map(|issue| json!({ "code": issue.code, "severity": issue.severity, "seq": issue.seq_from }))
            .collect();
        report.emit(
            "bundle",
            json!({
                "deed": deed,
                "verified": verified.verified,
                "key_source": verified.trust.key_source,
                "entries": verified.entries_checked,
                "last_checkpoint": last_checkpoint,
                "signed": signed,
                "issues": issues,
            }),
        )
    }

    fn settle(&self, report: &mut Report<'_>, case: &str, proof: &str, license: &str) -> Result {
        let request = ProofRequest {
            trust: ProofTrust::Fingerprint(self.fingerprint.clone()),
            witnesses: Vec::new(),
            license: Some(license.to_owned()),
        };
        match verify_proof(proof.as_bytes(), &request) {
            Ok(shown) => {
                let license = shown.license.ok_or("the proof says nothing of the license")?;
                report
                    .say(&format!("  {case}: entry {} of {} issued it, in these very words.", shown.seq, shown.size))?;
                report.emit(
                    "proof",
                    json!({
                        "case": case,
                        "holds": true,
                        "seq": shown.seq,
                        "kind": shown.entry.get("kind"),
                        "subject": shown.entry.pointer("/payload/subject"),
                        "size": shown.size,
                        "same_text": license.same_text,
                        "license_checkpoint": license.checkpoint,
                    }),
                )
            }
            Err(why) => {
                report.say(&format!("  {case}: refused, {why}."))?;
                report.emit("proof", json!({ "case": case, "holds": false, "code": why.code() }))
            }
        }
    }
}

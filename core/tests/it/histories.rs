//! Random histories of all that honest people do: never a false alarm.

use crate::common::{PASSPHRASE, World, request};
use crate::restore::from;
use licentia_core::audit::{
    AuditFilter, BundleRequest, CheckpointReason, ExportFormat, Level, VerifyRequest, verify_bundle,
};
use licentia_core::secret::Passphrase;
use licentia_core::witness::NewWitness;
use licentia_core::{
    License, Licenses, NewIssuer, NewProbe, ReasonCode, ReissueRequest, RestoreRequest, Result, RevokeRequest, Term,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A history under way. What was deleted, refused or lost in a restore is asked for again all the same.
struct History {
    world: World,
    dice: blake3::OutputReader,
    licenses: Vec<License>,
    backups: Vec<PathBuf>,
}

/// What a history has to have drawn: each of these kinds of events in at least one of them.
const DRAWN: [&str; 33] = [
    "audit.export",
    "audit.key_rotate",
    "audit.verify",
    "clock.adjusted",
    "filter.delete",
    "filter.save",
    "identity.create",
    "identity.delete",
    "identity.export",
    "identity.regenerate",
    "issuer.create",
    "issuer.delete",
    "issuer.export_private",
    "issuer.retire",
    "issuer.set_active",
    "license.delete",
    "license.import",
    "license.issue",
    "license.reinstate",
    "license.reissue",
    "license.revoke",
    "license.suspend",
    "license.unrevoke",
    "log.restored",
    "probe.result",
    "probe.token_created",
    "probe.token_revoked",
    "vault.create",
    "vault.rekey",
    "witness.add",
    "witness.remove",
    "license.carry_over",
    "issuer.carry_over",
];

const WITNESS: &str = "witness.example/w1+fea3b187+BBOY9ixtGkV8UbpqS189vS9p/KkyFiGNyJl+QWvRfZPK";

impl History {
    fn roll(&mut self, sides: u64) -> u64 {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        u64::from_le_bytes(bytes) % sides
    }

    fn one_license(&mut self) -> Option<License> {
        let place = self.roll(self.licenses.len().max(1) as u64);
        self.licenses.get(usize::try_from(place).unwrap()).cloned()
    }

    /// The clock of a machine: mostly it goes on, sometimes it is set right, sometimes very wrong.
    fn time_goes_by(&mut self) {
        let seconds = i64::try_from(self.roll(200)).unwrap();
        let gone = match self.roll(12) {
            0 => -7_200,
            1 => 86_400,
            2 => -119,
            3 => -120,
            4 => 0,
            _ => seconds - 60,
        };
        self.world.clock.advance(gone);
    }

    async fn license_act(&mut self, step: u64) -> Result<()> {
        let (act, license) = (self.roll(8), self.one_license());
        let (licentia, operator) = (&self.world.licentia, &self.world.operator);
        let (licenses, revocations) = (licentia.licenses(), licentia.revocations());
        match (act, license) {
            (0 | 1, _) | (_, None) => {
                let payload = [json!({ "seats": [1, 2.5, null, "ä\u{202e}"] }), json!("text"), json!(-0.5), json!([])];
                let mut wanted = request(&format!("user {step}"));
                wanted.payload = payload.get(usize::try_from(step % 6).unwrap()).cloned();
                wanted.term = if step.is_multiple_of(2) { Term::Perpetual } else { Term::Days(30) };
                let issued = licenses.issue(operator, wanted).await?.license;
                self.licenses.push(issued);
            }
            (2, _) => {
                let batch = (0..3).map(|n| request(&format!("user {step}-{n}"))).collect();
                let issued = licenses.issue_batch(operator, batch, World::quiet()).await?;
                self.licenses.extend(issued);
            }
            (3, Some(license)) => {
                let changed = ReissueRequest { features: Some(vec!["pro".to_owned()]), ..ReissueRequest::default() };
                let reissued = licenses.reissue(operator, license.id, changed).await?;
                self.licenses.push(reissued.license);
            }
            (4, Some(license)) => {
                // At first only for the time being, and sometimes that is taken back before.
                let _ = licenses.suspend(operator, license.id, Some("unpaid".to_owned())).await;
                if step.is_multiple_of(3) {
                    let _ = licenses.reinstate(operator, license.id).await;
                }
                let why = RevokeRequest { license: license.id, reason: ReasonCode::Breach, note: Some("x".to_owned()) };
                revocations.revoke(operator, why).await?;
            }
            (5, Some(license)) => drop(revocations.unrevoke(operator, license.id, None).await?),
            (6, Some(license)) => drop(licenses.delete(operator, license.id).await?),
            (_, Some(license)) => {
                let _ = licenses.revoke_and_delete(operator, license.id).await;
                licenses.import(operator, &Licenses::armored(&license)).await?;
            }
        }
        Ok(())
    }

    async fn other_act(&mut self, step: u64) -> Result<()> {
        let act = self.roll(14);
        let (licentia, operator) = (&self.world.licentia, &self.world.operator);
        let (issuers, identities, probes) = (licentia.issuers(), licentia.identities(), licentia.probes());
        let audit = licentia.audit();
        match act {
            0 | 1 => {
                let status_url = step.is_multiple_of(2).then(|| "https://status.example.com".to_owned());
                let issuer =
                    issuers.generate(operator, NewIssuer { name: format!("issuer {step}"), status_url }).await?;
                match step % 4 {
                    0 => drop(issuers.delete(operator, issuer.id).await?),
                    1 => drop(issuers.retire(operator, issuer.id).await?),
                    _ => drop(issuers.set_active(operator, issuer.id).await?),
                }
            }
            2 => {
                let issuer = issuers.active().await?.unwrap();
                issuers.export_private(operator, issuer.id, &Passphrase::new("for them alone".to_owned())?).await?;
            }
            3 | 4 => {
                let identity = identities.create(operator, &format!("identity {step}")).await?;
                identities.regenerate(operator, identity.id).await?;
                identities.export(operator, identity.id).await?;
                if act == 3 {
                    identities.delete(operator, identity.id).await?;
                }
            }
            5 | 6 => {
                let new = NewProbe { label: format!("probe {step}"), ttl_seconds: 60 };
                let created = probes.new_token(operator, new).await?;
                if act == 5 {
                    probes.cancel(operator, created.probe.id).await?;
                } else {
                    probes.consume_token(operator, &created.token, "{\"cpus\": 8.0}").await?;
                }
            }
            7 => drop(audit.save_filter(operator, "mine", &format!("seq:>{step}")).await?),
            8 => drop(audit.delete_filter(operator, "mine").await?),
            9 | 10 => {
                let url = "https://witness.example.com/".to_owned();
                let new = NewWitness { name: "w".to_owned(), url, verifier_key: WITNESS.to_owned() };
                if licentia.witnesses().add(operator, new).await.is_err() {
                    licentia.witnesses().remove(operator, "w").await?;
                }
            }
            11 => drop(audit.checkpoint(operator, CheckpointReason::Asked).await?),
            12 => {
                let out = self.world.path(&format!("export-{step}.csv"));
                let filter = AuditFilter::default();
                audit.export(&filter, ExportFormat::Csv, &out, Some(operator), World::quiet()).await?;
            }
            _ => {
                let again = Passphrase::new(PASSPHRASE.to_owned())?;
                licentia.vault().change_passphrase(operator, &again).await?;
            }
        }
        Ok(())
    }

    /// Takes a backup, or goes back to one.
    async fn backup_act(mut self, step: u64) -> Self {
        let at = usize::try_from(self.roll(self.backups.len() as u64 + 2)).unwrap();
        match self.backups.get(at).cloned() {
            None => self.backups.push(self.world.back_up(&format!("backup-{step}.db")).await),
            Some(backup) => {
                let (back, done) = self.world.restore(RestoreRequest { force: true, ..from(&backup) }).await;
                self.world = back;
                done.unwrap_or_else(|error| panic!("step {step}: {error:?}"));
            }
        }
        self
    }

    async fn verify(&self, step: u64) {
        let level = if step.is_multiple_of(3) { Level::Full } else { Level::Incremental };
        let request =
            VerifyRequest { fingerprint: Some(self.world.fingerprint.clone()), level, ..VerifyRequest::default() };
        let audit = self.world.licentia.audit();
        let began = self.world.clock.now();
        let report = audit.verify(&request, World::quiet()).await.unwrap();
        assert_eq!(report.issues, [], "step {step}");
        if step.is_multiple_of(10) {
            audit.record_verification(&self.world.operator, &report, began).await.unwrap();
        }
    }
}

#[tokio::test]
async fn whatever_honest_people_do_the_log_verifies() {
    let mut drawn = BTreeSet::new();
    for seed in 0..4_u64 {
        let world = World::with_seed(100 + seed).await;
        let dice = blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof();
        let mut history = History { world, dice, licenses: Vec::new(), backups: Vec::new() };
        for step in 0..40 {
            history.time_goes_by();
            // What is refused leaves no event, and no alarm either.
            match history.roll(20) {
                0..=8 => drop(history.license_act(step).await),
                9..=15 => drop(history.other_act(step).await),
                16 | 17 => drop(history.world.rotate().await),
                _ => history = history.backup_act(step).await,
            }
            history.verify(step).await;
        }
        history.world.assert_verified().await;
        drawn.extend(history.world.licentia.audit().kinds().await.unwrap());

        // And a stranger finds the same in what is taken away.
        let (out, operator) = (history.world.path("log.tar"), history.world.operator.clone());
        history.world.licentia.audit().export_bundle(&out, Some(&operator), World::quiet()).await.unwrap();
        let request = BundleRequest { fingerprint: Some(history.world.fingerprint.clone()), witnesses: Vec::new() };
        let found = verify_bundle(&out, &request, [7; 32], &World::quiet()).unwrap();
        let codes: Vec<&str> = found.report.issues.iter().map(|issue| issue.code).collect();
        assert_eq!(codes, ["tables_absent"], "seed {seed}");
    }
    let missing: Vec<_> = DRAWN.iter().filter(|kind| !drawn.contains(**kind)).collect();
    assert!(missing.is_empty(), "the histories are poorer than they say: {missing:?} of {drawn:?}");
}

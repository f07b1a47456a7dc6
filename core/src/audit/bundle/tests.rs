//! Bundles that are in order, files that are none, and everything that somebody may do to a bundle.

mod forged;
mod hostile;
mod parts;
mod tampered;

use super::{BundleReport, BundleRequest, verify_bundle};
use crate::audit::testing::{World, quiet};
use crate::audit::{KeySource, SeenBy};
use crate::witness::WitnessKey;
use std::path::{Path, PathBuf};

/// Fourteen entries, a second key from entry 9 on, checkpoints at 5, 8 and 12.
async fn lived_in() -> World {
    let mut world = World::new(1).await;
    world.live(2).await;
    world.checkpoint().await;
    world.live(2).await;
    world.rotate(9).await;
    world.checkpoint().await;
    world.live(4).await;
    world.checkpoint().await;
    world.live(2).await;
    world
}

impl World {
    async fn bundle(&self, name: &str, signed: bool) -> PathBuf {
        let path = self.path(name);
        let operator = signed.then_some(&self.operator);
        self.licentia.audit().export_bundle(&path, operator, quiet()).await.unwrap();
        path
    }

    fn request(&self) -> BundleRequest {
        BundleRequest { fingerprint: Some(self.fingerprint.clone()), witnesses: vec![self.witness_key()] }
    }
}

fn codes(report: &BundleReport) -> Vec<String> {
    let place = |seq: Option<u64>| seq.map_or_else(String::new, |seq| format!("@{seq}"));
    report.report.issues.iter().map(|issue| format!("{}{}", issue.code, place(issue.seq_from))).collect()
}

fn verify(path: &Path, request: &BundleRequest) -> BundleReport {
    verify_bundle(path, request, [7; 32], &quiet()).unwrap()
}

#[tokio::test]
async fn a_stranger_verifies_a_log_with_a_fingerprint_and_nothing_else() {
    let world = lived_in().await;
    let export = world.licentia.audit().export_bundle(&world.path("a.tar"), Some(&world.operator), quiet()).await;
    let export = export.unwrap();
    assert_eq!((export.entries, export.signed, export.verified), (14, true, true));
    assert_eq!((export.last_checkpoint, export.recorded_as), (Some(12), Some(15)));

    let found = verify(&world.path("a.tar"), &world.request());
    assert_eq!(codes(&found), ["tables_absent"]);
    assert!(found.report.verified && found.signed);
    assert_eq!((found.report.from, found.report.to, found.report.entries_checked), (1, 14, 14));
    assert_eq!((found.report.trust.key_source, found.last_checkpoint), (KeySource::Given, Some(12)));
    let seen = SeenBy { witness: "witness.example/w1".to_owned(), size: 12, time: 1_800_000_000 };
    assert_eq!(found.witnessed, [seen]);
    let recorded = world.licentia.audit().get(15).await.unwrap();
    assert_eq!((recorded.kind.as_str(), &recorded.payload_value()["format"]), ("audit.export", &"bundle".into()));
}

#[tokio::test]
async fn without_the_passphrase_it_says_that_nobody_signed_and_records_nothing() {
    let world = lived_in().await;
    let found = verify(&world.bundle("a.tar", false).await, &BundleRequest::default());
    assert_eq!(codes(&found), ["tables_absent", "manifest_unsigned"]);
    assert!(found.report.verified && !found.signed);
    assert_eq!((found.report.trust.key_source, found.witnessed), (KeySource::File, vec![]));
    assert_eq!(world.size().await, 14);
}

#[tokio::test]
async fn a_witness_that_was_named_and_signed_nothing_is_told_of() {
    let world = lived_in().await;
    let stranger = WitnessKey::new("witness.example/w2", &[5; 32]).unwrap().verifier_key();
    let request = BundleRequest { witnesses: vec![stranger, world.witness_key()], ..world.request() };
    let found = verify(&world.bundle("a.tar", true).await, &request);
    assert_eq!(codes(&found), ["tables_absent", "not_witnessed"]);
    assert_eq!((found.report.verified, found.not_witnessed.as_slice()), (true, &["witness.example/w2".to_owned()][..]));
    assert!(found.report.issues[1].meaning.contains("witness.example/w2"), "{:?}", found.report.issues);
}

#[tokio::test]
async fn another_fingerprint_is_another_log() {
    let (world, other) = (lived_in().await, World::new(2).await);
    let request = BundleRequest { fingerprint: Some(other.fingerprint.clone()), witnesses: Vec::new() };
    let found = verify(&world.bundle("a.tar", true).await, &request);
    assert_eq!(codes(&found), ["wrong_log", "tables_absent"]);
    assert!(!found.report.verified);
}

#[tokio::test]
async fn a_young_log_has_no_checkpoint_and_is_taken_away_all_the_same() {
    let world = World::new(1).await;
    let found = verify(&world.bundle("a.tar", true).await, &world.request());
    assert_eq!(
        (codes(&found), found.last_checkpoint),
        (vec!["tables_absent".to_owned(), "not_witnessed".to_owned()], None)
    );
}

#[tokio::test]
async fn a_damaged_log_is_taken_away_as_it_is_and_the_manifest_says_what_was_found() {
    let world = lived_in().await;
    world.tamper(
        "DROP TRIGGER audit_entry_no_update; DROP TRIGGER audit_payload_no_delete;
         UPDATE audit_entry SET actor = 'mallory' WHERE seq = 6;
         UPDATE audit_entry SET signature = x'00' WHERE seq = 7;
         UPDATE audit_entry SET effects = x'00ff' WHERE seq = 13;
         DELETE FROM audit_payload WHERE seq = 11",
    );
    let found = verify(&world.bundle("a.tar", true).await, &world.request());
    assert_eq!(
        codes(&found),
        [
            "export_found_issues",
            "tables_absent",
            "entry_altered@6",
            "signature_invalid@7",
            "checkpoint_disagrees@8",
            "payload_missing@11",
            "checkpoint_disagrees@12",
            "entry_altered@13",
            "effects_malformed@13",
        ]
    );
    let meaning = &found.report.issues[0].meaning;
    assert!(meaning.contains("schema_altered") && meaning.contains("row_"), "{meaning}");
    assert!(!found.report.verified && found.signed);
}

#[tokio::test]
async fn what_cannot_be_encoded_is_there_as_what_it_is() {
    let world = lived_in().await;
    world.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET id = x'00' WHERE seq = 13");
    let found = verify(&world.bundle("a.tar", false).await, &world.request());
    let expected = ["export_found_issues", "tables_absent", "manifest_unsigned", "entry_malformed@13"];
    assert_eq!(codes(&found), expected);
}

#[tokio::test]
async fn the_same_log_at_the_same_time_makes_the_same_bytes() {
    let world = lived_in().await;
    let (one, other) = (world.bundle("a.tar", false).await, world.bundle("b.tar", false).await);
    let members = |path: &Path| parts::Parts::read(path);
    let (mut one, mut other) = (members(&one), members(&other));
    // Each export has an id of its own.
    assert_ne!(one.manifest()["export_id"], other.manifest()["export_id"]);
    one.set_manifest("export_id", "");
    other.set_manifest("export_id", "");
    assert_eq!(one.to_bytes(), other.to_bytes());
}

#[tokio::test]
async fn nothing_is_overwritten_and_what_fails_leaves_nothing() {
    let world = World::new(1).await;
    std::fs::write(world.path("a.tar"), "mine").unwrap();
    let audit = world.licentia.audit();
    assert!(audit.export_bundle(&world.path("a.tar"), Some(&world.operator), quiet()).await.is_err());
    assert_eq!((std::fs::read(world.path("a.tar")).unwrap(), world.size().await), (b"mine".to_vec(), 3));
}

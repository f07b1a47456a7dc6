//! The log signs itself: when, over what, and what is made of somebody who changes it afterwards.

use crate::common::{World, request};
use ed25519_dalek::SigningKey;
use licentia_core::audit::{AuditFilter, CheckpointReason, ExportFormat, Level};
use licentia_core::tlog::merkle::{Frontier, leaf_hash};
use licentia_core::tlog::{SignatureKind, SignedCheckpoint, Trust, VerifierKey};
use licentia_core::{Backup, Checkpoint, Error, IssueRequest, Licentia, Place, ReissueRequest, Result};
use licentia_storage::raw::RawReader;

type Codes = Vec<(&'static str, Option<u64>, Option<u64>)>;

impl World {
    pub(crate) async fn checkpoint(&self) -> Checkpoint {
        self.try_checkpoint().await.unwrap()
    }

    async fn try_checkpoint(&self) -> Result<Checkpoint> {
        self.licentia.audit().checkpoint(&self.operator, CheckpointReason::Asked).await
    }

    /// The root over the entries as they lie in the file.
    async fn root(&self, size: i64) -> [u8; 32] {
        let log_id = *self.licentia.audit().identity().await.unwrap().log_id.0.as_bytes();
        let mut raw = RawReader::open(&self.licentia.place().database).await.unwrap();
        let entries = raw.entries_from(1, size, log_id).await.unwrap();
        let mut tree = Frontier::new();
        tree.extend(entries.iter().map(|entry| leaf_hash(&entry.fields.as_ref().unwrap().encode())));
        assert_eq!(i64::try_from(tree.size()), Ok(size));
        tree.root()
    }

    async fn found(&self) -> Codes {
        let report = self.verify().await;
        report.issues.into_iter().map(|issue| (issue.code, issue.seq_from, issue.seq_to)).collect()
    }

    /// Changes checkpoints around Licentia; what forbids it is put back afterwards.
    fn spoil(&self, sql: &str) {
        let connection = self.sql();
        connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
        let triggers: Vec<(String, String)> = {
            let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'audit%'";
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            rows.map(std::result::Result::unwrap).collect()
        };
        for (name, _) in &triggers {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        let before = connection.total_changes();
        connection.execute_batch(sql).unwrap();
        assert_ne!(connection.total_changes(), before, "nothing changed: {sql}");
        for (_, sql) in &triggers {
            connection.execute_batch(sql).unwrap();
        }
    }

    fn checkpoints(&self) -> i64 {
        self.number("SELECT count(*) FROM audit_checkpoint")
    }

    async fn batch(&self, licenses: usize) {
        let requests: Vec<IssueRequest> = (0..licenses).map(|n| request(&format!("user {n}"))).collect();
        self.licentia.licenses().issue_batch(&self.operator, requests, Self::quiet()).await.unwrap();
    }
}

fn claim(token: &str) -> Option<SignedCheckpoint> {
    let log = licentia_license::inspect(token).unwrap().claims.log?;
    assert_eq!(log.as_object().unwrap().len(), 1);
    Some(SignedCheckpoint::parse(log["checkpoint"].as_str().unwrap().as_bytes()).unwrap())
}

#[tokio::test]
async fn a_checkpoint_is_a_note_that_anybody_can_verify() {
    let world = World::new().await;
    world.issue("alice").await;
    let written = world.checkpoint().await;
    assert_eq!((written.size, written.epoch, written.reason.as_str()), (4, 1, "asked"));
    assert_eq!(written.root, world.root(4).await);
    let key = world.licentia.audit().verifier_key().await.unwrap();
    let signed = SignedCheckpoint::parse(written.note.as_bytes()).unwrap();
    let log_id = world.licentia.audit().identity().await.unwrap().log_id;
    let origin = format!("licentia/{log_id}/1");
    // As somebody else reads it: the key from a line of text.
    let key: VerifierKey = key.to_string().parse().unwrap();
    assert_eq!(signed.verify(Trust { origin: &origin, log: &[key], witnesses: &[] }), Ok(vec![]));
    assert_eq!((signed.checkpoint().size(), *signed.checkpoint().root()), (4, written.root));
    assert_eq!(world.entries().await, 4, "a checkpoint is no event");
    world.assert_verified().await;
}

#[tokio::test]
async fn nothing_new_is_nothing_written() {
    let world = World::new().await;
    let first = world.checkpoint().await;
    world.clock.advance(60);
    assert_eq!(world.checkpoint().await, first);
    assert_eq!(world.checkpoints(), 1);
    world.issue("alice").await;
    let second = world.checkpoint().await;
    assert_eq!((second.size, world.checkpoints()), (4, 2));
    let page = world.licentia.audit().checkpoints(None, 1).await.unwrap();
    assert_eq!((page.items[0].checkpoint.size, page.next), (4, Some(4)));
    let page = world.licentia.audit().checkpoints(page.next, 1).await.unwrap();
    assert_eq!((page.items[0].checkpoint.size, page.next), (3, None));
}

#[tokio::test]
async fn the_tree_grows_as_if_it_were_made_at_once() {
    let world = World::new().await;
    for n in 0..40 {
        world.issue(&format!("user {n}")).await;
        if n % 3 != 0 {
            let written = world.checkpoint().await;
            assert_eq!(written.root, world.root(written.size).await);
        }
    }
    world.assert_verified().await;
}

/// Whoever spoils the cache gains nothing: the tree is made again from the entries.
#[tokio::test]
async fn a_spoilt_checkpoint_is_not_built_upon() {
    for spoilt in [
        "frontier = x'00'",
        "frontier = (SELECT frontier FROM audit_checkpoint WHERE size = 3)",
        "root = zeroblob(32)",
        "note = 'none'",
        "note = (SELECT note FROM audit_checkpoint WHERE size = 3)",
        "epoch = 2",
        "size = 900",
    ] {
        let world = World::new().await;
        world.checkpoint().await;
        world.issue("alice").await;
        world.checkpoint().await;
        world.issue("bob").await;
        world.spoil(&format!("UPDATE audit_checkpoint SET {spoilt} WHERE size = 4"));
        let written = world.checkpoint().await;
        assert_eq!((written.size, written.root), (5, world.root(5).await), "{spoilt}");
        assert_eq!(world.found().await.iter().map(|found| found.0).collect::<Vec<_>>(), ["checkpoint_altered"]);
    }
}

#[tokio::test]
async fn one_flipped_bit_is_never_signed() {
    for column in ["hash", "signature", "payload_hash", "previous_hash", "effects"] {
        let world = World::new().await;
        world.checkpoint().await;
        world.issue("alice").await;
        world.issue("bob").await;
        let flipped = format!("CAST(substr({column}, 1, length({column}) - 1) || x'99' AS BLOB)");
        world.spoil(&format!("UPDATE audit_entry SET {column} = {flipped} WHERE seq = 4"));
        let error = world.refused(world.try_checkpoint()).await;
        let Error::LogDoesNotHold(issue) = error else { panic!("{column}: {error}") };
        assert_eq!(issue.seq_from, Some(4), "{column}");
        assert_eq!(world.checkpoints(), 1);
    }
}

#[tokio::test]
async fn a_log_that_was_cut_off_or_rewritten_is_not_signed_again() {
    let cut = "DELETE FROM audit_payload WHERE seq > 3; DELETE FROM audit_entry WHERE seq > 3;
               UPDATE audit_head SET size = 3, hash = (SELECT hash FROM audit_entry WHERE seq = 3),
                   recorded_at = (SELECT recorded_at FROM audit_entry WHERE seq = 3)";
    let world = World::new().await;
    world.issue("alice").await;
    world.checkpoint().await;
    world.spoil(cut);
    assert!(world.found().await.contains(&("checkpoint_beyond", Some(4), Some(4))));
    let error = world.refused(world.try_checkpoint()).await;
    assert!(matches!(error, Error::LogDoesNotHold(issue) if issue.code == "checkpoint_beyond"));
    // With the checkpoints it speaks against gone, nobody but a pin or a witness can tell.
    world.spoil("DELETE FROM audit_checkpoint");
    assert_eq!(world.checkpoint().await.size, 3);
}

#[tokio::test]
async fn a_thousand_entries_are_signed_without_anybody_asking() {
    let world = World::new().await;
    world.batch(996).await;
    assert_eq!(world.checkpoints(), 0);
    world.batch(1).await;
    assert_eq!(world.checkpoints(), 1);
    world.batch(1_500).await;
    let latest = world.licentia.audit().latest_checkpoint().await.unwrap().unwrap();
    assert_eq!((latest.size, latest.reason.as_str()), (2_500, "entries"));
    assert_eq!(world.checkpoints(), 2);
    assert!(world.licentia.take_alarm().is_none());
    assert_eq!(world.found().await, []);
}

#[tokio::test]
async fn a_change_stays_made_when_the_log_cannot_be_signed_after_it() {
    let world = World::new().await;
    world.batch(500).await;
    world.spoil("UPDATE audit_entry SET actor = 'mallory' WHERE seq = 100");
    world.batch(600).await;
    assert_eq!((world.entries().await, world.checkpoints()), (1_103, 0));
    let alarm = world.licentia.take_alarm().unwrap();
    assert!(matches!(alarm, Error::LogDoesNotHold(issue) if issue.seq_from == Some(100)));
    assert!(world.licentia.take_alarm().is_none(), "it is told once");
}

#[tokio::test]
async fn an_export_by_somebody_unlocked_signs_first() {
    let world = World::new().await;
    let export = |name: &'static str, operator| {
        let (filter, path) = (AuditFilter::default(), world.path(name));
        let licentia = world.licentia.clone();
        async move {
            let audit = licentia.audit();
            audit.export(&filter, ExportFormat::Jsonl, &path, operator, World::quiet()).await.unwrap();
        }
    };
    export("locked.jsonl", None).await;
    assert_eq!(world.checkpoints(), 0);
    export("unlocked.jsonl", Some(&world.operator)).await;
    assert_eq!(world.number("SELECT size FROM audit_checkpoint WHERE reason = 'export'"), 3);
}

#[tokio::test]
async fn an_export_goes_on_when_its_checkpoint_cannot_be_kept() {
    let world = World::new().await;
    world.licentia.faults().fail_after(0);
    let (filter, path) = (AuditFilter::default(), world.path("export.jsonl"));
    let audit = world.licentia.audit();
    audit.export(&filter, ExportFormat::Jsonl, &path, Some(&world.operator), World::quiet()).await.unwrap();
    assert!(!world.licentia.faults().disarm(), "it failed");
    assert!(path.exists());
    assert!(matches!(world.licentia.take_alarm(), Some(Error::Store(_))));
    assert_eq!(world.checkpoint().await.size, 4);
    world.assert_verified().await;
}

#[tokio::test]
async fn a_license_carries_the_latest_checkpoint() {
    let world = World::new().await;
    let before = world.issue("alice").await;
    assert!(claim(&before.token).is_none(), "there is none yet");
    let checkpoint = world.checkpoint().await;
    let alice = world.issue("alice").await;
    let bob = world.licentia.licenses().reissue(&world.operator, before.id, ReissueRequest::default()).await.unwrap();
    let requests = vec![request("carol"), request("dave")];
    let batch = world.licentia.licenses().issue_batch(&world.operator, requests, World::quiet()).await.unwrap();
    let key = world.licentia.audit().verifier_key().await.unwrap();
    let issuer = world.licentia.issuers().active().await.unwrap().unwrap();
    for license in [&alice, &bob.license].into_iter().chain(&batch) {
        let carried = claim(&license.token).unwrap();
        assert_eq!(carried.to_string(), checkpoint.note);
        carried.verify(Trust { origin: key.name(), log: std::slice::from_ref(&key), witnesses: &[] }).unwrap();
        let inspected = world.licentia.licenses().inspect(&license.token).await.unwrap();
        assert_eq!(inspected.invalid, None, "the token holds, signed by {}", issuer.name);
    }
    world.licentia.set_log_claim(false);
    assert!(claim(&world.issue("erin").await.token).is_none(), "switched off");
    world.assert_verified().await;
}

#[tokio::test]
async fn a_copy_for_review_keeps_its_checkpoints() {
    let world = World::new().await;
    let written = world.checkpoint().await;
    let path = world.path("copy.db");
    world.licentia.backup(&path, Backup::ForReview, World::quiet()).await.unwrap();
    let place = Place { database: path, pins: None };
    let copy = Licentia::open_for_reading(place, world.licentia.ambient().clone()).await.unwrap();
    assert_eq!(copy.audit().latest_checkpoint().await.unwrap().unwrap(), written);
}

#[tokio::test]
async fn what_was_changed_in_a_checkpoint_is_found() {
    let size = [("checkpoint_altered", Some(5), Some(5))];
    for spoilt in [
        "frontier = x''",
        "frontier = CAST(substr(frontier, 1, length(frontier) - 1) || x'99' AS BLOB)",
        "root = zeroblob(32)",
        "epoch = 2",
        "note = replace(note, 'licentia/', 'licentiA/')",
        "note = substr(note, 1, length(note) - 1)",
        "note = note || note",
        "note = (SELECT note FROM audit_checkpoint WHERE size = 4)",
        "note = (SELECT note FROM audit_checkpoint WHERE size = 4),
         root = (SELECT root FROM audit_checkpoint WHERE size = 4),
         frontier = (SELECT frontier FROM audit_checkpoint WHERE size = 4)",
    ] {
        let world = World::new().await;
        for subject in ["alice", "bob", "carol"] {
            world.issue(subject).await;
            world.checkpoint().await;
        }
        assert_eq!(world.found().await, []);
        world.spoil(&format!("UPDATE audit_checkpoint SET {spoilt} WHERE size = 5"));
        let incremental = world.at_level(Level::Incremental).await;
        assert_eq!((incremental.from, incremental.issues.len()), (6, 1), "{spoilt}: it is behind what was verified");
        assert_eq!((incremental.issues[0].code, incremental.issues[0].seq_from), ("checkpoint_altered", Some(5)));
        assert_eq!(world.found().await, size, "{spoilt}");
        world.spoil("DELETE FROM audit_checkpoint WHERE size = 5");
        assert_eq!(world.found().await, [], "a checkpoint can be made again: that one is gone proves nothing");
    }
}

struct Witness {
    key: SigningKey,
    name: &'static str,
}

impl Witness {
    fn new(name: &'static str) -> Self {
        Self { key: SigningKey::from_bytes(&[9; 32]), name }
    }

    fn verifier_key(&self) -> String {
        let public = licentia_license::PublicKey::from_bytes(self.key.verifying_key().as_bytes()).unwrap();
        VerifierKey::new(self.name, SignatureKind::Cosignature, public).unwrap().to_string()
    }

    /// Signs a checkpoint, and leaves its line in the file as the one that asked for it does.
    fn signs(&self, world: &World, checkpoint: &Checkpoint, time: i64) {
        let signed = SignedCheckpoint::parse(checkpoint.note.as_bytes()).unwrap();
        let line = signed.checkpoint().cosign(self.name, &self.key, time.try_into().unwrap()).unwrap().to_string();
        let sql = "INSERT INTO audit_cosignature VALUES (?1, ?2, ?3, ?4, ?4)";
        let at = time * 1_000_000;
        world.sql().execute(sql, rusqlite::params![checkpoint.size, self.name, line, at]).unwrap();
    }

    /// What a later command will do with an event; here the row alone counts.
    fn is_known_to(&self, world: &World, since: i64) {
        let sql = "INSERT INTO witness VALUES (x'0196b77dd800714e80fdf7480f5bf0ff', 'acme', 'https://w', ?1, ?2)";
        world.sql().execute(sql, rusqlite::params![self.verifier_key(), since * 1_000_000]).unwrap();
    }
}

#[tokio::test]
async fn how_far_a_witness_vouches_is_said_only_of_what_it_signed() {
    let world = World::new().await;
    let witness = Witness::new("acme-witness");
    let first = world.checkpoint().await;
    world.issue("alice").await;
    let second = world.checkpoint().await;
    world.issue("bob").await;
    world.checkpoint().await;
    witness.signs(&world, &first, 1_800_000_000);
    witness.signs(&world, &second, 1_800_000_100);
    let report = world.verify().await;
    assert_eq!((report.witnessed_to, report.issues), (None, vec![]), "nobody knows that witness");

    witness.is_known_to(&world, 1_700_000_000);
    let report = world.verify().await;
    let witnessed = report.witnessed_to.unwrap();
    assert_eq!((witnessed.size, witnessed.by.as_str()), (4, "acme-witness"));
    assert_eq!(witnessed.at.seconds(), 1_800_000_100);

    for spoilt in
        ["signed_at = signed_at + 1", "line = (SELECT line FROM audit_cosignature WHERE size = 3)", "line = 'x'"]
    {
        let kept: (String, i64) = world
            .sql()
            .query_row("SELECT line, signed_at FROM audit_cosignature WHERE size = 4", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        world.spoil(&format!("UPDATE audit_cosignature SET {spoilt} WHERE size = 4"));
        let report = world.verify().await;
        assert!(report.issues.iter().any(|issue| (issue.code, issue.seq_from) == ("cosignature_invalid", Some(4))));
        assert_eq!(report.witnessed_to.map(|witnessed| witnessed.size), Some(3));
        let (line, at) = kept;
        world.spoil(&format!("UPDATE audit_cosignature SET line = '{line}', signed_at = {at} WHERE size = 4"));
    }
}

/// A witness that came back under its name with another key: what it signed before is neither good nor bad.
#[tokio::test]
async fn an_old_key_of_a_witness_spoils_nothing() {
    let world = World::new().await;
    let checkpoint = world.checkpoint().await;
    Witness { key: SigningKey::from_bytes(&[8; 32]), name: "acme-witness" }.signs(&world, &checkpoint, 1_800_000_000);
    Witness::new("acme-witness").is_known_to(&world, 1_900_000_000);
    let report = world.verify().await;
    assert_eq!(report.witnessed_to, None);
    assert!(report.issues.iter().all(|issue| issue.code == "row_unaccounted"), "{:?}", report.issues);
}

#[tokio::test]
async fn a_part_that_begins_at_a_checkpoint_is_compared_with_the_ones_after_it() {
    let world = World::new().await;
    for subject in ["alice", "bob", "carol"] {
        world.issue(subject).await;
        world.checkpoint().await;
    }
    for from in [2, 5, 6] {
        let request = licentia_core::audit::VerifyRequest { from: Some(from), ..Default::default() };
        let report = world.licentia.audit().verify(&request, World::quiet()).await.unwrap();
        assert_eq!(report.issues, [], "from {from}");
    }
    // The last two change places, notes and all; both were really signed.
    world.spoil(
        "CREATE TEMP TABLE a AS SELECT * FROM audit_checkpoint WHERE size = 5;
         UPDATE audit_checkpoint SET (root, frontier, note) =
             (SELECT root, frontier, note FROM audit_checkpoint WHERE size = 6) WHERE size = 5;
         UPDATE audit_checkpoint SET (root, frontier, note) = (SELECT root, frontier, note FROM a) WHERE size = 6;",
    );
    let request = licentia_core::audit::VerifyRequest { from: Some(5), ..Default::default() };
    let report = world.licentia.audit().verify(&request, World::quiet()).await.unwrap();
    let found: Vec<_> = report.issues.iter().map(|issue| (issue.code, issue.seq_from)).collect();
    assert_eq!(found, [("checkpoint_altered", Some(5)), ("checkpoint_altered", Some(6))]);
}

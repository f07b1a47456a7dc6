//! Somebody who can write the file, and has a key that does not sign this log, or not any more: a verification that
//! looks at a part of the log believes it no more than a full one.

use crate::common::World;
use crate::rotation::stolen_key;
use ed25519_dalek::{Signer, SigningKey};
use licentia_core::audit::{Level, VerifyRequest};
use licentia_storage::audit::{SealedFields, key_id, payload_hash, signed_bytes};
use licentia_storage::{forge_entry, forge_head};
use rusqlite::{Connection, params};

/// Appends an entry that this key signs, and moves the cached head on.
pub(crate) fn append(world: &World, key: &SigningKey) {
    let sql = Connection::open(&world.licentia.place().database).unwrap();
    let log_id: [u8; 16] = sql.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
    let (mut fields, salt, body) = sql
        .query_row(
            "SELECT version, transaction_id, kind, severity, outcome, actor, actor_kind, recorded_at, clock, effects,
             hash, seq, salt, body FROM audit_entry JOIN audit_payload USING (seq) ORDER BY seq DESC LIMIT 1",
            [],
            |row| {
                let (salt, body): (Vec<u8>, Vec<u8>) = (row.get(12)?, row.get(13)?);
                let fields = SealedFields {
                    version: row.get(0)?,
                    log_id,
                    seq: row.get::<_, i64>(11)? + 1,
                    id: vec![9; 16],
                    transaction_id: row.get(1)?,
                    kind: row.get(2)?,
                    severity: row.get(3)?,
                    outcome: row.get(4)?,
                    actor: row.get(5)?,
                    actor_kind: row.get(6)?,
                    target_kind: None,
                    target_id: None,
                    recorded_at: row.get(7)?,
                    clock: row.get(8)?,
                    payload_hash: payload_hash(&salt, &body).to_vec(),
                    effects: row.get(9)?,
                    key_id: key_id(&key.verifying_key().to_bytes()).to_vec(),
                    previous_hash: row.get(10)?,
                };
                Ok((fields, salt, body))
            },
        )
        .unwrap();
    fields.id[..8].copy_from_slice(&fields.seq.to_be_bytes());
    let hash = fields.hash();
    let signature = key.sign(&signed_bytes(&log_id, fields.seq, &hash)).to_bytes();
    forge_entry(&sql, &fields, [&hash, &signature], [&salt, &body]).unwrap();
    forge_head(&sql, &fields, &hash).unwrap();
}

/// Puts the key into the table: the rules in the file allow it.
fn introduce(world: &World, key: &SigningKey, rowid: i64) {
    let sql = Connection::open(&world.licentia.place().database).unwrap();
    let public = key.verifying_key().to_bytes();
    let insert = "INSERT INTO audit_key (rowid, id, public_key, epoch, created_at) VALUES (?1, ?2, ?3, 1, 0)";
    sql.execute(insert, params![rowid, key_id(&public), public]).unwrap();
}

/// What a verification at this level names.
async fn named(world: &World, level: Level) -> Vec<(&'static str, Option<u64>)> {
    let report = world.at_level(level).await;
    assert_eq!(report.verified, report.issues.is_empty());
    report.issues.iter().map(|issue| (issue.code, issue.seq_from)).collect()
}

/// Verified in full, and pinned: what a level that looks at a part goes on from.
async fn seen(world: &World) -> u64 {
    assert_eq!(named(world, Level::Full).await, []);
    world.licentia.move_pin().await.unwrap();
    world.entries().await
}

#[tokio::test]
async fn an_entry_under_a_key_that_the_log_never_had_is_named_at_every_level() {
    for rowid in [-1, 77] {
        let mut world = World::new().await;
        world.issue("alice").await;
        world.rotate().await;
        world.issue("bob").await;
        let size = seen(&world).await;
        let mine = SigningKey::from_bytes(&[42; 32]);
        introduce(&world, &mine, rowid);
        append(&world, &mine);
        for level in [Level::Start, Level::Incremental] {
            let expected =
                [("key_table_altered", None), ("key_unknown", Some(size + 1)), ("signature_invalid", Some(size + 1))];
            assert_eq!(named(&world, level).await, expected, "{level:?}");
        }
        let part = VerifyRequest { from: Some(size + 1), ..VerifyRequest::default() };
        let part = world.licentia.audit().verify(&part, World::quiet()).await.unwrap();
        assert_eq!(part.issues.iter().map(|issue| issue.code).next(), Some("key_table_altered"));
        assert!(!named(&world, Level::Full).await.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_no_entry_accounts_for_is_named_before_it_signs() {
    let mut world = World::new().await;
    world.rotate().await;
    seen(&world).await;
    introduce(&world, &SigningKey::from_bytes(&[42; 32]), 77);
    for level in [Level::Start, Level::Incremental, Level::Full] {
        assert_eq!(named(&world, level).await, [("key_table_altered", None)], "{level:?}");
    }
}

#[tokio::test]
async fn a_key_that_was_rotated_out_signs_nothing_more_at_any_level() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let old = stolen_key(&world);
    world.rotate().await;
    world.issue("bob").await;
    let size = seen(&world).await;
    append(&world, &old);
    for level in [Level::Start, Level::Incremental] {
        let expected = [("key_misplaced", Some(size + 1)), ("signature_invalid", Some(size + 1))];
        assert_eq!(named(&world, level).await, expected, "{level:?}");
    }
}

/// The thief of an old key leads another way around the rotation. What was pinned behind it says which key is in force.
#[tokio::test]
async fn a_rotation_that_is_taken_out_of_the_middle_brings_no_old_key_back() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let old = stolen_key(&world);
    let rotation = world.rotate().await;
    world.issue("bob").await;
    seen(&world).await;
    world.tamper(&format!(
        "CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name LIKE 'audit_%_no_%';
         DROP TRIGGER audit_entry_no_update; DROP TRIGGER audit_key_no_delete;
         UPDATE audit_entry SET kind = 'audit.verify' WHERE seq = {rotation}; DELETE FROM audit_key WHERE rowid = 2;",
    ));
    append(&world, &old);
    for level in [Level::Start, Level::Incremental] {
        let found = named(&world, level).await;
        assert!(found.iter().any(|(code, _)| *code == "key_table_altered"), "{level:?}: {found:?}");
    }
}

/// Keys come and go, and every level holds, wherever the one before had come to.
#[tokio::test]
async fn rotations_are_no_alarm_at_any_level() {
    let mut world = World::new().await;
    for subject in ["alice", "bob", "carol"] {
        for level in [Level::Start, Level::Incremental] {
            assert_eq!(named(&world, level).await, [], "{level:?}");
        }
        world.rotate().await;
        assert_eq!(named(&world, Level::Start).await, []);
        world.licentia.move_pin().await.unwrap();
        assert_eq!(named(&world, Level::Start).await, []);
        assert_eq!(named(&world, Level::Incremental).await, []);
        world.issue(subject).await;
    }
    assert_eq!(named(&world, Level::Full).await, []);
}

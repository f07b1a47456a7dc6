//! The log's key changes: what was signed stays verifiable, and each key signs in its own range only.

use crate::common::{World, passphrase, request};
use ed25519_dalek::{Signer, SigningKey};
use licentia_core::audit::{Kind, VerifyRequest};
use licentia_core::secret::{Envelope, KdfParams};
use licentia_core::{Actor, Error, StoreError};
use licentia_storage::audit::{SealedFields, key_id, signed_bytes};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

impl World {
    /// Gives the log a new key, and goes on with it.
    pub(crate) async fn rotate(&mut self) -> u64 {
        let rotated = self.licentia.audit().rotate_key(&self.operator).await.unwrap();
        self.operator = rotated.operator;
        self.entries().await
    }

    pub(crate) async fn unlocked(&self) -> licentia_core::Operator {
        self.licentia.vault().unlock(&passphrase(), Actor::new("mathieu@build7").unwrap()).await.unwrap()
    }
}

#[tokio::test]
async fn a_log_of_several_keys_verifies_from_anywhere() {
    let mut world = World::new().await;
    for subject in ["alice", "bob", "carol"] {
        world.issue(subject).await;
        world.rotate().await;
    }
    world.rotate().await;
    world.issue("dave").await;
    world.assert_verified().await;
    let size = world.entries().await;
    for from in 1..=size {
        let request = VerifyRequest { from: Some(from), ..VerifyRequest::default() };
        let report = world.licentia.audit().verify(&request, World::quiet()).await.unwrap();
        assert_eq!(report.issues, [], "from {from}");
        assert_eq!(report.entries_checked, size - from + 1);
    }
    // Whoever unlocks afterwards signs with the newest key.
    world.operator = world.unlocked().await;
    world.issue("erin").await;
    world.assert_verified().await;
}

#[tokio::test]
async fn a_rotation_is_an_event_that_the_old_key_signs() {
    let mut world = World::new().await;
    let before = world.licentia.audit().identity().await.unwrap();
    world.rotate().await;
    let after = world.licentia.audit().identity().await.unwrap();
    assert_ne!(before.key_id, after.key_id);
    assert_eq!((before.fingerprint, before.epoch), (after.fingerprint, after.epoch));
    let entry = world.last_entry().await;
    assert_eq!(entry.kind, Kind::AuditKeyRotate.as_str());
    assert_eq!(entry.target_id, Some(after.log_id.to_string()));
    let payload = entry.payload_value();
    assert_eq!((&payload["old_key"], &payload["new_key"]), (&before.key_id.into(), &after.key_id.into()));
    assert_eq!(
        entry.effects.unwrap().iter().map(|effect| effect.noun.as_str()).collect::<Vec<_>>(),
        ["secret", "audit_key"]
    );
}

#[tokio::test]
async fn whoever_still_has_the_old_key_writes_nothing_until_they_unlock_again() {
    let mut world = World::new().await;
    let late = world.operator.clone();
    assert!(world.licentia.audit().is_current(&late).await.unwrap());
    world.rotate().await;
    assert!(!world.licentia.audit().is_current(&late).await.unwrap());
    let refused = world.refused(world.licentia.licenses().issue(&late, request("alice"))).await;
    assert!(matches!(refused, Error::Store(StoreError::KeyRotated)), "{refused:?}");
    let refused = world.refused(world.licentia.audit().rotate_key(&late)).await;
    assert!(matches!(refused, Error::Store(StoreError::KeyRotated)), "{refused:?}");
    world.licentia.licenses().issue(&world.unlocked().await, request("alice")).await.unwrap();
    world.assert_verified().await;
}

/// `SQLite` overwrites what an update freed, so that a thief of the file and a passphrase of today finds no old key.
#[tokio::test]
async fn the_old_key_is_gone_from_the_file() {
    let mut world = World::new().await;
    let sealed = || {
        let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
        let read = sql.query_row("SELECT ciphertext FROM secret WHERE purpose = 'log_key'", [], |row| row.get(0));
        read.unwrap()
    };
    let old: Vec<u8> = sealed();
    world.rotate().await;
    world.licentia.clone().close().await;
    let file = std::fs::read(&world.licentia.place().database).unwrap();
    assert!(!file.windows(old.len()).any(|bytes| bytes == old), "the old ciphertext is still there");
    assert!(file.windows(16).any(|bytes| bytes == b"audit.key_rotate"));
}

#[tokio::test]
async fn a_rotation_after_a_change_of_the_passphrase_and_before_one() {
    let mut world = World::new().await;
    world.rotate().await;
    world.licentia.vault().change_passphrase(&world.operator, &passphrase()).await.unwrap();
    world.rotate().await;
    world.operator = world.unlocked().await;
    world.issue("alice").await;
    world.assert_verified().await;
}

#[tokio::test]
async fn keys_that_were_altered_removed_or_swapped_are_named() {
    let edits = [
        ("UPDATE audit_key SET epoch = 9 WHERE rowid = 2", "key_table_altered"),
        ("UPDATE audit_key SET created_at = created_at + 1 WHERE rowid = 3", "key_table_altered"),
        ("UPDATE audit_key SET public_key = zeroblob(32) WHERE rowid = 2", "key_table_altered"),
        ("DELETE FROM audit_key WHERE rowid = 2", "key_table_altered"),
        ("DELETE FROM audit_key WHERE rowid = 3", "key_table_altered"),
        (
            "CREATE TEMP TABLE two AS SELECT * FROM audit_key WHERE rowid = 2;
             UPDATE audit_key SET public_key = zeroblob(32) WHERE rowid = 2;
             UPDATE audit_key SET (public_key, created_at) = (SELECT public_key, created_at FROM two) WHERE rowid = 3;",
            "key_table_altered",
        ),
        ("INSERT INTO audit_key VALUES (zeroblob(16), zeroblob(32), 1, 0)", "key_table_altered"),
    ];
    for (edit, code) in edits {
        let mut world = World::new().await;
        world.rotate().await;
        world.issue("alice").await;
        world.rotate().await;
        world.issue("bob").await;
        world.assert_verified().await;
        world.tamper(&format!("DROP TRIGGER audit_key_no_update; DROP TRIGGER audit_key_no_delete; {edit}"));
        let report = world.verify().await;
        assert!(!report.verified, "{edit}");
        let codes: Vec<_> = report.issues.iter().map(|issue| issue.code).collect();
        assert!(codes.contains(&code), "{edit}: {codes:?}");
    }
}

/// Somebody who knows the passphrase takes the key of today out of the vault.
pub(crate) fn stolen_key(world: &World) -> SigningKey {
    let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
    let log: [u8; 16] = sql.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
    stolen(world, "log_key", log)
}

/// The same with any key.
pub(crate) fn stolen(world: &World, purpose: &str, owner: [u8; 16]) -> SigningKey {
    let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
    let log: [u8; 16] = sql.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
    let envelope = sql.query_row(
        "SELECT memory_kib, iterations, parallelism, salt, wrap_nonce, wrapped_key, canary_nonce, canary FROM vault",
        [],
        |row| {
            Ok(Envelope {
                params: KdfParams {
                    memory_kib: row.get(0)?,
                    iterations: row.get(1)?,
                    parallelism: row.get(2)?,
                    salt: row.get(3)?,
                },
                wrap_nonce: row.get(4)?,
                wrapped_key: row.get(5)?,
                canary_nonce: row.get(6)?,
                canary: row.get(7)?,
            })
        },
    );
    let data = envelope.unwrap().open(&passphrase(), &log).unwrap();
    let (nonce, sealed): ([u8; 24], Vec<u8>) = sql
        .query_row("SELECT nonce, ciphertext FROM secret WHERE purpose = ? AND owner = ?", (purpose, owner), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let owner = uuid::Uuid::from_bytes(owner).to_string();
    let seed = data.open(purpose, &owner, &log, nonce, &sealed).unwrap();
    SigningKey::from_bytes(&seed.as_slice().try_into().unwrap())
}

/// Seals the entries from `from` on again with this key, under another name for the first of them.
fn reseal(world: &World, from: i64, key: &SigningKey) {
    let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
    let triggers: String = sql
        .query_row(
            "SELECT group_concat(sql, '; ') FROM sqlite_schema WHERE name IN ('audit_entry_no_update', 'audit_key_no_update')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    sql.execute_batch("DROP TRIGGER audit_entry_no_update; DROP TRIGGER audit_key_no_update").unwrap();
    let log_id: [u8; 16] = sql.query_row("SELECT id FROM audit_log", [], |row| row.get(0)).unwrap();
    let last: i64 = sql.query_row("SELECT max(seq) FROM audit_entry", [], |row| row.get(0)).unwrap();
    for seq in from..=last {
        let mut fields = sql
            .query_row(
                "SELECT version, id, transaction_id, kind, severity, outcome, actor, actor_kind, target_kind, target_id,
                 recorded_at, clock, payload_hash, effects, (SELECT hash FROM audit_entry WHERE seq = ?1 - 1)
                 FROM audit_entry WHERE seq = ?1",
                [seq],
                |row| {
                    Ok(SealedFields {
                        version: row.get(0)?,
                        log_id,
                        seq,
                        id: row.get(1)?,
                        transaction_id: row.get(2)?,
                        kind: row.get(3)?,
                        severity: row.get(4)?,
                        outcome: row.get(5)?,
                        actor: row.get(6)?,
                        actor_kind: row.get(7)?,
                        target_kind: row.get(8)?,
                        target_id: row.get(9)?,
                        recorded_at: row.get(10)?,
                        clock: row.get(11)?,
                        payload_hash: row.get(12)?,
                        effects: row.get(13)?,
                        key_id: key_id(&key.verifying_key().to_bytes()).to_vec(),
                        previous_hash: row.get(14)?,
                    })
                },
            )
            .unwrap();
        if seq == from {
            fields.actor.insert_str(0, "not ");
        }
        let hash = fields.hash();
        let signature = key.sign(&signed_bytes(&log_id, seq, &hash)).to_bytes();
        sql.execute(
            "UPDATE audit_entry SET actor = ?2, key_id = ?3, previous_hash = ?4, hash = ?5, signature = ?6 WHERE seq = ?1",
            rusqlite::params![seq, fields.actor, fields.key_id, fields.previous_hash, hash, signature],
        )
        .unwrap();
    }
    sql.execute_batch("UPDATE audit_head SET hash = (SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1)").unwrap();
    sql.execute_batch(&triggers).unwrap();
}

async fn places(world: &World, code: &str) -> Vec<(Option<u64>, Option<u64>)> {
    let report = world.verify().await;
    assert!(!report.verified);
    report.issues.iter().filter(|issue| issue.code == code).map(|issue| (issue.seq_from, issue.seq_to)).collect()
}

/// Who steals the key of today can write from today on, and not what was before.
#[tokio::test]
async fn an_old_entry_that_is_sealed_again_with_the_new_key_is_caught() {
    let mut world = World::new().await;
    world.issue("alice").await;
    world.issue("bob").await;
    let rotation = world.rotate().await;
    world.issue("carol").await;
    let stolen = stolen_key(&world);
    reseal(&world, 4, &stolen);
    assert_eq!(rotation, 6);
    assert_eq!(places(&world, "key_misplaced").await, [(Some(4), Some(6))]);
    assert_eq!(places(&world, "signature_invalid").await, [(Some(4), Some(6))]);
}

#[tokio::test]
async fn a_new_entry_that_the_old_key_seals_is_caught() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let old = stolen_key(&world);
    world.rotate().await;
    world.issue("bob").await;
    world.issue("carol").await;
    reseal(&world, 7, &old);
    assert_eq!(places(&world, "key_misplaced").await, [(Some(7), Some(7))]);
    // With the key that was in force there nothing could be told: that is why it is worth to rotate.
    let mut world = World::new().await;
    world.rotate().await;
    world.issue("bob").await;
    let current = stolen_key(&world);
    reseal(&world, 5, &current);
    world.assert_verified().await;
}

/// Somebody rotates the key while a verification is at work, and goes on with the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_during_a_full_verification_is_no_alarm() {
    let world = World::new().await;
    world.issue("alice").await;
    let (licentia, operator, rotations) = (world.licentia.clone(), world.operator.clone(), AtomicUsize::new(0));
    // The entries were walked along, and the rows come next.
    let progress = Arc::new(move |_, _| {
        let rotate = async {
            let changed = licentia.audit().rotate_key(&operator).await.unwrap();
            licentia.licenses().issue(&changed.operator, request("bob")).await.unwrap();
        };
        assert_eq!(rotations.fetch_add(1, Ordering::SeqCst), 0);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(rotate));
    });
    let report = world.licentia.audit().verify(&VerifyRequest::default(), progress).await.unwrap();
    assert_eq!((report.issues, report.entries_checked), (vec![], 6));
}

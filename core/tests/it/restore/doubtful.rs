//! The database in use was tampered with, or is an older copy: what it says is not taken at its word.

use super::from;
use super::lost::{list, lose};
use crate::common::{World, request};
use crate::rotation::stolen;
use licentia_core::audit::Kind;
use licentia_core::{Error, IssueRequest, LicenseStatus, NewIssuer, ReissueRequest, RestoreRequest};

/// What the attacker writes: a new issuer with a key of their own, and its list.
const NEW_ISSUER: &str = "
    INSERT INTO issuer SELECT x'ee000000000000000000000000000000', 'mallory', 'inactive', 'kid of mallory',
        x'0101010101010101010101010101010101010101010101010101010101010101', vendor, 1, status_url, created_at, NULL
        FROM issuer LIMIT 1;
    INSERT INTO status_list VALUES (x'ee000000000000000000000000000001', x'ee000000000000000000000000000000', NULL, 8, 0);
    INSERT INTO status_list_entry VALUES (x'ee000000000000000000000000000002', x'ee000000000000000000000000000000', 'jti',
        x'ee000000000000000000000000000001', 0, 0, 0, NULL, 0, NULL);";

#[tokio::test]
async fn a_database_that_does_not_verify_does_not_tell_everything() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let backup = world.back_up("backup.db").await;
    world.revoke(license.id).await;
    world.tamper("UPDATE status_list_entry SET value = 0");
    let (world, refused) = world.restore(from(&backup)).await;
    assert!(matches!(&refused, Err(Error::NewerStateLost { why }) if why.contains("row_altered")), "{refused:?}");
    let (world, restored) = world.restore(RestoreRequest { force: true, ..from(&backup) }).await;
    let restored = restored.unwrap();
    assert_eq!((restored.abandoned.size, restored.abandoned.verified), (None, Some(false)));
    assert!(!restored.is_complete, "and whoever forced it is told");
    world.assert_verified().await;
}

#[tokio::test]
async fn published_lists_are_used_beside_the_database() {
    for tampered in [true, false] {
        let world = World::new().await;
        let new = NewIssuer { name: "field".to_owned(), status_url: Some("https://s.example".to_owned()) };
        let issuer = world.licentia.issuers().generate(&world.operator, new).await.unwrap();
        let key = stolen(&world, "issuer_key", *issuer.id.0.as_bytes());
        let ask = |subject: &str| IssueRequest { issuer: Some(issuer.id), ..request(subject) };
        let alice = world.try_issue(ask("alice")).await.unwrap();
        let carol = world.try_issue(ask("carol")).await.unwrap();
        let backup = world.back_up("backup.db").await;
        world.licentia.licenses().reissue(&world.operator, carol.id, ReissueRequest::default()).await.unwrap();
        let bob = world.try_issue(ask("bob")).await.unwrap();
        if tampered {
            world.tamper("UPDATE status_list_entry SET value = 0");
        }
        let [at, of_bob, of_carol] = [&alice, &bob, &carol].map(|license| license.status_list.clone().unwrap());
        let published = world.path("published");
        std::fs::create_dir(&published).unwrap();
        let values = [(at.idx, 1), (of_bob.idx, 1), (of_carol.idx, 1)];
        std::fs::write(published.join("list"), list(&issuer, &key, &at.uri, &values)).unwrap();
        let request = RestoreRequest { published: Some(published), ..from(&backup) };
        let (world, restored) = world.restore(request).await;
        let restored = restored.unwrap();
        assert_eq!((restored.carried_from, restored.is_complete), (Some("live and published"), true));
        world.assert_verified().await;
        for license in [&alice, &carol] {
            assert_eq!(world.status(license.id).await, LicenseStatus::Revoked, "{tampered}");
        }
        let back = world.licentia.licenses().import(&world.operator, &bob.token).await.unwrap();
        assert_eq!(back.status, LicenseStatus::Revoked, "{tampered}");
        world.assert_verified().await;
    }
}

#[tokio::test]
async fn what_somebody_wrote_into_the_database_is_not_signed_in() {
    let world = World::new().await;
    let [alice, carol] = [world.issue("alice").await, world.issue("carol").await];
    let spare = world.new_issuer("spare").await;
    world.revoke(carol.id).await;
    let backup = world.back_up("backup.db").await;
    world.revoke(alice.id).await;
    let bob = world.issue("bob").await;
    world.revoke(bob.id).await;
    world.licentia.issuers().retire(&world.operator, spare.id).await.unwrap();
    world.tamper(NEW_ISSUER);
    world.tamper(&format!(
        "UPDATE issuer SET public_key = x'{}', name = 'theirs' WHERE id = x'{}';
         UPDATE status_list_entry SET value = 0 WHERE license_id = x'{}';
         UPDATE revocation SET note = 'forged';",
        "02".repeat(32),
        spare.id.0.simple(),
        carol.id.0.simple()
    ));
    let (world, restored) = world.restore(RestoreRequest { force: true, ..from(&backup) }).await;
    assert_eq!(restored.unwrap().carried, 1, "alice");
    world.assert_verified().await;
    let issuers = world.licentia.issuers().list().await.unwrap();
    let mut names: Vec<_> = issuers.iter().map(|issuer| issuer.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["first", "spare"], "nobody new, and nobody under another name");
    let now = world.licentia.issuers().get(spare.id).await.unwrap();
    assert_eq!(
        (now.status.as_str(), now.public_key),
        ("retired", spare.public_key),
        "but whoever lost a right lost it"
    );
    for license in [&alice, &carol] {
        assert_eq!(world.status(license.id).await, LicenseStatus::Revoked);
    }
    let why = world.licentia.revocations().get(alice.id).await.unwrap().unwrap();
    assert_ne!(why.note.as_deref(), Some("forged"));
    assert_eq!(world.number("SELECT count(*) FROM status_list_remnant"), 1, "the index of bob is revoked");
}

/// Whoever copies an older file over the restored one must not make the log sign two trees under one origin.
#[tokio::test]
async fn no_epoch_is_given_out_twice() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    let (world, restored) = world.restore(from(&backup)).await;
    assert_eq!(restored.unwrap().epoch, 2);
    world.issue("bob").await;
    world.licentia.move_pin().await.unwrap();
    world.clock.advance(60);
    let older = lose(world, |database| assert!(std::fs::copy(&backup, database).unwrap() > 0)).await;
    let again = older.restore(RestoreRequest { force: true, ..from(&backup) }).await.unwrap();
    assert!(again.epoch > 1_000_000_000, "as where it is lost: {}", again.epoch);
    let world = older.found_again().await;
    world.assert_verified().await;

    // Nor what somebody wrote there in the place of an epoch.
    world.clock.advance(60);
    world.issue("carol").await;
    let (id, key) = ("03".repeat(16), "03".repeat(32));
    world.tamper(&format!("INSERT INTO audit_key VALUES (x'{id}', x'{key}', {}, 0)", i64::MAX));
    let before = again.epoch;
    let (world, again) = world.restore(RestoreRequest { force: true, ..from(&backup) }).await;
    let again = again.unwrap().epoch;
    assert!(again > before && again < 2_000_000_000, "{again}");
    world.assert_verified().await;
}

/// Whoever was not asked between two restores of one backup is not stuck.
#[tokio::test]
async fn what_an_abandoned_restore_abandoned_can_be_accepted() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    for subject in ["alice", "bob", "carol"] {
        world.issue(subject).await;
    }
    world.seen_by("theirs").await;
    let (world, first) = world.restore(from(&backup)).await;
    let first = first.unwrap();
    // Twice more: what is passed on is passed on again.
    let (world, second) = world.restore(from(&backup)).await;
    assert_eq!(second.unwrap().abandoned.size, Some(first.seq));
    world.issue("dave").await;
    let (world, third) = world.restore(from(&backup)).await;
    let third = third.unwrap();
    let other = world.as_seen_by("theirs").await;
    let accepted = other.audit().accept(&third.seq.to_string(), World::quiet()).await.unwrap();
    assert_eq!((accepted.pinned_before, accepted.pinned), (6, third.seq));
    let [said] = world.payload(Kind::LogRestored).await.try_into().unwrap();
    let also = said["also_abandoned"].as_array().unwrap();
    assert_eq!(also.len(), 2, "{said}");
    assert!(also.iter().any(|range| range["abandoned_size"] == 6), "{said}");
}

/// The stale file ends before what others saw, and nobody here knows where that ended.
#[tokio::test]
async fn what_an_older_copy_hid_can_be_accepted() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    let stale = world.back_up("stale.db").await;
    for subject in ["bob", "carol"] {
        world.issue(subject).await;
    }
    world.seen_by("theirs").await;
    world.licentia.move_pin().await.unwrap();
    let older = lose(world, |database| assert!(std::fs::copy(&stale, database).unwrap() > 0)).await;
    let restored = older.restore(RestoreRequest { force: true, ..from(&backup) }).await.unwrap();
    let world = older.found_again().await;
    let other = world.as_seen_by("theirs").await;
    other.audit().accept(&restored.seq.to_string(), World::quiet()).await.unwrap();
    let [said] = world.payload(Kind::LogRestored).await.try_into().unwrap();
    assert_eq!((&said["abandoned_size"], &said["shared_size"]), (&serde_json::Value::Null, &0.into()));
}

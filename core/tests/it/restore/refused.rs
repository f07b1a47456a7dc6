//! Restores that do not come about: the database is the one from before.

use super::{actor, from};
use crate::common::{World, ambient, names, passphrase, request};
use licentia_core::audit::Kind;
use licentia_core::secret::Passphrase;
use licentia_core::{Backup, Error, IssueRequest, Licentia, Restore, StoreError};

#[tokio::test]
async fn what_cannot_be_restored_is_refused_and_nothing_changes() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let backup = world.back_up("backup.db").await;
    let same = world.restore(from(&backup)).await;
    world = same.0;
    assert!(matches!(same.1, Err(Error::NothingToAbandon { size: 4, backup: 4 })), "{:?}", same.1);
    world.issue("bob").await;
    let before = world.entries().await;

    let review = world.path("review.db");
    world.licentia.backup(&review, Backup::ForReview, World::quiet()).await.unwrap();
    let other = World::with_seed(2).await;
    let other = other.back_up("other.db").await;
    std::fs::write(world.path("text.db"), "this is no database, and it is long enough for a header").unwrap();
    let tampered = world.path("tampered.db");
    std::fs::copy(&backup, &tampered).unwrap();
    rusqlite::Connection::open(&tampered).unwrap().execute_batch("UPDATE license SET subject = 'mallory'").unwrap();
    let own = world.licentia.place().database.clone();
    for (file, refusal) in [
        (review.as_path(), "BackupWithoutSecrets"),
        (&other, "BackupOfOtherLog"),
        (&world.path("text.db"), "Store"),
        (&world.path("none.db"), "Missing"),
        (&tampered, "BackupNotVerified"),
        (&own, "it is the database itself"),
    ] {
        let (back, refused) = world.restore(from(file)).await;
        world = back;
        let refused = format!("{:?}", refused.unwrap_err());
        assert!(refused.contains(refusal), "{file:?}: {refused}");
        assert_eq!(world.entries().await, before);
        let left = names(world.licentia.place().database.parent().unwrap());
        assert!(left.iter().all(|name| !name.contains("restoring") && !name.contains("abandoned")), "{left:?}");
    }
    world.assert_verified().await;
}

#[tokio::test]
async fn it_takes_the_passphrase_that_the_backup_had() {
    let mut world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.clock.advance(86_400);
    let newer = Passphrase::new("a passphrase of today".to_owned()).unwrap();
    world.licentia.vault().change_passphrase(&world.operator, &newer).await.unwrap();
    let before = world.entries().await;
    let refused = world.restore_with(from(&backup), &newer).await;
    world = refused.0;
    match refused.1 {
        Err(Error::BackupPassphrase { since }) => assert_eq!(since.to_string(), "2026-05-20T14:00:00Z"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.entries().await, before);
    // The one of that time, which holds again afterwards.
    world = world.restore_with(from(&backup), &newer).await.0;
    let (world, restored) = world.restore(from(&backup)).await;
    restored.unwrap();
    world.assert_verified().await;
}

#[tokio::test]
async fn nobody_else_may_have_the_home_open() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    let place = world.licentia.place().clone();
    let refused = Restore::begin(place, ambient(&world.clock, 3), &from(&backup), World::quiet()).await;
    assert!(matches!(refused, Err(Error::Store(StoreError::InUse(_)))), "{refused:?}");
    world.issue("bob").await;
    world.assert_verified().await;
}

/// Whichever statement fails: the database is the one from before, and the next try works.
#[tokio::test]
async fn a_restore_that_fails_at_any_statement_changes_nothing() {
    for k in 0..100 {
        let world = World::new().await;
        let license = world.issue("alice").await;
        let backup = world.back_up("backup.db").await;
        world.revoke(license.id).await;
        let new = world.new_issuer("new").await;
        world.try_issue(IssueRequest { issuer: Some(new.id), ..request("bob") }).await.unwrap();
        let before = world.entries().await;
        let World { licentia, operator, fingerprint, clock, dir } = world;
        let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
        licentia.close().await;
        let restore = Restore::begin(place.clone(), own.clone(), &from(&backup), World::quiet()).await.unwrap();
        restore.faults().fail_after(k);
        let done = restore.finish(&passphrase(), actor()).await;
        let licentia = Licentia::open(place, own).await.unwrap();
        let world = World { licentia, operator, fingerprint, clock, dir };
        world.assert_verified().await;
        if done.is_ok() {
            assert!(k > 5, "only {k} statements");
            let kinds = world.licentia.audit().kinds().await.unwrap();
            for kind in [Kind::IssuerCarryOver, Kind::LicenseCarryOver, Kind::LogRestored] {
                assert!(kinds.iter().any(|known| known == kind.as_str()), "{kind:?}");
            }
            return;
        }
        done.expect_err("a statement failed");
        assert_eq!(world.entries().await, before);
        let (world, done) = world.restore(from(&backup)).await;
        done.unwrap();
        world.assert_verified().await;
    }
    panic!("a restore runs more than a hundred statements");
}

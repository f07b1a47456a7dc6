//! Identities: made, handed out, made anew, deleted; each with its event.

use crate::common::World;
use licentia_core::{Error, Explanation, Noun};

#[tokio::test]
async fn an_identity_is_handed_out_as_the_bytes_that_its_digest_names() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let identity = identities.create(&world.operator, "till").await.unwrap();
    let made = world.last_entry().await;
    assert_eq!((made.kind.as_str(), made.severity.as_str()), ("identity.create", "info"));
    assert_eq!(made.target_id, Some(identity.id.to_string()));
    assert_eq!(made.payload_value()["digest"], identity.digest);

    let bytes = identities.export(&world.operator, identity.id).await.unwrap();
    assert_eq!(bytes.len(), 32);
    assert_eq!(identity.digest, format!("blake3:{}", blake3::hash(&bytes).to_hex()));
    let exported = world.last_entry().await;
    assert_eq!((exported.kind.as_str(), exported.severity.as_str()), ("identity.export", "warning"));
}

#[tokio::test]
async fn regenerating_replaces_the_bytes_and_says_what_they_were_called() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let before = identities.create(&world.operator, "till").await.unwrap();
    let old = identities.export(&world.operator, before.id).await.unwrap();
    world.clock.advance(60);

    let after = identities.regenerate(&world.operator, before.id).await.unwrap();
    assert_eq!((after.identity.id, after.identity.name.as_str(), after.licenses), (before.id, "till", 0));
    assert_ne!(after.identity.digest, before.digest);
    assert_eq!(after.identity.regenerated_at, Some(world.clock.now()));
    let event = world.last_entry().await;
    assert_eq!((event.kind.as_str(), event.severity.as_str()), ("identity.regenerate", "warning"));
    let payload = event.payload_value();
    assert_eq!(payload["old_digest"], before.digest);
    assert_eq!(payload["digest"], after.identity.digest);
    assert_eq!(payload["licenses"], 0);

    let new = identities.export(&world.operator, before.id).await.unwrap();
    assert_ne!(new, old);
    assert_eq!(after.identity.digest, format!("blake3:{}", blake3::hash(&new).to_hex()));
}

#[tokio::test]
async fn a_deleted_identity_stays_in_the_log_only() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let identity = identities.create(&world.operator, "till").await.unwrap();
    identities.delete(&world.operator, identity.id).await.unwrap();
    let event = world.last_entry().await;
    assert_eq!(event.kind, "identity.delete");
    assert_eq!(event.payload_value()["digest"], identity.digest);
    assert!(identities.list().await.unwrap().is_empty());

    let size = world.entries().await;
    let again = identities.delete(&world.operator, identity.id).await;
    assert!(matches!(again, Err(Error::Unknown { noun: Noun::Identity, .. })));
    let export = identities.export(&world.operator, identity.id).await;
    assert!(matches!(export, Err(Error::Unknown { noun: Noun::Identity, .. })));
    assert_eq!(world.entries().await, size);
    identities.create(&world.operator, "till").await.unwrap();
}

#[tokio::test]
async fn an_identity_goes_by_its_name_and_by_either_end_of_its_id() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let till = identities.create(&world.operator, "till").await.unwrap();
    let desk = identities.create(&world.operator, "desk").await.unwrap();
    assert_eq!(identities.list().await.unwrap().len(), 2);
    assert_eq!(identities.resolve("till").await.unwrap(), till);
    assert_eq!(identities.resolve(&desk.id.short()).await.unwrap(), desk);
    assert_eq!(identities.resolve(&desk.id.to_string()).await.unwrap(), desk);
    assert_eq!(identities.usage(desk.id).await.unwrap(), 0);

    let Err(error) = identities.resolve(&till.id.to_string()[..8]).await else { panic!("two ids begin so") };
    assert!(matches!(&error, Error::Ambiguous { candidates, .. } if candidates.len() == 2));
    assert!(Explanation::from(&error).cause.unwrap().contains(&till.id.to_string()));
}

#[tokio::test]
async fn names_are_unique_and_can_be_read() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    identities.create(&world.operator, "till").await.unwrap();
    let size = world.entries().await;
    let taken = identities.create(&world.operator, "till").await;
    assert!(matches!(taken, Err(Error::NameTaken { noun: Noun::Identity, .. })));
    for name in ["", "  ", "a\u{7}b", &"x".repeat(101)] {
        let refused = identities.create(&world.operator, name).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{name:?}");
    }
    assert_eq!(world.entries().await, size);
}

#[tokio::test]
async fn whichever_statement_fails_nothing_is_left_behind() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let identity = identities.create(&world.operator, "till").await.unwrap();
    let size = world.entries().await;
    let mut failed = 0;
    for k in 0.. {
        world.licentia.faults().fail_after(k);
        let done = identities.regenerate(&world.operator, identity.id).await;
        if !world.licentia.faults().disarm() {
            assert!(done.is_err());
            assert_eq!(identities.get(identity.id).await.unwrap(), identity);
            assert_eq!(world.entries().await, size);
            failed += 1;
            continue;
        }
        done.unwrap();
        break;
    }
    assert!(failed >= 5, "only {failed} statements");
    identities.export(&world.operator, identity.id).await.unwrap();
}

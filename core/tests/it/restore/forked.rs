//! Two copies of one log were both gone on from, and each gave out the same index of a list.

use super::from;
use super::lost::lose;
use crate::common::World;
use licentia_core::audit::Kind;
use licentia_core::{Error, LicenseId, LicenseStatus, RestoreRequest};
use std::path::PathBuf;

/// The branch with `bob` as a backup, and a world that went on without him and issued `carol` at his index.
async fn forked() -> (World, PathBuf, LicenseId, LicenseId) {
    let world = World::new().await;
    world.issue("alice").await;
    let base = world.back_up("base.db").await;
    let bob = world.issue("bob").await.id;
    let branch = world.back_up("branch.db").await;
    let lost = lose(world, |database| assert!(std::fs::copy(&base, database).unwrap() > 0)).await;
    let world = lost.found_again().await;
    let carol = world.issue("carol").await.id;
    (world, branch, bob, carol)
}

#[tokio::test]
async fn a_valid_license_of_the_other_branch_comes_along_without_its_index() {
    let (world, branch, bob, carol) = forked().await;
    let token = world.licentia.licenses().get(carol).await.unwrap().token;
    let (world, restored) = world.restore(from(&branch)).await;
    assert_eq!(restored.unwrap().carried, 1);
    world.assert_verified().await;
    let [said] = world.payload(Kind::LicenseCarryOver).await.try_into().unwrap();
    assert_eq!(said["index_shared_with"], bob.to_string());
    assert_eq!(world.status(bob).await, LicenseStatus::Active);
    let back = world.licentia.licenses().import(&world.operator, &token).await.unwrap();
    assert_eq!((back.id, back.status), (carol, LicenseStatus::Active));
    world.assert_verified().await;
}

#[tokio::test]
async fn a_right_that_was_lost_on_the_other_branch_names_both_before_it_is_taken_from_both() {
    let (world, branch, bob, carol) = forked().await;
    let token = world.licentia.licenses().get(carol).await.unwrap().token;
    world.revoke(carol).await;
    let (world, refused) = world.restore(from(&branch)).await;
    match refused {
        Err(Error::IndexGivenTwice { license, holder }) => assert_eq!((license, holder), (carol, bob)),
        other => panic!("{other:?}"),
    }
    let (world, restored) = world.restore(RestoreRequest { force: true, ..from(&branch) }).await;
    assert_eq!(restored.unwrap().carried, 2);
    world.assert_verified().await;
    // Whoever publishes the list has one value for both.
    assert_eq!(world.status(bob).await, LicenseStatus::Revoked);
    let back = world.licentia.licenses().import(&world.operator, &token).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Revoked);
    let mut shared: Vec<_> = world.payload(Kind::LicenseCarryOver).await;
    shared.sort_by_key(|said| said["index_shared_with"].to_string());
    let mut both = [bob.to_string(), carol.to_string()];
    both.sort();
    assert_eq!(shared.iter().map(|said| said["index_shared_with"].as_str().unwrap()).collect::<Vec<_>>(), both);
    world.assert_verified().await;
}

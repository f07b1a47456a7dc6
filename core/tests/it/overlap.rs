//! A reissue whose customer has some days to put the new license in: the old one holds that long.

use crate::common::World;
use crate::restore::from;
use licentia_core::{
    Error, License, LicenseStatus, ReissueRequest, Reissued, Result, StatusValue, Timestamp, value_at,
};

const OVERLAP: u32 = 14;

async fn reissue(world: &World, old: &License, days: u32) -> Result<Reissued> {
    let request = ReissueRequest { overlap: Some(days), ..ReissueRequest::default() };
    world.licentia.licenses().reissue(&world.operator, old.id, request).await
}

/// What a list that is published at a moment would say of a license.
fn published(world: &World, license: &License, at: Timestamp) -> i64 {
    let id = license.id.0.simple().to_string().to_uppercase();
    let column = |name: &str| {
        let sql = format!("SELECT coalesce({name}, -1) FROM status_list_entry WHERE hex(license_id) = '{id}'");
        world.number(&sql)
    };
    let from = Some(column("superseded_from")).filter(|from| *from >= 0).map(Timestamp);
    value_at(StatusValue(column("value")), from, at).0
}

#[tokio::test]
async fn the_old_license_holds_until_the_overlap_is_over() {
    let world = World::new().await;
    let old = world.issue("alice").await;
    let end = world.clock.now().plus_days(OVERLAP.into());
    let reissued = reissue(&world, &old, OVERLAP).await.unwrap();
    assert_eq!((reissued.superseded.status, reissued.superseded_from), (LicenseStatus::Superseded, Some(end)));
    assert_eq!(published(&world, &old, world.clock.now()), 0);
    assert_eq!(published(&world, &old, Timestamp(end.0 - 1)), 0);
    assert_eq!(published(&world, &old, end), 3);
    assert_eq!(published(&world, &reissued.license, end), 0);

    let trail = world.licentia.audit().list_for_target(&old.id.to_string(), None, 1).await.unwrap().items.remove(0);
    assert_eq!(
        (trail.kind.as_str(), trail.payload_value()["superseded_from"].clone()),
        ("license.supersede", end.to_string().into())
    );
    // It was reissued all the same: the chain does not fork.
    assert!(matches!(world.refused(reissue(&world, &old, OVERLAP)).await, Error::SupersededBy { .. }));
    world.assert_verified().await;
}

#[tokio::test]
async fn without_an_overlap_the_old_license_is_superseded_at_once() {
    let world = World::new().await;
    let old = world.issue("alice").await;
    let reissued = world.licentia.licenses().reissue(&world.operator, old.id, ReissueRequest::default()).await.unwrap();
    assert_eq!(reissued.superseded_from, None);
    assert_eq!(published(&world, &old, world.clock.now()), 3);
}

#[tokio::test]
async fn a_revocation_ends_an_overlap_and_taking_it_back_leaves_the_rest() {
    let world = World::new().await;
    let old = world.issue("alice").await;
    let end = world.clock.now().plus_days(OVERLAP.into());
    reissue(&world, &old, OVERLAP).await.unwrap();
    world.revoke(old.id).await;
    assert_eq!(published(&world, &old, world.clock.now()), 1);
    world.licentia.revocations().unrevoke(&world.operator, old.id, None).await.unwrap();
    assert_eq!((published(&world, &old, world.clock.now()), published(&world, &old, end)), (0, 3));
    world.assert_verified().await;
}

#[tokio::test]
async fn what_is_deleted_in_its_overlap_is_valid_in_the_field_and_later_it_is_not() {
    let world = World::new().await;
    for (days, valid) in [(1, true), (OVERLAP, false)] {
        let old = world.issue("alice").await;
        reissue(&world, &old, OVERLAP).await.unwrap();
        world.clock.advance(i64::from(days) * 86_400);
        let deleted = world.licentia.licenses().delete(&world.operator, old.id).await.unwrap();
        assert_eq!(deleted.still_valid_in_the_field, valid, "after {days} days");
    }
    world.assert_verified().await;
}

#[tokio::test]
async fn a_restore_leaves_an_overlap_as_long_as_it_was() {
    let world = World::new().await;
    let (old, revoked) = (world.issue("alice").await, world.issue("bob").await);
    let backup = world.back_up("backup.db").await;
    let end = world.clock.now().plus_days(OVERLAP.into());
    for license in [&old, &revoked] {
        reissue(&world, license, OVERLAP).await.unwrap();
    }
    world.revoke(revoked.id).await;
    let (world, restored) = world.restore(from(&backup)).await;
    restored.unwrap();
    assert_eq!((published(&world, &old, world.clock.now()), published(&world, &old, end)), (0, 3));
    world.licentia.revocations().unrevoke(&world.operator, revoked.id, None).await.unwrap();
    assert_eq!((published(&world, &revoked, world.clock.now()), published(&world, &revoked, end)), (0, 3));
    world.assert_verified().await;
}

#[tokio::test]
async fn an_overlap_is_some_days_and_has_an_end() {
    let world = World::new().await;
    let old = world.issue("alice").await;
    for days in [0, u32::MAX] {
        assert!(matches!(world.refused(reissue(&world, &old, days)).await, Error::Invalid { what: "the overlap", .. }));
    }
    assert_eq!(world.licentia.licenses().get(old.id).await.unwrap(), old);
}

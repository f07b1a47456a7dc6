//! Licenses that stop for the time being, and go on.

use crate::common::World;
use licentia_core::audit::Kind;
use licentia_core::{
    Action, Error, LicenseFilter, LicenseId, LicenseStatus, Licentia, ReasonCode, ReissueRequest, Validity,
};

/// What the status list says of the one license there is.
fn value(world: &World) -> i64 {
    world.number("SELECT value FROM status_list_entry")
}

async fn suspended(licentia: &Licentia) -> Vec<LicenseId> {
    let filter = LicenseFilter { status: Some(LicenseStatus::Suspended), ..LicenseFilter::default() };
    licentia.licenses().list(&filter, None, 10).await.unwrap().items.iter().map(|license| license.id).collect()
}

#[tokio::test]
async fn an_unpaid_license_is_suspended_and_goes_on_when_it_is_paid() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    let note = Some("invoice 4711\nis open".to_owned());
    let stopped = licenses.suspend(&world.operator, license.id, note).await.unwrap();
    assert_eq!((stopped.status, value(&world)), (LicenseStatus::Suspended, 2));
    assert_eq!(stopped, licenses.get(license.id).await.unwrap());
    assert_eq!(suspended(&world.licentia).await, [license.id]);
    let entry = world.last_entry().await;
    assert_eq!((entry.kind.as_str(), entry.severity.as_str()), (Kind::LicenseSuspend.as_str(), "warning"));
    assert_eq!(entry.target_id, Some(license.id.to_string()));
    let payload = entry.payload_value();
    assert_eq!((&payload["note"], &payload["subject"]), (&"invoice 4711\nis open".into(), &"alice".into()));

    let back = licenses.reinstate(&world.operator, license.id).await.unwrap();
    assert_eq!((back, value(&world)), (license, 0), "as if nothing had been");
    assert_eq!(suspended(&world.licentia).await, []);
    assert_eq!(world.last_entry().await.kind, "license.reinstate");
    world.assert_verified().await;
}

#[tokio::test]
async fn a_suspended_license_cannot_be_issued_anew_around_the_suspension() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    licenses.suspend(&world.operator, license.id, None).await.unwrap();
    let anew = world.refused(licenses.reissue(&world.operator, license.id, ReissueRequest::default())).await;
    assert!(matches!(anew, Error::StatusForbids { status: LicenseStatus::Suspended, action: Action::Reissue, .. }));
    let twice = world.refused(licenses.suspend(&world.operator, license.id, None)).await;
    assert!(matches!(twice, Error::StatusForbids { action: Action::Suspend, .. }));
    assert_eq!(value(&world), 2);
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_suspension_or_its_end_is_named() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    let active = world.refused(licenses.reinstate(&world.operator, license.id)).await;
    assert!(matches!(active, Error::StatusForbids { status: LicenseStatus::Active, action: Action::Reinstate, .. }));

    let new = licenses.reissue(&world.operator, license.id, ReissueRequest::default()).await.unwrap().license.id;
    let old = [
        world.refused(licenses.suspend(&world.operator, license.id, None)).await,
        world.refused(licenses.reinstate(&world.operator, license.id)).await,
    ];
    for refusal in old {
        assert!(matches!(refusal, Error::SupersededBy { successor: Some(named), .. } if named == new), "{refusal:?}");
    }
    world.revoke(new).await;
    let revoked = [
        world.refused(licenses.suspend(&world.operator, new, None)).await,
        world.refused(licenses.reinstate(&world.operator, new)).await,
    ];
    for refusal in revoked {
        assert!(matches!(refusal, Error::AlreadyRevoked { reason: Some(ReasonCode::Refund), .. }), "{refusal:?}");
    }
    world.assert_verified().await;
}

#[tokio::test]
async fn a_revocation_that_is_taken_back_leaves_the_suspension() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    licenses.suspend(&world.operator, license.id, None).await.unwrap();
    world.revoke(license.id).await;
    assert_eq!((value(&world), world.number("SELECT prior_value FROM status_list_entry")), (1, 2));
    let back = world.licentia.revocations().unrevoke(&world.operator, license.id, None).await.unwrap();
    assert_eq!((back.status, value(&world)), (LicenseStatus::Suspended, 2));
    let back = licenses.reinstate(&world.operator, license.id).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Active);
    world.assert_verified().await;
}

#[tokio::test]
async fn a_suspended_license_that_is_deleted_comes_back_suspended() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    licenses.suspend(&world.operator, license.id, None).await.unwrap();
    let deleted = licenses.delete(&world.operator, license.id).await.unwrap();
    assert!(!deleted.still_valid_in_the_field, "its list goes on saying that it is suspended");
    assert_eq!(value(&world), 2);
    assert_eq!(licenses.inspect(&license.token).await.unwrap().before, Some(LicenseStatus::Suspended));
    let back = licenses.import(&world.operator, &license.token).await.unwrap();
    assert_eq!((back.id, back.status), (license.id, LicenseStatus::Suspended));
    assert_eq!(licenses.reinstate(&world.operator, license.id).await.unwrap().status, LicenseStatus::Active);
    world.assert_verified().await;
}

#[tokio::test]
async fn what_is_over_can_be_suspended_too_and_its_validity_is_the_clocks() {
    let world = World::new().await;
    let (licenses, license) = (world.licentia.licenses(), world.issue("alice").await);
    world.clock.advance(400 * 86_400);
    let stopped = licenses.suspend(&world.operator, license.id, None).await.unwrap();
    assert_eq!(Validity::of(stopped.not_before, stopped.not_after, world.clock.now()), Validity::Expired);
    assert_eq!(stopped.status, LicenseStatus::Suspended);
}

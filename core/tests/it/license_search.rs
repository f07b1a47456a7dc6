//! Licenses that are looked for: by the end of an id, in lists, by who has them.

use crate::common::{World, request};
use licentia_core::{Error, LicenseCounts, LicenseFilter, LicenseStatus, Term, Validity};

#[tokio::test]
async fn unknown_and_ambiguous_ids_are_refused_and_unique_ends_are_enough() {
    let world = World::new().await;
    let requests = (0..300).map(|n| request(&format!("user {n}"))).collect();
    let licenses = world.licentia.licenses().issue_batch(&world.operator, requests, World::quiet()).await.unwrap();
    let id = licenses[7].id.to_string();
    let find = |text: &str| {
        let text = text.to_owned();
        let world = &world;
        async move { world.licentia.licenses().resolve(&text).await }
    };
    assert_eq!(find(&id).await.unwrap().id, licenses[7].id);
    assert_eq!(find(&licenses[7].id.short()).await.unwrap().id, licenses[7].id);
    assert_eq!(find(&id[20..]).await.unwrap().id, licenses[7].id);
    match find(&id[..8]).await {
        Err(Error::Ambiguous { candidates, .. }) => assert!(candidates.len() > 1),
        other => panic!("{other:?}"),
    }
    for unknown in ["", "zzz", "ffffffff", &"0".repeat(40)] {
        assert!(matches!(find(unknown).await, Err(Error::Unknown { .. })), "{unknown}");
    }
}

#[tokio::test]
async fn lists_filter_by_state_validity_subject_issuer_and_expiry() {
    let world = World::new().await;
    let now = world.clock.now();
    let mut ids = Vec::new();
    for (subject, start, term) in [
        ("Perpetual", None, Term::Perpetual),
        ("later", Some(now.plus_days(5)), Term::Days(10)),
        ("soon", None, Term::Days(10)),
        ("year", None, Term::Days(365)),
        ("gone", None, Term::Days(1)),
    ] {
        let mut wanted = request(subject);
        (wanted.not_before, wanted.term) = (start, term);
        ids.push(world.try_issue(wanted).await.unwrap().id);
    }
    world.revoke(ids[3]).await;
    world.clock.advance(2 * 86_400);
    let subjects = |filter: LicenseFilter| {
        let world = &world;
        async move {
            let mut names = Vec::new();
            let mut after = None;
            loop {
                let page = world.licentia.licenses().list(&filter, after, 1).await.unwrap();
                names.extend(page.items.into_iter().map(|license| license.subject));
                after = page.next;
                if after.is_none() {
                    return names;
                }
            }
        }
    };
    let any = LicenseFilter::default;
    assert_eq!(subjects(any()).await, ["gone", "year", "soon", "later", "Perpetual"]);
    let by = |validity| LicenseFilter { validity: Some(validity), ..any() };
    assert_eq!(subjects(by(Validity::Expired)).await, ["gone"]);
    assert_eq!(subjects(by(Validity::Expiring)).await, ["soon"]);
    assert_eq!(subjects(by(Validity::Valid)).await, ["year", "Perpetual"]);
    assert_eq!(subjects(by(Validity::NotYetValid)).await, ["later"]);
    let revoked = LicenseFilter { status: Some(LicenseStatus::Revoked), ..any() };
    assert_eq!(subjects(revoked).await, ["year"]);
    assert_eq!(subjects(LicenseFilter { subject: Some("PERP".to_owned()), ..any() }).await, ["Perpetual"]);
    assert_eq!(subjects(LicenseFilter { expiring_within_days: Some(9), ..any() }).await, ["soon"]);
    let both = LicenseFilter { validity: Some(Validity::Expired), expiring_within_days: Some(9), ..any() };
    assert!(subjects(both).await.is_empty(), "expired, and expiring from now on: nothing is both");
    let counts = world.licentia.licenses().counts(world.clock.now()).await.unwrap();
    let expected =
        LicenseCounts { active: 4, revoked: 1, expired: 1, expiring: 1, not_yet_valid: 1, ..LicenseCounts::default() };
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn a_list_goes_on_after_a_license_that_was_deleted_meanwhile() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(world.issue(&format!("user {n}")).await.id);
    }
    world.licentia.licenses().delete(&world.operator, ids[2]).await.unwrap();
    let page = world.licentia.licenses().list(&LicenseFilter::default(), Some(ids[2]), 10).await.unwrap();
    assert_eq!(page.items.iter().map(|license| license.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
}

#[tokio::test]
async fn whoever_has_an_active_license_is_found_by_the_whole_subject() {
    let world = World::new().await;
    let licenses = world.licentia.licenses();
    let (old, revoked) = (world.issue("alice").await, world.issue("alice").await);
    world.revoke(revoked.id).await;
    world.issue("alice@example.com").await;
    let new = world.issue("alice").await;
    let found = licenses.active_for("alice", 5).await.unwrap();
    assert_eq!(found.iter().map(|license| license.id).collect::<Vec<_>>(), [new.id, old.id]);
    assert_eq!(licenses.active_for("alice", 1).await.unwrap().len(), 1);
    assert_eq!(licenses.active_for("ALICE", 5).await.unwrap(), []);
}

//! Revocations on their way into the field, and back.

use crate::common::{World, names, request};
use licentia_core::{Error, Issuer, License, LicenseId, NewIssuer, Publication, PublishRequest};
use licentia_license::{Evidence, TrustedKeys, Verified};
use serde_json::json;

impl World {
    async fn field_issuer(&self, name: &str) -> Issuer {
        let new = NewIssuer { name: name.to_owned(), status_url: Some("https://s.example/lists".to_owned()) };
        self.licentia.issuers().generate(&self.operator, new).await.unwrap()
    }

    async fn issue_by(&self, issuer: &Issuer, subject: &str) -> License {
        let ask = licentia_core::IssueRequest { issuer: Some(issuer.id), ..request(subject) };
        self.try_issue(ask).await.unwrap()
    }

    fn to_publish(&self) -> PublishRequest {
        PublishRequest { directory: self.path("www"), valid_for: 30 * 86_400, ttl: 43_200 }
    }

    async fn publish(&self) -> Publication {
        self.licentia.revocations().publish(&self.operator, self.to_publish()).await.unwrap()
    }

    async fn delete(&self, license: LicenseId) {
        self.licentia.licenses().delete(&self.operator, license).await.unwrap();
    }

    /// What a product makes of a license with the list that it fetches.
    async fn in_the_field(&self, license: &License) -> Result<Verified, String> {
        let keys = self.licentia.issuers().export_jwks().await.unwrap().to_string();
        let keys = TrustedKeys::from_text(&keys).unwrap();
        let now = self.clock.now().seconds();
        let uri = &license.status_list.as_ref().unwrap().uri;
        let file = uri.strip_prefix("https://s.example/lists/").unwrap();
        let list = std::fs::read_to_string(self.path("www").join(file)).unwrap();
        let evidence = Evidence::new().audience("app").status_list(&list).require_status_list();
        licentia_license::License::verify(&license.token, &keys, &evidence, now)
            .usable()
            .map_err(|why| why.code().to_owned())
    }
}

#[tokio::test]
async fn a_product_learns_of_a_revocation_from_a_file_and_of_its_end_from_the_next() {
    let world = World::new().await;
    let issuer = world.field_issuer("field").await;
    let [alice, bob, gone] = ["alice", "bob", "gone"];
    let [alice, bob, gone] =
        [world.issue_by(&issuer, alice).await, world.issue_by(&issuer, bob).await, world.issue_by(&issuer, gone).await];
    world.publish().await;
    assert_eq!(world.in_the_field(&alice).await.unwrap().unchecked, []);

    world.revoke(alice.id).await;
    world.revoke(gone.id).await;
    world.delete(gone.id).await;
    let renewed = world
        .licentia
        .licenses()
        .reissue(&world.operator, bob.id, licentia_core::ReissueRequest::default())
        .await
        .unwrap()
        .license;
    world.in_the_field(&alice).await.expect("nobody told the product yet");
    let published = world.publish().await;
    assert_eq!(world.in_the_field(&alice).await.unwrap_err(), "revoked");
    assert_eq!(world.in_the_field(&gone).await.unwrap_err(), "revoked", "a deleted license stays revoked");
    assert_eq!(world.in_the_field(&bob).await.unwrap_err(), "superseded");
    world.in_the_field(&renewed).await.unwrap();
    let [list] = published.lists.as_slice() else { panic!("{published:?}") };
    assert_eq!((list.revoked, list.suspended, list.superseded), (2, 0, 1));

    world.licentia.revocations().unrevoke(&world.operator, alice.id, None).await.unwrap();
    world.publish().await;
    world.in_the_field(&alice).await.unwrap();
    world.assert_verified().await;

    world.clock.advance(30 * 86_400 + 120);
    assert_eq!(world.in_the_field(&alice).await.unwrap_err(), "status_list_stale");
    world.publish().await;
    world.in_the_field(&alice).await.unwrap();
}

#[tokio::test]
async fn the_event_names_the_files_and_each_is_dated_later_than_the_last() {
    let world = World::new().await;
    let (first, second) = (world.field_issuer("one").await, world.field_issuer("two").await);
    // An issuer without a license has no list yet, and one without an address has none that could be published.
    world.field_issuer("idle").await;
    world.issue("unreachable").await;
    let alice = world.issue_by(&first, "alice").await;
    let bob = world.issue_by(&second, "bob").await;
    world.licentia.issuers().retire(&world.operator, second.id).await.unwrap();
    world.revoke(bob.id).await;
    world.clock.advance(86_400);

    let published = world.publish().await;
    assert_eq!(published.lists.len(), 2);
    assert_eq!(world.in_the_field(&bob).await.unwrap_err(), "revoked", "a retired issuer goes on signing its lists");
    world.in_the_field(&alice).await.unwrap();
    let mut files: Vec<_> = published.lists.iter().map(|list| list.file.clone()).collect();
    files.sort();
    assert_eq!(names(&world.path("www")), files, "and nothing else");
    for list in &published.lists {
        let path = world.path("www").join(&list.file);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), list.blake3);
        assert_eq!(u64::try_from(bytes.len()).unwrap(), list.bytes);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644, "a web server is another user");
        }
    }
    let entry = world.last_entry().await;
    assert_eq!(entry.kind, "revocation.publish");
    assert_eq!(entry.payload_value()["lists"], json!(published.lists));

    // Twice within a second, and with a clock that was set back.
    let again = world.publish().await;
    assert_eq!(again.issued_at.seconds(), published.issued_at.seconds() + 1);
    world.clock.advance(-3_600);
    let back = world.publish().await;
    assert_eq!(back.issued_at.seconds(), again.issued_at.seconds() + 1);
    assert_eq!(world.in_the_field(&alice).await.unwrap_err(), "status_list_not_yet_valid");
    world.clock.advance(7_200);
    assert_eq!(world.publish().await.issued_at, world.clock.now());
    assert_eq!(names(&world.path("www")), files, "replaced, and nothing left beside them");
    world.assert_verified().await;
}

#[tokio::test]
async fn what_cannot_be_published_changes_nothing() {
    let world = World::new().await;
    world.issue("unreachable").await;
    let revocations = world.licentia.revocations();
    let refused = world.refused(revocations.publish(&world.operator, world.to_publish())).await;
    assert!(matches!(refused, Error::NothingToPublish), "{refused:?}");
    assert!(!world.path("www").exists());
    let issuer = world.field_issuer("field").await;
    let alice = world.issue_by(&issuer, "alice").await;
    for (valid_for, ttl) in [(0, 1), (60, 0), (60, 61), (i64::MAX, 1), (-1, -1)] {
        let ask = PublishRequest { valid_for, ttl, ..world.to_publish() };
        let refused = world.refused(revocations.publish(&world.operator, ask)).await;
        assert!(matches!(refused, Error::Invalid { .. }), "{refused:?}");
    }
    std::fs::write(world.path("file"), "").unwrap();
    let ask = PublishRequest { directory: world.path("file"), ..world.to_publish() };
    let refused = world.refused(revocations.publish(&world.operator, ask)).await;
    assert!(matches!(refused, Error::Io { .. }), "{refused:?}");

    // What is published stays as it is when the next one fails before its event.
    world.publish().await;
    world.tamper("UPDATE status_list SET uri = 'https://s.example/lists/..' WHERE uri IS NOT NULL");
    let refused = world.refused(revocations.publish(&world.operator, world.to_publish())).await;
    assert!(matches!(refused, Error::Store(_)), "{refused:?}");
    world.in_the_field(&alice).await.unwrap();
    assert_eq!(names(&world.path("www")).len(), 1);
}

/// A license whose row was lost with the newer state has no entry of ours, and its index is in our list all the same.
#[tokio::test]
async fn a_license_that_came_back_with_its_file_can_be_revoked_in_the_field() {
    let world = World::new().await;
    let issuer = world.field_issuer("field").await;
    world.issue_by(&issuer, "alice").await;
    let backup = world.back_up("backup.db").await;
    let [bob, carol] = [world.issue_by(&issuer, "bob").await, world.issue_by(&issuer, "carol").await];
    world.revoke(bob.id).await;
    world.publish().await;
    let published = Some(world.path("www"));
    let request = licentia_core::RestoreRequest { file: backup, published, force: false };
    let world = world.lost_and_restored(request).await;

    let back = world.licentia.licenses().import(&world.operator, &carol.token).await.unwrap();
    world.clock.advance(60);
    world.publish().await;
    assert_eq!(world.in_the_field(&bob).await.unwrap_err(), "revoked", "all that is left of bob is his index");
    world.in_the_field(&carol).await.unwrap();
    world.revoke(back.id).await;
    world.publish().await;
    assert_eq!(world.in_the_field(&carol).await.unwrap_err(), "revoked");
    world.assert_verified().await;
}

#[tokio::test]
async fn a_product_honours_a_suspension_and_its_end() {
    let world = World::new().await;
    let issuer = world.field_issuer("field").await;
    let alice = world.issue_by(&issuer, "alice").await;
    let licenses = world.licentia.licenses();
    licenses.suspend(&world.operator, alice.id, None).await.unwrap();
    world.publish().await;
    assert_eq!(world.in_the_field(&alice).await.unwrap_err(), "suspended");
    licenses.reinstate(&world.operator, alice.id).await.unwrap();
    world.publish().await;
    world.in_the_field(&alice).await.unwrap();
}

#[tokio::test]
async fn a_license_that_was_reissued_with_an_overlap_is_honoured_until_that_is_over() {
    let world = World::new().await;
    let issuer = world.field_issuer("field").await;
    let [alice, bob] = [world.issue_by(&issuer, "alice").await, world.issue_by(&issuer, "bob").await];
    let licenses = world.licentia.licenses();
    for license in [&alice, &bob] {
        let ask = licentia_core::ReissueRequest { overlap: Some(2), ..licentia_core::ReissueRequest::default() };
        licenses.reissue(&world.operator, license.id, ask).await.unwrap();
    }
    world.clock.advance(86_400);
    world.publish().await;
    world.in_the_field(&alice).await.expect("a day is left");
    world.revoke(bob.id).await;
    world.publish().await;
    assert_eq!(world.in_the_field(&bob).await.unwrap_err(), "revoked", "that waits for nothing");
    world.clock.advance(86_400);
    world.publish().await;
    assert_eq!(world.in_the_field(&alice).await.unwrap_err(), "superseded");
}

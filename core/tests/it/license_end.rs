//! Licenses that are revoked, given back, deleted, and that return.

use crate::bindings::bound;
use crate::common::World;
use licentia_core::{Error, LicenseStatus, Origin, ReasonCode, ReissueRequest, RevokeRequest};

#[tokio::test]
async fn a_foreign_license_is_taken_in_under_a_public_key_and_stays_revoked_when_it_returns() {
    let (vendor, world) = (World::with_seed(2).await, World::new().await);
    let foreign = vendor.issue("alice").await;
    let unknown = world.refused(world.licentia.licenses().import(&world.operator, &foreign.token)).await;
    assert!(matches!(unknown, Error::UnknownKey { .. }));

    let issuer = vendor.licentia.issuers().active().await.unwrap().unwrap();
    let pem = vendor.licentia.issuers().export_public_pem(issuer.id).await.unwrap();
    let key = licentia_core::ImportKey { text: &pem, name: Some("elsewhere".to_owned()), passphrase: None };
    let known = world.licentia.issuers().import(&world.operator, key).await.unwrap();
    assert!(!known.can_sign);
    let cannot = world.refused(world.licentia.issuers().set_active(&world.operator, known.id)).await;
    assert!(matches!(cannot, Error::IssuerCannotSign { .. }));

    let text = licentia_core::Licenses::armored(&foreign);
    let license = world.licentia.licenses().import(&world.operator, &text).await.unwrap();
    assert_eq!((license.origin, license.status), (Origin::Imported, LicenseStatus::Active));
    let twice = world.refused(world.licentia.licenses().import(&world.operator, &text)).await;
    assert!(matches!(twice, Error::LicenseKnown { .. }));
    let mut broken = foreign.token.clone();
    broken.replace_range(broken.len() - 5..broken.len() - 4, "_");
    assert!(world.licentia.licenses().import(&world.operator, &broken).await.is_err());

    world.revoke(license.id).await;
    world.licentia.licenses().delete(&world.operator, license.id).await.unwrap();
    let returned = world.licentia.licenses().import(&world.operator, &text).await.unwrap();
    assert_eq!((returned.id, returned.status), (license.id, LicenseStatus::Revoked));
    world.licentia.revocations().unrevoke(&world.operator, returned.id, None).await.unwrap();
    world.assert_verified().await;
}

#[tokio::test]
async fn deleting_takes_the_row_and_leaves_the_trail() {
    let world = World::new().await;
    let license = world.try_issue(bound("alice")).await.unwrap();
    let machines = world.licentia.licenses().machines(license.id).await.unwrap();
    world.revoke(license.id).await;
    let deleted = world.licentia.licenses().delete(&world.operator, license.id).await.unwrap();
    assert!(!deleted.still_valid_in_the_field);
    for table in ["license", "revocation", "machine", "totp_secret", "secret WHERE purpose = 'totp'"] {
        assert_eq!(world.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(world.number("SELECT value FROM status_list_entry"), 1, "it stays revoked in the field");
    let payload = world.last_entry().await.payload_value();
    assert_eq!(payload["license_uuid"], license.id.to_string());
    assert_eq!(payload["subject"], "alice");
    assert_eq!(payload["old_status"], "revoked");
    let digest = blake3::hash(machines[0].to_json().as_bytes()).to_hex();
    let said = serde_json::json!([{ "label": "laptop", "fingerprint_digest": format!("blake3:{digest}") }]);
    assert_eq!(payload["machines"], said, "which machine it was stays in the log, and not how to pretend to be it");
    let trail = world.licentia.audit().list_for_target(&license.id.to_string(), None, 10).await.unwrap().items;
    let kinds: Vec<_> = trail.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["license.delete", "license.revoke", "totp.create", "license.issue"]);

    let returned = world.licentia.licenses().import(&world.operator, &license.token).await.unwrap();
    assert_eq!((returned.id, returned.status), (license.id, LicenseStatus::Revoked));
    world.assert_verified().await;
}

#[tokio::test]
async fn deleting_an_active_license_says_that_it_stays_valid_and_can_revoke_it_first() {
    let world = World::new().await;
    let (one, other) = (world.issue("one").await, world.issue("other").await);
    assert!(world.licentia.licenses().delete(&world.operator, one.id).await.unwrap().still_valid_in_the_field);
    let deleted = world.licentia.licenses().revoke_and_delete(&world.operator, other.id).await.unwrap();
    assert!(!deleted.still_valid_in_the_field);
    let values = |id: licentia_core::LicenseId| {
        world.number(&format!(
            "SELECT value FROM status_list_entry WHERE hex(license_id) = '{}'",
            id.0.simple().to_string().to_uppercase()
        ))
    };
    assert_eq!((values(one.id), values(other.id)), (0, 1));
    world.assert_verified().await;
}

#[tokio::test]
async fn revoking_and_unrevoking_go_back_to_what_the_license_was() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let not_revoked = world.refused(world.licentia.revocations().unrevoke(&world.operator, license.id, None)).await;
    assert!(matches!(not_revoked, Error::NotRevoked { status: LicenseStatus::Active, .. }));
    world.licentia.licenses().reissue(&world.operator, license.id, ReissueRequest::default()).await.unwrap();

    let request = RevokeRequest {
        license: license.id,
        reason: ReasonCode::KeyCompromise,
        note: Some("laptop stolen\nsee ticket 7".to_owned()),
    };
    let revoked = world.licentia.revocations().revoke(&world.operator, request.clone()).await.unwrap();
    assert_eq!(revoked.license.status, LicenseStatus::Revoked);
    let payload = world.last_entry().await.payload_value();
    assert_eq!(
        (payload["reason"].as_str(), payload["note"].as_str()),
        (Some("key_compromise"), Some("laptop stolen\nsee ticket 7"))
    );
    let twice = world.refused(world.licentia.revocations().revoke(&world.operator, request)).await;
    assert!(matches!(twice, Error::AlreadyRevoked { reason: Some(ReasonCode::KeyCompromise), .. }));

    let back =
        world.licentia.revocations().unrevoke(&world.operator, license.id, Some("found".to_owned())).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Superseded, "what it was before");
    assert_eq!(world.number("SELECT count(*) FROM revocation"), 0);
    world.assert_verified().await;
}

#[tokio::test]
async fn revocations_page_newest_first() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for n in 0..5 {
        let license = world.issue(&format!("user {n}")).await;
        world.clock.advance(60);
        world.revoke(license.id).await;
        expected.insert(0, license.id);
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = world.licentia.revocations().list(after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.license.id);
        found.extend(page.iter().map(|revoked| revoked.license.id));
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_inspection_knows_as_what_a_deleted_license_would_come_back() {
    let world = World::new().await;
    let licenses = world.licentia.licenses();
    let license = world.issue("alice").await;
    assert_eq!(licenses.inspect(&license.token).await.unwrap().before, None, "it is here");
    licenses.revoke_and_delete(&world.operator, license.id).await.unwrap();
    let found = licenses.inspect(&license.token).await.unwrap();
    assert_eq!((found.known, found.before), (None, Some(LicenseStatus::Revoked)));
}

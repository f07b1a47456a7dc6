//! Licenses from their issue to their end, and every rule on the way.

use crate::common::{World, request};
use licentia_core::audit::{AuditFilter, Kind};
use licentia_core::{ClearField, Error, LicenseStatus, ReasonCode, ReissueRequest, Term};
use licentia_license::{Evidence, License, TrustedKeys};

#[tokio::test]
async fn an_issued_license_verifies_with_nothing_but_the_exported_keys() {
    let world = World::new().await;
    let license = world.issue("alice@example.com").await;

    let jwks = world.licentia.issuers().export_jwks().await.unwrap().to_string();
    let keys = TrustedKeys::from_text(&jwks).unwrap();
    let now = world.clock.now().seconds();
    let verified = License::verify(&license.token, &keys, &Evidence::new().audience("app"), now).usable().unwrap();
    assert_eq!(verified.claims.sub, "alice@example.com");
    assert_eq!(verified.claims.jti, license.id.to_string());
    assert_eq!(verified.claims.status, None, "this issuer has no status address");
    assert_eq!(license.status_list, None);

    let event = world.last_entry().await;
    assert_eq!((event.kind.as_str(), event.target_id), ("license.issue", Some(license.id.to_string())));
    let payload: serde_json::Value = serde_json::from_str(event.payload.as_deref().unwrap()).unwrap();
    assert_eq!(payload["subject"], "alice@example.com");
    assert_eq!(payload["not_after"], license.not_after.unwrap().to_string());
    assert_eq!(event.actor, "mathieu@build7");
}

#[tokio::test]
async fn a_full_status_list_is_followed_by_another() {
    let world = World::new().await;
    world.issue("first").await;
    world.tamper("UPDATE status_list SET capacity = 3");
    let requests = (0..4).map(|n| request(&format!("user {n}"))).collect();
    world.licentia.licenses().issue_batch(&world.operator, requests, World::quiet()).await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM status_list"), 2);
    assert_eq!(world.number("SELECT count(DISTINCT list_id || ':' || idx) FROM status_list_entry"), 5);
}

#[tokio::test]
async fn a_reissue_inherits_everything_and_both_events_share_a_transaction() {
    let world = World::new().await;
    let mut first = request("alice");
    first.features = vec!["export".to_owned()];
    first.limits.insert("seats".to_owned(), licentia_core::Limit::Number(5));
    first.payload = Some(serde_json::json!({"tier": "gold"}));
    let old = world.licentia.licenses().issue(&world.operator, first).await.unwrap().license;
    world.clock.advance(86_400);
    let change = ReissueRequest { features: Some(vec!["import".to_owned()]), ..ReissueRequest::default() };
    let reissued = world.licentia.licenses().reissue(&world.operator, old.id, change).await.unwrap();
    let new = &reissued.license;
    assert_eq!(new.not_after, old.not_after, "the absolute expiry");
    assert_eq!((&new.limits, &new.payload, &new.audience), (&old.limits, &old.payload, &old.audience));
    assert_eq!(new.features.0, ["import"]);
    assert_eq!(new.replaces, Some(old.id));
    assert_eq!(reissued.superseded.status, LicenseStatus::Superseded);

    let page = world.licentia.audit().list(&AuditFilter::default(), None, 2).await.unwrap().items;
    let kinds: Vec<_> = page.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, [Kind::LicenseReissue.as_str(), Kind::LicenseSupersede.as_str()]);
    assert_eq!(page[0].transaction_id, page[1].transaction_id);
    assert_eq!(page[0].payload_value()["replaces"], old.id.to_string());
    assert_eq!(page[1].payload_value()["superseded_by"], new.id.to_string());

    let cleared = ReissueRequest {
        clear: vec![ClearField::Expires, ClearField::Payload, ClearField::Limits],
        ..ReissueRequest::default()
    };
    let third = world.licentia.licenses().reissue(&world.operator, new.id, cleared).await.unwrap().license;
    assert_eq!((third.not_after, third.payload.clone(), third.limits.0.len()), (None, None, 0));
    for any in [old.id, new.id, third.id] {
        let chain: Vec<_> = world.licentia.licenses().history(any).await.unwrap().iter().map(|l| l.id).collect();
        assert_eq!(chain, [old.id, new.id, third.id]);
    }
}

#[tokio::test]
async fn a_refused_reissue_names_the_successor_or_the_reason() {
    let world = World::new().await;
    let old = world.issue("alice").await;
    let again = || world.licentia.licenses().reissue(&world.operator, old.id, ReissueRequest::default());
    let successor = again().await.unwrap().license;
    match world.refused(again()).await {
        Error::SupersededBy { successor: Some(named), .. } => assert_eq!(named, successor.id),
        other => panic!("{other:?}"),
    }
    world.revoke(successor.id).await;
    let revoked = world.licentia.licenses().reissue(&world.operator, successor.id, ReissueRequest::default());
    match world.refused(revoked).await {
        Error::AlreadyRevoked { reason: Some(ReasonCode::Refund), .. } => {}
        other => panic!("{other:?}"),
    }
    // The successor was deleted since: it cannot be named, and the refusal stands.
    world.licentia.licenses().delete(&world.operator, successor.id).await.unwrap();
    assert!(matches!(world.refused(again()).await, Error::SupersededBy { successor: None, .. }));
}

#[tokio::test]
async fn an_expired_license_is_reissued_only_with_a_new_term() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    world.clock.advance(400 * 86_400);
    let same = world.licentia.licenses().reissue(&world.operator, license.id, ReissueRequest::default());
    assert!(matches!(world.refused(same).await, Error::WouldBeExpired { .. }));
    let renewed = ReissueRequest { term: Some(Term::Days(30)), ..ReissueRequest::default() };
    let renewed = world.licentia.licenses().reissue(&world.operator, license.id, renewed).await.unwrap().license;
    assert_eq!(renewed.not_after, Some(world.clock.now().plus_days(30)));
}

#[tokio::test]
async fn expiry_comes_after_start_and_after_now() {
    let world = World::new().await;
    let now = world.clock.now();
    let mut wrong = request("alice");
    wrong.term = Term::Until(now.plus_days(1));
    wrong.not_before = Some(now.plus_days(1));
    assert!(matches!(world.refused(world.try_issue(wrong.clone())).await, Error::Invalid { .. }));
    wrong.not_before = None;
    wrong.term = Term::Until(now.plus_days(-1));
    assert!(matches!(world.refused(world.try_issue(wrong.clone())).await, Error::WouldBeExpired { .. }));
    wrong.term = Term::Days(0);
    assert!(matches!(world.refused(world.try_issue(wrong.clone())).await, Error::Invalid { .. }));
    wrong.term = Term::Days(u32::MAX);
    assert!(matches!(world.refused(world.try_issue(wrong)).await, Error::Invalid { .. }));

    let mut later = request("later");
    later.not_before = Some(now.plus_days(10));
    later.term = Term::Days(5);
    let later = world.try_issue(later).await.unwrap();
    assert_eq!(later.not_after, Some(now.plus_days(15)), "days count from the start");
    let mut past = request("begun long ago");
    past.not_before = Some(now.plus_days(-10));
    past.term = Term::Days(9);
    assert!(matches!(world.refused(world.try_issue(past)).await, Error::WouldBeExpired { .. }));
}

#[tokio::test]
async fn hostile_subjects_are_taken_whole_or_refused_with_a_reason() {
    let world = World::new().await;
    for accepted in ["👩‍🚀🚀", "אליס", "a\u{202e}b", "ünï", "'; DROP TABLE license; --", &"x".repeat(1_000)]
    {
        let license = world.try_issue(request(accepted)).await.unwrap();
        assert_eq!(world.licentia.licenses().get(license.id).await.unwrap().subject, accepted);
    }
    let long = "x".repeat(10_000);
    for refused in ["", "   ", "a\0b", "a\u{1b}[31mb", "two\nlines", long.as_str()] {
        match world.refused(world.try_issue(request(refused))).await {
            Error::Invalid { what, why } => assert!(what == "the subject" && !why.is_empty(), "{what}: {why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_batch_is_all_or_nothing_and_names_every_request_that_is_wrong() {
    let world = World::new().await;
    let mut requests: Vec<_> = (0..10).map(|n| request(&format!("user {n}"))).collect();
    requests[3].subject.clear();
    requests[7].term = Term::Days(0);
    let refused = world.licentia.licenses().issue_batch(&world.operator, requests.clone(), World::quiet());
    match world.refused(refused).await {
        Error::Batch(errors) => assert_eq!(errors.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 7]),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.number("SELECT count(*) FROM license"), 0);
    requests.retain(|request| !request.subject.is_empty() && request.term != Term::Days(0));
    let before = world.entries().await;
    let issued = world.licentia.licenses().issue_batch(&world.operator, requests, World::quiet()).await.unwrap();
    assert_eq!(issued.len(), 8);
    assert_eq!(world.entries().await, before + 8, "an event for each");
    assert_eq!(world.number("SELECT count(DISTINCT transaction_id) FROM audit_entry"), 2);
    let empty = world.licentia.licenses().issue_batch(&world.operator, Vec::new(), World::quiet());
    assert!(matches!(world.refused(empty).await, Error::Invalid { .. }));
    world.assert_verified().await;
}

/// While a batch is being signed, somebody else issues: the indices that were drawn are taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_lost_the_race_for_its_indices_is_signed_again() {
    let world = World::new().await;
    world.issue("before").await;
    let (rival, operator) = (world.licentia.clone(), world.operator.clone());
    let handle = tokio::runtime::Handle::current();
    let raced = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = std::sync::Arc::clone(&raced);
    let progress: licentia_core::Progress = std::sync::Arc::new(move |_, _| {
        if !flag.swap(true, std::sync::atomic::Ordering::SeqCst) {
            handle.block_on(rival.licenses().issue(&operator, request("rival"))).unwrap();
        }
    });
    let requests = (0..100).map(|n| request(&format!("user {n}"))).collect();
    let issued = world.licentia.licenses().issue_batch(&world.operator, requests, progress).await.unwrap();
    assert_eq!(issued.len(), 100);
    assert_eq!(world.number("SELECT count(DISTINCT idx) FROM status_list_entry"), 102);
    world.assert_verified().await;
}

#[tokio::test]
async fn the_successor_of_an_imported_license_is_held_to_the_same_unknown_identity() {
    let (vendor, world) = (World::with_seed(2).await, World::new().await);
    let identity = vendor.licentia.identities().create(&vendor.operator, "pin").await.unwrap();
    let mut wanted = request("alice");
    wanted.identity = Some(identity.id);
    let foreign = vendor.try_issue(wanted).await.unwrap();
    let issuer = vendor.licentia.issuers().active().await.unwrap().unwrap();
    let pem = vendor.licentia.issuers().export_public_pem(issuer.id).await.unwrap();
    let key = licentia_core::ImportKey { text: &pem, name: None, passphrase: None };
    world.licentia.issuers().import(&world.operator, key).await.unwrap();
    let license = world.licentia.licenses().import(&world.operator, &foreign.token).await.unwrap();
    let named = |token: &str| licentia_license::inspect(token).unwrap().claims.identity;

    let next = world.licentia.licenses().reissue(&world.operator, license.id, ReissueRequest::default()).await.unwrap();
    assert_eq!(named(&next.license.token), Some(identity.digest));
    let cleared = ReissueRequest { clear: vec![ClearField::Identity], ..ReissueRequest::default() };
    let last = world.licentia.licenses().reissue(&world.operator, next.license.id, cleared).await.unwrap();
    assert_eq!(named(&last.license.token), None);
}

#[tokio::test]
async fn numbers_in_a_payload_stay_what_they_are_through_every_change() {
    let world = World::new().await;
    let mut wanted = request("alice");
    let payload = serde_json::from_str(
        r#"{"a":0.1,"b":1.1e-7,"c":123456.78901234567,"d":4.35,"e":-0.0,"f":18446744073709551615}"#,
    );
    wanted.payload = Some(payload.unwrap());
    let license = world.try_issue(wanted.clone()).await.unwrap();
    let signed = licentia_license::inspect(&license.token).unwrap().claims.payload;
    assert_eq!(signed, wanted.payload);
    world.revoke(license.id).await;
    let back = world.licentia.revocations().unrevoke(&world.operator, license.id, None).await.unwrap();
    assert_eq!(back.payload, wanted.payload);
    assert_eq!(world.licentia.licenses().get(license.id).await.unwrap().payload, wanted.payload);
}

#[tokio::test]
async fn a_license_goes_to_a_new_file_and_comes_back_from_it() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let (licenses, path) = (world.licentia.licenses(), world.path("alice.lic"));
    licenses.save(license.id, &path).await.unwrap();
    assert_eq!(licenses.read_file(&path).await.unwrap(), licentia_core::Licenses::armored(&license));
    assert!(matches!(licenses.save(license.id, &path).await, Err(Error::FileExists(_))));

    let database = &world.licentia.place().database;
    let link = world.path("link");
    std::fs::hard_link(database, &link).unwrap();
    for ours in [database, &link] {
        assert!(matches!(licenses.read_file(ours).await, Err(Error::Invalid { .. })), "its locks would be lost");
    }
    assert!(matches!(licenses.read_file(world.dir.path()).await, Err(Error::Invalid { .. })));
    assert!(matches!(licenses.read_file(&world.path("none")).await, Err(Error::Io { .. })));
    std::fs::write(world.path("large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    assert!(matches!(licenses.read_file(&world.path("large")).await, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn a_token_is_taken_apart_as_it_is() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let decoded = licentia_core::Licenses::decoded(&license.token).unwrap();
    assert_eq!(decoded.header["typ"], "licentia+jwt");
    assert_eq!((decoded.claims["sub"].as_str(), decoded.claims.contains_key("nbf")), (Some("alice"), false));
    assert!(licentia_core::Licenses::decoded("a.b.c").is_err());
}

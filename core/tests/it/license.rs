//! Licenses from their issue to their end, and every rule on the way.

use crate::common::{World, request};
use licentia_core::audit::{AuditFilter, Kind};
use licentia_core::{
    ClearField, Error, LicenseCounts, LicenseFilter, LicenseStatus, NewIssuer, Origin, ReasonCode, ReissueRequest,
    RevokeRequest, Term, Validity,
};
use licentia_license::{Expectation, TrustedKeys};

#[tokio::test]
async fn an_issued_license_verifies_with_nothing_but_the_exported_keys() {
    let world = World::new().await;
    let license = world.issue("alice@example.com").await;

    let jwks = world.licentia.issuers().export_jwks().await.unwrap().to_string();
    let keys = TrustedKeys::from_text(&jwks).unwrap();
    let now = world.clock.now().seconds();
    let verified = licentia_license::verify(&license.token, &keys, &Expectation::new("app", now)).unwrap();
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
async fn a_status_address_goes_into_every_license_of_its_issuer() {
    let world = World::new().await;
    let new = NewIssuer { name: "second".to_owned(), status_url: Some("https://lic.example/status/".to_owned()) };
    let issuer = world.licentia.issuers().generate(&world.operator, new).await.unwrap();
    let mut indices = Vec::new();
    let mut addresses = Vec::new();
    for n in 0..20 {
        let mut request = request(&format!("user {n}"));
        request.issuer = Some(issuer.id);
        let at = world.licentia.licenses().issue(&world.operator, request).await.unwrap().status_list.unwrap();
        indices.push(at.idx);
        addresses.push(at.uri);
    }
    addresses.dedup();
    assert_eq!(addresses.len(), 1);
    assert!(addresses[0].starts_with("https://lic.example/status/"), "{addresses:?}");
    let in_order = indices.clone();
    indices.sort_unstable();
    indices.dedup();
    assert_eq!(indices.len(), 20, "no index twice");
    assert_ne!(in_order, indices, "indices do not tell how many licenses were sold in between");
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
async fn at_most_one_issuer_is_active_and_the_event_names_the_one_before() {
    let world = World::new().await;
    let first = world.licentia.issuers().active().await.unwrap().unwrap();
    let second = world.new_issuer("second").await;
    let second = world.licentia.issuers().set_active(&world.operator, second.id).await.unwrap();
    let payload = world.last_entry().await.payload_value();
    assert_eq!(payload["previous"], first.id.to_string());
    assert_eq!(world.licentia.issuers().active().await.unwrap(), Some(second.clone()));
    assert_eq!(world.number("SELECT count(*) FROM issuer WHERE status = 'active'"), 1);

    let again = world.refused(world.licentia.issuers().set_active(&world.operator, second.id)).await;
    assert!(matches!(again, Error::IssuerAlreadyActive { .. }));
}

#[tokio::test]
async fn a_retired_issuer_signs_no_new_license_and_its_old_ones_still_verify() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let issuer = world.licentia.issuers().active().await.unwrap().unwrap();
    world.licentia.issuers().retire(&world.operator, issuer.id).await.unwrap();

    let nobody = world.refused(world.licentia.licenses().issue(&world.operator, request("bob"))).await;
    assert!(matches!(nobody, Error::NoActiveIssuer));
    let mut named = request("bob");
    named.issuer = Some(issuer.id);
    let retired = world.refused(world.licentia.licenses().issue(&world.operator, named)).await;
    assert!(matches!(retired, Error::IssuerRetired { .. }));
    let back = world.refused(world.licentia.issuers().set_active(&world.operator, issuer.id)).await;
    assert!(matches!(back, Error::IssuerRetired { .. }));
    assert!(world.licentia.licenses().inspect(&license.token).await.unwrap().invalid.is_none());

    // The successor of a license of a retired issuer is signed by the active one.
    let second = world.new_issuer("second").await;
    world.licentia.issuers().set_active(&world.operator, second.id).await.unwrap();
    let reissued =
        world.licentia.licenses().reissue(&world.operator, license.id, ReissueRequest::default()).await.unwrap();
    assert_eq!(reissued.license.issuer_id, second.id);
}

#[tokio::test]
async fn an_issuer_whose_license_was_deleted_cannot_be_deleted_either() {
    let world = World::new().await;
    let issuer = world.licentia.issuers().active().await.unwrap().unwrap();
    let license = world.issue("alice").await;
    world.licentia.licenses().delete(&world.operator, license.id).await.unwrap();
    let refused = world.refused(world.licentia.issuers().delete(&world.operator, issuer.id)).await;
    assert!(matches!(refused, Error::IssuerInUse { .. }));

    let unused = world.new_issuer("unused").await;
    world.licentia.issuers().delete(&world.operator, unused.id).await.unwrap();
    assert_eq!(world.last_entry().await.payload_value()["name"], "unused");
    assert!(matches!(world.licentia.issuers().get(unused.id).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn a_reissue_inherits_everything_and_both_events_share_a_transaction() {
    let world = World::new().await;
    let mut first = request("alice");
    first.features = vec!["export".to_owned()];
    first.limits.insert("seats".to_owned(), licentia_core::Limit::Number(5));
    first.payload = Some(serde_json::json!({"tier": "gold"}));
    let old = world.licentia.licenses().issue(&world.operator, first).await.unwrap();
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
    let license = world.issue("alice").await;
    world.revoke(license.id).await;
    world.give_totp(license.id);
    let deleted = world.licentia.licenses().delete(&world.operator, license.id).await.unwrap();
    assert!(!deleted.still_valid_in_the_field);
    for table in ["license", "revocation", "totp_secret", "secret WHERE purpose = 'totp'"] {
        assert_eq!(world.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(world.number("SELECT value FROM status_list_entry"), 1, "it stays revoked in the field");
    let payload = world.last_entry().await.payload_value();
    assert_eq!(payload["license_uuid"], license.id.to_string());
    assert_eq!(payload["subject"], "alice");
    assert_eq!(payload["old_status"], "revoked");
    let trail = world.licentia.audit().list_for_target(&license.id.to_string(), None, 10).await.unwrap().items;
    let kinds: Vec<_> = trail.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["license.delete", "license.revoke", "license.issue"]);

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
async fn a_foreign_key_speaks_for_one_vendor_and_never_for_us() {
    let (vendor, world) = (World::with_seed(2).await, World::new().await);
    let foreign = vendor.issue("alice").await;
    let issuer = vendor.licentia.issuers().active().await.unwrap().unwrap();
    let pem = vendor.licentia.issuers().export_public_pem(issuer.id).await.unwrap();
    let key = licentia_core::ImportKey { text: &pem, name: Some("elsewhere".to_owned()), passphrase: None };
    let known = world.licentia.issuers().import(&world.operator, key).await.unwrap();

    let trusts = |token: String| {
        let world = &world;
        async move {
            let jwks = world.licentia.issuers().export_jwks().await.unwrap().to_string();
            let keys = TrustedKeys::from_text(&jwks).unwrap();
            licentia_license::verify_signature(&token, &keys).is_ok()
        }
    };
    assert!(!trusts(foreign.token.clone()).await, "an unbound key vouches for nothing");
    world.licentia.licenses().import(&world.operator, &foreign.token).await.unwrap();
    let bound = world.licentia.issuers().get(known.id).await.unwrap();
    assert_eq!(bound.vendor.as_deref(), Some("https://vendor2.example"));
    assert!(trusts(foreign.token.clone()).await);
    world.assert_verified().await;
}

#[tokio::test]
async fn a_license_of_ours_under_a_foreign_key_is_taken_in_and_lets_that_key_speak_for_nobody() {
    let (other, world) = (World::with_seed(2).await, World::new().await);
    let claims = {
        let mut claims = licentia_license::inspect(&other.issue("alice").await.token).unwrap().claims;
        claims.iss = world.licentia.vault().vendor().await.unwrap();
        claims
    };
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let token = licentia_license::sign(&claims, &key).unwrap();
    let pem = licentia_license::PublicKey::from_bytes(key.verifying_key().as_bytes()).unwrap().to_pem();
    let import = licentia_core::ImportKey { text: &pem, name: Some("partner".to_owned()), passphrase: None };
    let issuer = world.licentia.issuers().import(&world.operator, import).await.unwrap();
    world.licentia.licenses().import(&world.operator, &token).await.unwrap();
    assert_eq!(world.licentia.issuers().get(issuer.id).await.unwrap().vendor, None);
    let jwks = world.licentia.issuers().export_jwks().await.unwrap().to_string();
    let refused = licentia_license::verify_signature(&token, &TrustedKeys::from_text(&jwks).unwrap()).unwrap_err();
    assert_eq!(refused.code(), "issuer_mismatch");
}

#[tokio::test]
async fn an_id_is_never_taken_for_the_name_of_another() {
    let world = World::new().await;
    let first = world.licentia.issuers().active().await.unwrap().unwrap();
    let (whole, shown) = (first.id.to_string(), first.id.short());
    world.new_issuer(&whole).await;
    let by_end = world.new_issuer(&shown).await;
    world.new_issuer("2026").await;
    let find = |text: String| {
        let world = &world;
        async move { world.licentia.issuers().resolve(&text).await }
    };
    assert_eq!(find(whole).await.unwrap().id, first.id, "a whole id is an id");
    assert!(matches!(find(shown).await, Err(Error::Ambiguous { .. })), "nobody knows which was meant");
    assert_eq!(find(by_end.id.to_string()).await.unwrap().id, by_end.id);
    assert_eq!(find("2026".to_owned()).await.unwrap().name, "2026");
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

#[tokio::test]
async fn a_token_is_taken_apart_as_it_is() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let decoded = licentia_core::Licenses::decoded(&license.token).unwrap();
    assert_eq!(decoded.header["typ"], "licentia+jwt");
    assert_eq!((decoded.claims["sub"].as_str(), decoded.claims.contains_key("nbf")), (Some("alice"), false));
    assert!(licentia_core::Licenses::decoded("a.b.c").is_err());
}

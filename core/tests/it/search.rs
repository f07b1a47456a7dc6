//! Searching as a service: whole pages, saved filters, and an index that is never evidence.

use crate::common::World;
use licentia_core::audit::{AuditFilter, AuditSearch, CountBy, IssueSeverity, VerifyRequest};
use licentia_core::{Error, Explanation, StoreError};

async fn search(world: &World, query: &str) -> Vec<u64> {
    let audit = world.licentia.audit();
    let query = Some(audit.understand(query).await.unwrap());
    let search = AuditSearch { filter: AuditFilter::default(), query };
    audit.search(&search, None, 100).await.unwrap().items.iter().map(|entry| entry.seq).collect()
}

/// Three licenses, one of them revoked for a refund: entries 4 to 7.
async fn lived_in() -> World {
    let world = World::new().await;
    for subject in ["alice@example.com", "bob@example.com", "carol@example.com"] {
        let license = world.issue(subject).await;
        if subject.starts_with("bob") {
            world.revoke(license.id).await;
        }
    }
    world
}

#[tokio::test]
async fn an_answer_is_the_same_wherever_the_index_is() {
    let world = lived_in().await;
    let audit = world.licentia.audit();
    let expected: [(&str, &[u64]); 6] = [
        ("refund", &[6]),
        ("refnd~1", &[6]),
        ("bob AND NOT kind:license.revoke", &[5]),
        ("payload.reason:refund OR alice@example.com", &[6, 4]),
        ("\"example com\" kind:license.issue", &[7, 5, 4]),
        ("created_at:[now-1h TO now] AND kind:vault.*", &[1]),
    ];
    for reached in [0, 3, 5, 100] {
        audit.follow_with_index(reached).await.unwrap();
        for (query, seqs) in expected {
            assert_eq!(search(&world, query).await, seqs, "{query} with an index that got {reached} further");
        }
    }
    assert_eq!(audit.index_state().await.unwrap().behind(), 0);
    let everything = AuditSearch::default();
    let counts = audit.count(&everything, CountBy::Kind).await.unwrap();
    assert!(counts.contains(&("license.issue".to_owned(), 3)), "{counts:?}");
}

#[tokio::test]
async fn a_filter_and_a_query_are_joined_and_pages_are_whole() {
    let world = lived_in().await;
    let audit = world.licentia.audit();
    let filter = AuditFilter { kinds: vec!["license.*".to_owned()], ..AuditFilter::default() };
    let query = Some(audit.understand("NOT payload.reason:refund").await.unwrap());
    let search = AuditSearch { filter, query };
    let first = audit.search(&search, None, 2).await.unwrap();
    assert_eq!(first.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [7, 5]);
    let second = audit.search(&search, first.next, 2).await.unwrap();
    assert_eq!((second.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), second.next), (vec![4], None));
    let (newer, last) = audit.newer(&search, 4).await.unwrap();
    assert_eq!((newer.iter().map(|entry| entry.seq).collect::<Vec<_>>(), last), (vec![5, 7], 7));
}

#[tokio::test]
async fn a_saved_filter_is_a_change_with_an_event() {
    let world = lived_in().await;
    let (audit, operator) = (world.licentia.audit(), &world.operator);
    audit.save_filter(operator, "refunds", "payload.reason:refnd").await.unwrap();
    audit.save_filter(operator, "refunds", " payload.reason:refund ").await.unwrap();
    let entry = world.last_entry().await;
    assert_eq!((entry.kind.as_str(), entry.target_id.as_deref()), ("filter.save", Some("refunds")));
    assert_eq!(entry.payload_value()["query"], "payload.reason:refund");
    assert_eq!(entry.payload_value()["previous"], "payload.reason:refnd");
    assert_eq!(search(&world, "@refunds").await, [6]);
    assert_eq!(audit.filters().await.unwrap().len(), 1);

    for name in ["", "two words", "a@b", &"x".repeat(65)] {
        let error = world.refused(audit.save_filter(operator, name, "x")).await;
        assert!(matches!(error, Error::Invalid { .. }), "{name}: {error:?}");
    }
    let error = world.refused(audit.save_filter(operator, "wrong", "knd:x")).await;
    assert!(matches!(error, Error::Query(_)), "{error:?}");

    audit.delete_filter(operator, "refunds").await.unwrap();
    assert_eq!(world.last_entry().await.kind, "filter.delete");
    let error = world.refused(audit.delete_filter(operator, "refunds")).await;
    assert!(matches!(error, Error::NoSuchFilter { .. }), "{error:?}");
    let error = audit.understand("@refunds").await.unwrap_err();
    assert!(Explanation::from(&error).hint.unwrap().contains("filter list"), "{error:?}");
    let report = audit.verify(&VerifyRequest::default(), World::quiet()).await.unwrap();
    assert!(report.verified, "{:?}", report.issues);
}

#[tokio::test]
async fn a_tampered_index_is_no_word_against_the_log_and_is_told_all_the_same() {
    for tampering in [
        // Damaged, emptied, and emptied of one word.
        "UPDATE audit_search_data SET block = x'00'",
        "INSERT INTO audit_search (audit_search) VALUES ('delete-all')",
        "INSERT INTO audit_search (audit_search, rowid, words) VALUES ('delete', 6, 'refund')",
    ] {
        let world = lived_in().await;
        let audit = world.licentia.audit();
        audit.follow_with_index(u64::MAX).await.unwrap();
        let report = audit.verify(&VerifyRequest::default(), World::quiet()).await.unwrap();
        assert!(report.verified && report.issues.is_empty(), "{:?}", report.issues);

        world.tamper(tampering);
        let report = audit.verify(&VerifyRequest::default(), World::quiet()).await.unwrap();
        let codes: Vec<_> = report.issues.iter().map(|issue| (issue.code, issue.severity)).collect();
        assert!(report.verified, "{tampering}: {:?}", report.issues);
        assert!(codes.contains(&("search_index_stale", IssueSeverity::Notice)), "{tampering}: {codes:?}");
        assert!(codes.iter().all(|(code, _)| *code == "search_index_stale"), "{tampering}: {codes:?}");

        audit.drop_index().await.unwrap();
        audit.follow_with_index(u64::MAX).await.unwrap();
        assert_eq!(search(&world, "refund").await, [6], "{tampering}");
        let report = audit.verify(&VerifyRequest::default(), World::quiet()).await.unwrap();
        assert!(report.verified && report.issues.is_empty(), "{tampering}: {:?}", report.issues);
    }
}

#[tokio::test]
async fn who_can_only_read_searches_without_writing() {
    let world = lived_in().await;
    let reader =
        licentia_core::Licentia::open_for_reading(world.licentia.place().clone(), world.licentia.ambient().clone())
            .await
            .unwrap();
    let state = reader.audit().follow_with_index(100).await.unwrap();
    assert_eq!((state.reached, state.size), (0, 7));
    assert!(matches!(reader.audit().drop_index().await, Err(Error::Store(StoreError::ReadOnly))));
    let query = Some(reader.audit().understand("refund").await.unwrap());
    let found = reader.audit().search(&AuditSearch { query, ..AuditSearch::default() }, None, 10).await.unwrap();
    assert_eq!(found.items.len(), 1);
    reader.close().await;
}

#[tokio::test]
async fn what_several_things_are_called_is_the_target_of_none() {
    let world = World::new().await;
    let license = world.issue("alice").await;
    let issuer = world.licentia.issuers().active().await.unwrap().unwrap();
    let target = async |text: &str| world.licentia.target(text).await;
    assert_eq!(target(&license.id.to_string().to_uppercase()).await.unwrap(), license.id.to_string());
    assert_eq!(target(&issuer.name).await.unwrap(), issuer.id.to_string());
    assert_eq!(target("nothing here").await.unwrap(), "nothing here", "the log may know it");

    let identity = world.licentia.identities().create(&world.operator, &issuer.name).await.unwrap();
    let Err(Error::AmbiguousTarget { candidates, .. }) = target(&issuer.name).await else { panic!() };
    assert_eq!(candidates, [format!("issuer {}", issuer.id), format!("identity {}", identity.id)]);
}

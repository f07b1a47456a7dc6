//! Key files looked at before they are taken in, what issuers were used for, pages of identities and tokens, files.

use crate::common::{World, names};
use licentia_core::{Error, ImportKey, IssueRequest, IssuerUse, LicenseFilter, NewIssuer, NewProbe, UsedIdentity};
use std::sync::Arc;

#[tokio::test]
async fn a_key_is_looked_at_without_being_taken_in() {
    let world = World::new().await;
    let elsewhere = World::with_seed(2).await;
    let other = elsewhere.licentia.issuers().list().await.unwrap().remove(0);
    let pem = elsewhere.licentia.issuers().export_public_pem(other.id).await.unwrap();
    let jwk = elsewhere.licentia.issuers().export_public_jwk(other.id).await.unwrap().to_string();
    let issuers = world.licentia.issuers();
    for text in [&pem, &jwk] {
        let facts = issuers.inspect_key(text, None).await.unwrap();
        assert_eq!((facts.kid.as_str(), facts.can_sign, facts.known), (other.kid.as_str(), false, None));
    }
    assert_eq!(issuers.list().await.unwrap().len(), 1);

    let key = ImportKey { text: &jwk, name: Some("partner".to_owned()), passphrase: None };
    let taken = issuers.import(&world.operator, key).await.unwrap();
    assert_eq!((taken.kid.as_str(), taken.can_sign), (other.kid.as_str(), false));
    assert_eq!(issuers.inspect_key(&pem, None).await.unwrap().known, Some(taken));
    assert!(matches!(issuers.inspect_key("no key", None).await, Err(Error::KeyFile(_))));
}

#[tokio::test]
async fn an_issuer_says_what_it_was_used_for() {
    let world = World::new().await;
    let issuers = world.licentia.issuers();
    let new = NewIssuer { name: "spare".to_owned(), status_url: None };
    let spare = issuers.generate(&world.operator, new).await.unwrap();
    let first = issuers.resolve("first").await.unwrap();
    for number in 0..3 {
        let request = crate::common::request(&format!("customer {number}"));
        world.licentia.licenses().issue(&world.operator, request).await.unwrap();
    }
    let gone = world.licentia.licenses().list(&LicenseFilter::default(), None, 1).await.unwrap().items.remove(0);
    world.licentia.licenses().delete(&world.operator, gone.id).await.unwrap();
    let used = IssuerUse { status_lists: 1, signed: 3, in_use: true };
    assert_eq!(issuers.usage(first.id).await.unwrap(), used);
    let unused = IssuerUse { status_lists: 0, signed: 0, in_use: false };
    assert_eq!(issuers.usage(spare.id).await.unwrap(), unused);
}

#[tokio::test]
async fn identities_and_tokens_come_page_by_page_the_newest_first() {
    let world = World::new().await;
    for number in 0..5 {
        world.licentia.identities().create(&world.operator, &format!("till {number}")).await.unwrap();
        let new = NewProbe { label: format!("machine {number}"), ttl_seconds: 60 };
        world.licentia.probes().new_token(&world.operator, new).await.unwrap();
        world.clock.advance(1);
    }
    let till = world.licentia.identities().resolve("till 3").await.unwrap();
    let request = crate::common::request("bound");
    let request = IssueRequest { identity: Some(till.id), ..request };
    world.licentia.licenses().issue(&world.operator, request).await.unwrap();

    let (mut identities, mut after) = (vec![], None);
    loop {
        let page = world.licentia.identities().page(after, 2).await.unwrap();
        assert!(page.items.len() <= 2 && !page.items.iter().any(|row| row.more));
        identities.extend(page.items.into_iter().map(|row| (row.identity.name, row.licenses)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected = [("till 4", 0), ("till 3", 1), ("till 2", 0), ("till 1", 0), ("till 0", 0)];
    assert_eq!(identities, expected.map(|(name, licenses)| (name.to_owned(), licenses)));

    let first = world.licentia.probes().page(None, 3).await.unwrap();
    let rest = world.licentia.probes().page(first.next, 3).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 2, None));
    let paged: Vec<_> = first.items.into_iter().chain(rest.items).collect();
    assert_eq!(paged, world.licentia.probes().collect(Some).await.unwrap());
}

#[tokio::test]
async fn no_token_is_left_out_however_many_there_are() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    for number in 0..203 {
        let new = NewProbe { label: format!("machine {number}"), ttl_seconds: 60 };
        probes.new_token(&world.operator, new).await.unwrap();
    }
    let labels = probes.collect(|probe| Some(probe.label)).await.unwrap();
    assert_eq!(labels, (0..203).rev().map(|number| format!("machine {number}")).collect::<Vec<_>>());
    let some = probes.collect(|probe| probe.label.ends_with("e 0").then_some(probe.label)).await.unwrap();
    assert_eq!(some, ["machine 0"]);
}

#[tokio::test]
async fn a_list_counts_the_licenses_of_an_identity_only_so_far() {
    let world = World::new().await;
    let studio = world.licentia.identities().create(&world.operator, "studio").await.unwrap();
    let bound = |subject: &str| IssueRequest { identity: Some(studio.id), ..crate::common::request(subject) };
    let requests = |count: u64| (0..count).map(|number| bound(&format!("customer {number}"))).collect();
    let progress = || Arc::new(|_, _| ());
    let licenses = world.licentia.licenses();
    licenses.issue_batch(&world.operator, requests(UsedIdentity::MOST_COUNTED), progress()).await.unwrap();
    let row = world.licentia.identities().page(None, 10).await.unwrap().items.remove(0);
    assert_eq!((row.licenses, row.more), (1_000, false));
    licenses.issue(&world.operator, bound("one more")).await.unwrap();
    let row = world.licentia.identities().page(None, 10).await.unwrap().items.remove(0);
    assert_eq!((row.licenses, row.more), (1_000, true));
    assert_eq!(world.licentia.identities().usage(studio.id).await.unwrap(), 1_001);
}

#[tokio::test]
async fn an_identity_goes_to_a_new_file_or_stays_in_the_vault() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let till = identities.create(&world.operator, "till").await.unwrap();
    let out = world.path("out");
    std::fs::create_dir(&out).unwrap();
    let path = out.join("till.key");
    identities.export_to(&world.operator, till.id, &path).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(till.digest, format!("blake3:{}", blake3::hash(&bytes).to_hex()));
    assert_eq!(world.last_entry().await.kind, "identity.export");

    let size = world.entries().await;
    let again = identities.export_to(&world.operator, till.id, &path).await;
    assert!(matches!(again, Err(Error::FileExists(_))));
    let nowhere = identities.export_to(&world.operator, till.id, &out.join("none/till.key")).await;
    assert!(matches!(nowhere, Err(Error::Io { .. })));
    assert_eq!(world.entries().await, size, "what did not leave the vault is not recorded as having left");
    assert!(matches!(world.licentia.save_new(&path, b"x"), Err(Error::FileExists(_))));
    world.licentia.save_new(&out.join("key.pem"), b"text").unwrap();
    assert_eq!(names(&out), ["key.pem", "till.key"]);
}

//! The keys that sign: which is active, which is retired, and for whom one speaks.

use crate::common::{World, request};
use licentia_core::{Error, NewIssuer, ReissueRequest};
use licentia_license::TrustedKeys;

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
        let at = world.licentia.licenses().issue(&world.operator, request).await.unwrap().license.status_list.unwrap();
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

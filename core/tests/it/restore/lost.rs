//! The disk took the database, or an older copy is in its place: what can still be known of the time since the backup.

use super::{actor, from, unlock};
use crate::common::{Clock, START, World, passphrase, request};
use crate::rotation::stolen;
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use licentia_core::{
    Ambient, Error, Issuer, LicenseStatus, Licentia, Place, PublishedError, Restore, RestoreRequest, Restored, Result,
};
use std::path::Path;

/// The disk takes the database, and whoever it belonged to is left with a backup.
pub(super) async fn lose(world: World, how: impl FnOnce(&Path)) -> Lost {
    let World { licentia, operator: _, fingerprint, clock, dir } = world;
    let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
    licentia.close().await;
    how(&place.database);
    Lost { place, own, fingerprint, clock, dir }
}

pub(super) struct Lost {
    place: Place,
    own: Ambient,
    fingerprint: String,
    clock: Clock,
    dir: tempfile::TempDir,
}

impl Lost {
    pub(super) async fn restore(&self, request: RestoreRequest) -> Result<Restored> {
        let restore = Restore::begin(self.place.clone(), self.own.clone(), &request, World::quiet()).await?;
        restore.finish(&passphrase(), actor()).await
    }

    pub(super) async fn found_again(self) -> World {
        let Self { place, own, fingerprint, clock, dir } = self;
        let licentia = Licentia::open(place, own).await.unwrap();
        World { operator: unlock(&licentia).await, licentia, fingerprint, clock, dir }
    }
}

impl World {
    /// The database is gone, and a backup takes its place.
    pub(crate) async fn lost_and_restored(self, request: RestoreRequest) -> Self {
        let lost = lose(self, |database| std::fs::remove_file(database).unwrap()).await;
        lost.restore(request).await.unwrap();
        lost.found_again().await
    }
}

#[tokio::test]
async fn a_lost_database_needs_the_published_lists_or_force() {
    let half = |database: &Path| {
        let mut bytes = std::fs::read(database).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0xa5);
        std::fs::write(database, bytes).unwrap();
    };
    let gone = |database: &Path| std::fs::remove_file(database).unwrap();
    let text = |database: &Path| std::fs::write(database, "what was here before is lost").unwrap();
    for how in [&half as &dyn Fn(&Path), &gone, &text] {
        let world = World::new().await;
        world.issue("alice").await;
        world.licentia.move_pin().await.unwrap();
        let backup = world.back_up("backup.db").await;
        world.issue("bob").await;
        let other = World::with_seed(2).await;
        let other = other.back_up("other.db").await;
        let lost = lose(world, how).await;
        let refused = lost.restore(from(&backup)).await;
        assert!(matches!(refused, Err(Error::NewerStateLost { .. })), "{refused:?}");
        // The pin knows which log it was.
        let refused = lost.restore(RestoreRequest { force: true, ..from(&other) }).await;
        assert!(matches!(refused, Err(Error::BackupOfOtherLog { .. })), "{refused:?}");
        let restored = lost.restore(RestoreRequest { force: true, ..from(&backup) }).await.unwrap();
        assert_eq!((restored.abandoned.size, restored.carried_from, restored.forced), (None, None, true));
        assert!(restored.epoch > 1_000_000_000, "nobody knows how many were lost: {}", restored.epoch);
        let world = lost.found_again().await;
        world.licentia.check_pin().await.unwrap();
        world.assert_verified().await;
    }
}

/// A status list as it is published: two bits for each index, the lowest first.
pub(super) fn list(issuer: &Issuer, key: &SigningKey, uri: &str, values: &[(u64, u8)]) -> String {
    let mut bytes = vec![0_u8; 1 << 18];
    for (idx, value) in values {
        bytes[usize::try_from(idx / 4).unwrap()] |= value << (idx % 4 * 2);
    }
    token(issuer, key, "statuslist+jwt", uri, &bytes)
}

fn token(issuer: &Issuer, key: &SigningKey, typ: &str, uri: &str, bytes: &[u8]) -> String {
    token_of(issuer, key, typ, uri, bytes, &START.seconds().into())
}

fn token_of(issuer: &Issuer, key: &SigningKey, typ: &str, uri: &str, bytes: &[u8], iat: &serde_json::Value) -> String {
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let header = serde_json::json!({ "alg": "EdDSA", "typ": typ, "kid": issuer.kid });
    let packed = encode(&miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9));
    let claims = serde_json::json!({ "sub": uri, "iat": iat, "status_list": { "bits": 2, "lst": packed } });
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let signature = encode(&key.sign(signed.as_bytes()).to_bytes());
    format!("{signed}.{signature}")
}

#[tokio::test]
async fn published_lists_say_who_lost_a_right_where_the_database_is_lost() {
    let world = World::new().await;
    let new = licentia_core::NewIssuer { name: "field".to_owned(), status_url: Some("https://s.example".to_owned()) };
    let issuer = world.licentia.issuers().generate(&world.operator, new).await.unwrap();
    let key = stolen(&world, "issuer_key", *issuer.id.0.as_bytes());
    let ask = |subject: &str| licentia_core::IssueRequest { issuer: Some(issuer.id), ..request(subject) };
    let alice = world.try_issue(ask("alice")).await.unwrap();
    let kept = world.try_issue(ask("kept")).await.unwrap();
    let backup = world.back_up("backup.db").await;
    let [bob, carol] = [world.try_issue(ask("bob")).await.unwrap(), world.try_issue(ask("carol")).await.unwrap()];
    let [at, of_bob] = [&alice, &bob].map(|license| license.status_list.clone().unwrap());
    let lost = lose(world, |database| std::fs::remove_file(database).unwrap()).await;

    let published = lost.dir.path().join("published");
    std::fs::create_dir(&published).unwrap();
    let ask = || RestoreRequest { published: Some(published.clone()), ..from(&backup) };
    let refused = lost.restore(ask()).await;
    assert!(
        matches!(&refused, Err(Error::Published(PublishedError::Missing { uri })) if *uri == at.uri),
        "{refused:?}"
    );
    let good = list(&issuer, &key, &at.uri, &[(at.idx, 1), (of_bob.idx, 1)]);
    let other = SigningKey::from_bytes(&[9; 32]);
    let mut tampered = good.clone();
    tampered.insert(good.find('.').unwrap() + 9, 'A');
    let stranger = Issuer { kid: "nobody".to_owned(), ..issuer.clone() };
    for (text, refusal) in [
        (list(&issuer, &other, &at.uri, &[]), "BadSignature"),
        (tampered, "BadSignature"),
        (list(&stranger, &other, &at.uri, &[]), "UnknownKey"),
        (token(&issuer, &key, "licentia+jwt", &at.uri, &[0]), "statuslist+jwt"),
        (token(&issuer, &key, "statuslist+jwt", &at.uri, &vec![0; (1 << 18) + 1]), "more indices"),
        ("no token".to_owned(), "three parts"),
        ("x".repeat((1 << 20) + 1), "too large"),
    ] {
        std::fs::write(published.join("list"), text).unwrap();
        let refused = format!("{:?}", lost.restore(ask()).await.unwrap_err());
        assert!(refused.contains(refusal), "{refusal}: {refused}");
    }
    std::fs::write(published.join("list"), good).unwrap();
    let restored = lost.restore(ask()).await.unwrap();
    assert_eq!((restored.carried, restored.carried_from), (1, Some("published")));
    assert_eq!(restored.published_at, Some(START), "so far it is known what was revoked");
    let world = lost.found_again().await;
    world.assert_verified().await;
    assert_eq!(world.status(alice.id).await, LicenseStatus::Revoked);
    assert_eq!(world.status(kept.id).await, LicenseStatus::Active);
    // Of bob nothing was known but an index. When he comes with his license, it is revoked.
    for (license, status) in [(&bob, LicenseStatus::Revoked), (&carol, LicenseStatus::Active)] {
        let back = world.licentia.licenses().import(&world.operator, &license.token).await.unwrap();
        assert_eq!(back.status, status);
    }
    // And it stays so through the next restore.
    world.issue("after").await;
    let (world, restored) = world.restore(from(&backup)).await;
    restored.unwrap();
    let back = world.licentia.licenses().import(&world.operator, &bob.token).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Revoked);
    world.assert_verified().await;
}

/// A list that is older than the backup says nothing of the time since.
#[tokio::test]
async fn an_old_list_is_refused_with_its_age_unless_forced() {
    let world = World::new().await;
    let new = licentia_core::NewIssuer { name: "field".to_owned(), status_url: Some("https://s.example".to_owned()) };
    let issuer = world.licentia.issuers().generate(&world.operator, new).await.unwrap();
    let key = stolen(&world, "issuer_key", *issuer.id.0.as_bytes());
    let ask = licentia_core::IssueRequest { issuer: Some(issuer.id), ..request("alice") };
    let at = world.try_issue(ask).await.unwrap().status_list.unwrap();
    let backup = world.back_up("backup.db").await;
    let lost = lose(world, |database| std::fs::remove_file(database).unwrap()).await;
    let published = lost.dir.path().join("published");
    std::fs::create_dir(&published).unwrap();
    let ask = || RestoreRequest { published: Some(published.clone()), ..from(&backup) };
    let old = START.seconds() - 3 * 86_400;
    for (iat, is_old, said) in [
        (serde_json::Value::Null, false, "iat"),
        ("1".into(), false, "iat"),
        (old.into(), true, "2026-05-17T14:00:00Z, and the backup goes up to 2026-05-20T14:00:00Z"),
        (0.into(), true, "the backup goes up to"),
    ] {
        let signed = token_of(&issuer, &key, "statuslist+jwt", &at.uri, &[0], &iat);
        std::fs::write(published.join("list"), signed).unwrap();
        let refused = lost.restore(ask()).await.unwrap_err();
        assert_eq!(matches!(&refused, Error::Published(PublishedError::Old { .. })), is_old, "{refused:?}");
        assert!(refused.to_string().contains(said), "{refused}");
    }
    let signed = token_of(&issuer, &key, "statuslist+jwt", &at.uri, &[0], &old.into());
    std::fs::write(published.join("list"), signed).unwrap();
    let restored = lost.restore(RestoreRequest { force: true, ..ask() }).await.unwrap();
    assert!(!restored.is_complete, "what it does not know is lost, and whoever forced it is told");
}

/// An older copy was put in place before: what it does not know is as lost as with a broken disk.
#[tokio::test]
async fn a_database_that_was_rolled_back_itself_does_not_tell_everything() {
    let world = World::new().await;
    let first = world.back_up("first.db").await;
    let license = world.issue("alice").await;
    let second = world.back_up("second.db").await;
    world.revoke(license.id).await;
    world.licentia.move_pin().await.unwrap();
    let lost = lose(world, |database| assert!(std::fs::copy(&second, database).unwrap() > 0)).await;
    let refused = lost.restore(from(&first)).await;
    assert!(matches!(&refused, Err(Error::NewerStateLost { why }) if why.contains("last seen")), "{refused:?}");
    let restored = lost.restore(RestoreRequest { force: true, ..from(&first) }).await.unwrap();
    assert_eq!((restored.abandoned.size, restored.carried), (None, 1), "nobody knows where it ended");
    lost.found_again().await.assert_verified().await;
}

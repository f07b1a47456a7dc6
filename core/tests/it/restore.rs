//! A backup takes the place of the database: what was abandoned is written down, and who lost a right does not get it back.

use crate::common::{World, ambient, names, passphrase, request};
use crate::rotation::stolen;
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use licentia_core::audit::{AuditFilter, Kind, Level, VerifyRequest};
use licentia_core::secret::Passphrase;
use licentia_core::{
    Actor, Backup, Error, LicenseId, LicenseStatus, Licentia, Operator, Place, PublishedError, Restore, RestoreRequest,
    Restored, Result, StoreError,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn actor() -> Actor {
    Actor::new("mathieu@build7").unwrap()
}

impl World {
    pub(crate) async fn back_up(&self, name: &str) -> PathBuf {
        let out = self.path(name);
        self.licentia.backup(&out, Backup::Whole, Self::quiet()).await.unwrap();
        out
    }

    /// Leaves the database, restores, and comes back.
    pub(crate) async fn restore(self, request: RestoreRequest) -> (Self, Result<Restored>) {
        self.restore_with(request, &passphrase()).await
    }

    async fn restore_with(self, request: RestoreRequest, passphrase: &Passphrase) -> (Self, Result<Restored>) {
        let Self { licentia, operator, fingerprint, clock, dir } = self;
        let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
        drop(operator);
        licentia.close().await;
        let done = match Restore::begin(place.clone(), own.clone(), &request, Self::quiet()).await {
            Ok(restore) => restore.finish(passphrase, actor()).await,
            Err(error) => Err(error),
        };
        let licentia = Licentia::open(place, own).await.unwrap();
        let operator = licentia.vault().unlock(passphrase, actor()).await;
        let operator = match operator {
            Ok(operator) => operator,
            Err(_) => unlock(&licentia).await,
        };
        (Self { licentia, operator, fingerprint, clock, dir }, done)
    }

    async fn payload(&self, kind: Kind) -> Vec<Value> {
        let filter = AuditFilter { kinds: vec![kind.as_str().to_owned()], ..AuditFilter::default() };
        let page = self.licentia.audit().list(&filter, None, 1_000).await.unwrap().items;
        page.iter().map(licentia_core::AuditRecord::payload_value).collect()
    }

    /// Another user of this machine, with pins of their own.
    async fn as_seen_by(&self, pins: &str) -> Licentia {
        let place = Place { pins: Some(self.path(pins)), ..self.licentia.place().clone() };
        Licentia::open_for_reading(place, self.licentia.ambient().clone()).await.unwrap()
    }

    async fn status(&self, id: LicenseId) -> LicenseStatus {
        self.licentia.licenses().get(id).await.unwrap().status
    }
}

async fn unlock(licentia: &Licentia) -> Operator {
    licentia.vault().unlock(&passphrase(), actor()).await.unwrap()
}

pub(crate) fn from(file: &Path) -> RestoreRequest {
    RestoreRequest { file: file.to_owned(), published: None, force: false }
}

#[tokio::test]
async fn a_restore_says_what_it_abandons_and_the_log_verifies() {
    let world = World::new().await;
    world.issue("alice").await;
    let backup = world.back_up("backup.db").await;
    world.issue("bob").await;
    world.issue("carol").await;
    world.licentia.move_pin().await.unwrap();
    let head = world.last_entry().await;
    let (world, restored) = world.restore(from(&backup)).await;
    let restored = restored.unwrap();
    assert_eq!((restored.restored_size, restored.abandoned.size, restored.abandoned.shared_size), (4, Some(6), 4));
    assert_eq!((restored.epoch, restored.carried, restored.carried_from), (2, 2, Some("live")));
    assert_eq!(restored.abandoned.verified, Some(true));
    world.assert_verified().await;
    // The pin of whoever restored it has moved along.
    world.licentia.check_pin().await.unwrap();
    world.issue("dave").await;
    world.assert_verified().await;

    let [said] = world.payload(Kind::LogRestored).await.try_into().unwrap();
    assert_eq!(said["abandoned_size"], 6);
    let hash = licentia_storage::audit::tagged("blake3", &head.hash);
    assert_eq!(said["abandoned_head"], hash);
    assert_eq!((&said["epoch"], &said["forced"], &said["carried"]), (&2.into(), &false.into(), &2.into()));
    let identity = world.licentia.audit().identity().await.unwrap();
    assert_eq!((identity.epoch, identity.key_id), (2, said["new_key"].as_str().unwrap().to_owned()));
    // The file from before is kept, and nothing else is left.
    let kept = restored.kept.unwrap();
    let home = kept.parent().unwrap();
    let mut expected = vec!["licentia.db", "licentia.db-shm", "licentia.db-wal", "licentia.lock"];
    let name = kept.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "licentia.db.abandoned-20260520T140000Z");
    expected.insert(3, name);
    assert_eq!(names(home), expected);
    let place = Place { database: kept, pins: None };
    let abandoned = Licentia::open_for_reading(place, world.licentia.ambient().clone()).await.unwrap();
    assert_eq!(abandoned.audit().identity().await.unwrap().size, 6);
}

#[tokio::test]
async fn whoever_lost_a_right_does_not_get_it_back() {
    let world = World::new().await;
    let [mut kept, mut refunded, mut gone, mut reissued, mut pardoned] = [(); 5].map(|()| None);
    for (subject, place) in [
        ("kept", &mut kept),
        ("refunded", &mut refunded),
        ("gone", &mut gone),
        ("reissued", &mut reissued),
        ("pardoned", &mut pardoned),
    ] {
        *place = Some(world.issue(subject).await.id);
    }
    let [kept, refunded, gone, reissued, pardoned] = [kept, refunded, gone, reissued, pardoned].map(Option::unwrap);
    world.revoke(pardoned).await;
    let backup = world.back_up("backup.db").await;
    let (licentia, operator) = (&world.licentia, &world.operator);
    world.revoke(refunded).await;
    licentia.licenses().revoke_and_delete(operator, gone).await.unwrap();
    licentia.licenses().reissue(operator, reissued, licentia_core::ReissueRequest::default()).await.unwrap();
    licentia.revocations().unrevoke(operator, pardoned, None).await.unwrap();
    let unknown = world.issue("unknown to the backup").await;
    world.revoke(unknown.id).await;
    let valid = world.issue("valid, and unknown").await;

    let (world, restored) = world.restore(from(&backup)).await;
    assert_eq!(restored.unwrap().carried, 6, "three changed, and three are unknown: the reissued one too");
    world.assert_verified().await;
    assert_eq!(world.status(kept).await, LicenseStatus::Active);
    assert_eq!(world.status(refunded).await, LicenseStatus::Revoked);
    let why = world.licentia.revocations().get(refunded).await.unwrap().unwrap();
    assert_eq!(why.reason, licentia_core::ReasonCode::Refund, "with its reason");
    assert_eq!(world.status(gone).await, LicenseStatus::Revoked);
    assert!(world.licentia.revocations().get(gone).await.unwrap().is_some());
    assert_eq!(world.status(reissued).await, LicenseStatus::Superseded);
    assert_eq!(world.status(pardoned).await, LicenseStatus::Revoked, "what was given back is not");
    // A license of the abandoned time may come back from whoever has it, as what it was.
    for (license, status) in [(unknown, LicenseStatus::Revoked), (valid, LicenseStatus::Active)] {
        let back = world.licentia.licenses().import(&world.operator, &license.token).await.unwrap();
        assert_eq!((back.id, back.status), (license.id, status));
    }
    let one = world.payload(Kind::LicenseCarryOver).await.pop().unwrap();
    assert_eq!(one["carried_from"], "live");
    world.assert_verified().await;
}

#[tokio::test]
async fn no_index_of_an_old_list_is_drawn_again() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let backup = world.back_up("backup.db").await;
    world.issue("bob").await;
    let drawn = |world: &World| {
        let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
        let mut found = sql.prepare("SELECT list_id, idx FROM status_list_entry").unwrap();
        let rows = found.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))).unwrap();
        rows.map(std::result::Result::unwrap).collect::<Vec<_>>()
    };
    let before = drawn(&world);
    let list = before[0].0.clone();
    // Not even where the clock goes back, so that the new list would sort before the old one.
    world.clock.advance(-86_400);
    world = world.restore(from(&backup)).await.0;
    for subject in ["carol", "dave"] {
        world.issue(subject).await;
    }
    let after = drawn(&world);
    assert!(before.iter().all(|old| after.contains(old)));
    assert_eq!(after.iter().filter(|(of, _)| *of == list).count(), 2, "alice and bob, and nobody after the restore");
    // Nor where nothing is left of the time since.
    let database = world.licentia.place().database.clone();
    world.licentia.clone().close().await;
    std::fs::remove_file(database).unwrap();
    let world = world.restore(RestoreRequest { force: true, ..from(&backup) }).await;
    world.1.unwrap();
    world.0.issue("erin").await;
    assert_eq!(drawn(&world.0).iter().filter(|(of, _)| *of == list).count(), 1, "alice");
    world.0.assert_verified().await;
}

#[tokio::test]
async fn an_issuer_that_was_made_or_retired_since_is_carried_over() {
    let world = World::new().await;
    let spare = world.new_issuer("spare").await;
    let backup = world.back_up("backup.db").await;
    let new = world.new_issuer("new").await;
    let license =
        world.try_issue(licentia_core::IssueRequest { issuer: Some(new.id), ..request("alice") }).await.unwrap();
    world.revoke(license.id).await;
    world.licentia.issuers().retire(&world.operator, spare.id).await.unwrap();
    let (world, restored) = world.restore(from(&backup)).await;
    restored.unwrap();
    let issuers = world.licentia.issuers();
    assert_eq!(issuers.get(spare.id).await.unwrap().status.as_str(), "retired");
    assert_eq!(issuers.get(new.id).await.unwrap().status.as_str(), "inactive");
    // Its key is there too: it signs the lists of what it signed.
    world.try_issue(licentia_core::IssueRequest { issuer: Some(new.id), ..request("bob") }).await.unwrap();
    let back = world.licentia.licenses().import(&world.operator, &license.token).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Revoked);
    world.assert_verified().await;
}

#[tokio::test]
async fn what_cannot_be_restored_is_refused_and_nothing_changes() {
    let mut world = World::new().await;
    world.issue("alice").await;
    let backup = world.back_up("backup.db").await;
    let same = world.restore(from(&backup)).await;
    world = same.0;
    assert!(matches!(same.1, Err(Error::NothingToAbandon { size: 4, backup: 4 })), "{:?}", same.1);
    world.issue("bob").await;
    let before = world.entries().await;

    let review = world.path("review.db");
    world.licentia.backup(&review, Backup::ForReview, World::quiet()).await.unwrap();
    let other = World::with_seed(2).await;
    let other = other.back_up("other.db").await;
    std::fs::write(world.path("text.db"), "this is no database, and it is long enough for a header").unwrap();
    let tampered = world.path("tampered.db");
    std::fs::copy(&backup, &tampered).unwrap();
    rusqlite::Connection::open(&tampered).unwrap().execute_batch("UPDATE license SET subject = 'mallory'").unwrap();
    let own = world.licentia.place().database.clone();
    for (file, refusal) in [
        (review.as_path(), "BackupWithoutSecrets"),
        (&other, "BackupOfOtherLog"),
        (&world.path("text.db"), "Store"),
        (&world.path("none.db"), "Missing"),
        (&tampered, "BackupNotVerified"),
        (&own, "it is the database itself"),
    ] {
        let (back, refused) = world.restore(from(file)).await;
        world = back;
        let refused = format!("{:?}", refused.unwrap_err());
        assert!(refused.contains(refusal), "{file:?}: {refused}");
        assert_eq!(world.entries().await, before);
        let left = names(world.licentia.place().database.parent().unwrap());
        assert!(left.iter().all(|name| !name.contains("restoring") && !name.contains("abandoned")), "{left:?}");
    }
    world.assert_verified().await;
}

#[tokio::test]
async fn it_takes_the_passphrase_that_the_backup_had() {
    let mut world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.clock.advance(86_400);
    let newer = Passphrase::new("a passphrase of today".to_owned()).unwrap();
    world.licentia.vault().change_passphrase(&world.operator, &newer).await.unwrap();
    let before = world.entries().await;
    let refused = world.restore_with(from(&backup), &newer).await;
    world = refused.0;
    match refused.1 {
        Err(Error::BackupPassphrase { since }) => assert_eq!(since.to_string(), "2026-05-20T14:00:00Z"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.entries().await, before);
    // The one of that time, which holds again afterwards.
    world = world.restore_with(from(&backup), &newer).await.0;
    let (world, restored) = world.restore(from(&backup)).await;
    restored.unwrap();
    world.assert_verified().await;
}

#[tokio::test]
async fn nobody_else_may_have_the_home_open() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    let place = world.licentia.place().clone();
    let refused = Restore::begin(place, ambient(&world.clock, 3), &from(&backup), World::quiet()).await;
    assert!(matches!(refused, Err(Error::Store(StoreError::InUse(_)))), "{refused:?}");
    world.issue("bob").await;
    world.assert_verified().await;
}

/// The disk takes the database, and whoever it belonged to is left with a backup.
async fn lose(world: World, how: impl FnOnce(&Path)) -> Lost {
    let World { licentia, operator: _, fingerprint, clock, dir } = world;
    let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
    licentia.close().await;
    how(&place.database);
    Lost { place, own, fingerprint, clock, dir }
}

struct Lost {
    place: Place,
    own: licentia_core::Ambient,
    fingerprint: String,
    clock: crate::common::Clock,
    dir: tempfile::TempDir,
}

impl Lost {
    async fn restore(&self, request: RestoreRequest) -> Result<Restored> {
        let restore = Restore::begin(self.place.clone(), self.own.clone(), &request, World::quiet()).await?;
        restore.finish(&passphrase(), actor()).await
    }

    async fn found_again(self) -> World {
        let Self { place, own, fingerprint, clock, dir } = self;
        let licentia = Licentia::open(place, own).await.unwrap();
        World { operator: unlock(&licentia).await, licentia, fingerprint, clock, dir }
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
fn list(issuer: &licentia_core::Issuer, key: &SigningKey, uri: &str, values: &[(u64, u8)]) -> String {
    let mut bytes = vec![0_u8; 1 << 18];
    for (idx, value) in values {
        bytes[usize::try_from(idx / 4).unwrap()] |= value << (idx % 4 * 2);
    }
    token(issuer, key, "statuslist+jwt", uri, &bytes)
}

fn token(issuer: &licentia_core::Issuer, key: &SigningKey, typ: &str, uri: &str, bytes: &[u8]) -> String {
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let header = serde_json::json!({ "alg": "EdDSA", "typ": typ, "kid": issuer.kid });
    let packed = encode(&miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9));
    let claims = serde_json::json!({ "sub": uri, "iat": 1, "status_list": { "bits": 2, "lst": packed } });
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
    let stranger = licentia_core::Issuer { kid: "nobody".to_owned(), ..issuer.clone() };
    for (text, refusal) in [
        (list(&issuer, &other, &at.uri, &[]), "BadSignature"),
        (tampered, "BadSignature"),
        (list(&stranger, &other, &at.uri, &[]), "UnknownKey"),
        (token(&issuer, &key, "licentia+jwt", &at.uri, &[0]), "its type"),
        (token(&issuer, &key, "statuslist+jwt", &at.uri, &vec![0; (1 << 18) + 1]), "cannot be unpacked"),
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

#[tokio::test]
async fn others_stay_where_they_are_until_they_accept_the_restore_by_name() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    world.issue("bob").await;
    let other = world.as_seen_by("theirs").await;
    other.move_pin().await.unwrap();
    let late = world.as_seen_by("late").await;
    late.move_pin().await.unwrap();
    drop((other, late));
    world.issue("carol").await;
    let (mut world, restored) = world.restore(from(&backup)).await;
    let first = restored.unwrap().seq;

    let other = world.as_seen_by("theirs").await;
    let codes = |report: licentia_core::audit::VerifyReport| {
        report.issues.iter().map(|issue| (issue.code, issue.meaning.clone())).collect::<Vec<_>>()
    };
    let verify = async |licentia: &Licentia| {
        licentia.audit().verify(&licentia_core::audit::VerifyRequest::default(), World::quiet()).await.unwrap()
    };
    let issues = codes(verify(&other).await);
    assert_eq!(issues.len(), 1, "{issues:?}");
    assert!(["rolled_back", "forked"].contains(&issues[0].0), "{issues:?}");
    assert!(issues[0].1.contains(&format!("licentia audit accept {first}")), "{issues:?}");

    // By name, and only the right one.
    for wrong in ["1", "99", "not an event"] {
        assert!(other.audit().accept(wrong, World::quiet()).await.is_err(), "{wrong}");
    }
    let accepted = other.audit().accept(&first.to_string(), World::quiet()).await.unwrap();
    assert_eq!((accepted.pinned_before, accepted.pinned), (5, first));
    assert_eq!(verify(&other).await.issues, []);
    assert!(matches!(other.audit().accept(&first.to_string(), World::quiet()).await, Err(Error::NothingToAccept)));
    drop(other);

    // A second restore: it gave up another part than the one that was seen.
    let second = world.back_up("second.db").await;
    for subject in ["erin", "frank", "gina"] {
        world.issue(subject).await;
    }
    let seen = world.as_seen_by("third").await;
    seen.move_pin().await.unwrap();
    drop(seen);
    let again = world.restore(from(&second)).await;
    world = again.0;
    let second = again.1.unwrap().seq;
    let third = world.as_seen_by("third").await;
    let refused = third.audit().accept(&first.to_string(), World::quiet()).await;
    assert!(matches!(refused, Err(Error::NotThatRestore { .. })), "{refused:?}");
    let id = world.licentia.audit().get(second).await.unwrap().id.to_string();
    third.audit().accept(&id, World::quiet()).await.unwrap();
    assert_eq!(verify(&third).await.issues, []);
}

/// What was verified of the abandoned state would say "rolled back" each hour.
#[tokio::test]
async fn nothing_is_gone_on_from_that_was_verified_of_an_abandoned_state() {
    let later = VerifyRequest { level: Level::Incremental, ..VerifyRequest::default() };
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    for n in 0..5 {
        world.issue(&format!("user {n}")).await;
    }
    let other = world.as_seen_by("theirs").await;
    other.move_pin().await.unwrap();
    for licentia in [&world.licentia, &other] {
        assert!(licentia.audit().verify(&later, World::quiet()).await.unwrap().verified);
    }
    other.close().await;
    let (world, restored) = world.restore(from(&backup)).await;
    let restored = restored.unwrap();
    assert_eq!(world.licentia.audit().verify(&later, World::quiet()).await.unwrap().issues, []);

    let other = world.as_seen_by("theirs").await;
    assert!(!other.audit().verify(&later, World::quiet()).await.unwrap().verified);
    other.audit().accept(&restored.seq.to_string(), World::quiet()).await.unwrap();
    assert_eq!(other.audit().verify(&later, World::quiet()).await.unwrap().issues, []);
}

/// Whichever statement fails: the database is the one from before, and the next try works.
#[tokio::test]
async fn a_restore_that_fails_at_any_statement_changes_nothing() {
    for k in 0..100 {
        let world = World::new().await;
        let license = world.issue("alice").await;
        let backup = world.back_up("backup.db").await;
        world.revoke(license.id).await;
        let new = world.new_issuer("new").await;
        world.try_issue(licentia_core::IssueRequest { issuer: Some(new.id), ..request("bob") }).await.unwrap();
        let before = world.entries().await;
        let World { licentia, operator, fingerprint, clock, dir } = world;
        let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
        licentia.close().await;
        let restore = Restore::begin(place.clone(), own.clone(), &from(&backup), World::quiet()).await.unwrap();
        restore.faults().fail_after(k);
        let done = restore.finish(&passphrase(), actor()).await;
        let licentia = Licentia::open(place, own).await.unwrap();
        let world = World { licentia, operator, fingerprint, clock, dir };
        world.assert_verified().await;
        if done.is_ok() {
            assert!(k > 5, "only {k} statements");
            let kinds = world.licentia.audit().kinds().await.unwrap();
            for kind in [Kind::IssuerCarryOver, Kind::LicenseCarryOver, Kind::LogRestored] {
                assert!(kinds.iter().any(|known| known == kind.as_str()), "{kind:?}");
            }
            return;
        }
        done.expect_err("a statement failed");
        assert_eq!(world.entries().await, before);
        let (world, done) = world.restore(from(&backup)).await;
        done.unwrap();
        world.assert_verified().await;
    }
    panic!("a restore runs more than a hundred statements");
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
    assert_eq!((restored.abandoned.size, restored.carried), (Some(4), 1));
    lost.found_again().await.assert_verified().await;
}

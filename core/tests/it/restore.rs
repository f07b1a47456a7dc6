//! A backup takes the place of the database: what was abandoned is written down, and who lost a right does not get it back.

mod doubtful;
mod forked;
mod lost;
mod refused;
use crate::common::{World, names, passphrase, request};
use licentia_core::audit::{AuditFilter, Kind, Level, VerifyRequest};
use licentia_core::secret::Passphrase;
use licentia_core::{
    Actor, Backup, Error, LicenseId, LicenseStatus, Licentia, Operator, Place, Restore, RestoreRequest, Restored,
    Result,
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

    /// And whoever it is has seen it as it is now.
    async fn seen_by(&self, pins: &str) {
        let other = self.as_seen_by(pins).await;
        other.move_pin().await.unwrap();
        other.close().await;
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
async fn whoever_was_suspended_stays_so_under_a_revocation_too() {
    let world = World::new().await;
    let (unpaid, paid, refunded) = (world.issue("a").await.id, world.issue("b").await.id, world.issue("c").await.id);
    let suspend = async |world: &World, id| {
        world.licentia.licenses().suspend(&world.operator, id, None).await.unwrap();
    };
    suspend(&world, paid).await;
    let backup = world.back_up("backup.db").await;
    suspend(&world, unpaid).await;
    suspend(&world, refunded).await;
    world.revoke(refunded).await;
    world.licentia.licenses().reinstate(&world.operator, paid).await.unwrap();

    let (world, restored) = world.restore(from(&backup)).await;
    assert_eq!(restored.unwrap().carried, 2);
    assert_eq!(world.status(unpaid).await, LicenseStatus::Suspended);
    assert_eq!(world.status(paid).await, LicenseStatus::Suspended, "what was given back is not");
    assert_eq!(world.status(refunded).await, LicenseStatus::Revoked);
    world.assert_verified().await;
    // Whatever is taken back goes on one step.
    let back = world.licentia.revocations().unrevoke(&world.operator, refunded, None).await.unwrap();
    assert_eq!(back.status, LicenseStatus::Suspended);
    for id in [unpaid, paid, refunded] {
        world.licentia.licenses().reinstate(&world.operator, id).await.unwrap();
    }
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

/// The database was exchanged: that is what happened, and what is said.
#[tokio::test]
async fn a_restore_whose_pin_cannot_be_written_was_done() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    world.issue("alice").await;
    let World { licentia, operator, fingerprint, clock, dir } = world;
    drop(operator);
    let (place, own) = (licentia.place().clone(), licentia.ambient().clone());
    licentia.close().await;
    let restore = Restore::begin(place.clone(), own.clone(), &from(&backup), World::quiet()).await.unwrap();
    let pins = place.pins.clone().unwrap();
    std::fs::write(&pins, "no folder can be made here").unwrap();
    let restored = restore.finish(&passphrase(), actor()).await.unwrap();
    let why = restored.pin_failed.unwrap();
    assert!(why.message.contains(pins.to_str().unwrap()), "{why:?}");
    std::fs::remove_file(pins).unwrap();
    let licentia = Licentia::open(place, own).await.unwrap();
    let world = World { operator: unlock(&licentia).await, licentia, fingerprint, clock, dir };
    assert_eq!(world.entries().await, restored.seq);
    world.assert_verified().await;
}

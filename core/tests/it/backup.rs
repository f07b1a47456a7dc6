//! Copies: of one moment, verified, and for a reviewer without anything that is sealed.

use crate::common::{World, ambient, names, passphrase};
use licentia_core::audit::{AuditFilter, VerifyRequest};
use licentia_core::{Actor, Backup, Error, Licentia, Place, StoreError};
use std::path::Path;

async fn open(world: &World, path: &Path) -> Licentia {
    let place = Place { database: path.to_owned(), pins: None };
    Licentia::open(place, ambient(&world.clock, 2)).await.unwrap()
}

/// Columns of a database, read with another program.
fn column(path: &Path, sql: &str) -> Vec<Vec<u8>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn holds(path: &Path, needle: &[u8]) -> bool {
    std::fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a_backup_is_one_file_that_takes_up_where_the_log_was() {
    let world = World::new().await;
    world.issue("alice@example.com").await;
    let identity = world.licentia.identities().create(&world.operator, "till").await.unwrap();
    let out = world.path("copy.db");
    let report = world.licentia.backup(&out, Backup::Whole, World::quiet()).await.unwrap();
    assert_eq!((report.entries, report.fingerprint.as_str()), (5, world.fingerprint.as_str()));
    assert!(report.verified.verified && report.verified.issues.is_empty());
    assert_eq!(report.bytes, out.metadata().unwrap().len());
    assert_eq!(names(world.dir.path()), ["copy.db", "home"]);
    assert_eq!(std::fs::read(&out).unwrap()[18..20], [1, 1], "no write-ahead log");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(out.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(world.entries().await, 5, "a backup is no event");

    let copy = open(&world, &out).await;
    let operator = copy.vault().unlock(&passphrase(), Actor::new("somebody").unwrap()).await.unwrap();
    assert_eq!(
        copy.identities().export(&operator, identity.id).await.unwrap(),
        world.licentia.identities().export(&world.operator, identity.id).await.unwrap()
    );
    let verified = copy.audit().verify(&VerifyRequest::default(), World::quiet()).await.unwrap();
    assert_eq!((verified.issues.as_slice(), verified.entries_checked), (&[][..], 6));
}

#[tokio::test]
async fn a_copy_for_review_holds_nothing_that_is_sealed() {
    let world = World::new().await;
    let identities = world.licentia.identities();
    let gone = identities.create(&world.operator, "gone").await.unwrap();
    world.licentia.identities().create(&world.operator, "till").await.unwrap();
    let database = &world.licentia.place().database;
    let mut sealed = column(database, "SELECT ciphertext FROM secret");
    world.licentia.identities().delete(&world.operator, gone.id).await.unwrap();
    sealed.extend(column(database, "SELECT wrapped_key FROM vault"));
    sealed.extend(column(database, "SELECT canary FROM vault"));
    sealed.extend(column(database, "SELECT salt FROM vault"));
    assert_eq!(sealed.len(), 7);

    let (whole, review) = (world.path("whole.db"), world.path("review.db"));
    world.licentia.backup(&whole, Backup::Whole, World::quiet()).await.unwrap();
    let report = world.licentia.backup(&review, Backup::ForReview, World::quiet()).await.unwrap();
    assert!(report.verified.verified);
    let codes: Vec<&str> = report.verified.issues.iter().map(|issue| issue.code).collect();
    assert_eq!(codes, ["secrets_withheld"]);
    assert_eq!(std::fs::read(&review).unwrap()[18..20], [1, 1], "no write-ahead log");
    assert!(holds(&whole, &sealed[0]));
    for bytes in &sealed {
        assert!(!holds(&review, bytes));
    }

    let copy = open(&world, &review).await;
    assert!(!copy.vault().exists().await.unwrap());
    let locked = copy.vault().unlock(&passphrase(), Actor::new("reviewer").unwrap()).await;
    assert!(matches!(locked, Err(Error::NoVault)));
    let entries = copy.audit().list(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(entries, world.licentia.audit().list(&AuditFilter::default(), None, 10).await.unwrap());
}

#[tokio::test]
#[cfg(unix)]
async fn a_copy_for_review_can_be_read_from_where_nothing_can_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new().await;
    let folder = world.path("for the reviewer");
    std::fs::create_dir(&folder).unwrap();
    let review = folder.join("review.db");
    world.licentia.backup(&review, Backup::ForReview, World::quiet()).await.unwrap();
    std::fs::set_permissions(&review, PermissionsExt::from_mode(0o400)).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o500)).unwrap();
    let place = Place { database: review.clone(), pins: None };
    let copy = Licentia::open_for_reading(place, ambient(&world.clock, 2)).await.unwrap();
    assert_eq!(copy.audit().identity().await.unwrap().fingerprint, world.fingerprint);
    copy.close().await;
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn others_go_on_writing_while_a_backup_is_made() {
    let world = World::new().await;
    let (licentia, operator) = (world.licentia.clone(), world.operator.clone());
    let writing = tokio::spawn(async move {
        for n in 0..40 {
            licentia.identities().create(&operator, &format!("till {n}")).await.unwrap();
        }
    });
    let mut copied = Vec::new();
    for n in 0..3 {
        let out = world.path(&format!("copy {n}.db"));
        copied.push(world.licentia.backup(&out, Backup::Whole, World::quiet()).await.unwrap().entries);
    }
    writing.await.unwrap();
    assert!(copied.is_sorted());
    assert_eq!(world.entries().await, 43);
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let world = World::new().await;
    let out = world.path("copy.db");
    std::fs::write(&out, "earlier").unwrap();
    for what in [Backup::Whole, Backup::ForReview] {
        let refused = world.licentia.backup(&out, what, World::quiet()).await;
        assert!(matches!(refused, Err(Error::FileExists(path)) if path == out));
    }
    let database = world.licentia.place().database.clone();
    let itself = world.licentia.backup(&database, Backup::Whole, World::quiet()).await;
    assert!(matches!(itself, Err(Error::FileExists(_))));
    assert_eq!(std::fs::read(&out).unwrap(), b"earlier");
    assert_eq!(names(world.dir.path()), ["copy.db", "home"]);
}

#[tokio::test]
async fn a_copy_that_does_not_verify_is_thrown_away() {
    let world = World::new().await;
    world.tamper("UPDATE issuer SET name = 'another'");
    let refused = world.licentia.backup(&world.path("copy.db"), Backup::Whole, World::quiet()).await;
    match refused {
        Err(Error::BackupNotVerified(report)) => assert_eq!(report.issues[0].code, "row_altered"),
        other => panic!("{other:?}"),
    }
    assert_eq!(names(world.dir.path()), ["home"]);
}

#[tokio::test]
async fn a_copy_whose_rows_do_not_fit_together_is_thrown_away() {
    let world = World::new().await;
    world.tamper("PRAGMA foreign_keys = OFF; INSERT INTO status_list VALUES (x'00112233445566778899aabbccddeeff', zeroblob(16), NULL, 1, 0)");
    let refused = world.licentia.backup(&world.path("copy.db"), Backup::Whole, World::quiet()).await;
    match refused {
        Err(Error::Store(StoreError::Damaged(why))) => assert!(why.contains("status_list"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(names(world.dir.path()), ["home"]);
}

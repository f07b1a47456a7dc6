//! The health check: what is in order, and what to do about what is not.

use crate::common::{World, ambient};
use licentia_core::{Backup, Check, CheckState, Diagnosis, Licentia, Place};
use std::path::Path;

const NAMES: [&str; 14] = [
    "version",
    "sqlite",
    "home",
    "files",
    "writable",
    "disk",
    "schema",
    "integrity",
    "vault",
    "issuers",
    "audit_log",
    "verification",
    "pin",
    "witness",
];

async fn diagnose(world: &World) -> Diagnosis {
    let diagnosis = world.licentia.diagnose().await.unwrap();
    let names: Vec<&str> = diagnosis.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, NAMES);
    for check in &diagnosis.checks {
        assert_eq!(check.state == CheckState::Ok, check.advice.is_none(), "{check:?}");
    }
    diagnosis
}

fn check<'a>(diagnosis: &'a Diagnosis, name: &str) -> &'a Check {
    diagnosis.checks.iter().find(|check| check.name == name).unwrap()
}

/// The one check that failed, besides the verification that finds much of it too.
fn failed(diagnosis: &Diagnosis) -> &Check {
    let failed = diagnosis.checks.iter().filter(|check| check.state == CheckState::Failed);
    let failed: Vec<&Check> = failed.filter(|check| check.name != "verification").collect();
    assert!(!diagnosis.healthy);
    assert_eq!(failed.len(), 1, "{failed:?}");
    failed[0]
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_new_home_is_in_order() {
    let world = World::new().await;
    let fresh = diagnose(&world).await;
    assert!(fresh.healthy);
    assert_eq!(check(&fresh, "pin").state, CheckState::Warning);
    assert!(check(&fresh, "audit_log").found.contains(&world.fingerprint));
    assert!(check(&fresh, "issuers").found.contains("first"));

    world.licentia.move_pin().await.unwrap();
    let pinned = diagnose(&world).await;
    let pin = check(&pinned, "pin");
    assert_eq!(pin.state, CheckState::Ok);
    // What verification remembers lies beside it.
    let mut files = world.path("pins").read_dir().unwrap().map(|entry| entry.unwrap().path());
    assert!(files.any(|file| pin.found.ends_with(&file.to_string_lossy().into_owned())), "{}", pin.found);
    world.issue("alice").await;
    let behind = diagnose(&world).await;
    assert_eq!(check(&behind, "pin").state, CheckState::Ok);
}

#[tokio::test]
#[cfg(unix)]
async fn what_others_could_read_or_write_is_named() {
    let world = World::new().await;
    let database = world.licentia.place().database.clone();
    let home = database.parent().unwrap();
    chmod(&database, 0o640);
    let open = diagnose(&world).await;
    let files = failed(&open);
    assert_eq!(files.name, "files");
    assert!(files.found.contains("licentia.db has mode 0640"), "{}", files.found);
    chmod(&database, 0o600);

    chmod(home, 0o755);
    let seen = diagnose(&world).await;
    assert!(seen.healthy);
    assert_eq!(check(&seen, "home").state, CheckState::Warning);
    chmod(home, 0o770);
    let open = diagnose(&world).await;
    assert_eq!(failed(&open).name, "home");
    assert!(failed(&open).advice.as_ref().unwrap().starts_with("Run `chmod 700 /"));
    chmod(home, 0o700);
}

#[tokio::test]
async fn an_older_copy_in_its_place_is_noticed() {
    let world = World::new().await;
    let older = world.path("older.db");
    world.licentia.backup(&older, Backup::Whole, World::quiet()).await.unwrap();
    world.issue("alice").await;
    world.licentia.move_pin().await.unwrap();
    let (place, clock) = (world.licentia.place().clone(), world.clock.clone());
    world.licentia.clone().close().await;
    std::fs::rename(&older, &place.database).unwrap();
    let licentia = Licentia::open_for_reading(place, ambient(&clock, 3)).await.unwrap();
    let diagnosis = licentia.diagnose().await.unwrap();
    let pin = failed(&diagnosis);
    assert_eq!(pin.name, "pin");
    assert!(pin.found.contains("had 4 entries and now has 3"), "{}", pin.found);
    assert!(pin.advice.as_ref().unwrap().contains("remove the pin file /"), "{pin:?}");
}

#[tokio::test]
async fn what_somebody_altered_is_named() {
    for (sql, name, found) in [
        ("DROP TRIGGER audit_entry_no_update", "schema", "audit_entry_no_update"),
        ("CREATE TABLE extra (x)", "schema", "extra"),
        ("UPDATE vault SET salt = zeroblob(16)", "vault", "altered"),
        ("DELETE FROM secret WHERE purpose = 'log_key'", "vault", "log's key is missing"),
        ("DELETE FROM secret WHERE purpose = 'issuer_key'", "issuers", "first"),
        ("UPDATE audit_head SET size = 2", "audit_log", "should end at entry 2 and ends at 3"),
        ("UPDATE audit_head SET hash = zeroblob(32)", "audit_log", "another one"),
        (
            "PRAGMA foreign_keys = OFF; INSERT INTO status_list VALUES (zeroblob(16), zeroblob(16), NULL, 1, 0)",
            "integrity",
            "a row of status_list names a row of issuer that is not there",
        ),
    ] {
        let world = World::new().await;
        world.tamper(sql);
        let diagnosis = diagnose(&world).await;
        let failed = failed(&diagnosis);
        assert_eq!(failed.name, name, "{sql}");
        assert!(failed.found.contains(found), "{sql}: {}", failed.found);
    }
}

#[tokio::test]
async fn the_end_of_the_log_is_verified_as_at_the_start_of_the_screen() {
    let world = World::new().await;
    let whole = diagnose(&world).await;
    assert!(check(&whole, "verification").found.starts_with("level start: entries 1 to 3 hold"), "{whole:?}");
    // Somebody who knows the triggers puts them back afterwards: nothing else looks at what the entry says.
    let rule = rusqlite::Connection::open(&world.licentia.place().database).unwrap().query_row(
        "SELECT sql FROM sqlite_schema WHERE name = 'audit_entry_no_update'",
        [],
        |row| row.get(0),
    );
    let rule: String = rule.unwrap();
    world.tamper(&format!(
        "DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq = 3; {rule};"
    ));
    let altered = diagnose(&world).await;
    assert!(!altered.healthy);
    let failed: Vec<&str> =
        altered.checks.iter().filter(|check| check.state == CheckState::Failed).map(|check| check.name).collect();
    assert_eq!(failed, ["verification"]);
    let found = check(&altered, "verification");
    assert!(found.found.contains("entry_altered at entry 3"), "{}", found.found);
    assert!(found.advice.as_ref().unwrap().contains("licentia audit verify"));
    // The pin moves past it, and the end alone holds again: that it failed is not forgotten.
    world.issue("alice").await;
    world.licentia.move_pin().await.unwrap();
    let later = diagnose(&world).await;
    let found = &check(&later, "verification").found;
    assert!(!later.healthy && found.contains("(entry_altered), and no full one has held since"), "{found}");
}

#[tokio::test]
async fn nobody_active_is_a_warning() {
    let world = World::new().await;
    let active = world.licentia.issuers().active().await.unwrap().unwrap();
    world.licentia.issuers().retire(&world.operator, active.id).await.unwrap();
    let diagnosis = diagnose(&world).await;
    assert!(diagnosis.healthy);
    assert!(check(&diagnosis, "issuers").advice.as_ref().unwrap().contains("licentia issuer activate"));
}

#[tokio::test]
async fn a_copy_for_review_is_in_order_without_secrets() {
    let world = World::new().await;
    let review = world.path("review.db");
    world.licentia.backup(&review, Backup::ForReview, World::quiet()).await.unwrap();
    let place = Place { database: review, pins: None };
    let copy = Licentia::open_for_reading(place, ambient(&world.clock, 3)).await.unwrap();
    let diagnosis = copy.diagnose().await.unwrap();
    assert!(diagnosis.healthy, "{diagnosis:?}");
    assert!(check(&diagnosis, "vault").found.contains("review"));
    assert!(check(&diagnosis, "pin").found.contains("switched off"));
}

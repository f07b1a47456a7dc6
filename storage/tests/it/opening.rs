//! Opening: what is made, what is refused, and what every connection is told.

use crate::home::{self, Home, World, note, seal};
use licentia_storage::{Access, Store, StoreError};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

async fn open(path: &Path) -> StoreError {
    Store::open(path, World::new().ambient, Access::Write).await.unwrap_err()
}

async fn create(path: &Path) -> Result<Store, StoreError> {
    Store::create(path, World::new().ambient).await
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn every_file_is_for_its_owner_only() {
    let home = Home::new().await;
    for name in ["licentia.db", "licentia.db-wal", "licentia.db-shm", "licentia.lock"] {
        assert_eq!(mode(&home.path().with_file_name(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_database_opens_again_with_everything_in_it() {
    let home = Home::new().await;
    home.note("theme").await.unwrap();
    let before = home.everything();
    home.store.close().await;
    let again = home.again().await;
    assert_eq!(home.everything(), before);
    note(&again, &home.seal, "more").await.unwrap();
}

#[tokio::test]
async fn opening_changes_nothing() {
    let home = Home::new().await;
    home.store.close().await;
    let before = std::fs::read(home.path()).unwrap();
    for access in [Access::Read, Access::Write] {
        let store = Store::open(&home.path(), home.world.ambient.clone(), access).await.unwrap();
        assert!(store.reader().audit_log().await.unwrap().is_some());
        store.close().await;
        assert!(std::fs::read(home.path()).unwrap() == before, "{access:?}");
    }
}

#[tokio::test]
async fn a_missing_file_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let error = open(&path).await;
    assert!(matches!(&error, StoreError::Missing(missing) if *missing == path), "{error:?}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nowhere/licentia.db");
    assert!(matches!(open(&path).await, StoreError::Missing(_)));
    let error = create(&path).await.unwrap_err();
    assert!(matches!(&error, StoreError::Io { action: "create", .. }), "{error:?}");
}

#[tokio::test]
async fn an_empty_file_is_finished_by_create_and_by_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    std::fs::write(&path, "").unwrap();
    let error = open(&path).await;
    assert!(matches!(error, StoreError::NotFounded), "{error:?}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    let store = create(&path).await.unwrap();
    home::found(&store, &seal(7)).await.unwrap();
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_left_alone() {
    let noise = |length: usize| {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        bytes
    };
    for content in [b"x".to_vec(), b"-----BEGIN LICENSE-----\n".repeat(300), noise(100), noise(4096), noise(50_000)] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("licentia.db");
        std::fs::write(&path, &content).unwrap();
        for error in [open(&path).await, create(&path).await.unwrap_err()] {
            assert!(matches!(&error, StoreError::Foreign { .. }), "{} bytes: {error:?}", content.len());
        }
        assert!(std::fs::read(&path).unwrap() == content);
    }
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_alone() {
    for sql in [
        "CREATE TABLE bookmark (url TEXT)",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 1",
        "PRAGMA application_id = 0x4C694365",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("licentia.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = std::fs::read(&path).unwrap();
        for error in [open(&path).await, create(&path).await.unwrap_err()] {
            assert!(matches!(&error, StoreError::Foreign { .. }), "{sql}: {error:?}");
        }
        assert!(std::fs::read(&path).unwrap() == before, "{sql}");
    }
}

#[tokio::test]
async fn a_directory_is_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let error = open(directory.path()).await;
    assert!(matches!(&error, StoreError::Foreign { found, .. } if found == "not a file"), "{error:?}");
}

#[tokio::test]
async fn a_cut_off_database_is_damaged() {
    let home = Home::new().await;
    home.store.close().await;
    let bytes = std::fs::read(home.path()).unwrap();
    std::fs::write(home.path(), &bytes[..8192]).unwrap();
    let error = open(&home.path()).await;
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_and_left_alone() {
    let home = Home::new().await;
    home.store.close().await;
    home.plain().execute_batch("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(home.path()).unwrap();
    for error in [open(&home.path()).await, create(&home.path()).await.unwrap_err()] {
        assert!(matches!(error, StoreError::Newer { found: 99, known: 7, .. }), "{error:?}");
    }
    assert!(std::fs::read(home.path()).unwrap() == before);
}

#[tokio::test]
async fn a_database_reached_by_a_link_is_the_same_database() {
    let home = Home::new().await;
    let link = home.path().with_file_name("link.db");
    symlink(home.path(), &link).unwrap();
    let linked = Store::open(&link, home.world.ambient.clone(), Access::Write).await.unwrap();
    note(&linked, &home.seal, "by the link").await.unwrap();
    assert!(home.store.reader().setting("by the link").await.unwrap().is_some());
}

#[tokio::test]
async fn connections_are_told_what_the_design_asks_for() {
    let home = Home::new().await;
    let wanted = [
        ("journal_mode", "wal", "wal"),
        // FULL: an acknowledged license is on disk.
        ("synchronous", "2", "2"),
        ("foreign_keys", "1", "1"),
        ("recursive_triggers", "1", "1"),
        ("trusted_schema", "0", "0"),
        ("query_only", "0", "1"),
        ("busy_timeout", "60000", "60000"),
    ];
    for (pragma, writer, reader) in wanted {
        let column = if pragma == "busy_timeout" { "timeout" } else { pragma };
        let sql = format!("SELECT CAST({column} AS TEXT) FROM pragma_{pragma}");
        assert_eq!(home.store.ask_writer(&sql).await.unwrap(), writer, "{pragma} of the writer");
        assert_eq!(home.store.ask_reader(&sql).await.unwrap(), reader, "{pragma} of a reader");
    }
}

#[tokio::test]
async fn a_reader_writes_nothing() {
    let home = Home::new().await;
    let sql = "INSERT INTO setting VALUES ('sly', '1', 0) RETURNING key";
    let error = home.leaves_nothing(async |home| home.store.ask_reader(sql).await.map(drop)).await;
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_create_one_database_end_with_one_schema() {
    let world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let (path, ambient) = (path.clone(), world.ambient.clone());
            tokio::spawn(async move { Store::create(&path, ambient).await })
        })
        .collect();
    // All of them stay open: nobody may need that another one goes away.
    let mut stores = Vec::new();
    for racer in racers {
        stores.push(racer.await.unwrap().unwrap());
    }
    home::found(&stores[0], &seal(7)).await.unwrap();
    for (number, store) in stores.iter().enumerate() {
        note(store, &seal(7), &format!("racer {number}")).await.unwrap();
    }
    assert_eq!(stores[3].reader().audit_size().await.unwrap(), 9);
}

#[tokio::test]
async fn creating_what_is_there_changes_nothing() {
    let home = Home::new().await;
    let before = home.everything();
    let again = Store::create(&home.path(), home.world.ambient.clone()).await.unwrap();
    assert_eq!(home.everything(), before);
    note(&again, &home.seal, "more").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_lock_alone_keeps_others_out_until_they_let_go() {
    let home = Home::new().await;
    home.store.close().await;
    let path = home.path();
    let lock = std::fs::File::open(path.with_file_name("licentia.lock")).unwrap();
    assert!(lock.try_lock().is_err(), "an open store shares the lock");
    drop(home.store);

    lock.try_lock().unwrap();
    let opening = async { Store::open(&path, World::new().ambient, Access::Read).await.unwrap() };
    tokio::pin!(opening);
    tokio::select! {
        biased;
        _ = &mut opening => panic!("it opened under somebody who restores"),
        () = tokio::time::sleep(std::time::Duration::ZERO) => {}
    }
    lock.unlock().unwrap();
    opening.await;
}

//! Verification of parts, of what is cut off, and of payloads that were moved around. Attacks on every column are
//! journeys of their own, through the built program.

use crate::common::World;
use licentia_core::audit::{KeySource, Level, VerifyReport, VerifyRequest};
use licentia_core::pin::PinState;
use licentia_core::{Error, Licentia, Place, StoreError};
use std::time::Duration;

impl World {
    async fn codes(&self, from: Option<u64>, to: Option<u64>) -> Vec<(&'static str, Option<u64>, Option<u64>)> {
        let report = self.verify_part(from, to).await;
        assert_eq!(report.verified, report.issues.is_empty());
        report.issues.into_iter().map(|issue| (issue.code, issue.seq_from, issue.seq_to)).collect()
    }

    async fn codes_of_all(&self) -> Vec<&'static str> {
        self.verify_part(None, None).await.issues.into_iter().map(|issue| issue.code).collect()
    }

    async fn verify_part(&self, from: Option<u64>, to: Option<u64>) -> VerifyReport {
        let request = VerifyRequest { from, to, ..VerifyRequest::default() };
        self.licentia.audit().verify(&request, Self::quiet()).await.unwrap()
    }
}

#[tokio::test]
async fn the_pin_says_how_the_log_stands_to_what_was_seen_before() {
    let world = World::new().await;
    assert_eq!(world.licentia.pin_state().await.unwrap(), Some(PinState::Absent));
    world.licentia.move_pin().await.unwrap();
    assert_eq!(world.licentia.pin_state().await.unwrap(), Some(PinState::Matches));
    world.issue("alice").await;
    assert_eq!(world.licentia.pin_state().await.unwrap(), Some(PinState::Behind));
    let unpinned = Place { pins: None, ..world.licentia.place().clone() };
    let unpinned = Licentia::open_for_reading(unpinned, world.licentia.ambient().clone()).await.unwrap();
    assert_eq!(unpinned.pin_state().await.unwrap(), None);
}

#[tokio::test]
async fn a_part_of_the_log_is_verified_by_itself() {
    let world = World::new().await;
    for n in 0..10 {
        world.issue(&format!("user {n}")).await;
    }
    let part = world.verify_part(Some(5), Some(9)).await;
    assert!(part.verified);
    assert_eq!((part.entries_checked, part.from, part.to), (5, 5, 9));
    world.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq = 7;");
    let altered = [("schema_altered", None, None), ("entry_altered", Some(7), Some(7))];
    assert_eq!(world.codes(Some(5), Some(9)).await, altered);
    assert_eq!(world.codes(Some(8), None).await, altered[..1]);
}

#[tokio::test]
async fn entries_that_were_asked_for_and_are_not_there_are_missing() {
    let world = World::new().await;
    assert_eq!(world.codes(None, Some(5)).await, [("entry_missing", Some(4), Some(5))]);
    assert_eq!(world.codes(Some(2), Some(9)).await, [("entry_missing", Some(4), Some(9))]);
    assert_eq!(world.codes(Some(7), Some(9)).await, [("entry_missing", Some(7), Some(9))]);
    assert_eq!(world.codes(Some(7), None).await, [("entry_missing", Some(7), Some(7))]);
}

/// Salt and body are hashed one after the other: what moves from one into the other must still be seen.
#[tokio::test]
async fn a_payload_that_moved_into_its_salt_is_altered() {
    let world = World::new().await;
    world.tamper(
        "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
         CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = 'audit_payload_no_update';
         DROP TRIGGER audit_payload_no_update;
         UPDATE audit_payload SET salt = CAST(salt || substr(body, 1, 1) AS BLOB), body = substr(body, 2) WHERE seq = 2;",
    );
    assert_eq!(world.codes(None, None).await, [("schema_altered", None, None), ("payload_altered", Some(2), Some(2))]);
}

#[tokio::test]
async fn another_log_in_a_pinned_place_is_not_verified_in_part_either() {
    let (world, other) = (World::new().await, World::with_seed(2).await);
    world.licentia.move_pin().await.unwrap();
    assert_eq!(world.verify_part(Some(2), None).await.trust.key_source, KeySource::Pin);
    world.licentia.clone().close().await;
    other.licentia.clone().close().await;
    std::fs::copy(&other.licentia.place().database, &world.licentia.place().database).unwrap();
    let again = licentia_core::Licentia::open_for_reading(
        world.licentia.place().clone(),
        crate::common::ambient(&world.clock, 3),
    );
    let again = again.await.unwrap();
    let request = VerifyRequest { from: Some(2), ..VerifyRequest::default() };
    let report = again.audit().verify(&request, World::quiet()).await.unwrap();
    assert!(!report.verified);
    assert_eq!(report.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["wrong_log"]);
}

#[tokio::test]
async fn a_log_whose_cached_end_is_gone_takes_no_entry_and_is_not_called_empty() {
    let world = World::new().await;
    world.tamper("DROP TRIGGER audit_head_no_delete; DELETE FROM audit_head;");
    let refused = world.try_issue(crate::common::request("alice")).await;
    assert!(matches!(refused, Err(Error::Store(StoreError::HeadDisagrees { head: 0, found: 3 }))), "{refused:?}");
    let codes = world.codes(None, None).await;
    assert!(codes.contains(&("head_disagrees", Some(3), Some(3))), "{codes:?}");
}

#[tokio::test]
async fn a_log_that_is_written_while_it_is_verified_gives_no_false_alarm() {
    let world = World::new().await;
    let (licentia, operator) = (world.licentia.clone(), world.operator.clone());
    let writer = tokio::spawn(async move {
        for n in 0..300 {
            let request = crate::common::request(&format!("user {n}"));
            let license = licentia.licenses().issue(&operator, request).await.unwrap().license;
            if n % 3 == 0 {
                licentia.licenses().delete(&operator, license.id).await.unwrap();
            }
        }
    });
    let mut rounds = 0;
    while !writer.is_finished() {
        let report = world.verify().await;
        assert_eq!(report.issues, []);
        rounds += 1;
    }
    writer.await.unwrap();
    assert!(rounds > 1);
    world.assert_verified().await;
}

/// The lowest rowid there is: a walk that begins above it sees nothing.
#[tokio::test]
async fn a_row_at_the_lowest_place_does_not_hide() {
    let world = World::new().await;
    world.issue("alice").await;
    world.tamper(
        "INSERT INTO setting (rowid, key, value, updated_at) VALUES (-9223372036854775808, 'forged', '1', 0);
         DROP TRIGGER audit_entry_no_gap;
         INSERT INTO audit_entry SELECT -9223372036854775808, version, x'00', transaction_id, kind, severity, outcome,
             actor, actor_kind, target_kind, target_id, recorded_at, clock, payload_hash, effects, key_id, x'00', hash,
             signature FROM audit_entry WHERE seq = 2;",
    );
    let codes = world.codes(None, None).await;
    for code in ["row_unaccounted", "entry_inserted"] {
        assert!(codes.iter().any(|(found, ..)| *found == code), "{code}: {codes:?}");
    }
}

/// Lists walk along indexes: one that leaves an entry out hides it from whoever looks for it.
#[tokio::test]
async fn an_index_that_leaves_an_entry_out_is_found() {
    let world = World::new().await;
    world.tamper(&hide_entry_2());
    let codes = world.codes(None, None).await;
    assert!(!codes.is_empty() && codes.iter().all(|(code, ..)| *code == "structure_damaged"), "{codes:?}");
}

/// Makes an index in another way, and nobody can tell by its text.
fn remake(index: &str, otherwise: &str) -> String {
    format!(
        "CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = '{index}';
         DROP INDEX {index};
         CREATE INDEX {index} ON {otherwise};
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = '{index}';
         PRAGMA writable_schema = RESET;
         DROP TABLE kept;"
    )
}

/// The index of kinds without entry 2.
fn hide_entry_2() -> String {
    remake("audit_entry_by_kind", "audit_entry (kind) WHERE seq <> 2")
}

/// Every entry is in the index, under its kind and with its number; and no search comes by the later ones.
#[tokio::test]
async fn an_index_with_a_field_that_only_searches_see_is_found() {
    let world = World::new().await;
    world.tamper(&remake(
        "audit_entry_by_kind",
        "audit_entry (kind, CASE WHEN seq > 1 THEN seq + 1000000 ELSE seq END)",
    ));
    let codes = world.codes(None, None).await;
    assert!(!codes.is_empty() && codes.iter().all(|(code, ..)| *code == "structure_damaged"), "{codes:?}");
}

/// What is wrong with one table leaves the others to be named.
#[tokio::test]
async fn a_table_that_is_gone_hides_no_other_damage() {
    let world = World::new().await;
    world.tamper(&hide_entry_2());
    world.tamper(
        "PRAGMA foreign_keys = OFF; DROP TABLE audit_search_word;
         INSERT INTO audit_payload SELECT 99, salt, body FROM audit_payload WHERE seq = 1;",
    );
    let codes: Vec<_> = world.codes_of_all().await;
    for code in ["schema_altered", "structure_damaged", "payload_inserted"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    assert!(!codes.contains(&"unreadable"), "{codes:?}");
}

/// Whatever else is wrong is said although the file cannot be read to its end: it may be why.
#[tokio::test]
async fn a_page_that_is_broken_hides_no_payload_without_an_entry() {
    let world = World::new().await;
    for n in 0..20 {
        world.issue(&format!("customer {n}")).await;
    }
    world.tamper(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO audit_payload SELECT 99, salt, body FROM audit_payload WHERE seq = 1;
         PRAGMA wal_checkpoint(TRUNCATE);",
    );
    let leaf = world.number("SELECT pageno FROM dbstat WHERE name = 'license' AND pagetype = 'leaf' LIMIT 1");
    let path = world.licentia.place().database.clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let page = usize::try_from(leaf - 1).unwrap() * 4096;
    bytes[page..page + 4096].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let codes: Vec<_> = world.codes_of_all().await;
    assert!(codes.contains(&"unreadable") && codes.contains(&"structure_damaged"), "{codes:?}");
    assert!(codes.contains(&"payload_inserted"), "{codes:?}");
}

/// A list of what failed would show what did not; of such an index `SQLite`'s own check says nothing.
#[tokio::test]
async fn an_index_that_holds_too_much_is_found() {
    let world = World::new().await;
    world.tamper(&remake("audit_entry_by_outcome", "audit_entry (outcome)"));
    let codes = world.codes(None, None).await;
    assert!(!codes.is_empty() && codes.iter().all(|(code, ..)| *code == "structure_damaged"), "{codes:?}");
}

#[tokio::test]
async fn a_schema_that_is_no_text_is_named_and_not_stumbled_over() {
    let world = World::new().await;
    world.tamper(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'vault_deleted';
         UPDATE sqlite_schema SET sql = sql || CAST(x'FF' AS TEXT) WHERE name = 'secret_deleted';",
    );
    let codes = world.codes(None, None).await;
    assert!(codes.iter().any(|(code, ..)| *code == "schema_altered" || *code == "unreadable"), "{codes:?}");
}

/// A clock that is set while the home is made: as with the first NTP answer after a boot.
#[tokio::test]
async fn a_log_that_was_founded_while_the_clock_was_set_verifies() {
    let world = World::new().await;
    world.clock.advance(-3_600);
    world.issue("an hour back").await;
    world.clock.advance(-60);
    world.issue("a minute back").await;
    world.clock.advance(86_400);
    world.issue("a day on").await;
    world.assert_verified().await;
    let kinds = world.licentia.audit().kinds().await.unwrap();
    assert!(kinds.contains(&"clock.adjusted".to_owned()));
}

/// Numbers at the ends of what a number can be: somebody puts an entry there, and wants the verification to go round
/// and round, or to stop in the middle.
#[tokio::test]
async fn an_entry_at_the_end_of_all_numbers_is_named_and_holds_nobody_up() {
    for seq in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        for alone in [false, true] {
            let world = World::new().await;
            world.issue("alice").await;
            assert_eq!(world.at_level(Level::Incremental).await.issues, []);
            world.licentia.move_pin().await.unwrap();
            let others =
                if alone { "DELETE FROM audit_payload; DELETE FROM audit_entry WHERE seq <> NEW_SEQ;" } else { "" };
            world.tamper(
                &format!(
                    "PRAGMA foreign_keys = OFF;
                     DROP TRIGGER audit_entry_no_gap; DROP TRIGGER audit_entry_no_delete; DROP TRIGGER audit_payload_no_delete;
                     CREATE TEMP TABLE copy AS SELECT * FROM audit_entry WHERE seq = 4;
                     UPDATE copy SET seq = NEW_SEQ, id = randomblob(16), previous_hash = randomblob(32);
                     INSERT INTO audit_entry SELECT * FROM copy;
                     {others}"
                )
                .replace("NEW_SEQ", &seq.to_string()),
            );
            for level in [Level::Start, Level::Incremental, Level::Full] {
                let request = VerifyRequest { level, ..VerifyRequest::default() };
                let audit = world.licentia.audit();
                let ended = tokio::time::timeout(Duration::from_mins(1), audit.verify(&request, World::quiet()));
                let report =
                    ended.await.unwrap_or_else(|_| panic!("{seq} {alone} {level:?}: it does not end")).unwrap();
                assert!(!report.verified, "{seq} {alone} {level:?}: {report:?}");
                let taken = report.issues.iter().filter(|issue| issue.code == "entry_inserted").count();
                assert!(taken <= 1, "{seq} {alone} {level:?}: {report:?}");
            }
            for (from, to) in [(1, u64::MAX), (i64::MAX as u64, u64::MAX), (u64::MAX, 1), (0, 0)] {
                let request = VerifyRequest { from: Some(from), to: Some(to), ..VerifyRequest::default() };
                let _ = world.licentia.audit().verify(&request, World::quiet()).await.unwrap();
            }
        }
    }
}

/// The index of words is derived, and its damage is no problem of the log: nor does it hide one.
#[tokio::test]
async fn damage_in_the_index_of_words_hides_none_in_the_indexes_of_the_log() {
    for hidden in [false, true] {
        let world = World::new().await;
        world.issue("alice").await;
        world.tamper(
            "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
             INSERT INTO audit_search_data (id, block) SELECT 1000000000000 + n, x'00' FROM n;
             PRAGMA wal_checkpoint(TRUNCATE);",
        );
        let leaf = world.number(
            "SELECT pageno FROM dbstat WHERE name = 'audit_search_data' AND pagetype = 'leaf' AND ncell > 200 LIMIT 1",
        );
        if hidden {
            world.tamper(&hide_entry_2());
        }
        let path = world.licentia.place().database.clone();
        world.tamper("PRAGMA wal_checkpoint(TRUNCATE);");
        let mut bytes = std::fs::read(&path).unwrap();
        let page = usize::try_from(leaf - 1).unwrap() * 4096;
        assert_eq!(bytes[page], 13, "a leaf of a table");
        // Every second cell is the first one again.
        for cell in 1..200 {
            let (from, to) = (page + 8, page + 8 + 2 * cell);
            bytes.copy_within(from..from + 2, to);
        }
        std::fs::write(&path, bytes).unwrap();
        let codes: Vec<_> = world.codes_of_all().await;
        assert!(codes.contains(&"search_index_stale"), "{codes:?}");
        assert_eq!(codes.contains(&"structure_damaged"), hidden, "{codes:?}");
    }
}

//! How much a verification looks at, what it remembers for the next one, and what a failure means for changes.

use crate::common::{World, request};
use licentia_core::audit::{Level, VerifyReport, VerifyRequest};
use licentia_core::{Error, IssueRequest};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

impl World {
    pub(crate) async fn at_level(&self, level: Level) -> VerifyReport {
        let request = VerifyRequest { level, ..VerifyRequest::default() };
        self.licentia.audit().verify(&request, Self::quiet()).await.unwrap()
    }

    async fn issue_many(&self, count: usize) {
        let requests: Vec<IssueRequest> = (0..count).map(|n| request(&format!("user {n}"))).collect();
        self.licentia.licenses().issue_batch(&self.operator, requests, Self::quiet()).await.unwrap();
    }

    /// Begins a full verification, and stops it after two chunks. The clock goes on meanwhile.
    async fn stop_a_full_one(&self) {
        let (stop, chunks, clock) = (Arc::new(Notify::new()), AtomicUsize::new(0), self.clock.clone());
        let stopped = Arc::clone(&stop);
        let progress = Arc::new(move |_, _| {
            clock.advance(10);
            if chunks.fetch_add(1, Ordering::SeqCst) == 1 {
                stop.notify_one();
            }
        });
        let (audit, request) = (self.licentia.audit(), VerifyRequest::default());
        tokio::select! {
            biased;
            () = stopped.notified() => {}
            report = audit.verify(&request, progress) => panic!("it came to its end: {report:?}"),
        }
    }
}

fn codes(report: &VerifyReport) -> Vec<(&'static str, Option<u64>)> {
    assert_eq!(report.verified, report.issues.is_empty());
    report.issues.iter().map(|issue| (issue.code, issue.seq_from)).collect()
}

#[tokio::test]
async fn a_full_one_that_was_stopped_goes_on_where_it_was() {
    let world = World::new().await;
    world.issue_many(8_100).await;
    world.stop_a_full_one().await;
    let again = world.at_level(Level::Full).await;
    assert_eq!((codes(&again), again.resumed_from), (vec![], Some(8_000)));
    assert_eq!(again.entries_checked, world.entries().await, "hashes are derived anew");
    assert_eq!(world.at_level(Level::Full).await.resumed_from, None, "what came to its end is not gone on from");

    world.stop_a_full_one().await;
    let fresh = VerifyRequest { fresh: true, ..VerifyRequest::default() };
    let fresh = world.licentia.audit().verify(&fresh, World::quiet()).await.unwrap();
    assert_eq!((codes(&fresh), fresh.resumed_from), (vec![], None));
}

/// Whatever is changed in what the stopped one had checked: the next finds what a fresh one would.
#[tokio::test]
async fn what_was_checked_before_it_was_stopped_is_not_believed_blindly() {
    let world = World::new().await;
    world.issue_many(8_100).await;
    world.stop_a_full_one().await;
    world.tamper(
        "DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET signature = zeroblob(64) WHERE seq = 1234;",
    );
    let report = world.at_level(Level::Full).await;
    assert_eq!(codes(&report), [("schema_altered", None), ("signature_invalid", Some(1_234))]);
    assert_eq!(report.resumed_from, None);
}

#[tokio::test]
async fn at_the_start_the_end_is_looked_at_and_nothing_else() {
    let world = World::new().await;
    world.issue_many(1_500).await;
    let report = world.at_level(Level::Start).await;
    assert_eq!((codes(&report), report.level, report.from, report.to), (vec![], Level::Start, 504, 1_503));
    assert_eq!(report.entries_checked, 1_000, "however long the log is");
    world.licentia.move_pin().await.unwrap();
    let report = world.at_level(Level::Start).await;
    assert_eq!((codes(&report), report.entries_checked), (vec![], 1), "the rest was seen before");

    world.tamper(
        "CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = 'audit_head_no_delete';
         UPDATE audit_head SET size = 1502;",
    );
    assert_eq!(codes(&world.at_level(Level::Start).await), [("head_disagrees", Some(1_503))]);
    world.tamper("UPDATE audit_head SET size = 1503; DROP TRIGGER audit_entry_no_update;");
    world.tamper("UPDATE audit_entry SET actor = 'mallory' WHERE seq IN (1, 1503);");
    let report = world.at_level(Level::Start).await;
    assert_eq!(codes(&report), [("schema_altered", None), ("entry_altered", Some(1_503))]);
    let altered = &report.issues[1];
    assert!(altered.expected.as_ref().is_some_and(|expected| expected.starts_with("blake3:")));
    assert!(altered.found.is_some() && altered.found != altered.expected);
}

#[tokio::test]
async fn an_incremental_one_looks_at_what_came_and_at_some_of_the_rest() {
    let world = World::new().await;
    world.issue("alice").await;
    let first = world.at_level(Level::Incremental).await;
    assert_eq!((codes(&first), first.from, first.to), (vec![], 1, 4), "nothing was verified before");
    world.issue_many(400).await;
    let second = world.at_level(Level::Incremental).await;
    assert_eq!((codes(&second), second.from, second.to), (vec![], 5, 404));
    assert!(second.entries_checked > 400, "and some of the four before");
    let third = world.at_level(Level::Incremental).await;
    assert_eq!((codes(&third), third.from, third.to), (vec![], 404, 404));
    assert!((100..=1_001).contains(&third.entries_checked), "{}", third.entries_checked);

    // Every second old entry: chance cannot miss them all.
    world.tamper(
        "DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq % 2 = 0 AND seq < 404;",
    );
    let found = world.at_level(Level::Incremental).await;
    assert!(found.issues.iter().any(|issue| issue.code == "entry_altered"), "{:?}", found.issues);
}

#[tokio::test]
async fn an_entry_that_was_verified_and_is_another_now_is_a_fork() {
    let world = World::new().await;
    assert_eq!(codes(&world.at_level(Level::Full).await), []);
    world.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET hash = zeroblob(32) WHERE seq = 3;");
    let report = world.at_level(Level::Incremental).await;
    let forked = report.issues.iter().find(|issue| issue.code == "forked").unwrap();
    assert_eq!((forked.seq_from, forked.found.as_deref()), (Some(3), Some(&*format!("blake3:{}", "0".repeat(64)))));
}

#[tokio::test]
async fn after_a_failure_changes_stop_where_the_policy_says_so_until_a_full_one_succeeds() {
    let world = World::new().await;
    world.tamper("UPDATE issuer SET name = 'mallory' WHERE name = 'first';");
    let failed = world.at_level(Level::Full).await;
    assert_eq!(codes(&failed).len(), 1);
    world.try_issue(request("before the policy")).await.unwrap();

    world.licentia.stop_after_failure();
    let refused = world.try_issue(request("alice")).await;
    assert!(matches!(&refused, Err(Error::NotVerified(failed)) if failed.issues == ["row_altered"]), "{refused:?}");
    let began = world.clock.now();
    world.clock.advance(2);
    let seq = world.licentia.audit().record_verification(&world.operator, &failed, began).await.unwrap();
    let entry = world.last_entry().await;
    assert_eq!((entry.seq, entry.kind.as_str(), entry.outcome.as_str()), (seq, "audit.verify", "failure"));
    let said = entry.payload_value();
    assert_eq!((&said["result"], &said["duration_ms"]), (&"not_verified".into(), &2_000.into()));
    assert_eq!(said["issues"], serde_json::json!(["row_altered"]));

    world.tamper("UPDATE issuer SET name = 'first' WHERE name = 'mallory';");
    for level in [Level::Start, Level::Incremental] {
        assert_eq!(codes(&world.at_level(level).await), []);
        assert!(world.try_issue(request("alice")).await.is_err(), "rows were not looked at");
    }
    assert_eq!(codes(&world.at_level(Level::Full).await), []);
    world.try_issue(request("alice")).await.unwrap();
}

#[tokio::test]
async fn a_fingerprint_that_was_mistyped_stops_nobody_and_a_memory_that_was_spoilt_does() {
    let world = World::new().await;
    world.licentia.stop_after_failure();
    let wrong = VerifyRequest { fingerprint: Some(format!("blake3:{}", "0".repeat(64))), ..VerifyRequest::default() };
    let report = world.licentia.audit().verify(&wrong, World::quiet()).await.unwrap();
    assert_eq!(codes(&report), [("wrong_log", None)]);
    world.try_issue(request("alice")).await.unwrap();

    assert_eq!(codes(&world.at_level(Level::Full).await), []);
    let pins = world.path("pins");
    let memory = crate::common::names(&pins).into_iter().find(|name| name.ends_with(".verified.json")).unwrap();
    std::fs::write(pins.join(&memory), "{").unwrap();
    assert!(matches!(world.try_issue(request("bob")).await, Err(Error::Pin(_))));
    assert_eq!(codes(&world.at_level(Level::Incremental).await), []);
    assert!(matches!(world.try_issue(request("bob")).await, Err(Error::NotVerified(_))), "it may have said so");
    assert_eq!(codes(&world.at_level(Level::Full).await), []);
    world.try_issue(request("bob")).await.unwrap();
}

/// Whoever can write the file puts another log there for a moment, or none at all, and has it looked at.
#[tokio::test]
async fn a_failure_is_not_forgotten_because_the_log_was_another_one_for_a_moment() {
    let other = format!("UPDATE audit_log SET public_key = x'{}'", "07".repeat(32));
    for edit in [&*other, "UPDATE audit_log SET public_key = x'00'", "DELETE FROM audit_log"] {
        let world = World::new().await;
        world.licentia.stop_after_failure();
        world.tamper("UPDATE issuer SET name = 'mallory' WHERE name = 'first';");
        assert_eq!(codes(&world.at_level(Level::Full).await).len(), 1);
        let sql = rusqlite::Connection::open(&world.licentia.place().database).unwrap();
        let (names, made): (String, String) = sql
            .query_row(
                "SELECT group_concat('DROP TRIGGER ' || name, ';'), group_concat(sql, ';') FROM sqlite_schema
                 WHERE type = 'trigger' AND tbl_name = 'audit_log'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        let free = format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {names};");
        world.tamper(&format!("{free} CREATE TABLE kept AS SELECT * FROM audit_log; {edit};"));
        for level in [Level::Start, Level::Incremental] {
            assert!(!world.at_level(level).await.verified, "{edit}");
        }
        let back = "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept;";
        world.tamper(&format!("PRAGMA foreign_keys = OFF; {back} {made};"));
        // Rows are not looked at there, so nothing of this shows.
        for level in [Level::Start, Level::Incremental] {
            assert_eq!(codes(&world.at_level(level).await), [], "{edit}");
            let refused = world.try_issue(request("alice")).await;
            assert!(matches!(refused, Err(Error::NotVerified(_))), "{edit} {level:?}: {refused:?}");
        }
        world.tamper("UPDATE issuer SET name = 'first' WHERE name = 'mallory';");
        assert_eq!(codes(&world.at_level(Level::Full).await), []);
        world.try_issue(request("alice")).await.unwrap();
    }
}

/// What cannot be told of which log it is says nothing of how far this one was verified.
#[tokio::test]
async fn a_log_without_its_row_leaves_what_was_verified_where_it_was() {
    let world = World::new().await;
    assert_eq!(codes(&world.at_level(Level::Full).await), []);
    let pins = licentia_core::pin::PinStore::new(world.path("pins"));
    let recalled = || pins.recall(&world.licentia.place().database).unwrap().unwrap();
    let before = recalled();
    let without = licentia_core::pin::Failed { level: Level::Start, at: "now".to_owned(), issues: vec![] };
    pins.remember(&world.licentia.place().database, "", |known| {
        (known.failed, known.verified, known.unfinished) = (Some(without.clone()), None, None);
    })
    .unwrap();
    assert_eq!(recalled(), licentia_core::pin::Remembered { failed: Some(without), ..before });
}

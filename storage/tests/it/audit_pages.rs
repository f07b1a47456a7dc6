//! Pages of the log, compared with a filter in memory, in both directions and to the end.

use crate::home::{Home, NOON, SECOND};
use licentia_storage::{AuditQuery, AuditRecord, Timestamp};
use rusqlite::params;

struct Line {
    seq: u64,
    kind: &'static str,
    actor: &'static str,
    target: Option<String>,
    at: i64,
}

const KINDS: [&str; 7] =
    ["license.issue", "license.issue", "license.revoke", "issuer.create", "license.issue", "audit.export", "license"];
const ACTORS: [&str; 3] = ["mathieu@build7", "Жанна", "ci"];

/// Entries after the founding one; the clock goes back twice, once behind the beginning of the log.
fn lines() -> Vec<Line> {
    let mut at = NOON;
    (2..2_500_u64)
        .map(|seq| {
            // Three entries share a moment.
            at += if seq % 3 == 0 { SECOND } else { 0 };
            let back = match seq {
                900 => 200,
                1_800 => 900,
                _ => 0,
            };
            at -= back * SECOND;
            let kind = if back > 0 { "clock.adjusted" } else { KINDS[usize::try_from(seq % 7).unwrap()] };
            let actor = ACTORS[usize::try_from(seq / 5 % 3).unwrap()];
            Line { seq, kind, actor, target: (seq % 4 != 0).then(|| format!("target {}", seq % 11)), at }
        })
        .collect()
}

async fn filled(lines: &[Line]) -> Home {
    let home = Home::new().await;
    let mut plain = home.plain();
    let transaction = plain.transaction().unwrap();
    for line in lines {
        let seq = i64::try_from(line.seq).unwrap();
        let id = blake3::hash(&line.seq.to_be_bytes());
        let (id, hash) = (&id.as_bytes()[..16], id.as_bytes());
        transaction
            .execute(
                "INSERT INTO audit_entry VALUES (?1, 1, ?2, ?2, ?3, 'info', 'success', ?4, 'user', ?5, ?6, ?7, ?7, zeroblob(32),
                 x'', zeroblob(16), ?8, zeroblob(32), zeroblob(64))",
                params![seq, id, line.kind, line.actor, line.target.as_ref().map(|_| "License"), line.target, line.at, hash],
            )
            .unwrap();
        if line.seq % 10 != 0 {
            let body = format!("{{\"seq\":{}}}", line.seq).into_bytes();
            transaction.execute("INSERT INTO audit_payload VALUES (?, zeroblob(16), ?)", params![seq, body]).unwrap();
        }
    }
    transaction.commit().unwrap();
    home
}

fn matches(query: &AuditQuery, kind: &str, actor: &str, target: Option<&str>, at: i64) -> bool {
    (query.kinds.is_empty() || query.kinds.iter().any(|wanted| wanted == kind))
        && query.actor.as_deref().is_none_or(|wanted| wanted == actor)
        && query.target.as_deref().is_none_or(|wanted| Some(wanted) == target)
        && query.since.is_none_or(|since| at >= since.0)
        && query.until.is_none_or(|until| at < until.0)
}

fn expected(lines: &[Line], query: &AuditQuery) -> Vec<u64> {
    let first = matches(query, "vault.create", "mathieu@build7", None, NOON).then_some(1);
    let rest = lines
        .iter()
        .filter(|line| matches(query, line.kind, line.actor, line.target.as_deref(), line.at))
        .map(|line| line.seq);
    let mut found: Vec<u64> = first.into_iter().chain(rest).collect();
    if !query.oldest_first {
        found.reverse();
    }
    found
}

async fn pages(home: &Home, query: &AuditQuery) -> Vec<u64> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page: Vec<AuditRecord> = home.store.reader().audit_entries(&query).await.unwrap();
        assert!(page.len() as u64 <= query.limit);
        found.extend(page.iter().map(|entry| entry.seq));
        if (page.len() as u64) < query.limit {
            return found;
        }
        query.before = page.last().map(|entry| entry.seq);
    }
}

fn kinds(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn every_combination_of_filters_pages_to_what_it_should() {
    let lines = lines();
    let home = filled(&lines).await;
    let at = |seconds: i64| Some(Timestamp(NOON + seconds * SECOND));
    let windows = [
        (None, None),
        (at(100), None),
        (None, at(100)),
        // Before the first step back, and again after it.
        (at(150), at(250)),
        (at(-700), at(-600)),
        // Only after the second step back.
        (None, at(-1)),
        (at(0), at(1)),
        (at(100), at(100)),
        (at(200), at(100)),
        (at(90_000), None),
        (None, at(-90_000)),
    ];
    for kinds in [
        kinds(&[]),
        kinds(&["license.revoke"]),
        kinds(&["license.issue", "license", "nothing"]),
        kinds(&["vault.create", "clock.adjusted"]),
    ] {
        for actor in [None, Some(ACTORS[1].to_owned()), Some("nobody".to_owned())] {
            for target in [None, Some("target 3".to_owned()), Some("no target".to_owned())] {
                for (since, until) in windows {
                    for oldest_first in [false, true] {
                        let query = AuditQuery {
                            kinds: kinds.clone(),
                            actor: actor.clone(),
                            target: target.clone(),
                            since,
                            until,
                            before: None,
                            oldest_first,
                            limit: 173,
                        };
                        assert_eq!(pages(&home, &query).await, expected(&lines, &query), "{query:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_smallest_pages_miss_nothing_and_repeat_nothing() {
    let lines: Vec<Line> = lines().into_iter().take(100).collect();
    let home = filled(&lines).await;
    for limit in [1, 2, 3] {
        for oldest_first in [false, true] {
            for kinds in [kinds(&[]), kinds(&["license.issue", "license.revoke", "issuer.create"])] {
                let query = AuditQuery { kinds, oldest_first, limit, ..AuditQuery::default() };
                assert_eq!(pages(&home, &query).await, expected(&lines, &query), "{query:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_kind_that_is_named_twice_is_listed_once() {
    let lines = lines();
    let home = filled(&lines).await;
    let query = AuditQuery {
        kinds: kinds(&["license", "license", "license.issue", "license"]),
        limit: 50,
        ..AuditQuery::default()
    };
    assert_eq!(pages(&home, &query).await, expected(&lines, &query));
}

#[tokio::test]
async fn pages_before_the_first_and_after_the_last_are_empty() {
    let home = filled(&lines()).await;
    for (before, oldest_first) in [(0, false), (1, false), (2_499, true), (u64::MAX, true)] {
        let query = AuditQuery { before: Some(before), oldest_first, limit: 10, ..AuditQuery::default() };
        assert!(home.store.reader().audit_entries(&query).await.unwrap().is_empty(), "{query:?}");
    }
    let query = AuditQuery { before: Some(u64::MAX), limit: 3, ..AuditQuery::default() };
    assert_eq!(home.store.reader().audit_entries(&query).await.unwrap()[0].seq, 2_499);
}

#[tokio::test]
async fn the_kinds_of_a_log_are_those_that_are_in_it() {
    let home = filled(&lines()).await;
    let kinds = home.store.reader().audit_kinds().await.unwrap();
    let expected = [
        "audit.export",
        "clock.adjusted",
        "issuer.create",
        "license",
        "license.issue",
        "license.revoke",
        "vault.create",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn a_purged_payload_hides_no_entry() {
    let home = filled(&lines()).await;
    let reader = home.store.reader();
    assert_eq!(reader.audit_entry(10).await.unwrap().unwrap().payload, None);
    assert_eq!(reader.audit_entry(11).await.unwrap().unwrap().payload.as_deref(), Some("{\"seq\":11}"));
    assert_eq!(reader.audit_entry(0).await.unwrap(), None);
    assert_eq!(reader.audit_entry(2_500).await.unwrap(), None);
    assert_eq!(reader.audit_entry(u64::MAX).await.unwrap(), None);
}

#[tokio::test]
async fn an_empty_log_has_pages_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let store = licentia_storage::Store::create(&path, crate::home::World::new().ambient).await.unwrap();
    let reader = store.reader();
    let window = AuditQuery { since: Some(Timestamp(0)), until: Some(Timestamp(9)), limit: 5, ..AuditQuery::default() };
    assert!(reader.audit_entries(&window).await.unwrap().is_empty());
    assert!(reader.audit_kinds().await.unwrap().is_empty());
    assert_eq!((reader.audit_size().await.unwrap(), reader.audit_log().await.unwrap()), (0, None));
}

#[tokio::test]
async fn an_entry_with_words_that_nobody_knows_hides_no_page() {
    let home = filled(&lines()[..20]).await;
    let plain = home.plain();
    plain.execute_batch("DROP TRIGGER audit_entry_no_update").unwrap();
    plain
        .execute("UPDATE audit_entry SET severity = 'ultra', outcome = '?', actor_kind = '', id = x'01', version = 9 WHERE seq = 7", [])
        .unwrap();
    let query = AuditQuery { limit: 100, ..AuditQuery::default() };
    let page = home.store.reader().audit_entries(&query).await.unwrap();
    assert_eq!(page.len(), 21);
    assert_eq!(page.iter().find(|entry| entry.seq == 7).unwrap().severity, "ultra");
}

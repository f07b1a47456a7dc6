//! Searching the log, compared with a plain reading of every row: with the index of words, without it, and behind it.

use crate::home::{Home, NOON, SECOND};
use licentia_storage::{
    Access, AuditRecord, Bound, Column, Condition, CountBy, EventId, Fit, MemberFit, Store, TextFit, Timestamp,
    distance,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::params;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KINDS: [&str; 6] =
    ["license.issue", "license.issue", "license.revoke", "issuer.create", "license.issue", "audit.export"];
const ACTORS: [&str; 3] = ["mathieu@build7", "Жанна", "ci"];
const REASONS: [&str; 4] = ["refund", "breach", "key_compromise", "Refund"];
const LAST: u64 = 600;

fn payload(seq: u64) -> Value {
    match seq % 6 {
        0 => json!({ "reason": REASONS[usize::try_from(seq / 6 % 4).unwrap()], "note": null }),
        1 => {
            json!({ "audience": ["editor", "viewer"], "limits": { "seats": seq % 9 }, "trial": seq.is_multiple_of(5) })
        }
        2 => json!({ "note": format!("a refund for alice{}, said Bob", seq % 3), "entries": seq }),
        3 => json!({ "note": "the refnd was refunded", "share": 0.5 }),
        4 => json!({}),
        _ => json!({ "reason": "other", "deep": { "list": [1, [2], { "x": "y" }] } }),
    }
}

/// Entries after the founding one; the clock goes back once, and some payloads are gone or no JSON.
fn fill(home: &Home) {
    let mut plain = home.plain();
    let transaction = plain.transaction().unwrap();
    let mut at = NOON;
    for seq in 2..=LAST {
        at += if seq % 3 == 0 { SECOND } else { 0 };
        at -= if seq == 300 { 200 * SECOND } else { 0 };
        let place = |of: u64| usize::try_from(seq / of).unwrap();
        let kind = if seq == 300 { "clock.adjusted" } else { KINDS[place(1) % 6] };
        let (id, hash) = (blake3::hash(&seq.to_be_bytes()), blake3::hash(&[7, seq.to_be_bytes()[7], 1]));
        let unique = blake3::hash(&(seq + 1_000_000).to_be_bytes());
        let severity = ["info", "warning", "info", "critical", "info", "error", "info"][place(1) % 7];
        let outcome = if seq % 97 == 0 { "failure" } else { "success" };
        let actor_kind = if seq % 89 == 0 { "system" } else { "user" };
        let target = (seq % 4 != 0).then(|| format!("target {}", seq % 11));
        transaction
            .execute(
                "INSERT INTO audit_entry VALUES (?1, 1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, zeroblob(32), x'', zeroblob(16), ?11, ?12, zeroblob(64))",
                params![
                    i64::try_from(seq).unwrap(), &id.as_bytes()[..16], kind, severity, outcome, ACTORS[place(5) % 3],
                    actor_kind, target.as_ref().map(|_| "License"), target, at, unique.as_bytes(), hash.as_bytes()
                ],
            )
            .unwrap();
        let body = match seq % 50 {
            0 => None,
            1 => Some(b"refund, but no JSON".to_vec()),
            _ => Some(payload(seq).to_string().into_bytes()),
        };
        if let Some(body) = body {
            transaction
                .execute(
                    "INSERT INTO audit_payload VALUES (?, zeroblob(16), ?)",
                    params![i64::try_from(seq).unwrap(), body],
                )
                .unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// What fits, by reading: written down a second time, as simply as it can be said.
fn fits(entry: &AuditRecord, condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| fits(entry, part)),
        Condition::Any(parts) => parts.iter().any(|part| fits(entry, part)),
        Condition::Not(part) => !fits(entry, part),
        Condition::Seq { from, to } => entry.seq >= *from && entry.seq <= *to,
        Condition::Time { since, until } => {
            since.is_none_or(|since| entry.recorded_at >= since) && until.is_none_or(|until| entry.recorded_at < until)
        }
        Condition::Id(id) => entry.id == *id,
        Condition::Word(column, fit) => {
            let word = match column {
                Column::Kind => Some(entry.kind.clone()),
                Column::Severity => Some(entry.severity.clone()),
                Column::Outcome => Some(entry.outcome.clone()),
                Column::Actor => Some(entry.actor.clone()),
                Column::ActorKind => Some(entry.actor_kind.clone()),
                Column::Target => entry.target_id.clone(),
                Column::TargetKind => entry.target_kind.as_ref().map(|kind| kind.to_lowercase()),
            };
            word.is_some_and(|word| match fit {
                Fit::Is(wanted) => word == *wanted,
                Fit::Begins(start) => word.starts_with(start.as_str()),
                Fit::Present => true,
            })
        }
        Condition::Member(path, fit) => {
            let pointer = format!("/{}", path.join("/"));
            let value = entry.payload_value();
            let member = if value.is_object() { value.pointer(&pointer).cloned() } else { None };
            match member {
                None | Some(Value::Null) => false,
                Some(Value::Array(items)) => items.iter().any(|item| match item {
                    Value::Array(_) | Value::Null => false,
                    Value::Object(_) => *fit == MemberFit::Present,
                    item => member_fits(item, fit),
                }),
                Some(Value::Object(_)) => *fit == MemberFit::Present,
                Some(member) => member_fits(&member, fit),
            }
        }
        Condition::Text(fit) => texts(entry).iter().any(|text| text_fits(text, fit)),
    }
}

fn member_fits(value: &Value, fit: &MemberFit) -> bool {
    let order = |wanted: &str| match value {
        Value::String(text) => Some(text.as_str().cmp(wanted)),
        Value::Number(number) => number.as_f64().unwrap().partial_cmp(&wanted.parse::<f64>().ok()?),
        other => (*other == wanted.parse::<Value>().unwrap_or_default()).then_some(std::cmp::Ordering::Equal),
    };
    match fit {
        MemberFit::Present => true,
        MemberFit::Is(wanted) => order(wanted).is_some_and(std::cmp::Ordering::is_eq),
        MemberFit::Begins(start) => value.as_str().is_some_and(|text| text.starts_with(start.as_str())),
        MemberFit::Between { low, high } => {
            let end = |bound: &Option<Bound>, right: fn(std::cmp::Ordering) -> bool| {
                bound.as_ref().is_none_or(|bound| {
                    order(&bound.text).is_some_and(|order| right(order) || bound.included && order.is_eq())
                })
            };
            end(low, std::cmp::Ordering::is_gt) && end(high, std::cmp::Ordering::is_lt)
        }
    }
}

fn texts(entry: &AuditRecord) -> Vec<Vec<String>> {
    fn values(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::String(text) => into.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| values(item, into)),
            Value::Object(members) => members.values().for_each(|member| values(member, into)),
            other => into.push(other.to_string()),
        }
    }
    let mut all = vec![entry.kind.clone(), entry.actor.clone()];
    all.extend([&entry.target_kind, &entry.target_id].into_iter().flatten().cloned());
    values(&entry.payload_value(), &mut all);
    let cut = |text: &String| {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    all.iter().map(cut).collect()
}

fn text_fits(text: &[String], fit: &TextFit) -> bool {
    match fit {
        TextFit::Phrase(words) => (0..text.len()).any(|at| text[at..].starts_with(words)),
        TextFit::Begins(words) => (0..text.len()).any(|at| {
            let here: Vec<&String> = text[at..].iter().take(words.len()).collect();
            let last = words.len() - 1;
            here.len() == words.len()
                && here[last].starts_with(words[last].as_str())
                && here[..last].iter().zip(words).all(|(one, other)| *one == other)
        }),
        TextFit::Like { word, edits } => text.iter().any(|one| {
            one.chars().all(char::is_alphabetic)
                && one.chars().next() == word.chars().next()
                && distance(one, word) <= usize::from(*edits)
        }),
    }
}

fn leaf() -> impl Strategy<Value = Condition> {
    let text = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    let fit = |words: &'static [&'static str]| {
        (text(words), 0..4_u8).prop_map(|(word, how)| match how {
            0 => Fit::Begins(word.chars().take(3).collect()),
            1 => Fit::Begins(word),
            _ => Fit::Is(word),
        })
    };
    let word =
        |column: Column, words: &'static [&'static str]| fit(words).prop_map(move |fit| Condition::Word(column, fit));
    let at = (-400_i64..500).prop_map(|seconds| Timestamp(NOON + seconds * SECOND));
    let bound = (text(&["3", "0.5", "other", "refund", "600"]), any::<bool>())
        .prop_map(|(text, included)| Bound { text, included });
    let member_fit = prop_oneof![
        text(&["refund", "Refund", "other", "5", "0.5", "editor", "true", "y", "1", "key_compromise"])
            .prop_map(MemberFit::Is),
        text(&["ref", "a refund", "e"]).prop_map(MemberFit::Begins),
        Just(MemberFit::Present),
        (prop::option::of(bound.clone()), prop::option::of(bound))
            .prop_map(|(low, high)| MemberFit::Between { low, high }),
    ];
    let path = prop::sample::select(vec![
        "reason",
        "note",
        "audience",
        "limits",
        "limits.seats",
        "trial",
        "entries",
        "share",
        "deep.list",
        "no",
    ])
    .prop_map(|path| path.split('.').map(str::to_owned).collect::<Vec<_>>());
    prop_oneof![
        word(Column::Kind, &["license.issue", "license.revoke", "audit.export", "nothing", "vault.create"]),
        word(Column::Actor, &["mathieu@build7", "Жанна", "ci", "nobody"]),
        word(Column::Severity, &["info", "warning", "critical", "error"]),
        word(Column::Outcome, &["success", "failure"]),
        word(Column::ActorKind, &["user", "system"]),
        word(Column::Target, &["target 3", "target 10", "target"]),
        word(Column::TargetKind, &["license", "vault"]),
        Just(Condition::Word(Column::Target, Fit::Present)),
        (0..LAST + 50, 0..900_u64).prop_map(|(from, many)| Condition::Seq { from, to: from + many }),
        (2..LAST).prop_map(|seq| {
            let id = blake3::hash(&seq.to_be_bytes()).as_bytes()[..16].to_vec();
            Condition::Id(EventId(uuid::Uuid::from_slice(&id).unwrap()))
        }),
        (prop::option::of(at.clone()), prop::option::of(at))
            .prop_map(|(since, until)| Condition::Time { since, until }),
        (path, member_fit).prop_map(|(path, fit)| Condition::Member(path, fit)),
        prop::sample::select(vec![
            "refund",
            "refund for alice1",
            "said bob",
            "build7",
            "editor",
            "target 3",
            "0 5",
            "no",
            "жанна"
        ])
        .prop_map(|text| Condition::Text(TextFit::phrase(text).unwrap())),
        prop::sample::select(vec![vec!["ref"], vec!["for", "ali"], vec!["said", "b"], vec!["zz"]])
            .prop_map(|words| Condition::Text(TextFit::Begins(words.into_iter().map(str::to_owned).collect()))),
        (text(&["refnd", "refundd", "rfund", "жана", "zzz"]), 1..3_u8)
            .prop_map(|(word, edits)| Condition::Text(TextFit::Like { word, edits })),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(3, 12, 4, |part| {
        prop_oneof![
            3 => prop::collection::vec(part.clone(), 0..4).prop_map(Condition::All),
            2 => prop::collection::vec(part.clone(), 0..4).prop_map(Condition::Any),
            1 => part.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

async fn everything(store: &Store) -> Vec<AuditRecord> {
    let query = licentia_storage::AuditQuery { limit: LAST * 2, ..Default::default() };
    store.reader().audit_entries(&query).await.unwrap()
}

async fn found(store: &Store, condition: &Condition, limit: u64) -> Vec<u64> {
    let (mut seqs, mut before) = (Vec::new(), None);
    loop {
        let page = store.reader().search_entries(condition, before, limit).await.unwrap();
        assert!(page.items.len() as u64 <= limit);
        seqs.extend(page.items.iter().map(|entry| entry.seq));
        match page.next {
            Some(next) => assert!(before.is_none_or(|before| next < before), "{condition:?} stands still at {next}"),
            None => return seqs,
        }
        before = page.next;
    }
}

fn samples(many: usize) -> Vec<Condition> {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    (0..many).map(|_| condition().new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn a_search_finds_what_reading_finds_however_far_the_index_reaches() {
    let home = Home::new().await;
    fill(&home);
    let all = everything(&home.store).await;
    let conditions = samples(200);
    let expected: Vec<Vec<u64>> = conditions
        .iter()
        .map(|condition| all.iter().filter(|entry| fits(entry, condition)).map(|entry| entry.seq).collect())
        .collect();
    let some = expected.iter().filter(|seqs| !seqs.is_empty() && seqs.len() < all.len()).count();
    assert!(some > 70, "only {some} of the conditions tell entries apart");
    let compare = async |about: &str, store: &Store| {
        for (number, (condition, expected)) in conditions.iter().zip(&expected).enumerate() {
            let limit = [23, 100, 2_000][number % 3];
            assert_eq!(found(store, condition, limit).await, *expected, "{about}: {condition:?}");
        }
    };
    compare("no index", &home.store).await;
    assert_eq!(home.store.follow_with_index(250).await.unwrap().reached, 250);
    compare("index behind", &home.store).await;
    assert_eq!(home.store.follow_with_index(u64::MAX).await.unwrap().behind(), 0);
    compare("index", &home.store).await;
    let reviewer = Store::open(&home.path(), home.world.ambient.clone(), Access::Read).await.unwrap();
    compare("only reading", &reviewer).await;
    home.store.drop_index().await.unwrap();
    assert_eq!(home.store.reader().search_index().await.unwrap().reached, 0);
    assert_eq!(home.store.follow_with_index(u64::MAX).await.unwrap().reached, LAST);
    compare("rebuilt", &home.store).await;
}

#[tokio::test]
async fn counts_are_those_of_reading() {
    let home = Home::new().await;
    fill(&home);
    home.store.follow_with_index(350).await.unwrap();
    let all = everything(&home.store).await;
    let mut conditions = samples(30);
    conditions.push(Condition::everything());
    for condition in conditions {
        for by in [CountBy::Kind, CountBy::Actor, CountBy::Target, CountBy::Day] {
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            for entry in all.iter().filter(|entry| fits(entry, &condition)) {
                let key = match by {
                    CountBy::Kind => Some(entry.kind.clone()),
                    CountBy::Actor => Some(entry.actor.clone()),
                    CountBy::Target => entry.target_id.clone(),
                    CountBy::Day => Some(entry.recorded_at.to_string()[..10].to_owned()),
                };
                if let Some(key) = key {
                    *expected.entry(key).or_default() += 1;
                }
            }
            let counts = home.store.reader().count_entries(&condition, by).await.unwrap();
            assert_eq!(counts, expected.into_iter().collect::<Vec<_>>(), "{by:?} {condition:?}");
        }
    }
}

#[tokio::test]
async fn an_event_writes_nothing_into_the_index_and_is_found_all_the_same() {
    let home = Home::new().await;
    home.store.follow_with_index(u64::MAX).await.unwrap();
    let before = home.store.reader().search_index().await.unwrap();
    home.note("refund of the day").await.unwrap();
    let after = home.store.reader().search_index().await.unwrap();
    assert_eq!((after.reached, after.behind()), (before.reached, 1));
    let word = Condition::Text(TextFit::phrase("setting").unwrap());
    assert_eq!(found(&home.store, &word, 10).await, [2]);
}

#[tokio::test]
async fn an_index_of_another_log_or_other_rules_is_none() {
    let home = Home::new().await;
    fill(&home);
    home.store.follow_with_index(u64::MAX).await.unwrap();
    let word = Condition::Text(TextFit::phrase("refund").unwrap());
    let expected = found(&home.store, &word, 100).await;
    for change in [
        "UPDATE audit_search_cursor SET hash = zeroblob(32)",
        "UPDATE audit_search_cursor SET rules = 'of 1999'",
        "UPDATE audit_search_cursor SET size = 100000",
        "DELETE FROM audit_search_cursor",
        // Not even readable.
        "UPDATE audit_search_data SET block = x'00'",
    ] {
        home.plain().execute_batch(change).unwrap();
        assert_eq!(found(&home.store, &word, 100).await, expected, "{change}");
    }
}

#[tokio::test]
async fn entries_that_the_index_hides_are_told() {
    let home = Home::new().await;
    fill(&home);
    home.store.follow_with_index(u64::MAX).await.unwrap();
    let all = everything(&home.store).await;
    let reader = home.store.reader();
    assert_eq!(reader.missing_in_index(&all).await.unwrap(), [0_u64; 0]);
    home.plain().execute_batch("INSERT INTO audit_search (audit_search) VALUES ('delete-all')").unwrap();
    assert_eq!(reader.missing_in_index(&all[..5]).await.unwrap().len(), 5);
}

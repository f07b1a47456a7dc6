//! How long the first page of a search takes in a large log: `cargo bench -p licentia-storage --bench search [-- ROWS]`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and stops where it cannot go on"
)]

mod common;

use common::{Entry, NOON, ambient, megabytes};
use licentia_storage::{Access, Bound, Column, Condition, CountBy, Fit, MemberFit, Store, TextFit, Timestamp};
use rusqlite::Connection;
use std::time::{Duration, Instant};
use uuid::Uuid;

const RUNS: usize = 40;
const HOUR: i64 = 3_600_000_000;
const LIMIT: u64 = 100;
const REASONS: [&str; 5] = ["refund", "breach", "key_compromise", "cessation", "other"];

fn main() {
    let rows = common::rows();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        common::fill(&path, |connection| fill(connection, rows)).await;
        let before = megabytes(&path);
        let store = Store::open(&path, ambient(), Access::Write).await.unwrap();
        let some = rows.min(100_000);
        for condition in [text("refund"), like("refnd", 1)] {
            let began = Instant::now();
            let page = store.reader().search_entries(&condition, None, LIMIT).await.unwrap();
            println!("without an index, one call: {} found in {:.1?}", page.items.len(), began.elapsed());
        }
        let began = Instant::now();
        store.follow_with_index(some).await.unwrap();
        println!("index of the first {some} entries: {:.1?}", began.elapsed());
        store.follow_with_index(u64::MAX).await.unwrap();
        println!("index of {rows} entries: {:.1?}", began.elapsed());
        store.close().await;
        println!("{rows} entries: {before} MB, with the index {} MB\n", megabytes(&path));
        let store = Store::open(&path, ambient(), Access::Read).await.unwrap();
        for (about, condition) in queries(rows) {
            Box::pin(time(&store, about, &condition)).await;
        }
        for by in [CountBy::Kind, CountBy::Actor, CountBy::Day] {
            let began = Instant::now();
            let counts = store.reader().count_entries(&Condition::everything(), by).await.unwrap();
            println!("count by {by:?}: {} keys, {:.0?}", counts.len(), began.elapsed());
        }
    });
}

/// Entries are 300 ms apart, so that a day has 288,000 of them: the last one is that much before noon.
fn recorded(number: u64, rows: u64) -> i64 {
    NOON - i64::try_from(rows - number).unwrap() * 300_000
}

fn name(number: u64) -> String {
    const SOUNDS: [&str; 16] =
        ["ba", "re", "lo", "mi", "tu", "sa", "ne", "ko", "di", "fu", "ga", "he", "vo", "zi", "pu", "la"];
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (0..4).map(|place| SOUNDS[usize::try_from(mixed >> (place * 4) & 15).unwrap()]).collect()
}

fn fill(connection: &Connection, rows: u64) {
    for number in 0..rows {
        let seq = i64::try_from(number).unwrap() + 1;
        let unique = blake3::hash(&number.to_be_bytes());
        let target = Uuid::from_slice(&unique.as_bytes()[..16]).unwrap();
        let subject = format!("{}@{}.example.com", name(number), name(number % 5_000));
        let (kind, severity, body) = match number % 10 {
            0 => (
                "license.revoke",
                "warning",
                format!(
                    r#"{{"reason":"{}","note":null,"subject":"{subject}","old_status":"active"}}"#,
                    REASONS[usize::try_from(number / 10 % 5).unwrap()]
                ),
            ),
            1 => ("identity.create", "info", format!(r#"{{"name":"{}","digest":"blake3:{unique}"}}"#, name(number))),
            5 if number.is_multiple_of(5_000) || number % 5_000 == 5 => {
                ("issuer.export_private", "critical", r#"{"name":"main","kid":"x"}"#.to_owned())
            }
            _ => (
                "license.issue",
                "info",
                format!(
                    r#"{{"subject":"{subject}","not_after":"2027-05-20T14:00:00Z","audience":["editor"],"issuer_id":"019e0000-0000-7000-8000-000000000001"}}"#
                ),
            ),
        };
        let actor =
            if number % 37 == 5 { "mathieu@build7".to_owned() } else { format!("operator{}@build", number % 37) };
        Entry {
            seq,
            id: &unique.as_bytes()[..16],
            kind,
            severity,
            actor: &actor,
            target: &target.to_string(),
            recorded_at: recorded(number, rows),
            body: body.as_bytes(),
        }
        .add(connection);
    }
}

fn is(column: Column, word: &str) -> Condition {
    Condition::Word(column, Fit::Is(word.to_owned()))
}

fn begins(column: Column, word: &str) -> Condition {
    Condition::Word(column, Fit::Begins(word.to_owned()))
}

fn member(name: &str, value: &str) -> Condition {
    Condition::Member(vec![name.to_owned()], MemberFit::Is(value.to_owned()))
}

fn text(words: &str) -> Condition {
    Condition::Text(TextFit::phrase(words).unwrap())
}

fn like(word: &str, edits: u8) -> Condition {
    Condition::Text(TextFit::Like { word: word.to_owned(), edits })
}

fn not(part: Condition) -> Condition {
    Condition::Not(Box::new(part))
}

fn all(parts: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::All(parts.into_iter().collect())
}

fn any(parts: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::Any(parts.into_iter().collect())
}

fn queries(rows: u64) -> Vec<(&'static str, Condition)> {
    let day = || Condition::Time { since: Some(Timestamp(NOON - 24 * HOUR)), until: Some(Timestamp(NOON + 1)) };
    let mathieu = || is(Column::Actor, "mathieu@build7");
    let two = || any([is(Column::Severity, "critical"), is(Column::Severity, "error")]);
    let high = Bound { text: "2099-01-01".to_owned(), included: true };
    vec![
        (
            "kind:license.* AND actor AND payload.reason:refund AND 24h",
            all([begins(Column::Kind, "license."), mathieu(), member("reason", "refund"), day()]),
        ),
        ("severity:(critical OR error) AND 24h", all([two(), day()])),
        ("event.type:\"auth.login.failure\"", is(Column::Kind, "auth.login.failure")),
        ("actor.email:\"user@company.com\"", is(Column::Actor, "user@company.com")),
        (
            "event.type:\"compliance.rule.evaluated\" AND details.decision:block",
            all([is(Column::Kind, "compliance.rule.evaluated"), member("decision", "block")]),
        ),
        ("kind:license.* AND actor AND 24h", all([begins(Column::Kind, "license."), mathieu(), day()])),
        ("kind OR actor", any([is(Column::Kind, "identity.create"), mathieu()])),
        ("NOT kind:license.*", not(begins(Column::Kind, "license."))),
        ("actor AND NOT kind:license.*", all([mathieu(), not(begins(Column::Kind, "license."))])),
        ("(critical OR actor) AND kind:identity.*", all([any([two(), mathieu()]), begins(Column::Kind, "identity.")])),
        ("kind:license.* AND actor:mat*", all([begins(Column::Kind, "license."), begins(Column::Actor, "mat")])),
        ("target:TARGET", is(Column::Target, "nothing")),
        ("target_kind:vault, none (one call)", is(Column::TargetKind, "vault")),
        (
            "severity:info AND target_kind:vault (one call)",
            all([is(Column::Severity, "info"), is(Column::TargetKind, "vault")]),
        ),
        ("payload.reason:refund", member("reason", "refund")),
        ("payload.reason:nothing", member("reason", "nothing")),
        (
            "payload.not_after:>=2099, none (one call)",
            Condition::Member(vec!["not_after".to_owned()], MemberFit::Between { low: Some(high), high: None }),
        ),
        ("refund", text("refund")),
        ("refund AND NOT kind:license.*", all([text("refund"), not(begins(Column::Kind, "license."))])),
        ("NAME", text(&name(rows / 3))),
        ("\"mathieu build7\"", text("mathieu build7")),
        ("nothing at all", text("nowhere")),
        ("two common words, never together", all([text("refund"), text("breach")])),
        ("phrase that is none of two common words", text("com refund")),
        ("refund OR breach", any([text("refund"), text("breach")])),
        ("bar*", Condition::Text(TextFit::Begins(vec!["bar".to_owned()]))),
        ("refnd~1", like("refnd", 1)),
        ("bareloni~1", like("bareloni", 1)),
        ("rfnd~2", like("rfnd", 2)),
        ("seq:[1 TO 100000] refund", all([Condition::Seq { from: 1, to: 100_000 }, text("refund")])),
    ]
}

async fn time(store: &Store, about: &str, condition: &Condition) {
    let mut times = Vec::new();
    let mut found = 0;
    let mut more = false;
    for _ in 0..RUNS {
        let began = Instant::now();
        let page = store.reader().search_entries(condition, None, LIMIT).await.unwrap();
        times.push(began.elapsed());
        (found, more) = (page.items.len(), page.next.is_some());
    }
    times.sort_unstable();
    let at = |part: usize| -> f64 { Duration::as_secs_f64(&times[(RUNS * part / 100).min(RUNS - 1)]) * 1e3 };
    let more = if more { "+" } else { "" };
    println!("{about:70} {found:4}{more:1}  p50 {:7.2} ms  p95 {:7.2} ms", at(50), at(95));
}

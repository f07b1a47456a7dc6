//! How long one page takes in a large database: `cargo bench -p licentia-storage --bench pages [-- ROWS]`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and stops where it cannot go on"
)]

mod common;

use common::{Entry, NOON, megabytes};
use licentia_storage::{
    Access, AuditQuery, Fragment, IdTable, IssuerId, LicenseId, LicenseQuery, LicenseSpan, LicenseStatus, Store,
    SubjectSignature, Timestamp,
};
use rusqlite::{Connection, params};
use std::time::Instant;
use uuid::Uuid;

const RUNS: usize = 20;
const DAY: i64 = 86_400_000_000;
const STATUSES: [&str; 20] = [
    "active",
    "active",
    "superseded",
    "active",
    "active",
    "suspended",
    "active",
    "active",
    "superseded",
    "active",
    "active",
    "revoked",
    "active",
    "active",
    "superseded",
    "active",
    "active",
    "suspended",
    "active",
    "active",
];

fn main() {
    let rows = common::rows();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        common::fill(&path, |connection| fill(connection, rows)).await;
        let size = megabytes(&path);
        println!("{rows} licenses and {rows} entries, {size} MB, filled in {:.0?}\n", began.elapsed());
        let store = Store::open(&path, common::ambient(), Access::Read).await.unwrap();
        Box::pin(licenses(&store, rows)).await;
        ids(&store, rows).await;
        audit(&store, rows).await;
    });
}

fn id(high: u64, number: u64) -> Uuid {
    // Rising within a millisecond and spread over the tail, as `Ambient::uuid` makes them.
    let step = (number % 64) << 56;
    Uuid::from_u64_pair(
        0x019e_0000_0000_7000 + (high << 32) + number / 64,
        1 << 63 | step | number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8,
    )
}

fn license_id(number: u64) -> LicenseId {
    LicenseId(id(1, number))
}

fn issuer_id(number: u64) -> IssuerId {
    IssuerId(id(0, number))
}

/// Expiry by number: a third never, the others spread over two years around noon.
fn expiry(number: u64) -> Option<i64> {
    (!number.is_multiple_of(3)).then(|| NOON + (i64::try_from(number % 730_000).unwrap() - 365_000) * DAY / 1_000)
}

fn kind(number: u64) -> String {
    // Some kinds are rare: the n-th is half as frequent as the one before, down to one in 2^20.
    format!("kind.{:02}", (number + 1).trailing_zeros().min(20))
}

/// Entries are a second apart; in the middle the clock went back by a day.
fn recorded(number: u64, rows: u64) -> i64 {
    let step = if number >= rows / 2 { DAY } else { 0 };
    NOON + i64::try_from(number).unwrap() * 1_000_000 - step
}

fn fill(connection: &Connection, rows: u64) {
    for number in 0..12 {
        let sql = "INSERT INTO issuer VALUES (?, ?, 'inactive', ?, zeroblob(32), 'acme', 1, NULL, 0, NULL)";
        let name = number.to_string();
        connection.execute(sql, params![issuer_id(number).0.as_bytes(), name, name]).unwrap();
    }
    let mut insert = connection
        .prepare(
            "INSERT INTO license VALUES (?, ?, ?, ?, ?, '[\"editor\"]', ?, 'issued', ?, ?, '[]', '{}', NULL, NULL, NULL, NULL, \
             NULL, ?, 0)",
        )
        .unwrap();
    let token = "x".repeat(700);
    for number in 0..rows {
        let id = license_id(number).0;
        let not_before = (number % 100 == 0).then_some(NOON + i64::try_from(number % 1_000).unwrap() * DAY);
        let status = STATUSES[usize::try_from(number / 7 % 20).unwrap()];
        let subject = format!("user{number}@Company{}.example.com", number % 5_000);
        insert
            .execute(params![
                id.as_bytes(),
                issuer_id(number % 10).0.as_bytes(),
                id.to_string(),
                subject,
                SubjectSignature::of(&subject).bits(),
                status,
                not_before,
                expiry(number),
                token,
            ])
            .unwrap();
    }
    let body = "{\"reason\":\"key_compromise\"}".repeat(8).into_bytes();
    for number in 0..rows {
        let kind = if number == rows / 2 { "clock.adjusted".to_owned() } else { kind(number) };
        Entry {
            seq: i64::try_from(number).unwrap() + 1,
            id: id(2, number).as_bytes(),
            kind: &kind,
            severity: "info",
            actor: &format!("operator{}@build", number % 37),
            target: &license_id(number / 4).to_string(),
            recorded_at: recorded(number, rows),
            body: &body,
        }
        .add(connection);
    }
}

/// The median of some runs, in milliseconds.
async fn time<T>(about: &str, goal: f64, run: impl AsyncFn() -> Vec<T>) {
    let mut times = Vec::with_capacity(RUNS);
    let mut found = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        found = run().await.len();
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(RUNS / 2).copied().unwrap_or_default();
    let missed = if median > goal { "  <-- misses its goal" } else { "" };
    println!("{about:<58} {median:>9.3} ms {found:>5} rows{missed}");
}

async fn licenses(store: &Store, rows: u64) {
    let all = LicenseQuery { limit: 100, ..LicenseQuery::default() };
    let (active, revoked) = (Some(LicenseStatus::Active), Some(LicenseStatus::Revoked));
    let (busy, without) = (Some(issuer_id(3)), Some(issuer_id(11)));
    let span = |after: Option<i64>, until: Option<i64>| {
        Some(LicenseSpan { after: after.map(Timestamp), until: until.map(Timestamp) })
    };
    let (month, never) =
        (span(Some(NOON), Some(NOON + 30 * DAY)), span(Some(NOON + 400 * DAY), Some(NOON + 500 * DAY)));
    let valid = span(Some(NOON), None);
    let now = Timestamp(NOON);
    let subject = |text: &str| Some(text.to_owned());
    let middle = store.reader().license(license_id(rows / 2 / 3 * 3)).await.unwrap();
    let pages = [
        ("licenses, newest", 9.0, all.clone()),
        ("licenses, deep", 9.0, LicenseQuery { after: middle.as_ref().map(Into::into), ..all.clone() }),
        ("  status", 9.0, LicenseQuery { status: active, ..all.clone() }),
        (
            "  status, deep",
            9.0,
            LicenseQuery { status: revoked, after: middle.as_ref().map(Into::into), ..all.clone() },
        ),
        ("  issuer", 9.0, LicenseQuery { issuer: busy, ..all.clone() }),
        ("  issuer without any", 9.0, LicenseQuery { issuer: without, ..all.clone() }),
        ("  issuer and status", 9.0, LicenseQuery { issuer: busy, status: revoked, ..all.clone() }),
        ("  issuer and status, none", 9.0, LicenseQuery { issuer: without, status: active, ..all.clone() }),
        ("  expiring within a month", 9.0, LicenseQuery { expiry: month, ..all.clone() }),
        ("  expiring, status", 9.0, LicenseQuery { expiry: month, status: active, ..all.clone() }),
        ("  expiring, issuer", 9.0, LicenseQuery { expiry: month, issuer: busy, ..all.clone() }),
        ("  expiring, issuer without any", 9.0, LicenseQuery { expiry: month, issuer: without, ..all.clone() }),
        ("  expiring, none", 9.0, LicenseQuery { expiry: never, ..all.clone() }),
        ("  expired", 9.0, LicenseQuery { expiry: span(None, Some(NOON)), ..all.clone() }),
        ("  valid", 9.0, LicenseQuery { expiry: valid, started: Some((true, now)), status: active, ..all.clone() }),
        (
            "  valid, deep among the perpetual",
            9.0,
            LicenseQuery { expiry: valid, status: active, after: middle.as_ref().map(Into::into), ..all.clone() },
        ),
        (
            "  valid, issuer without any",
            9.0,
            LicenseQuery { expiry: valid, started: Some((true, now)), issuer: without, ..all.clone() },
        ),
        ("  not yet begun", 9.0, LicenseQuery { started: Some((false, now)), ..all.clone() }),
        ("  not yet begun, status", 9.0, LicenseQuery { started: Some((false, now)), status: revoked, ..all.clone() }),
        (
            "  not yet begun, issuer without any",
            9.0,
            LicenseQuery { started: Some((false, now)), issuer: without, ..all.clone() },
        ),
        ("  not yet begun, none", 9.0, LicenseQuery { started: Some((false, Timestamp(i64::MAX - 1))), ..all.clone() }),
        ("  subject, many", 9.0, LicenseQuery { subject: subject("EXAMPLE.com"), ..all.clone() }),
        ("  subject, 200 of them", 50.0, LicenseQuery { subject: subject("company77."), ..all.clone() }),
        ("  subject, one", 50.0, LicenseQuery { subject: subject("user1234@"), ..all.clone() }),
        ("  subject, none", 50.0, LicenseQuery { subject: subject("nobody"), ..all.clone() }),
        ("  subject of two letters, none", 50.0, LicenseQuery { subject: subject("zq"), ..all.clone() }),
        // Unlucky ones: every subject begins like them, holds most of them, has their signature, or they have none.
        ("  subject, companyx", 50.0, LicenseQuery { subject: subject("companyx"), ..all.clone() }),
        ("  subject, user5@company77.x", 50.0, LicenseQuery { subject: subject("user5@company77.x"), ..all.clone() }),
        ("  subject, example.company", 50.0, LicenseQuery { subject: subject("example.company"), ..all.clone() }),
        ("  subject, e.e", 50.0, LicenseQuery { subject: subject("e.e"), ..all.clone() }),
        ("  subject, company.e", 50.0, LicenseQuery { subject: subject("company.e"), ..all.clone() }),
        ("  subject, example.come", 50.0, LicenseQuery { subject: subject("example.come"), ..all.clone() }),
        ("  subject, ee", 50.0, LicenseQuery { subject: subject("ee"), ..all.clone() }),
        ("  subject, e.comp", 50.0, LicenseQuery { subject: subject("e.comp"), ..all.clone() }),
        (
            "  subject, companyx, status",
            50.0,
            LicenseQuery { subject: subject("companyx"), status: active, ..all.clone() },
        ),
        (
            "  subject, companyx, issuer",
            50.0,
            LicenseQuery { subject: subject("companyx"), issuer: busy, ..all.clone() },
        ),
        ("  subject, status, none", 50.0, LicenseQuery { subject: subject("nobody"), status: active, ..all.clone() }),
        ("  subject, issuer, none", 50.0, LicenseQuery { subject: subject("nobody"), issuer: busy, ..all.clone() }),
        (
            "  subject, valid, none",
            50.0,
            LicenseQuery { subject: subject("nobody"), expiry: valid, status: active, ..all.clone() },
        ),
    ];
    for (about, goal, query) in pages {
        time(about, goal, async || store.reader().licenses(&query).await.unwrap()).await;
    }
    let counts = async || vec![store.reader().license_counts(now, Timestamp(NOON + 30 * DAY)).await.unwrap()];
    time("counts by state", 50.0, counts).await;
    println!();
}

async fn ids(store: &Store, rows: u64) {
    let one = license_id(rows / 3).0.simple().to_string();
    let texts = [
        ("id, whole", one.clone()),
        ("  prefix that all share", one[..6].to_owned()),
        ("  prefix of one", one[..20].to_owned()),
        ("  prefix, none", "deadbeef".to_owned()),
        ("  suffix of one", one[24..].to_owned()),
        ("  suffix of 12", one[20..].to_owned()),
        ("  suffix of 5", one[27..].to_owned()),
        ("  suffix of 3", one[29..].to_owned()),
    ];
    for (about, text) in texts {
        let fragment = Fragment::parse(&text).unwrap();
        time(about, 9.0, async || store.reader().ids_like(IdTable::License, &fragment, 2).await.unwrap()).await;
    }
    println!();
}

async fn audit(store: &Store, rows: u64) {
    let all = AuditQuery { limit: 100, ..AuditQuery::default() };
    let kinds = |numbers: &[u64]| -> Vec<String> { numbers.iter().map(|number| format!("kind.{number:02}")).collect() };
    let rare: Vec<u64> = (10..21).collect();
    let each: Vec<u64> = (0..21).collect();
    let actor = Some("operator5@build".to_owned());
    let target = Some(license_id(rows / 9).to_string());
    let at = |part: u64| Some(Timestamp(recorded(rows * part / 1_000, rows)));
    let pages = [
        ("entries, newest", all.clone()),
        ("entries, deep", AuditQuery { before: Some(rows / 2), ..all.clone() }),
        ("entries, oldest first", AuditQuery { oldest_first: true, ..all.clone() }),
        ("  kind", AuditQuery { kinds: kinds(&[2]), ..all.clone() }),
        ("  rare kind", AuditQuery { kinds: kinds(&[18]), ..all.clone() }),
        ("  kind, none", AuditQuery { kinds: kinds(&[77]), ..all.clone() }),
        ("  3 kinds", AuditQuery { kinds: kinds(&[1, 4, 9]), ..all.clone() }),
        ("  11 rare kinds", AuditQuery { kinds: kinds(&rare), ..all.clone() }),
        ("  all 21 kinds", AuditQuery { kinds: kinds(&each), ..all.clone() }),
        ("  actor", AuditQuery { actor: actor.clone(), ..all.clone() }),
        ("  actor, none", AuditQuery { actor: Some("nobody".to_owned()), ..all.clone() }),
        ("  actor and kind", AuditQuery { actor: actor.clone(), kinds: kinds(&[3]), ..all.clone() }),
        ("  actor and 3 kinds", AuditQuery { actor: actor.clone(), kinds: kinds(&[1, 4, 9]), ..all.clone() }),
        ("  target", AuditQuery { target: target.clone(), ..all.clone() }),
        ("  target, none", AuditQuery { target: Some("nothing".to_owned()), ..all.clone() }),
        ("  target, actor and kind", AuditQuery { target, actor: actor.clone(), kinds: kinds(&[0]), ..all.clone() }),
        ("  1 % of time", AuditQuery { since: at(300), until: at(310), ..all.clone() }),
        ("  1 % of time, after the clock went back", AuditQuery { since: at(700), until: at(710), ..all.clone() }),
        ("  time that was twice", AuditQuery { since: at(495), until: at(498), ..all.clone() }),
        ("  1 % of time and kind", AuditQuery { since: at(300), until: at(310), kinds: kinds(&[3]), ..all.clone() }),
        ("  1 % of time and actor", AuditQuery { since: at(300), until: at(310), actor: actor.clone(), ..all.clone() }),
        (
            "  1 % of time, kind, none",
            AuditQuery { since: at(300), until: at(310), kinds: kinds(&[77]), ..all.clone() },
        ),
        ("  time, none", AuditQuery { since: Some(Timestamp(NOON + 9_000 * DAY)), ..all.clone() }),
        ("  time before all", AuditQuery { until: Some(Timestamp(0)), ..all.clone() }),
    ];
    for (about, query) in pages {
        time(about, 9.0, async || store.reader().audit_entries(&query).await.unwrap()).await;
    }
    time("kinds that are there", 9.0, async || store.reader().audit_kinds().await.unwrap()).await;
}

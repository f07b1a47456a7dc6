//! Searching the log: the query language, saved queries, counting, following.

use super::issue;
use crate::founded;
use licentia_tests::Shell;
use serde_json::{Value, json};

/// Entries 4 to 7: two licenses, one of them revoked for a refund and taken back a day later.
fn lived_in() -> Shell {
    let mut shell = founded();
    let alice = issue(&shell, "alice@example.com");
    shell.travel("2026-05-21T12:00:00Z");
    issue(&shell, "bob@example.com");
    shell.run(&format!("license revoke {alice} --reason refund --note 'paid twice, said Bob' --actor eve@desk")).done();
    shell.travel("2026-05-22T12:00:00Z");
    shell.run(&format!("license unrevoke {alice}")).done();
    shell
}

fn found(shell: &Shell, arguments: &[&str]) -> Vec<u64> {
    let all = ["audit", "list", "--format", "json"].iter().chain(arguments);
    let rows: Vec<Value> = shell.run_args(all).done().rows();
    rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect()
}

#[test]
fn what_a_query_finds() {
    let shell = lived_in();
    for (query, seqs) in [
        ("kind:license.* AND actor:\"eve@desk\" AND payload.reason:refund AND created_at:[now-24h TO now]", vec![6]),
        ("severity:(critical OR warning) AND timestamp:[now-24h TO now]", vec![7, 6]),
        ("event.type:\"auth.login.failure\"", vec![]),
        ("details.reason:\"refund\"", vec![6]),
        ("refnd~1", vec![7, 6]),
        ("\"paid twice\"", vec![7, 6]),
        ("\"twice paid\"", vec![]),
        ("ali*", vec![7, 6, 4]),
        ("bob -kind:license.issue", vec![7, 6]),
        ("created_at:2026-05-21", vec![6, 5]),
        ("seq:<=2 OR seq:7", vec![7, 2, 1]),
    ] {
        assert_eq!(found(&shell, &["--query", query]), seqs, "{query}");
    }
    assert_eq!(found(&shell, &["--query", "alice", "--kind", "license.issue"]), [4]);
    assert_eq!(found(&shell, &["--query", "alice", "--since", "2026-05-22"]), [7]);
    let run = shell.run_args(["audit", "list", "--query", "alice", "--limit", "1", "--format", "json"]).done();
    assert!(run.err().contains("--before 7"), "{run}");
    assert_eq!(found(&shell, &["--query", "alice", "--before", "7"]), [6, 4]);
}

#[test]
fn a_mistake_in_a_query_is_pointed_at() {
    let shell = founded();
    let run = shell.run_args(["audit", "list", "--query", "kind:a AND knd:b"]).wrong_usage("no field `knd`");
    let lines: Vec<String> = run.err().lines().map(str::to_owned).collect();
    let query = lines.iter().position(|line| line.contains("kind:a AND knd:b")).unwrap();
    assert_eq!(lines[query].find("knd"), lines[query + 1].find("^^^"), "{run}");
    assert!(run.err().contains("`kind`"), "{run}");
    let run = shell.run_args(["audit", "list", "--format", "json", "--query", "(a"]).wrong_usage("never closed");
    assert!(run.error()["hint"].as_str().unwrap().contains("character 1"), "{run}");
}

#[test]
fn what_a_query_finds_is_taken_away() {
    let mut shell = lived_in();
    shell.run("audit filter save refunds --query payload.reason:refund").done();
    let query = "alice AND created_at:[2026-05-20 TO 2026-05-21]";
    let export = |shell: &Shell, more: &[&str]| shell.run_args(["audit", "export"].iter().chain(more));
    let made = export(&shell, &["--out", "alice.jsonl", "--query", query]).done();
    assert!(made.out().contains("alice.jsonl.manifest.json"), "{made}");
    let lines = std::fs::read_to_string(shell.path("alice.jsonl")).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["seq"].as_u64().unwrap()).collect::<Vec<_>>(), [4, 6]);
    let event = &shell.run("audit list --limit 1 --format json").done().rows()[0];
    assert_eq!((&event["kind"], &event["payload"]["query"]), (&json!("audit.export"), &json!(query)));
    assert_eq!((&event["payload"]["entries"], &event["payload"]["last_seq"]), (&json!(2), &json!(6)));

    // A saved query is written down as what it asked; it joins with the filters.
    export(&shell, &["--out", "refunds.csv", "--format", "csv", "--query", "@refunds", "--kind", "license.*"]).done();
    let sheet = std::fs::read_to_string(shell.path("refunds.csv")).unwrap();
    assert_eq!(sheet.lines().map(|line| line.split(',').next().unwrap()).collect::<Vec<_>>(), ["seq", "6"]);
    let event = &shell.run("audit list --limit 1 --format json").done().rows()[0];
    assert_eq!(event["payload"]["query"], "payload.reason:refund");

    // Without a passphrase too, and in a copy for review.
    shell.run("backup --for-review --out review.db").done();
    shell.set("LICENTIA_PASSPHRASE", None);
    let run = shell
        .run_args([
            "--home",
            "review.db",
            "audit",
            "export",
            "--out",
            "r.jsonl",
            "--query",
            "refnd~1 -kind:(filter.* OR audit.*)",
        ])
        .done();
    assert!(run.err().contains("does not record this export"), "{run}");
    assert_eq!(std::fs::read_to_string(shell.path("r.jsonl")).unwrap().lines().count(), 2);

    let run = export(&shell, &["--out", "x.jsonl", "--query", "kind:a AND knd:b"]).wrong_usage("no field `knd`");
    let lines: Vec<String> = run.err().lines().map(str::to_owned).collect();
    let place = lines.iter().position(|line| line.contains("kind:a AND knd:b")).unwrap();
    assert_eq!(lines[place].find("knd"), lines[place + 1].find("^^^"), "{run}");
    export(&shell, &["--out", "x.jsonl", "--query", "@none"]).refused("no saved filter none");
    let run = export(&shell, &["--bundle", "x.tar", "--query", "refund"]).wrong_usage("no query");
    assert!(run.err().contains("whole or it proves nothing") && run.err().contains("--out FILE"), "{run}");
    for left in ["x.jsonl", "x.jsonl.manifest.json", "x.tar"] {
        assert!(!shell.path(left).exists(), "{left}");
    }
}

#[test]
fn a_query_is_saved_under_a_name() {
    let mut shell = lived_in();
    shell.run("audit filter save refunds --query payload.reason:refund").done();
    assert_eq!(found(&shell, &["--query", "@refunds"]), [6]);
    let row = &shell.run("audit filter list --format json").done().rows()[0];
    assert_eq!((&row["name"], &row["query"]), (&json!("refunds"), &json!("payload.reason:refund")));
    let event = &shell.run("audit list --limit 1 --format json").done().rows()[0];
    assert_eq!((&event["kind"], &event["target_id"]), (&json!("filter.save"), &json!("refunds")));
    shell.run("audit filter save two words --query x").wrong_usage("words");
    shell.run("audit filter save 'two words' --query x").refused("cannot be used");
    shell.run("audit filter save wrong --query a^2").wrong_usage("weights");
    shell.run("audit filter delete refunds").done();
    shell.run("audit list --query @refunds").refused("no saved filter refunds");
    // A change needs the passphrase; searching needs none.
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("audit filter save mine --query x").refused("passphrase");
    assert_eq!(found(&shell, &["--query", "refund"]), [9, 8, 7, 6]);
}

#[test]
fn entries_are_counted() {
    let shell = lived_in();
    let counts = |line: &str| shell.run(&format!("{line} --format json")).done().rows();
    let days = counts("audit count --by day");
    assert_eq!(
        days,
        [
            json!({ "day": "2026-05-20", "entries": 4 }),
            json!({ "day": "2026-05-21", "entries": 2 }),
            json!({ "day": "2026-05-22", "entries": 1 }),
        ]
    );
    let revoked = [json!({ "kind": "license.revoke", "entries": 1 })];
    assert_eq!(counts("audit count --by kind --query 'alice bob payload.reason:refund'"), revoked);
    assert_eq!(counts("audit count --by actor --limit 1")[0]["entries"], 6);
    assert_eq!(counts("audit count --by target --kind 'license.*'").len(), 2);
    let table = shell.run("audit count --by day").done().out();
    let bars: Vec<usize> = table.lines().map(|line| line.matches('█').count()).collect();
    assert_eq!(bars, [0, 40, 20, 10], "{table}");
}

#[test]
fn the_index_is_brought_up_by_hand_where_it_can_be_written() {
    let shell = lived_in();
    let state = shell.run("audit index --rebuild --format json").done().json();
    assert_eq!(state, json!({ "reached": 7, "size": 7 }));
    shell.review("audit verify --format json").done();
    shell.run(&format!("backup --out {} --for-review", shell.path("copy.db").display())).done();
}

#[test]
fn a_tail_without_following_ends() {
    let shell = lived_in();
    let rows = shell.run("audit tail --limit 2 --format jsonl").done().json_lines();
    assert_eq!(rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect::<Vec<_>>(), [6, 7]);
    let rows = shell.run("audit tail --query refund --format jsonl").done().json_lines();
    assert_eq!(rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect::<Vec<_>>(), [6, 7]);
    shell.run("audit tail -f --format json").wrong_usage("jsonl");
}

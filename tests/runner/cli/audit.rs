//! The log: browsing, exporting, verifying, and what identifies it.

use super::{column, entries, issue, members};
use crate::founded;
use licentia_tests::Shell;
use serde_json::{Value, json};

/// A shell in which something has happened.
fn lived_in() -> Shell {
    let mut shell = founded();
    let alice = issue(&shell, "alice");
    shell.travel("2026-05-21T12:00:00Z");
    issue(&shell, "bob");
    shell.run(&format!("license revoke {alice} --reason refund --actor eve@desk")).done();
    shell.travel("2026-05-22T12:00:00Z");
    shell.run(&format!("license unrevoke {alice}")).done();
    shell
}

fn list(shell: &Shell, filter: &str) -> Vec<Value> {
    shell.run(&format!("audit list {filter} --format json")).done().rows()
}

fn seqs(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect()
}

#[test]
fn an_entry_as_it_is_promised() {
    let shell = founded();
    let id = issue(&shell, "alice");
    let entry = shell.run("audit show 4 --format json").done().json();
    let names = members(&entry);
    for name in [
        "seq",
        "id",
        "kind",
        "severity",
        "outcome",
        "actor",
        "target_kind",
        "target_id",
        "payload",
        "created_at",
        "metadata",
    ] {
        assert!(names.contains(&name), "{name} is missing in {entry:#}");
    }
    assert_eq!(entry["seq"], 4);
    assert_eq!(entry["kind"], "license.issue");
    assert_eq!((&entry["severity"], &entry["outcome"]), (&json!("info"), &json!("success")));
    assert_eq!(entry["actor"], "tester@bench");
    assert_eq!((&entry["target_kind"], entry["target_id"].as_str().unwrap()), (&json!("License"), &*id));
    assert_eq!(entry["created_at"], "2026-05-20T12:00:00.000000Z");
    let metadata = &entry["metadata"];
    let hash = |name: &str, prefix: &str, length: usize| {
        let text = metadata[name].as_str().unwrap().strip_prefix(prefix).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(text.len(), length, "{name}");
    };
    hash("hash", "blake3:", 64);
    hash("previous_hash", "blake3:", 64);
    hash("signature", "ed25519:", 128);
    assert!(metadata["key_id"].is_string());
    let before = shell.run("audit show 3 --format json").done().json();
    assert_eq!(metadata["previous_hash"], before["metadata"]["hash"]);
    shell.run("audit show 5").refused("no entry 5");
    shell.run("audit show 0").refused("no entry 0");
    shell.run("audit show x").wrong_usage("x");
}

#[test]
fn every_filter() {
    let shell = lived_in();
    assert_eq!(seqs(&list(&shell, "")), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(seqs(&list(&shell, "--kind license.issue")), [5, 4]);
    assert_eq!(seqs(&list(&shell, "--kind 'license.*'")), [7, 6, 5, 4]);
    assert_eq!(seqs(&list(&shell, "--kind license.issue --kind 'vault.*'")), [5, 4, 1]);
    assert_eq!(seqs(&list(&shell, "--kind nothing")), [0; 0]);
    assert_eq!(seqs(&list(&shell, "--actor eve@desk")), [6]);
    assert_eq!(seqs(&list(&shell, "--actor eve")), [0; 0]);
    assert_eq!(seqs(&list(&shell, "--since 2026-05-21")), [7, 6, 5]);
    assert_eq!(seqs(&list(&shell, "--since 2026-05-21 --until 2026-05-22T12:00:00Z")), [6, 5]);
    assert_eq!(seqs(&list(&shell, "--until 2026-05-21T12:00:00Z")), [4, 3, 2, 1]);
    let alice = list(&shell, "--kind license.issue").pop().unwrap()["target_id"].as_str().unwrap().to_owned();
    assert_eq!(seqs(&list(&shell, &format!("--target {alice}"))), [7, 6, 4]);
    assert_eq!(seqs(&list(&shell, &format!("--target {}", &alice[28..]))), [7, 6, 4]);
    assert_eq!(seqs(&list(&shell, "--target main")), [3, 2]);
    assert_eq!(seqs(&list(&shell, &format!("--target {alice} --kind license.revoke --actor eve@desk"))), [6]);
    assert_eq!(seqs(&list(&shell, "--target 00000000-0000-7000-8000-000000000000")), [0; 0]);
    // The environment names who acts, not whom to look for.
    let mut shell = shell;
    shell.set("LICENTIA_ACTOR", "somebody@else");
    assert_eq!(list(&shell, "").len(), 7);
}

#[test]
fn pages_newest_first() {
    let shell = lived_in();
    let run = shell.run("audit list --limit 3 --format json").done();
    assert_eq!(seqs(&run.rows()), [7, 6, 5]);
    assert!(run.err().contains("--before 5"), "{run}");
    let run = shell.run("audit list --limit 3 --before 5 --format json").done();
    assert_eq!(seqs(&run.rows()), [4, 3, 2]);
    let run = shell.run("audit list --limit 3 --before 2 --format json").done();
    assert_eq!(seqs(&run.rows()), [1]);
    assert_eq!(run.err(), "");
    assert_eq!(shell.run("audit list --format jsonl").done().json_lines().len(), 7);
    assert_eq!(shell.run("audit list --format csv").done().out().lines().count(), 8);
}

#[test]
fn who_acts() {
    let mut shell = founded();
    let actor = |shell: &Shell| list(shell, "--limit 1")[0]["actor"].as_str().unwrap().to_owned();
    issue(&shell, "a");
    assert_eq!(actor(&shell), "tester@bench");
    shell.run("identity create x --actor 'Zoë <zoe@example.com>'").done();
    assert_eq!(actor(&shell), "Zoë <zoe@example.com>");
    shell.set("LICENTIA_ACTOR", None);
    issue(&shell, "b");
    assert!(actor(&shell).starts_with("tester@"), "{}", actor(&shell));
    shell.set("USER", None);
    issue(&shell, "c");
    assert!(actor(&shell).contains('@'));
}

#[test]
fn the_log_verifies_from_whatever_is_trusted() {
    let mut shell = lived_in();
    let report = shell.review("audit verify --format json").done().json();
    assert_eq!(
        members(&report),
        ["verified", "level", "trust", "entries_checked", "from", "to", "resumed_from", "issues", "witnessed_to"]
    );
    assert_eq!(report["trust"]["key_source"], "pin");
    assert_eq!((&report["entries_checked"], &report["from"], &report["to"]), (&json!(7), &json!(1), &json!(7)));

    let key = shell.run("audit key --out log.json --format json").done().json();
    let fingerprint = key["fingerprint"].as_str().unwrap();
    for log in [fingerprint, "log.json"] {
        let run = shell.review(&format!("audit verify --log {log} --format json")).done();
        assert_eq!(run.json()["trust"]["key_source"], "given");
        assert_eq!(run.err(), "");
    }
    let part = shell.review("audit verify --from 3 --to 5 --format json").done().json();
    assert_eq!((&part["entries_checked"], &part["from"], &part["to"]), (&json!(3), &json!(3), &json!(5)));

    let other = format!("blake3:{}", "0".repeat(64));
    let run = shell.review(&format!("audit verify --log {other} --format json")).ends(3);
    assert_eq!(run.json()["issues"][0]["code"], "wrong_log");
    let issue = &run.json()["issues"][0];
    assert_eq!(members(issue), ["code", "severity", "seq_from", "seq_to", "expected", "found", "meaning", "advice"]);
    shell.review("audit verify --log blake3:00").wrong_usage("fingerprint");
    shell.review("audit verify --log nowhere.json").refused("nowhere.json");
    shell.review("audit verify --from 5 --to 3").wrong_usage("after");

    // Without a pin the file vouches for itself, and that is said.
    shell.set("LICENTIA_PIN_DIR", "no-pins");
    let run = shell.review("audit verify --format json").done();
    assert_eq!(run.json()["trust"]["key_source"], "file");
    assert!(run.err().contains("WARNING"), "{run}");
    assert_eq!(entries(&shell), 7, "reading makes no event");
}

#[test]
fn reading_verifying_and_exporting_need_no_passphrase() {
    let mut shell = lived_in();
    shell.set("LICENTIA_PASSPHRASE", None);
    for line in [
        "audit list",
        "audit show 1",
        "audit verify",
        "audit key",
        "audit export --out log.jsonl",
        "license list",
        "issuer list",
        "issuer export --as jwks",
        "identity list",
        "probe list",
        "doctor",
        "backup --out copy.db",
        "backup --out review.db --for-review",
    ] {
        shell.run(line).done();
    }
    assert_eq!(entries(&shell), 7);
}

#[test]
fn an_export_records_itself_if_it_can() {
    let mut shell = lived_in();
    let run = shell.run("audit export --out with.jsonl").done();
    assert!(run.err().is_empty(), "{run}");
    assert_eq!(entries(&shell), 8);
    assert_eq!(list(&shell, "--limit 1")[0]["kind"], "audit.export");
    let lines: Vec<Value> = shell.read("with.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(seqs(&lines)[..7], [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(lines[4], shell.run("audit show 5 --format json").done().json());

    shell.set("LICENTIA_PASSPHRASE", None);
    let run = shell.run("audit export --out without.jsonl --kind 'license.*' --since 2026-05-21").done();
    assert!(run.err().contains("does not record"), "{run}");
    let lines: Vec<Value> =
        shell.read("without.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(seqs(&lines), [5, 6, 7]);
    assert_eq!(entries(&shell), 8);

    shell.run("audit export --out cells.csv --format csv").done();
    let mut reader = csv::Reader::from_reader(std::fs::File::open(shell.path("cells.csv")).unwrap());
    let head = reader.headers().unwrap().clone();
    assert_eq!(reader.records().count(), 8);
    let listed = shell.run("audit list --format csv --limit 1 --until 2030-01-01").done().out().clone();
    let mut listed = csv::Reader::from_reader(listed.as_bytes());
    assert_eq!(*listed.headers().unwrap(), head, "an entry has the same columns in a list");
    let first = listed.records().next().unwrap().unwrap();
    assert!(first.iter().all(|cell| !cell.is_empty()), "{first:?}");
    shell.run("audit export --out cells.csv --format csv").refused("cells.csv");
    shell.run("audit export --out x --format json").wrong_usage("jsonl");
    assert!(!shell.path("x").exists());
    assert_eq!(column(&list(&shell, "--limit 1"), "kind"), ["audit.export"]);
}

#[test]
fn a_stranger_takes_the_whole_log_away() {
    let mut shell = lived_in();
    let fingerprint = shell.run("audit key --format json").done().text("fingerprint");
    let made = shell.run("audit export --bundle log.tar --format json").done().json();
    assert_eq!((&made["entries"], &made["signed"], &made["recorded_as"]), (&json!(7), &json!(true), &json!(8)));
    shell.run("audit export --bundle log.tar").refused("log.tar");
    shell.run("audit export --bundle part.tar --kind 'license.*'").wrong_usage("filters");
    shell.run("audit export").wrong_usage("--bundle");
    shell.run("audit export --bundle a.tar --out b.jsonl").wrong_usage("--out");

    // Nothing of the vendor's is there any more.
    for name in ["LICENTIA_HOME", "LICENTIA_PASSPHRASE", "LICENTIA_PIN_DIR"] {
        shell.set(name, Some("nowhere"));
    }
    let run = shell.review(&format!("audit verify --bundle log.tar --log {fingerprint} --format json")).done();
    assert_eq!((&run.json()["verified"], &run.json()["signed"]), (&json!(true), &json!(true)));
    assert_eq!((&run.json()["entries_checked"], &run.json()["trust"]["key_source"]), (&json!(7), &json!("given")));
    assert_eq!(run.err(), "");
    let run = shell.review("audit verify --bundle log.tar").done();
    assert!(run.err().contains("WARNING") && run.out().contains("the log's key signed its manifest"), "{run}");
    let other = format!("blake3:{}", "0".repeat(64));
    let run = shell.review(&format!("audit verify --bundle log.tar --log {other} --format json")).ends(3);
    assert_eq!(run.json()["issues"][0]["code"], "wrong_log");

    let mut bytes = std::fs::read(shell.path("log.tar")).unwrap();
    let entry = bytes.windows(9).position(|window| window == b"eve@desk\"").unwrap();
    bytes[entry] = b'E';
    std::fs::write(shell.path("changed.tar"), &bytes).unwrap();
    let run = shell.review("audit verify --bundle changed.tar --format json").ends(3);
    let codes: Vec<Value> =
        run.json()["issues"].as_array().unwrap().iter().map(|issue| issue["code"].clone()).collect();
    assert_eq!(codes, ["manifest_disagrees", "tables_absent", "readable_altered"]);
    std::fs::write(shell.path("cut.tar"), &bytes[..2_000]).unwrap();
    shell.review("audit verify --bundle cut.tar").refused("bundle");
    shell.review("audit verify --bundle none.tar").refused("none.tar");
    shell.review("audit verify --bundle log.tar --from 3").wrong_usage("--from");
    shell.review("audit verify --bundle log.tar --level start").wrong_usage("--level");
    shell.review("audit verify --proof a.tlog-proof --level full").wrong_usage("--level");
    shell.review("audit verify --bundle log.tar --fresh").wrong_usage("--fresh");
    shell.review("audit verify --proof a.tlog-proof --fresh").wrong_usage("--fresh");
}

#[test]
fn what_no_checkpoint_covers_is_not_proven() {
    let mut shell = lived_in();
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("audit prove --entry 4 --out a.tlog-proof").refused("no checkpoint");
    shell.run("audit prove --entry 99 --out a.tlog-proof").refused("99");
    shell.run("audit prove --out a.tlog-proof").wrong_usage("--license");
    shell.write("a.tlog-proof", "c2sp.org/tlog-proof@v1\n");
    shell.review("audit verify --proof a.tlog-proof").refused("proof");
    shell.review("audit verify --witness x").wrong_usage("--witness");
}

#[test]
fn a_customer_and_a_vendor_settle_a_dispute_with_one_small_file() {
    let mut shell = founded();
    shell.run("license issue --subject alice --audience b --days 9 --out alice.lic").done();
    shell.run("license issue --subject bob --audience b --days 9 --out bob.lic").done();
    shell.run("audit key --out log.json").done();
    // Nobody has signed the tree yet, and without the passphrase nobody can.
    let passphrase = licentia_tests::PASSPHRASE;
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("audit prove --license alice.lic --out alice.proof").refused("no checkpoint covers entry 4 yet");
    shell.set("LICENTIA_PASSPHRASE", passphrase);
    shell.run("audit prove --license alice.lic --out alice.proof").done();
    let proof = shell.read("alice.proof");
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\n"), "{proof}");

    // Somewhere else: no home, no passphrase, the file and what was written down.
    let elsewhere = crate::empty();
    for name in ["alice.proof", "alice.lic", "bob.lic", "log.json"] {
        elsewhere.write(name, shell.read(name));
    }
    let shown =
        elsewhere.review("audit verify --proof alice.proof --license alice.lic --log log.json --format json").done();
    assert_eq!(shown.json()["seq"], 4, "{shown}");
    elsewhere.review("audit verify --proof alice.proof --license bob.lic --log log.json").ends(3);
    elsewhere.write("bent.proof", proof.replacen("index 3", "index 4", 1));
    elsewhere.review("audit verify --proof bent.proof --log log.json").ends(3);
    elsewhere.write("cut.proof", &proof[..proof.len() / 2]);
    let run = elsewhere.review("audit verify --proof cut.proof --log log.json");
    assert!(run.status == 1 || run.status == 3, "{run}");
}

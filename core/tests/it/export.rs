//! Taking the log away: pages, filters, the file, its manifest, and the entry that records it.

use crate::common::{World, names, request};
use licentia_core::audit::{AuditFilter, AuditSearch, ExportFormat};
use licentia_core::{Actor, Error, Progress};
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Mutex};

fn quiet() -> Progress {
    Arc::new(|_, _| {})
}

fn kinds(kinds: &[&str]) -> AuditFilter {
    AuditFilter { kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(), ..AuditFilter::default() }
}

fn manifest(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

async fn with_identities(count: usize) -> World {
    let world = World::new().await;
    for n in 0..count {
        world.licentia.identities().create(&world.operator, &format!("till {n}")).await.unwrap();
        world.clock.advance(60);
    }
    world
}

#[tokio::test]
async fn the_log_is_paged_newest_first() {
    let world = with_identities(5).await;
    let audit = world.licentia.audit();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = audit.list(&AuditFilter::default(), before, 3).await.unwrap();
        seen.extend(page.items.iter().map(|entry| entry.seq));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, [8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(audit.list(&AuditFilter::default(), None, 8).await.unwrap().next, None);
    assert_eq!(audit.get(8).await.unwrap().kind, "identity.create");
    assert!(matches!(audit.get(9).await, Err(Error::NoSuchEntry { seq: 9, size: 8 })));
    assert!(matches!(audit.get(0).await, Err(Error::NoSuchEntry { seq: 0, size: 8 })));
}

#[tokio::test]
async fn a_prefix_means_the_kinds_that_are_there() {
    let world = with_identities(2).await;
    let audit = world.licentia.audit();
    assert_eq!(audit.kinds().await.unwrap(), ["identity.create", "issuer.create", "issuer.set_active", "vault.create"]);
    for (wanted, expected) in [
        (&["issuer.*"][..], &[3, 2][..]),
        (&["issuer.*", "vault.create"], &[3, 2, 1]),
        (&["*"], &[5, 4, 3, 2, 1]),
        (&["license.*"], &[]),
        (&["issuer"], &[]),
        (&["license.*", "vault.create"], &[1]),
    ] {
        let page = audit.list(&kinds(wanted), None, 10).await.unwrap();
        let found: Vec<u64> = page.items.iter().map(|entry| entry.seq).collect();
        assert_eq!((found.as_slice(), page.next), (expected, None), "{wanted:?}");
    }
}

#[tokio::test]
async fn an_export_holds_every_entry_and_its_manifest_says_so() {
    let world = with_identities(3).await;
    let out = world.path("log.jsonl");
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let progress: Progress = Arc::new(move |done, of| listener.lock().unwrap().push((done, of)));
    let audit = world.licentia.audit();
    let report = audit.export(&AuditFilter::default(), ExportFormat::Jsonl, &out, None, progress).await.unwrap();
    assert_eq!((report.entries, report.recorded_as), (6, None));
    assert_eq!(told.lock().unwrap().last(), Some(&(6, 6)));

    let text = std::fs::read_to_string(&out).unwrap();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seqs: Vec<u64> = entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
    assert_eq!(entries[5], serde_json::to_value(audit.get(6).await.unwrap()).unwrap());

    assert_eq!(report.manifest, world.path("log.jsonl.manifest.json"));
    let said = manifest(&report.manifest);
    assert_eq!(said["fingerprint"], world.fingerprint);
    assert_eq!((&said["entries"], &said["first_seq"], &said["last_seq"]), (&6.into(), &1.into(), &6.into()));
    assert_eq!((&said["log_size"], &said["last_hash"]), (&6.into(), &entries[5]["metadata"]["hash"]));
    assert_eq!(said["blake3"], blake3::hash(text.as_bytes()).to_hex().as_str());
    assert_eq!((&said["recorded"], &said["recorded_as"]), (&false.into(), &Value::Null));
    assert!(said["notes"][0].as_str().unwrap().contains("does not record"));
    assert_eq!(names(world.dir.path()), ["home", "log.jsonl", "log.jsonl.manifest.json"]);
    assert_eq!(world.entries().await, 6);
}

#[tokio::test]
async fn an_export_by_somebody_is_in_the_log_before_the_file_is_there() {
    let world = with_identities(3).await;
    let out = world.path("log.jsonl");
    let filter = AuditFilter { since: Some(world.clock.now()), ..kinds(&["identity.*"]) };
    let operator = world.operator.acting_as(Actor::new("reviewer@desk").unwrap());
    let audit = world.licentia.audit();
    let report = audit.export(&filter, ExportFormat::Jsonl, &out, Some(&operator), quiet()).await.unwrap();
    assert_eq!((report.entries, report.recorded_as), (0, Some(7)));
    let entry = audit.get(7).await.unwrap();
    assert_eq!((entry.kind.as_str(), entry.actor.as_str()), ("audit.export", "reviewer@desk"));
    let payload = entry.payload_value();
    let said = manifest(&report.manifest);
    for member in ["filter", "format", "entries", "file", "blake3", "log_size", "last_hash"] {
        assert_eq!(payload[member], said[member], "{member}");
    }
    assert_eq!((&payload["file"], &payload["filter"]["kinds"][0]), (&"log.jsonl".into(), &"identity.*".into()));
    assert_eq!((&said["recorded"], &said["recorded_as"]), (&true.into(), &7.into()));
    assert_eq!(payload["export_id"], said["export_id"]);
    assert_eq!(entry.target_id, Some(audit.identity().await.unwrap().log_id.to_string()));
}

#[tokio::test]
async fn an_export_holds_what_a_query_finds_and_says_which_query() {
    // More than one stretch of the log, so that the file is put together of several.
    let world = World::new().await;
    let requests: Vec<_> = (0..2_100).map(|n| request(&format!("till {n}"))).collect();
    world.licentia.licenses().issue_batch(&world.operator, requests, quiet()).await.unwrap();
    let audit = world.licentia.audit();
    audit.follow_with_index(u64::MAX).await.unwrap();
    // An index that forgot everything is no reason to leave an entry out.
    world.tamper("INSERT INTO audit_search (audit_search) VALUES ('delete-all')");
    let query = audit.understand("\"till 7\" OR payload.subject:\"till 2099\"").await.unwrap();
    let search = AuditSearch { filter: kinds(&["license.*"]), query: Some(query) };
    let out = world.path("found.jsonl");
    let report = audit.export_found(&search, ExportFormat::Jsonl, &out, Some(&world.operator), quiet()).await.unwrap();
    let lines: Vec<Value> =
        std::fs::read_to_string(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seqs: Vec<&Value> = lines.iter().map(|line| &line["seq"]).collect();
    assert_eq!(seqs, [&Value::from(11), &Value::from(2_103)]);
    let said = manifest(&report.manifest);
    assert_eq!(
        (report.entries, &said["entries"], &said["first_seq"], &said["last_seq"]),
        (2, &2.into(), seqs[0], seqs[1])
    );
    let recorded = audit.get(report.recorded_as.unwrap()).await.unwrap().payload_value();
    assert_eq!(recorded["query"], search.query.as_ref().unwrap().text());
    assert_eq!((&said["query"], &said["filter"]), (&recorded["query"], &recorded["filter"]));

    let nothing = AuditSearch { query: Some(audit.understand("till AND seq:<3").await.unwrap()), ..search };
    let out = world.path("nothing.csv");
    let report = audit.export_found(&nothing, ExportFormat::Csv, &out, None, quiet()).await.unwrap();
    assert_eq!((report.entries, std::fs::read_to_string(&out).unwrap().lines().count()), (0, 1));
    assert_eq!(
        (&manifest(&report.manifest)["first_seq"], &manifest(&report.manifest)["last_seq"]),
        (&Value::Null, &Value::Null)
    );
}

/// Somebody puts an entry at the end of all numbers: between it and the others there is nothing to look through.
#[tokio::test]
async fn an_export_of_what_a_query_finds_ends_also_where_an_entry_claims_the_last_number() {
    let world = World::new().await;
    world.tamper(
        "DROP TRIGGER audit_entry_no_gap;
         CREATE TEMP TABLE copy AS SELECT * FROM audit_entry WHERE seq = 2;
         UPDATE copy SET seq = 9223372036854775807, id = randomblob(16), previous_hash = randomblob(32);
         INSERT INTO audit_entry SELECT * FROM copy;",
    );
    let audit = world.licentia.audit();
    let query = audit.understand("NOT kind:nothing.*").await.unwrap();
    let search = AuditSearch { filter: AuditFilter::default(), query: Some(query) };
    let out = world.path("found.jsonl");
    let export = audit.export_found(&search, ExportFormat::Jsonl, &out, None, quiet());
    let report = tokio::time::timeout(std::time::Duration::from_mins(1), export).await.unwrap().unwrap();
    assert_eq!(report.entries, 4);
}

#[tokio::test]
async fn a_spreadsheet_takes_no_cell_for_a_formula() {
    let world = World::new().await;
    let sly = world.operator.acting_as(Actor::new("=cmd|'/c calc'!A1, \"x\"").unwrap());
    world.licentia.identities().create(&sly, "till").await.unwrap();
    let out = world.path("log.csv");
    let audit = world.licentia.audit();
    let report = audit.export(&AuditFilter::default(), ExportFormat::Csv, &out, None, quiet()).await.unwrap();
    let mut reader = csv::Reader::from_path(&out).unwrap();
    assert_eq!(
        reader.headers().unwrap(),
        vec![
            "seq",
            "id",
            "kind",
            "severity",
            "outcome",
            "actor",
            "actor_kind",
            "target_kind",
            "target_id",
            "created_at",
            "payload",
            "hash",
            "previous_hash",
            "signature",
            "key_id"
        ]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(&rows[3][5], "'=cmd|'/c calc'!A1, \"x\"");
    let payload: Value = serde_json::from_str(&rows[3][10]).unwrap();
    assert_eq!(payload["name"], "till");
    assert!(manifest(&report.manifest)["notes"][1].as_str().unwrap().contains("formula"));
}

#[tokio::test]
async fn a_long_log_is_exported_in_order_and_only_once() {
    let world = World::new().await;
    let operator = &world.operator;
    // Two chunks; the transaction of a batch would be quicker, but licenses are not what this is about.
    for _ in 0..1_010 {
        let id = world.licentia.identities().create(operator, "till").await.unwrap().id;
        world.licentia.identities().delete(operator, id).await.unwrap();
    }
    let out = world.path("log.jsonl");
    let audit = world.licentia.audit();
    let report =
        audit.export(&kinds(&["identity.*", "vault.*"]), ExportFormat::Jsonl, &out, None, quiet()).await.unwrap();
    assert_eq!(report.entries, 2_021);
    let text = std::fs::read_to_string(&out).unwrap();
    let seqs: Vec<u64> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs.len(), 2_021);
    assert!(seqs.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn nothing_is_overwritten_and_what_fails_leaves_nothing() {
    let world = World::new().await;
    let audit = world.licentia.audit();
    let (out, beside) = (world.path("log.jsonl"), world.path("log.jsonl.manifest.json"));
    for taken in [&out, &beside] {
        std::fs::write(taken, "earlier").unwrap();
        let refused =
            audit.export(&AuditFilter::default(), ExportFormat::Jsonl, &out, Some(&world.operator), quiet()).await;
        assert!(matches!(refused, Err(Error::FileExists(path)) if path == *taken));
        assert_eq!(std::fs::read(taken).unwrap(), b"earlier");
        std::fs::remove_file(taken).unwrap();
    }
    assert_eq!(world.entries().await, 3);

    world.licentia.faults().lose_next_commit();
    let lost = audit.export(&AuditFilter::default(), ExportFormat::Jsonl, &out, Some(&world.operator), quiet()).await;
    assert!(lost.is_err());
    assert_eq!(names(world.dir.path()), ["home"]);
    assert_eq!(world.entries().await, 3);
}

//! The tables in `docs/` against what the program does.

use license_manager_examples::{World, no_progress};
use licentia_core::audit::{AuditFilter, Code, ExportFormat, Kind, VerifyRequest};
use licentia_core::secret::Passphrase;
use licentia_core::witness::{NewWitness, WitnessKey};
use licentia_core::{
    AuditRecord, Backup, ImportKey, IssueRequest, Licenses, Licentia, NewIssuer, NewProbe, Place, PublishRequest,
    ReasonCode, ReissueRequest, Restore, RestoreRequest, RevokeRequest,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn file(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// The cells of the one table whose heading begins with `head`.
fn table(document: &str, head: &str) -> Vec<Vec<String>> {
    let (_, rest) = document.split_once(head).unwrap();
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[tokio::test]
async fn the_table_of_events_is_complete_and_true() {
    let written = one_of_each().await;
    let document = file("docs/EVENTS.md");
    let mut documented = BTreeSet::new();
    for row in table(&document, "| command | service method | kind |") {
        let [_, _, kind, severity, target, payload] = row.as_slice() else { panic!("{row:?}") };
        let kind = quoted(kind)[0];
        let entry = written.get(kind).unwrap_or_else(|| panic!("{kind} was not written"));
        assert_eq!(severity, &entry.severity, "{kind}");
        assert_eq!(quoted(target).first().copied(), entry.target_kind.as_deref(), "{kind}");
        let Value::Object(members) = entry.payload_value() else { panic!("{kind} has no object as its payload") };
        assert_eq!(quoted(payload), members.keys().collect::<Vec<_>>(), "{kind}");
        assert!(documented.insert(kind.to_owned()), "{kind} is documented twice");
    }
    let known: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(documented, known);
}

/// An entry of every kind, made by the services.
async fn one_of_each() -> BTreeMap<String, AuditRecord> {
    let world = World::found("acme", 9).await.unwrap();
    let (licentia, operator) = (&world.licentia, &world.operator);
    let passphrase = |text: &str| Passphrase::new(text.to_owned()).unwrap();

    let issuers = licentia.issuers();
    licentia.backup(&world.directory().join("backup.db"), Backup::Whole, no_progress()).await.unwrap();
    let second = issuers.generate(operator, NewIssuer { name: "second".to_owned(), status_url: None }).await.unwrap();
    issuers.export_private(operator, second.id, &passphrase("for the way")).await.unwrap();
    issuers.delete(operator, second.id).await.unwrap();
    let key = World::found("globex", 90).await.unwrap();
    let key =
        key.licentia.issuers().export_public_pem(key.licentia.issuers().list().await.unwrap()[0].id).await.unwrap();
    let key = ImportKey { text: &key, name: None, passphrase: None };
    let foreign = issuers.import(operator, key).await.unwrap();
    issuers.retire(operator, foreign.id).await.unwrap();

    let licenses = licentia.licenses();
    let license = licenses.issue(operator, World::request("alice@example.com")).await.unwrap().license;
    let reissued = licenses.reissue(operator, license.id, ReissueRequest::default()).await.unwrap();
    let revoke = RevokeRequest { license: license.id, reason: ReasonCode::Other, note: None };
    licentia.revocations().revoke(operator, revoke).await.unwrap();
    licentia.revocations().unrevoke(operator, license.id, None).await.unwrap();
    let out = PublishRequest { directory: world.directory().join("published"), valid_for: 60, ttl: 60 };
    licentia.revocations().publish(operator, out).await.unwrap();
    licenses.suspend(operator, reissued.license.id, None).await.unwrap();
    licenses.reinstate(operator, reissued.license.id).await.unwrap();
    let bound = IssueRequest { totp: true, ..World::request("bob@example.com") };
    let bound = licenses.issue(operator, bound).await.unwrap();
    licenses.reveal_totp(operator, bound.license.id).await.unwrap();
    licenses.delete(operator, license.id).await.unwrap();
    licenses.import(operator, &Licenses::armored(&license)).await.unwrap();
    licenses.revoke_and_delete(operator, reissued.license.id).await.unwrap();

    let identities = licentia.identities();
    let identity = identities.create(operator, "editor").await.unwrap();
    identities.regenerate(operator, identity.id).await.unwrap();
    identities.export(operator, identity.id).await.unwrap();
    identities.delete(operator, identity.id).await.unwrap();

    let probe = || NewProbe { label: "rack 4".to_owned(), ttl_seconds: 3_600 };
    let consumed = licentia.probes().new_token(operator, probe()).await.unwrap();
    licentia.probes().consume_token(operator, &consumed.token, "{}").await.unwrap();
    let cancelled = licentia.probes().new_token(operator, probe()).await.unwrap();
    licentia.probes().cancel(operator, cancelled.probe.id).await.unwrap();

    let key = WitnessKey::new("witness.example.com/one", &[9; 32]).unwrap();
    let witness = NewWitness {
        name: "acme-witness".to_owned(),
        url: "https://witness.example.com".to_owned(),
        verifier_key: key.verifier_key().to_string(),
    };
    licentia.witnesses().add(operator, witness).await.unwrap();
    licentia.witnesses().remove(operator, "acme-witness").await.unwrap();

    let out = world.directory().join("log.jsonl");
    let audit = licentia.audit();
    audit.export(&AuditFilter::default(), ExportFormat::Jsonl, &out, Some(operator), no_progress()).await.unwrap();
    let report = audit.verify(&VerifyRequest::default(), no_progress()).await.unwrap();
    audit.record_verification(operator, &report, world.licentia.ambient().now()).await.unwrap();
    audit.save_filter(operator, "refunds", "payload.reason:refund").await.unwrap();
    audit.delete_filter(operator, "refunds").await.unwrap();
    world.wait_days(-1);
    licentia.vault().change_passphrase(operator, &passphrase("another one")).await.unwrap();
    audit.rotate_key(operator).await.unwrap();

    let mut entries = audit.list(&AuditFilter::default(), None, 1_000).await.unwrap().items;
    entries.extend(restored(&world).await);
    entries.into_iter().map(|entry| (entry.kind.clone(), entry)).collect()
}

/// The log of a copy of this world that is set back to its beginning.
async fn restored(world: &World) -> Vec<AuditRecord> {
    let copy = Place { database: world.directory().join("copy/licentia.db"), pins: None };
    std::fs::create_dir(world.directory().join("copy")).unwrap();
    world.licentia.backup(&copy.database, Backup::Whole, no_progress()).await.unwrap();
    let file = world.directory().join("backup.db");
    let request = RestoreRequest { file, published: None, force: false };
    let ambient = world.licentia.ambient().clone();
    let restore = Restore::begin(copy.clone(), ambient.clone(), &request, no_progress()).await.unwrap();
    restore
        .finish(&Passphrase::new("only for show".to_owned()).unwrap(), world.operator.actor().clone())
        .await
        .unwrap();
    let copy = Licentia::open_for_reading(copy, ambient).await.unwrap();
    copy.audit().list(&AuditFilter::default(), None, 1_000).await.unwrap().items
}

#[test]
fn the_table_of_issues_is_complete_and_its_advice_is_the_reports() {
    let (document, source) = (file("docs/VERIFY.md"), file("core/src/audit/report.rs"));
    let rows = table(&document, "| code | severity | means | advice |");
    let documented: Vec<&str> = rows.iter().map(|row| quoted(&row[0])[0]).collect();
    assert_eq!(documented, Code::ALL.map(Code::as_str));
    for row in &rows {
        assert!(source.contains(&format!("\"{}\"", row[3])), "the advice of {} is not the report's", row[0]);
    }
}

/// The example in hex, without what explains it, is the golden vector.
#[test]
fn the_worked_example_is_the_golden_vector() {
    let vectors: Value = serde_json::from_str(&file("storage/tests/vectors/audit.json")).unwrap();
    let document = file("docs/FORMAT.md");
    let (_, example) = document.split_once("## An example\n").unwrap();
    let (example, _) = example.split_once("\n## ").unwrap();
    let blocks: Vec<String> = example.split("```").skip(1).step_by(2).map(digits).collect();
    let entry = &vectors["entries"][1];
    let expected = [
        format!("{}{}", text(&vectors["public_key"]), text(&vectors["key_id"])),
        text(&vectors["log"]["encoded"]),
        text(&vectors["log"]["fingerprint"]),
        text(&entry["encoded"]),
        format!("{}{}", text(&entry["hash"]), text(&entry["signature"])),
    ];
    assert_eq!(blocks, expected);
}

/// The bytes of a block: each line up to the three spaces before its explanation.
fn digits(block: &str) -> String {
    let lines = block.lines().skip(1).map(|line| line.trim_start().split("   ").next().unwrap_or_default());
    lines.collect::<String>().replace("blake3:", "").replace(' ', "")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_columns_of_every_row_are_in_the_order_of_their_tags() {
    let vectors: Vec<Value> = serde_json::from_str(&file("storage/tests/vectors/rows.json")).unwrap();
    let frozen = vectors.iter().map(|row| {
        let columns = row["columns"].as_array().unwrap().iter().map(|column| text(&column["name"]));
        (text(&row["noun"]), columns.collect::<Vec<_>>())
    });
    let document = file("docs/FORMAT.md");
    let documented = table(&document, "| noun | columns, from tag 1 |")
        .into_iter()
        .map(|row| (quoted(&row[0])[0].to_owned(), quoted(&row[1]).into_iter().map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(documented.collect::<Vec<_>>(), frozen.collect::<Vec<_>>());
}

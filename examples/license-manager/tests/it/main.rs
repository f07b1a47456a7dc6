//! Every walkthrough, run as its program runs it: the essential facts, and that its README shows what it prints.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should say so by panicking"
)]

#[path = "../../02-batch-from-csv/walkthrough.rs"]
mod batch;
#[path = "../../09-bind-to-a-machine/walkthrough.rs"]
mod bind;
#[path = "../../05-delete-and-what-remains/walkthrough.rs"]
mod delete;
#[path = "../../06-import-foreign-key-and-licenses/walkthrough.rs"]
mod import;
#[path = "../../01-issue-and-verify/walkthrough.rs"]
mod issue;
#[path = "../../13-prove-to-a-stranger/walkthrough.rs"]
mod prove;
#[path = "../../10-publish-and-honour-a-revocation/walkthrough.rs"]
mod publish;
#[path = "../../04-reissue/walkthrough.rs"]
mod reissue;
#[path = "../../07-review/walkthrough.rs"]
mod review;
#[path = "../../03-revoke-and-unrevoke/walkthrough.rs"]
mod revoke;
#[path = "../../15-rollback-caught/walkthrough.rs"]
mod rollback;
#[path = "../../08-tamper-and-be-caught/walkthrough.rs"]
mod tamper;
#[path = "../../12-totp/walkthrough.rs"]
mod totp;
#[path = "../../14-witness/walkthrough.rs"]
mod witness;

mod documents;
mod readme;

use license_manager_examples::{ACTOR, Report, Result};
use serde_json::{Value, json};

/// The lines for machines of a walkthrough whose README shows what it prints.
async fn lines(folder: &str, walkthrough: impl AsyncFnOnce(&mut Report<'_>) -> Result) -> Vec<Value> {
    let (mut machine, mut people) = (Vec::new(), Vec::new());
    walkthrough(&mut Report::new(&mut machine, &mut people)).await.unwrap();
    let (machine, people) = (String::from_utf8(machine).unwrap(), String::from_utf8(people).unwrap());
    readme::shows(folder, &machine, &people);
    machine.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines of one step.
fn of<'a>(lines: &'a [Value], step: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["step"] == step).collect()
}

/// One member of every line of a step.
fn all<'a>(lines: &'a [Value], step: &str, member: &str) -> Vec<&'a Value> {
    of(lines, step).into_iter().map(|line| &line[member]).collect()
}

#[tokio::test]
async fn a_license_holds_for_its_product_and_its_time_and_as_it_was_signed() {
    let lines = lines("01-issue-and-verify", issue::run).await;
    let answers: Vec<_> = of(&lines, "verify")
        .into_iter()
        .map(|line| line.get("code").cloned().unwrap_or(line["valid"].clone()))
        .collect();
    assert_eq!(json!(answers), json!([true, "wrong_audience", "expired", "bad_signature", "unknown_key"]));
    assert_eq!(all(&lines, "verify", "unchecked")[0], &json!(["status_list"]));
    let entries = of(&lines, "entry");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["kind"], "license.issue");
    assert_eq!(entries[0]["actor"], ACTOR);
    assert_eq!(entries[0]["payload"]["subject"], "alice@example.com");
    assert_eq!(entries[0]["payload"]["not_after"], "2027-01-01T00:00:00Z");
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_batch_is_issued_as_a_whole_or_not_at_all() {
    let lines = lines("02-batch-from-csv", batch::run).await;
    assert_eq!(all(&lines, "bad_row", "line"), [3, 4]);
    let nothing = of(&lines, "nothing_issued")[0];
    assert_eq!(nothing["entries_before"], nothing["entries_after"]);
    assert_eq!(of(&lines, "issued").len(), 4);
    let events = of(&lines, "events")[0];
    assert_eq!((&events["license.issue"], &events["transactions"]), (&json!(4), &json!(1)));
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_license_returns_to_what_it_was_before_it_was_revoked() {
    let lines = lines("03-revoke-and-unrevoke", revoke::run).await;
    assert_eq!(all(&lines, "revoked", "status"), ["revoked", "revoked"]);
    assert_eq!(all(&lines, "unrevoked", "status"), ["active", "superseded"]);
    assert_eq!(of(&lines, "refused").len(), 2);
    assert_eq!(all(&lines, "refusals_make_no_event", "unchanged"), [true]);
    let kinds =
        ["issue", "revoke", "unrevoke", "supersede", "revoke", "unrevoke"].map(|verb| json!(format!("license.{verb}")));
    assert_eq!(all(&lines, "entry", "kind"), kinds.each_ref());
    let first = of(&lines, "entry")[1];
    assert_eq!(first["payload"]["reason"], "refund");
    assert_eq!(first["payload"]["note"], "order 4711");
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn superseding_and_reissuing_share_one_transaction() {
    let lines = lines("04-reissue", reissue::run).await;
    let issued = of(&lines, "issued")[0];
    let reissued = of(&lines, "reissued");
    assert_eq!(reissued[0]["replaces"], issued["id"]);
    assert_eq!(reissued[0]["not_after"], issued["not_after"], "the absolute expiry is inherited");
    assert_eq!(of(&lines, "superseded")[0]["status"], "superseded");
    assert_eq!(all(&lines, "history", "id"), [&issued["id"], &reissued[0]["id"], &reissued[1]["id"]]);

    let entries = of(&lines, "entry");
    assert_eq!(entries.len(), 4);
    for pair in entries.chunks(2) {
        let [supersede, reissue] = pair else { panic!("{pair:?}") };
        assert_eq!((&supersede["kind"], &reissue["kind"]), (&json!("license.supersede"), &json!("license.reissue")));
        assert_eq!(supersede["transaction_id"], reissue["transaction_id"]);
        assert_eq!(supersede["payload"]["superseded_by"], reissue["target_id"]);
        assert_eq!(reissue["payload"]["replaces"], supersede["target_id"]);
        assert_eq!((&supersede["actor"], &reissue["actor"]), (&json!(ACTOR), &json!(ACTOR)));
    }
    assert_ne!(entries[0]["transaction_id"], entries[2]["transaction_id"]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn the_trail_and_the_revocation_outlive_the_license() {
    let lines = lines("05-delete-and-what-remains", delete::run).await;
    let kinds = ["issue", "revoke", "delete"].map(|verb| json!(format!("license.{verb}")));
    assert_eq!(all(&lines, "entry", "kind"), kinds.each_ref());
    let deleted = of(&lines, "deleted");
    let payload = &of(&lines, "entry")[2]["payload"];
    assert_eq!(payload["license_uuid"], deleted[0]["id"]);
    assert_eq!((&payload["subject"], &payload["old_status"]), (&json!("dave@example.com"), &json!("revoked")));
    let imported = of(&lines, "imported")[0];
    assert_eq!((&imported["status"], &imported["same_id"]), (&json!("revoked"), &json!(true)));
    assert_eq!(all(&lines, "deleted", "still_valid_in_the_field"), [false, true, false]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_foreign_license_comes_in_under_a_key_that_is_known() {
    let lines = lines("06-import-foreign-key-and-licenses", import::run).await;
    assert_eq!(of(&lines, "refused").len(), 4);
    let issuer = of(&lines, "issuer")[0];
    assert_eq!((&issuer["can_sign"], &issuer["vendor"]), (&json!(false), &Value::Null));
    let inspected = of(&lines, "inspected")[0];
    assert_eq!((&inspected["iss"], &inspected["holds"]), (&json!("globex"), &json!(true)));
    let imported = of(&lines, "imported")[0];
    assert_eq!((&imported["origin"], &imported["status"]), (&json!("imported"), &json!("active")));
    assert_eq!(all(&lines, "entry", "kind"), ["issuer.import", "license.import", "license.revoke"]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_reviewer_needs_neither_passphrase_nor_write_access() {
    let lines = lines("07-review", review::run).await;
    assert_eq!(all(&lines, "opened", "has_vault"), [false]);
    let verified = of(&lines, "verified")[0];
    assert_eq!((&verified["verified"], &verified["key_source"]), (&json!(true), &json!("given")));
    assert_eq!(verified["issues"], json!(["secrets_withheld"]));
    assert_eq!(all(&lines, "ending", "kind"), ["license.delete", "license.unrevoke", "license.revoke"]);
    assert_eq!(all(&lines, "by_temp", "kind"), ["license.unrevoke", "license.issue"]);
    assert_eq!(all(&lines, "trail", "kind"), ["license.issue", "license.revoke", "license.unrevoke"]);
    let seqs: Vec<_> =
        of(&lines, "pages")[0]["pages"].as_array().unwrap().iter().flat_map(|page| page.as_array().unwrap()).collect();
    let every: Vec<Value> = (1..=seqs.len()).rev().map(|seq| json!(seq)).collect();
    assert_eq!(seqs, every.iter().collect::<Vec<_>>(), "every entry once, newest first");
    let exported = of(&lines, "exported")[0];
    assert_eq!(
        (&exported["entries"], &exported["lines"], &exported["recorded_as"]),
        (&json!(3), &json!(3), &Value::Null)
    );
}

#[tokio::test]
async fn every_deed_is_named() {
    let lines = lines("08-tamper-and-be-caught", tamper::run).await;
    let codes: Vec<(&Value, Vec<&Value>)> = of(&lines, "verify")
        .into_iter()
        .map(|line| (&line["deed"], line["issues"].as_array().unwrap().iter().map(|issue| &issue["code"]).collect()))
        .collect();
    let found = |deed: &str| &codes.iter().find(|(name, _)| *name == deed).unwrap().1;
    assert_eq!(found("nothing"), &Vec::<&Value>::new());
    assert_eq!(found("a longer license"), &["row_altered"]);
    assert!(found("an unrevoked license").iter().any(|code| *code == "row_missing"));
    assert!(found("an entry under another name").iter().any(|code| *code == "entry_altered"));
    assert!(found("an entry under another name").iter().any(|code| *code == "schema_altered"));
    assert!(found("a payload with another reason").iter().any(|code| *code == "payload_altered"));
    assert!(found("an entry less").iter().any(|code| *code == "entry_missing"));
    assert!(found("an old copy").iter().any(|code| *code == "rolled_back"));
    assert_eq!(found("an old copy, seen for the first time"), &Vec::<&Value>::new());
    assert_eq!(of(&lines, "refused").len(), 1, "a rolled back database takes no change");
}

#[tokio::test]
async fn a_product_learns_of_a_revocation_from_a_file_and_from_no_other() {
    let lines = lines("10-publish-and-honour-a-revocation", publish::run).await;
    let answers: Vec<_> = of(&lines, "product")
        .into_iter()
        .map(|line| {
            let code = line.get("code").or(line["unchecked"].get(0)).and_then(Value::as_str);
            (line["what"].as_str().unwrap(), line["valid"].as_bool().unwrap(), code)
        })
        .collect();
    assert_eq!(
        answers,
        [
            ("no list yet", false, Some("status_list_missing")),
            ("no list yet, and none required", true, Some("status_list")),
            ("nobody is revoked", true, None),
            ("revoked, not published", true, None),
            ("revoked", false, Some("revoked")),
            ("superseded", false, Some("superseded")),
            ("its successor", true, None),
            ("the list of yesterday", false, Some("status_list_rolled_back")),
            ("other marks under the honest signature", false, Some("status_list_bad_signature")),
            ("signed by a stranger", false, Some("status_list_unknown_key")),
            ("a license as a list", false, Some("status_list_wrong_type")),
            ("nothing fetched for a month", false, Some("status_list_stale")),
            ("unrevoked", true, None),
        ]
    );
    assert_eq!(all(&lines, "published", "revoked"), [0, 1, 0]);
    assert_eq!(all(&lines, "published", "superseded"), [0, 1, 1]);
    assert_eq!(all(&lines, "entry", "kind"), ["revocation.publish"; 3]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_license_fits_a_machine_that_changes_and_no_copy() {
    let lines = lines("09-bind-to-a-machine", bind::run).await;
    assert_eq!(all(&lines, "fingerprint", "says_its_name"), [false]);
    let answers: Vec<_> = of(&lines, "product")
        .into_iter()
        .map(|line| {
            let same = line["components"].as_object().unwrap().values().filter(|found| **found == "same").count();
            (line["what"].as_str().unwrap(), line["code"].as_str(), same)
        })
        .collect();
    assert_eq!(
        answers,
        [
            ("the laptop", None, 5),
            ("a new card and another name", None, 3),
            ("another machine", Some("machine_mismatch"), 0),
            ("nothing said", Some("machine_required"), 0),
            ("a container", Some("machine_mismatch"), 0),
            ("installed anew", Some("machine_mismatch"), 1),
            ("rebound", None, 5),
            ("renewed", None, 5),
        ]
    );
    let rebound = &of(&lines, "rebound")[0]["components"];
    assert_eq!((&rebound["product_id"], &rebound["disk"]), (&json!("same"), &json!("changed")));
    assert_eq!(all(&lines, "renewed", "same_digests"), [false]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

#[tokio::test]
async fn a_license_asks_for_a_code() {
    let lines = lines("12-totp", totp::run).await;
    assert_eq!(all(&lines, "issued", "secret_in_license"), [false]);
    let answers: Vec<_> =
        of(&lines, "product").into_iter().map(|line| (line["what"].as_str().unwrap(), line["code"].as_str())).collect();
    assert_eq!(
        answers,
        [
            ("no code", Some("totp_required")),
            ("the code of now", None),
            ("the same code again", Some("used before")),
            ("the code of yesterday", Some("totp_wrong")),
            ("the code of today", None),
            ("another secret and its right code", Some("totp_wrong")),
            ("renewed", None),
            ("the lost phone", Some("totp_wrong")),
        ]
    );
    assert_eq!(all(&lines, "revealed", "same"), [true]);
    assert_eq!(all(&lines, "entry", "kind"), ["totp.create", "totp.create", "totp.reveal"]);
    assert_eq!(all(&lines, "verified_log", "verified"), [true]);
}

/// Each deed with the codes of what was found, without the notices.
fn found_in_bundles(lines: &[Value]) -> Vec<(&str, bool, Vec<&str>)> {
    of(lines, "bundle")
        .into_iter()
        .map(|line| {
            let issues = line["issues"].as_array().unwrap().iter().filter(|issue| issue["severity"] != "notice");
            let codes = issues.map(|issue| issue["code"].as_str().unwrap()).collect();
            (line["deed"].as_str().unwrap(), line["verified"].as_bool().unwrap(), codes)
        })
        .collect()
}

#[tokio::test]
async fn a_stranger_needs_a_file_and_a_fingerprint() {
    let lines = lines("13-prove-to-a-stranger", prove::run).await;
    assert_eq!(all(&lines, "alone", "home"), [false], "nothing of the vendor's is left");
    assert_eq!(
        found_in_bundles(&lines),
        [
            ("nothing", true, vec![]),
            ("an entry altered", false, vec!["entry_altered", "checkpoint_disagrees"]),
            ("an entry removed", false, vec!["entry_missing", "checkpoint_disagrees"]),
            (
                "signed by another key",
                false,
                vec!["manifest_signature_invalid", "entry_altered", "checkpoint_disagrees"]
            ),
            ("another log", false, vec!["wrong_log"]),
            ("the end cut off, and no signature", true, vec![]),
        ]
    );
    let bundles = of(&lines, "bundle");
    let notices = |line: &Value| -> Vec<String> {
        let issues = line["issues"].as_array().unwrap().iter().filter(|issue| issue["severity"] == "notice");
        issues.map(|issue| issue["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(notices(bundles[0]), ["tables_absent"]);
    assert_eq!((&bundles[0]["signed"], &bundles[0]["key_source"]), (&json!(true), &json!("given")));
    assert_eq!(notices(bundles[5]), ["tables_absent", "manifest_unsigned"], "what it cannot show, it says");
    let proofs = of(&lines, "proof");
    let proven = proofs[0];
    assert_eq!((&proven["holds"], &proven["same_text"]), (&json!(true), &json!(true)));
    assert_eq!((&proven["kind"], &proven["subject"]), (&json!("license.issue"), &json!("carol@example.com")));
    let refused: Vec<_> = proofs[1..].iter().map(|line| &line["code"]).collect();
    assert_eq!(refused, ["other_license", "not_included", "wrong_log"]);
}

#[tokio::test]
async fn a_witness_signs_one_history_only() {
    let lines = lines("14-witness", witness::run).await;
    let asked: Vec<_> = of(&lines, "asked")
        .into_iter()
        .map(|line| (line["what"].as_str().unwrap(), &line["answers"], &line["witnessed"], line["why"].is_null()))
        .collect();
    assert_eq!(
        asked,
        [
            ("the first checkpoint", &json!([200]), &json!(6), true),
            ("a checkpoint a day later", &json!([200]), &json!(8), true),
            ("the rewritten log goes on", &json!([409, 422]), &json!(6), false),
            ("a copy from before the revocation goes on", &json!([409]), &json!(6), false),
            ("the honest log goes on", &json!([200]), &json!(9), true),
        ]
    );
    let verified: Vec<_> = of(&lines, "verify")
        .into_iter()
        .map(|line| (&line["verified"], &line["witnessed_to"], line["issues"][0]["code"].as_str()))
        .collect();
    assert_eq!(
        verified,
        [
            (&json!(true), &json!(8), None),
            (&json!(false), &json!(6), Some("checkpoint_disagrees")),
            (&json!(false), &json!(6), Some("cosignature_invalid")),
            (&json!(true), &json!(6), None),
        ]
    );
    let compared = of(&lines, "compared")[0];
    assert_eq!((&compared["witnessed"], &compared["witness_shows"]), (&json!(6), &json!(8)));
}

#[tokio::test]
async fn an_older_copy_is_caught_and_a_restore_is_accepted_by_name() {
    let lines = lines("15-rollback-caught", rollback::run).await;
    let seen: Vec<_> = of(&lines, "verify")
        .into_iter()
        .map(|line| {
            assert_eq!((&line["key_source"], &line["verified"]), (&json!("pin"), &json!(line["issues"] == json!([]))));
            (line["what"].as_str().unwrap(), line["issues"][0]["code"].as_str())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("the file as it is", None),
            ("an older copy", Some("rolled_back")),
            ("an older copy with new entries", Some("forked")),
            ("the newer file again", None),
            ("the restored file", Some("forked")),
            ("the restored file, accepted", None),
        ]
    );
    assert_eq!(of(&lines, "refused").len(), 4);
    let restored = of(&lines, "restored")[0];
    assert_eq!((&restored["refused_while_in_use"], &restored["epoch"]), (&json!(true), &json!(2)));
    assert_eq!((&restored["shared_size"], &restored["abandoned_size"]), (&json!(5), &json!(7)));
    assert_eq!((&restored["carried"], &restored["carried_from"]), (&json!(2), &json!("live")));
    let origins = ["origin_before", "origin"].map(|origin| restored[origin].as_str().unwrap().rsplit('/').next());
    assert_eq!(origins, [Some("1"), Some("2")], "checkpoints of two histories are never mistaken for one another");
    assert_eq!(all(&lines, "license", "status"), ["revoked", "active"]);
    let accepted = of(&lines, "accepted")[0];
    assert_eq!((&accepted["seq"], &accepted["kind"]), (&restored["seq"], &json!("log.restored")));
    assert_eq!((&accepted["pinned_before"], &accepted["pinned"]), (&json!(7), &json!(9)));
}

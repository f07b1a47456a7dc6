//! The life of a license: reissue, revoke, unrevoke, suspend, reinstate, delete, and coming back.

use super::{assert_verified, column, entries, issue, kinds, members, newest};
use crate::founded;
use serde_json::json;

#[test]
fn revoked_and_taken_back() {
    let shell = founded();
    let id = issue(&shell, "alice");
    let revoked = shell
        .run(&format!("license revoke {id} --reason key_compromise --note 'laptop lost' --format json"))
        .done()
        .json();
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(revoked["revocation"]["reason"], "key_compromise");
    assert_eq!(revoked["revocation"]["note"], "laptop lost");
    let entry = newest(&shell);
    assert_eq!(entry["kind"], "license.revoke");
    assert_eq!(entry["severity"], "warning");
    assert_eq!(entry["payload"]["reason"], "key_compromise");
    assert_eq!(entry["payload"]["note"], "laptop lost");

    let before = entries(&shell);
    shell.run(&format!("license revoke {id} --reason refund")).refused("revoked");
    shell.run(&format!("license revoke {id} --reason because")).wrong_usage("key_compromise");
    shell.run(&format!("license revoke {id}")).wrong_usage("--reason");
    shell.run(&format!("license reissue {id}")).refused("revoked");
    assert_eq!(entries(&shell), before);

    let back = shell.run(&format!("license unrevoke {id} --note found --format json")).done().json();
    assert_eq!(back["status"], "active");
    assert_eq!(newest(&shell)["kind"], "license.unrevoke");
    shell.run(&format!("license unrevoke {id}")).refused("not revoked");
    assert_eq!(shell.run(&format!("license show {id} --format json")).done().json().get("revocation"), None);
    assert_verified(&shell);
}

#[test]
fn suspended_and_reinstated() {
    let shell = founded();
    let id = issue(&shell, "alice");
    let run = shell.run(&format!("license suspend {id} --note 'invoice 4711 is open' --format json")).done();
    assert_eq!((&run.json()["status"], &run.json()["validity"]), (&json!("suspended"), &json!("valid")));
    let entry = newest(&shell);
    assert_eq!((&entry["kind"], &entry["severity"]), (&json!("license.suspend"), &json!("warning")));
    assert_eq!(entry["payload"], json!({ "note": "invoice 4711 is open", "subject": "alice" }));

    let before = entries(&shell);
    let again = shell.run(&format!("license suspend {id}")).refused("suspended");
    assert!(again.err().contains(&format!("licentia license reinstate {id}")), "{again}");
    shell.run(&format!("license reissue {id}")).refused("cannot be reissued");
    shell.run(&format!("license suspend {id} --reason refund")).wrong_usage("--reason");
    shell.run("license suspend").wrong_usage("ID");
    assert_eq!(entries(&shell), before);
    assert_eq!(shell.run("license list --status suspended --format json").done().rows().len(), 1);

    let back = shell.run(&format!("license reinstate {id} --format json")).done().json();
    assert_eq!(back["status"], "active");
    assert_eq!(newest(&shell)["kind"], "license.reinstate");
    let twice = shell.run(&format!("license reinstate {id}")).refused("is active and cannot be reinstated");
    assert!(twice.err().contains("Only a suspended license"), "{twice}");
    assert_verified(&shell);
}

#[test]
fn every_reason_is_a_word() {
    let shell = founded();
    let id = issue(&shell, "alice");
    for reason in ["key_compromise", "refund", "breach", "superseded", "cessation", "other"] {
        shell.run(&format!("license revoke {id} --reason {reason}")).done();
        assert_eq!(newest(&shell)["payload"]["reason"], reason);
        shell.run(&format!("license unrevoke {id}")).done();
    }
}

#[test]
fn a_reissue_inherits_what_is_not_named() {
    let shell = founded();
    shell.run("identity create pin").done();
    let old = shell
        .run(
            "license issue --subject alice --audience editor --expires 2027-01-01 --not-before 2026-06-01 --feature a \
             --feature b --limit seats=5 --payload '{\"po\":7}' --identity pin --format json",
        )
        .done()
        .json();
    let id = old["id"].as_str().unwrap();
    let new = shell.run(&format!("license reissue {id} --limit seats=9 --format json")).done().json();
    for member in ["subject", "audience", "issuer_id", "not_before", "not_after", "features", "payload", "identity_id"]
    {
        assert_eq!(new[member], old[member], "{member}");
    }
    assert_eq!(new["limits"], json!({ "seats": 9 }));
    assert_eq!(new["replaces"], old["id"]);
    assert_eq!(new["status"], "active");
    assert_ne!(new["token"], old["token"]);
    assert_ne!(new["status_list"], old["status_list"]);
    assert_eq!(shell.run(&format!("license show {id} --format json")).done().json()["status"], "superseded");

    // One transaction, two events that name each other.
    let rows = shell.run("audit list --limit 2 --format json").done().rows();
    assert_eq!(column(&rows, "kind"), ["license.reissue", "license.supersede"]);
    assert_eq!(rows[0]["payload"]["replaces"], old["id"]);
    assert_eq!(rows[1]["payload"]["superseded_by"], new["id"]);
    assert_eq!(rows[0]["metadata"]["transaction_id"], rows[1]["metadata"]["transaction_id"]);

    // The chain, oldest first, from any of its members.
    let newest = shell.run(&format!("license reissue {} --format json", new["id"].as_str().unwrap())).done().id();
    let chain = [id, new["id"].as_str().unwrap(), &newest];
    for member in chain {
        let rows = shell.run(&format!("license history {member} --format json")).done().rows();
        assert_eq!(column(&rows, "id"), chain);
        assert_eq!(column(&rows, "status"), ["superseded", "superseded", "active"]);
    }

    // What is superseded names its successor.
    let run = shell.run(&format!("license reissue {id}")).refused("superseded");
    assert!(run.err().contains(new["id"].as_str().unwrap()), "{run}");
    assert_verified(&shell);
}

#[test]
fn a_reissue_leaves_the_customer_some_days_to_change_over() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license reissue {id} --overlap 0")).wrong_usage("--overlap");
    let run = shell.run(&format!("license reissue {id} --overlap 14 --format json")).done();
    assert!(run.err().contains("its status list says so from 2026-06-03T12:00:00Z on"), "{run}");
    assert_eq!(run.json()["replaces"], id);
    let superseded = &shell.run(&format!("audit list --target {id} --limit 1 --format json")).done().rows()[0];
    assert_eq!(superseded["payload"]["superseded_from"], "2026-06-03T12:00:00Z");
    let shown = shell.run(&format!("license show {id} --format json")).done().json();
    assert_eq!((&shown["status"], &shown["superseded_from"]), (&json!("superseded"), &json!("2026-06-03T12:00:00Z")));
    assert_verified(&shell);
}

#[test]
fn a_reissue_drops_what_it_is_told_to() {
    let shell = founded();
    shell.run("identity create pin").done();
    let all = "--feature a --limit seats=5 --payload '{}' --identity pin --not-before 2026-06-01 --days 30";
    for (field, member, cleared) in [
        ("features", "features", json!([])),
        ("limits", "limits", json!({})),
        ("payload", "payload", json!(null)),
        ("identity", "identity_id", json!(null)),
        ("not-before", "not_before", json!(null)),
        ("not_before", "not_before", json!(null)),
        ("expires", "not_after", json!(null)),
    ] {
        let id = shell.run(&format!("license issue --subject a --audience b {all} --format json")).done().id();
        let new = shell.run(&format!("license reissue {id} --clear {field} --format json")).done().json();
        assert_eq!(new[member], cleared, "--clear {field}");
    }
    let id = issue(&shell, "alice");
    shell.run(&format!("license reissue {id} --clear subject")).wrong_usage("features");
    let new =
        shell.run(&format!("license reissue {id} --subject bob --audience x --days 7 --format json")).done().json();
    assert_eq!((&new["subject"], &new["audience"]), (&json!("bob"), &json!(["x"])));
    assert_eq!(new["not_after"], "2026-05-27T12:00:00Z");
}

#[test]
fn an_expired_license_needs_a_new_end() {
    let mut shell = founded();
    let id = issue(&shell, "alice");
    shell.travel("2028-01-01T00:00:00Z");
    assert_eq!(shell.run(&format!("license show {id} --format json")).done().json()["validity"], "expired");
    let before = entries(&shell);
    shell.run(&format!("license reissue {id}")).refused("expired");
    assert_eq!(entries(&shell), before);
    let new = shell.run(&format!("license reissue {id} --days 365 --format json")).done().json();
    assert_eq!(new["not_after"], "2028-12-31T00:00:00Z");
    assert_verified(&shell);
}

#[test]
fn what_is_deleted_leaves_its_trail() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license export {id} --out alice.lic")).done();
    let run = shell.run(&format!("license delete {id} --format json")).done();
    assert_eq!(run.json()["still_valid_in_the_field"], true);
    assert!(run.err().contains("--revoke"), "{run}");
    shell.run(&format!("license show {id}")).refused("there is no license");
    shell.run(&format!("license delete {id}")).refused("there is no license");

    let entry = newest(&shell);
    assert_eq!(entry["kind"], "license.delete");
    assert_eq!(entry["payload"]["license_uuid"], id);
    assert_eq!(entry["payload"]["subject"], "alice");
    assert_eq!(entry["payload"]["old_status"], "active");
    let trail = shell.run(&format!("audit list --target {id} --format json")).done().rows();
    assert_eq!(column(&trail, "kind"), ["license.delete", "license.issue"]);

    let back = shell.run("license import alice.lic --format json").done().json();
    assert_eq!(
        (back["id"].as_str().unwrap(), &back["status"], &back["origin"]),
        (&*id, &json!("active"), &json!("imported"))
    );
    shell.run("license import alice.lic").refused("here already");
    assert_verified(&shell);
}

#[test]
fn a_deletion_never_takes_a_revocation_back() {
    let shell = founded();
    for revoke_first in [true, false] {
        let id = issue(&shell, "alice");
        let file = format!("{id}.lic");
        shell.run(&format!("license export {id} --out {file}")).done();
        let run = if revoke_first {
            shell.run(&format!("license revoke {id} --reason breach")).done();
            shell.run(&format!("license delete {id} --format json")).done()
        } else {
            shell.run(&format!("license delete {id} --revoke --format json")).done()
        };
        assert_eq!(run.json()["still_valid_in_the_field"], false, "{run}");
        assert!(kinds(&shell).ends_with(&["license.revoke".to_owned(), "license.delete".to_owned()]));
        let back = shell.run(&format!("license import {file} --format json")).done().json();
        assert_eq!(back["status"], "revoked");
        assert_eq!(back["id"], id);
        // It can be taken back as any other.
        assert_eq!(shell.run(&format!("license unrevoke {id} --format json")).done().json()["status"], "active");
    }
    assert_verified(&shell);
}

#[test]
fn a_superseded_license_can_be_revoked_and_is_superseded_again() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license reissue {id}")).done();
    shell.run(&format!("license revoke {id} --reason superseded")).done();
    let back = shell.run(&format!("license unrevoke {id} --format json")).done().json();
    assert_eq!(back["status"], "superseded");
    let run = shell.run(&format!("license delete {id} --format json")).done();
    assert_eq!(members(&run.json()).last(), Some(&"still_valid_in_the_field"));
    assert_verified(&shell);
}

#[test]
fn what_is_refused_leaves_no_event() {
    let shell = founded();
    let id = issue(&shell, "alice");
    let before = entries(&shell);
    for line in [
        "license revoke 00000000-0000-7000-8000-000000000000 --reason refund",
        "license unrevoke 00000000-0000-7000-8000-000000000000",
        "license suspend 00000000-0000-7000-8000-000000000000",
        "license reinstate 00000000-0000-7000-8000-000000000000",
        "license delete 00000000-0000-7000-8000-000000000000",
        "license reissue 00000000-0000-7000-8000-000000000000",
        "license history 00000000-0000-7000-8000-000000000000",
        "license export 00000000-0000-7000-8000-000000000000",
    ] {
        shell.run(line).refused("there is no license");
    }
    let long = "x".repeat(5_000);
    shell.run(&format!("license revoke {id} --reason refund --note {long}")).refused("note");
    shell.run(&format!("license suspend {id} --note {long}")).refused("note");
    shell.run(&format!("license revoke {id} --reason refund --actor ''")).refused("actor");
    assert_eq!(entries(&shell), before);
    assert_verified(&shell);
}

//! Attacks on the audit tables.

use super::forger::Forger;
use super::{Gallery, NEXT, SIZE, VICTIM, another, caught, columns, copied, opened, tamper, tamper_sql};

#[test]
fn every_column_of_an_entry() {
    let mut gallery = Gallery::default();
    let (_shell, connection) = opened();
    let names = columns(&connection, "audit_entry");
    assert_eq!(names.len(), 19);
    for (column, kind) in names {
        let value = match column.as_str() {
            // A few bytes more would be malformed: these decode, and say something else.
            "effects" => "(SELECT effects FROM audit_entry WHERE seq = 7)".to_owned(),
            "seq" => "900".to_owned(),
            _ => another(&column, &kind),
        };
        let found = gallery.sql(&column, &format!("UPDATE audit_entry SET {column} = {value} WHERE seq = {VICTIM}"));
        let expected = match column.as_str() {
            "seq" => "entry_missing",
            "version" => "version_unknown",
            "signature" => "signature_invalid",
            _ => "entry_altered",
        };
        found.includes(&format!("{expected}@{VICTIM}"));
    }
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn words_that_nobody_knows_and_columns_of_the_wrong_shape() {
    let mut gallery = Gallery::default();
    for (attack, change) in [
        ("no signature", "signature = x''"),
        ("a signature of zeros", "signature = zeroblob(64)"),
        ("another entry's signature", "signature = (SELECT signature FROM audit_entry WHERE seq = 7)"),
        ("version 0", "version = 0"),
        ("version -1", "version = -1"),
        ("a kind that nobody knows", "kind = 'license.\u{1b}[2J'"),
        ("no target", "target_id = NULL, target_kind = NULL"),
        ("an id of three bytes", "id = x'010203'"),
        ("a hash of three bytes", "hash = x'010203'"),
        ("no effects", "effects = x''"),
        ("effects that are cut off", "effects = substr(effects, 1, length(effects) - 1)"),
        ("text that is not UTF-8", "actor = CAST(x'ff41' AS TEXT)"),
        ("the largest time", "recorded_at = 9223372036854775807"),
        ("the smallest time", "recorded_at = -9223372036854775808, clock = -9223372036854775808"),
    ] {
        gallery.sql(attack, &format!("UPDATE audit_entry SET {change} WHERE seq = {VICTIM}"));
    }
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn entries_removed_swapped_and_moved() {
    let mut gallery = Gallery::default();
    let remove =
        |seq: &str| format!("DELETE FROM audit_payload WHERE seq {seq}; DELETE FROM audit_entry WHERE seq {seq};");
    gallery.sql("one removed", &remove("= 8")).includes("entry_missing@8");
    gallery.sql("the first removed", &remove("= 1")).includes("entry_missing@1");
    gallery.sql("three removed", &remove("IN (8, 9, 10)")).includes("entry_missing@8-10");
    gallery
        .sql(
            "one removed, and the gap closed",
            &format!(
                "{} UPDATE audit_entry SET seq = -seq WHERE seq > 8; UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0;
                 UPDATE audit_payload SET seq = -seq WHERE seq > 8; UPDATE audit_payload SET seq = -seq - 1 WHERE seq < 0;
                 UPDATE audit_head SET size = size - 1",
                remove("= 8")
            ),
        )
        .includes("chain_broken@8");
    gallery
        .sql(
            "two swapped",
            "UPDATE audit_entry SET seq = -8 WHERE seq = 8; UPDATE audit_entry SET seq = 8 WHERE seq = 9;
             UPDATE audit_entry SET seq = 9 WHERE seq = -8; UPDATE audit_payload SET seq = -8 WHERE seq = 8;
             UPDATE audit_payload SET seq = 8 WHERE seq = 9; UPDATE audit_payload SET seq = 9 WHERE seq = -8",
        )
        .includes("entry_altered@8-9");
    gallery
        .sql(
            "one below the first",
            "INSERT INTO audit_entry SELECT -5, version, randomblob(16), transaction_id, kind, severity, outcome, actor,
             actor_kind, target_kind, target_id, recorded_at, clock, payload_hash, effects, key_id, randomblob(32), hash,
             signature FROM audit_entry WHERE seq = 8",
        )
        .includes("entry_inserted@0");
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn payloads() {
    let mut gallery = Gallery::default();
    gallery
        .sql("body", "UPDATE audit_payload SET body = CAST(body || ' ' AS BLOB) WHERE seq = 8")
        .is_only("payload_altered@8");
    gallery.sql("salt", "UPDATE audit_payload SET salt = randomblob(16) WHERE seq = 8").is_only("payload_altered@8");
    gallery.sql("no body", "UPDATE audit_payload SET body = x'' WHERE seq = 8").is_only("payload_altered@8");
    gallery.sql("removed", "DELETE FROM audit_payload WHERE seq = 8").is_only("payload_missing@8");
    gallery.sql("all removed", "DELETE FROM audit_payload").is_only(&format!("payload_missing@1-{SIZE}"));
    gallery
        .sql("moved", "UPDATE audit_payload SET seq = 99 WHERE seq = 8")
        .includes("payload_missing@8")
        .includes("payload_inserted@99");
    gallery
        .sql("added", "INSERT INTO audit_payload VALUES (99, randomblob(16), x'7b7d')")
        .is_only("payload_inserted@99");
    gallery
        .sql(
            "swapped",
            "UPDATE audit_payload SET seq = -8 WHERE seq = 8; UPDATE audit_payload SET seq = 8 WHERE seq = 9;
             UPDATE audit_payload SET seq = 9 WHERE seq = -8",
        )
        .is_only("payload_altered@8-9");
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn the_row_of_the_log_the_keys_and_the_head() {
    let mut gallery = Gallery::default();
    gallery.sql("log: id", "UPDATE audit_log SET id = randomblob(16)").includes("chain_broken@1");
    gallery.sql("log: created_at", "UPDATE audit_log SET created_at = created_at + 1").includes("chain_broken@1");
    gallery.sql("log: encoding", "UPDATE audit_log SET encoding = 2").includes("chain_broken@1");
    gallery.sql("log: public_key", "UPDATE audit_log SET public_key = randomblob(32)").includes("chain_broken@1");
    gallery.sql("log: removed", "DELETE FROM audit_log").is_only("log_missing");
    for column in ["id", "public_key", "epoch", "created_at"] {
        let kind = if column == "epoch" || column == "created_at" { "INTEGER" } else { "BLOB" };
        let change = format!("UPDATE audit_key SET {column} = {}", another(column, kind));
        gallery.sql(&format!("key: {column}"), &change).is_only_of("key_table_altered");
    }
    gallery.sql("key: removed", "DELETE FROM audit_key").is_only_of("key_table_altered");
    gallery
        .sql("key: added", "INSERT INTO audit_key VALUES (randomblob(16), randomblob(32), 9, 9)")
        .is_only_of("key_table_altered");
    for (column, kind) in [("size", "INTEGER"), ("hash", "BLOB"), ("recorded_at", "INTEGER")] {
        let change = format!("UPDATE audit_head SET {column} = {}", another(column, kind));
        gallery.sql(&format!("head: {column}"), &change).is_only(&format!("head_disagrees@{SIZE}"));
    }
    gallery.sql("head: removed", "DELETE FROM audit_head").is_only(&format!("head_disagrees@{SIZE}"));
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn the_tail_cut() {
    let mut gallery = Gallery::default();
    let cut =
        |seq: usize| format!("DELETE FROM audit_payload WHERE seq > {seq}; DELETE FROM audit_entry WHERE seq > {seq};");
    let back = |seq: usize| {
        format!(
            "UPDATE audit_head SET size = {seq}, (hash, recorded_at) = (SELECT hash, recorded_at FROM audit_entry WHERE seq = {seq});"
        )
    };
    gallery.sql("one entry", &cut(SIZE - 1)).is_only(&format!("head_disagrees@{}", SIZE - 1));
    gallery.sql("five entries", &cut(SIZE - 5)).includes(&format!("head_disagrees@{}", SIZE - 5));
    gallery.sql("all of it", &cut(0)).includes("head_disagrees@0");
    gallery.sql("five entries, and the head set back", &(cut(SIZE - 5) + &back(SIZE - 5))).includes("row_unaccounted");
    gallery.sql("two entries, and the head set back", &(cut(SIZE - 2) + &back(SIZE - 2))).includes("row_unaccounted");
    insta::assert_snapshot!(gallery.0);

    // An event at the end that touched no row leaves nothing behind but what was seen elsewhere: see the pins.
    let shell = copied();
    tamper_sql(&shell.database(), &(cut(SIZE - 1) + &back(SIZE - 1)));
    assert_eq!(super::verified(&shell), "file");
}

#[test]
fn entries_forged_without_the_key() {
    let mut gallery = Gallery::default();
    let forge = |work: &dyn Fn(&mut Forger)| {
        let shell = copied();
        tamper(&shell.database(), |connection| {
            let mut forger = Forger::of(connection);
            work(&mut forger);
            forger.write(connection);
        });
        caught(&shell)
    };
    let found = forge(&|forger| {
        let mut entry = forger.entries[7].clone();
        entry.fields.id = vec![9; 16];
        forger.entries.push(entry);
        forger.rechain(SIZE, false);
    });
    gallery
        .hang("appended, with a key of its own", found)
        .includes(&format!("signature_invalid@{NEXT}"))
        .includes(&format!("key_unknown@{NEXT}"));
    let found = forge(&|forger| {
        let mut entry = forger.entries[7].clone();
        entry.fields.id = vec![9; 16];
        forger.entries.push(entry);
        forger.rechain(SIZE, true);
    });
    gallery.hang("appended, in the name of the log's key", found).includes(&format!("signature_invalid@{NEXT}"));
    let found = forge(&|forger| {
        let mut entry = forger.entries[7].clone();
        entry.fields.id = vec![9; 16];
        forger.entries.insert(8, entry);
        forger.rechain(8, true);
    });
    gallery
        .hang("inserted in the middle, and all after it hashed again", found)
        .includes(&format!("signature_invalid@9-{NEXT}"));
    let found = forge(&|forger| {
        forger.entries.remove(7);
        forger.rechain(7, true);
    });
    gallery
        .hang("removed from the middle, and all after it hashed again", found)
        .includes(&format!("signature_invalid@8-{}", SIZE - 1));
    let found = forge(&|forger| {
        forger.entries[7].fields.actor = "somebody@else".to_owned();
        forger.rechain(7, true);
    });
    gallery
        .hang("another actor, and all after it hashed again", found)
        .includes(&format!("signature_invalid@8-{SIZE}"));
    let found = forge(&|forger| {
        forger.entries[7].fields.actor = "somebody@else".to_owned();
        forger.rehash_only(7);
    });
    gallery
        .hang("another actor, and only that entry hashed again", found)
        .includes("signature_invalid@8")
        .includes("chain_broken@9");
    insta::assert_snapshot!(gallery.0);
}

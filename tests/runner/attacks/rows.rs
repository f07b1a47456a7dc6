//! Attacks on what the log speaks of: every column of every audited table, and the schema.

use super::{Gallery, another, caught, columns, copied, opened, tamper_sql};
use rusqlite::Connection;

/// Every audited table; the test below compares this list with the program's own.
const TABLES: [&str; 15] = [
    "vault",
    "secret",
    "issuer",
    "license",
    "revocation",
    "status_list",
    "status_list_entry",
    "identity",
    "probe_token",
    "totp_secret",
    "setting",
    "audit_key",
    "witness",
    "status_list_remnant",
    "machine",
];

fn rows(table: &str) -> i64 {
    let (_shell, connection) = opened();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn no_table_is_forgotten() {
    let known: Vec<&str> = licentia_storage::raw::audited_tables().into_iter().map(|table| table.noun).collect();
    assert_eq!(known, TABLES);
    let (_shell, connection) = opened();
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
    for name in names.filter(|name| !name.starts_with("sqlite_")) {
        let of_the_log =
            ["audit_log", "audit_entry", "audit_payload", "audit_head", "audit_checkpoint", "audit_cosignature"]
                .contains(&name.as_str());
        // Derived, and never evidence: what is done to it is told as a notice.
        let of_the_index = name == "audit_search" || name.starts_with("audit_search_");
        assert!(of_the_log || of_the_index || TABLES.contains(&name.as_str()), "{name} is covered by nothing");
    }
    // Everything that a command can fill is filled, so that the attacks below are on something. Remnants come of a restore.
    for table in TABLES {
        assert_eq!(rows(table) == 0, table == "status_list_remnant", "{table}");
    }
}

#[test]
fn every_column_of_every_row() {
    let mut gallery = Gallery::default();
    let (_shell, connection) = opened();
    for table in TABLES.into_iter().filter(|table| rows(table) > 0) {
        for (index, (column, kind)) in columns(&connection, table).into_iter().enumerate() {
            let value = another(&column, &kind);
            let change =
                format!("UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT min(rowid) FROM {table})");
            let found = gallery.sql(&format!("{table}.{column}"), &change);
            // Another id is another row.
            let expected: &[&str] = match (table, index) {
                // Signatures rest on the keys: they have a code of their own.
                ("audit_key", _) => &["key_table_altered"],
                (_, 0) => &["row_missing", "row_unaccounted"],
                _ => &["row_altered"],
            };
            for code in expected {
                assert!(found.0.iter().any(|issue| issue.starts_with(code)), "{table}.{column}: {found}");
            }
        }
    }
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn rows_removed_and_added() {
    let mut gallery = Gallery::default();
    let (_shell, connection) = opened();
    for table in TABLES {
        let names = columns(&connection, table);
        if rows(table) > 0 {
            let found = gallery.sql(
                &format!("{table}: one removed"),
                &format!("DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})"),
            );
            let expected = if table == "audit_key" { "key_table_altered@" } else { "row_missing@" };
            assert!(found.0.iter().any(|issue| issue.starts_with(expected)), "{table}: {found}");
        }
        // There can be one vault only.
        if table == "vault" {
            continue;
        }
        let add = if rows(table) > 0 {
            let values: Vec<String> = names.iter().map(|(column, kind)| another(column, kind)).collect();
            format!("INSERT INTO {table} SELECT {} FROM {table} ORDER BY rowid DESC LIMIT 1", values.join(", "))
        } else {
            match table {
                // It would have a license called revoked that is not.
                "status_list_remnant" => {
                    "INSERT INTO status_list_remnant SELECT randomblob(16), id, 4711, 1, 1 FROM status_list LIMIT 1"
                        .to_owned()
                }
                other => panic!("nothing is known to be added to {other}"),
            }
        };
        let found = gallery.sql(&format!("{table}: one added"), &add);
        let expected = if table == "audit_key" { "key_table_altered" } else { "row_unaccounted" };
        assert!(found.0.iter().any(|issue| issue == expected), "{table}: {found}");
    }
    gallery.sql("all licenses removed", "DELETE FROM license");
    gallery.sql("the revocation undone", "DELETE FROM revocation; UPDATE license SET status = 'active' WHERE status = 'revoked'; UPDATE status_list_entry SET value = 0, prior_value = NULL WHERE value = 1");
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn a_license_hidden_from_searches() {
    let shell = copied();
    let search = || shell.run("license list --subject alice --format json").done().out().contains("alice");
    assert!(search());
    tamper_sql(&shell.database(), "UPDATE license SET subject_signature = 0 WHERE subject = 'alice'");
    assert!(!search(), "the attack is none");
    caught(&shell).is_only("row_altered@7");
}

#[test]
fn secrets_cannot_be_taken_out_unseen() {
    // A copy for review has neither; one of them alone is an attack.
    for table in ["vault", "secret"] {
        let shell = copied();
        tamper_sql(&shell.database(), &format!("DELETE FROM {table}"));
        assert!(caught(&shell).0.iter().all(|issue| issue.starts_with("row_missing@")));
    }
    let shell = copied();
    tamper_sql(&shell.database(), "DELETE FROM vault; DELETE FROM secret");
    let report = shell.review("audit verify --format json").done().json();
    assert_eq!(super::issues(&report), ["secrets_withheld"]);
}

#[test]
fn the_rules_inside_the_file() {
    let mut gallery = Gallery::default();
    for (attack, sql) in [
        ("a trigger dropped", "DROP TRIGGER audit_entry_no_update"),
        (
            "a trigger made weaker",
            "DROP TRIGGER audit_entry_no_update;
             CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END",
        ),
        (
            "a trigger of somebody else's",
            "CREATE TRIGGER mine AFTER INSERT ON license BEGIN DELETE FROM revocation; END",
        ),
        ("an index dropped", "DROP INDEX issuer_one_active"),
        ("a column added", "ALTER TABLE license ADD COLUMN more TEXT"),
        ("a table added", "CREATE TABLE more (x)"),
        ("a view added", "CREATE VIEW more AS SELECT 1"),
        ("a table renamed", "ALTER TABLE setting RENAME TO settings"),
        (
            "a check taken out by hand",
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (can_sign IN (0, 1))', '') WHERE name = 'issuer'",
        ),
    ] {
        let shell = copied();
        let connection = Connection::open(shell.database()).unwrap();
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{attack}: {error}"));
        drop(connection);
        let found = gallery.hang(attack, caught(&shell));
        assert!(found.0.iter().any(|issue| issue == "schema_altered"), "{attack}: {found}");
    }
    insta::assert_snapshot!(gallery.0);
}

#[test]
fn the_file_itself_stands_in_the_way_of_careless_hands() {
    let shell = copied();
    let connection = Connection::open(shell.database()).unwrap();
    for sql in [
        "UPDATE audit_entry SET actor = 'x' WHERE seq = 8",
        "DELETE FROM audit_entry WHERE seq = 17",
        "INSERT OR REPLACE INTO audit_payload SELECT seq, salt, x'7b7d' FROM audit_payload WHERE seq = 8",
        "DELETE FROM audit_payload",
        "UPDATE audit_log SET encoding = 2",
        "DELETE FROM audit_key",
        "DELETE FROM audit_head",
        "DELETE FROM status_list_entry",
    ] {
        assert!(connection.execute_batch(sql).is_err(), "{sql}");
    }
    drop(connection);
    super::verified(&shell);
}

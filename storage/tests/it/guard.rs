//! What stops a change that goes around the types: the guard on the connection, and the schema.

use crate::home::{Home, issuer};
use licentia_storage::StoreError;

#[tokio::test]
async fn an_unaudited_commit_is_refused() {
    let home = Home::new().await;
    home.note("theme").await.unwrap();
    home.insert_issuer(issuer(1)).await;
    for sql in [
        "BEGIN IMMEDIATE; INSERT INTO setting VALUES ('sly', '1', 0); COMMIT",
        "BEGIN; UPDATE issuer SET vendor = 'mallory'; DELETE FROM setting WHERE key = 'theme'; COMMIT",
        "SAVEPOINT s; INSERT INTO setting VALUES ('sly', '1', 0); RELEASE s",
        // Outside a transaction each statement is one of its own.
        "INSERT INTO setting VALUES ('sly', '1', 0)",
        "UPDATE issuer SET vendor = 'mallory'",
        // Without a WHERE, SQLite would truncate the table and tell no hook.
        "DELETE FROM setting",
        "DELETE FROM license",
        "BEGIN IMMEDIATE; DELETE FROM issuer; COMMIT",
        "REPLACE INTO setting VALUES ('theme', '2', 0)",
        "UPDATE audit_head SET size = 0",
        "DROP TRIGGER audit_entry_no_update",
        "DROP TABLE audit_payload",
        "CREATE TABLE mine (x)",
        "PRAGMA user_version = 9",
    ] {
        let error = home.leaves_nothing(async |home| home.store.past_the_types(sql).await).await;
        assert!(matches!(error, StoreError::Unaudited), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn an_entry_of_an_earlier_transaction_does_not_cover_the_next() {
    let home = Home::new().await;
    for _ in 0..2 {
        home.note("audited").await.ok();
        let error = home
            .leaves_nothing(async |home| home.store.past_the_types("INSERT INTO setting VALUES ('sly', '1', 0)").await)
            .await;
        assert!(matches!(error, StoreError::Unaudited), "{error:?}");
    }
    // Nor does one that was rolled back.
    let entry = "INSERT INTO audit_entry SELECT seq + 1, version, zeroblob(16), transaction_id, kind, severity, outcome, \
                 actor, actor_kind, target_kind, target_id, recorded_at, clock, payload_hash, effects, key_id, hash, \
                 zeroblob(32), signature FROM audit_entry ORDER BY seq DESC LIMIT 1";
    home.store.past_the_types(&format!("BEGIN IMMEDIATE; {entry}; ROLLBACK")).await.unwrap();
    let error =
        home.store.past_the_types("BEGIN; INSERT INTO setting VALUES ('sly', '1', 0); COMMIT").await.unwrap_err();
    assert!(matches!(error, StoreError::Unaudited), "{error:?}");
}

#[tokio::test]
async fn the_schema_itself_cannot_be_edited() {
    let home = Home::new().await;
    let error = home
        .leaves_nothing(async |home| {
            let sql = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'audit_entry_no_update'";
            home.store.past_the_types(sql).await
        })
        .await;
    assert!(error.to_string().contains("may not be modified"), "{error}");
}

/// Every way that SQL has to change a row that is there.
const ATTEMPTS: [&str; 13] = [
    "UPDATE audit_log SET created_at = 0",
    "DELETE FROM audit_log",
    "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log",
    "UPDATE audit_key SET epoch = 9",
    "DELETE FROM audit_key",
    "INSERT OR REPLACE INTO audit_key SELECT zeroblob(16), public_key, 5, 0 FROM audit_key",
    "UPDATE audit_entry SET actor = 'nobody'",
    "UPDATE OR REPLACE audit_entry SET id = (SELECT id FROM audit_entry LIMIT 1)",
    "DELETE FROM audit_entry WHERE seq = 1",
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 1",
    "UPDATE audit_payload SET body = x'7b7d'",
    "DELETE FROM audit_payload",
    "INSERT OR REPLACE INTO audit_payload SELECT seq, salt, x'7b7d' FROM audit_payload",
];

#[tokio::test]
async fn audit_rows_are_never_changed() {
    let home = Home::new().await;
    home.note("second").await.unwrap();
    for sql in ATTEMPTS {
        let error = home.leaves_nothing(async |home| home.store.past_the_types(sql).await).await;
        let text = error.to_string();
        assert!(text.contains("append-only") || text.contains("has one row"), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn nor_by_a_program_that_knows_none_of_our_settings() {
    let home = Home::new().await;
    home.note("second").await.unwrap();
    let before = home.everything();
    // No guard, no recursive triggers: only what is in the file itself.
    let plain = home.plain();
    let new_place = "(SELECT max(seq) + 1 FROM audit_entry)";
    let rest = "transaction_id, kind, severity, outcome, actor, actor_kind, target_kind, target_id, recorded_at, clock, \
                payload_hash, effects, key_id";
    let same_id = format!(
        "REPLACE INTO audit_entry SELECT {new_place}, version, id, {rest}, zeroblob(32), hash, signature \
         FROM audit_entry WHERE seq = 1"
    );
    let same_previous = format!(
        "REPLACE INTO audit_entry SELECT {new_place}, version, zeroblob(16), {rest}, previous_hash, hash, signature \
         FROM audit_entry WHERE seq = 1"
    );
    let gap = format!(
        "INSERT INTO audit_entry SELECT seq + 5, version, zeroblob(16), {rest}, zeroblob(32), hash, signature \
         FROM audit_entry WHERE seq = 1"
    );
    let more = [
        same_id.as_str(),
        &same_previous,
        &gap,
        "REPLACE INTO audit_key SELECT id, zeroblob(32), 5, 0 FROM audit_key",
        "DELETE FROM audit_head",
        "REPLACE INTO audit_head SELECT * FROM audit_head",
    ];
    for sql in ATTEMPTS.into_iter().chain(more) {
        let error = plain.execute(sql, []).expect_err(sql).to_string();
        assert!(["append-only", "has one row", "stays"].iter().any(|text| error.contains(text)), "{sql}: {error}");
    }
    drop(plain);
    assert_eq!(home.everything(), before);
    home.works().await;
}

#[tokio::test]
async fn a_status_list_entry_outlives_its_license() {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    home.plain()
        .execute(
            "INSERT INTO status_list_entry SELECT zeroblob(16), id, 'j', NULL, NULL, NULL, 1, NULL, 0, NULL FROM issuer",
            [],
        )
        .unwrap();
    for sql in ["DELETE FROM status_list_entry", "REPLACE INTO status_list_entry SELECT * FROM status_list_entry"] {
        let error = home.store.past_the_types(sql).await.unwrap_err();
        assert!(error.to_string().contains("outlives its license"), "{sql}: {error:?}");
    }
}

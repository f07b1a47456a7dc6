//! A row hashes to the same, read through the mapper or as raw columns; and to what it always did.

mod samples;

use super::*;
use crate::audit::{AuditLog, ENTRY_VERSION, LogKey};
use crate::{
    Ambient, Committed, Event, Identity, Issuer, IssuerStatus, License, LicenseStatus, Limits, LogId, Machine, Origin,
    ProbeToken, Revocation, Seal, Setting, StatusList, StatusListEntry, Store, Strings, Timestamp, TotpSecret, Tx,
};
use licentia_license::Limit;
use proptest::prelude::*;
use samples::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A column of a vector as raw bytes.
fn raw(column: &serde_json::Value) -> Option<Vec<u8>> {
    if let Some(number) = column["integer"].as_i64() {
        return Some(number.to_be_bytes().to_vec());
    }
    if let Some(text) = column["text"].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let digits = column["blob"].as_str()?;
    Some((0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect())
}

#[test]
fn the_hash_of_a_row_of_every_table_is_frozen() {
    let typed: BTreeMap<&str, [u8; 32]> = [
        ("vault", hash(&vault())),
        ("secret", hash(&secret())),
        ("issuer", hash(&issuer())),
        ("license", hash(&license())),
        ("revocation", hash(&revocation())),
        ("status_list", hash(&status_list())),
        ("status_list_entry", hash(&status_list_entry())),
        ("identity", hash(&identity())),
        ("probe_token", hash(&probe_token())),
        ("totp_secret", hash(&totp_secret())),
        ("setting", hash(&setting())),
        ("audit_key", hash(&audit_key())),
        ("witness", hash(&witness())),
        ("status_list_remnant", hash(&status_list_remnant())),
        ("machine", hash(&machine())),
    ]
    .into_iter()
    .map(|(noun, hash)| (noun, hash.unwrap()))
    .collect();
    let vectors: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../tests/vectors/rows.json")).unwrap();
    let tables = tables();
    assert_eq!(vectors.len(), tables.len());
    for (vector, (noun, columns)) in vectors.iter().zip(&tables) {
        assert_eq!(vector["noun"], *noun);
        let names: Vec<&str> =
            vector["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names, *columns, "the order of the columns of {noun} is what their tags come from");
        let values: Vec<Option<Vec<u8>>> = vector["columns"].as_array().unwrap().iter().map(raw).collect();
        let from_raw = hash_of_columns(noun, values.iter().map(Option::as_deref));
        assert_eq!(crate::audit::hex(&from_raw), vector["hash"], "{noun}, from raw columns");
        assert_eq!(crate::audit::hex(&typed[noun]), vector["hash"], "{noun}, from the row");
    }
}

/// A database with a founded log.
async fn store() -> (tempfile::TempDir, Store, Seal) {
    let directory = tempfile::tempdir().unwrap();
    let drawn = AtomicU64::new(0);
    let ambient = Ambient::new(
        || NOON,
        move |bytes| {
            let draw = drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            blake3::Hasher::new().update(&draw).finalize_xof().fill(bytes);
        },
    );
    let store = Store::create(&directory.path().join("licentia.db"), ambient).await.unwrap();
    let key = Arc::new(LogKey::new(LogId(id(9)), ed25519_dalek::SigningKey::from_bytes(&[9; 32])));
    let seal = Seal { key: Arc::clone(&key), actor: "test".to_owned() };
    let founded: Result<(), StoreError> = store
        .write(seal.clone(), async move |tx: Tx| {
            let public_key = key.public_key().to_bytes();
            tx.found_log(&AuditLog { id: key.log_id(), created_at: NOON, encoding: ENTRY_VERSION, public_key }).await?;
            tx.commit(Event::new("vault.create"), ()).await
        })
        .await;
    founded.unwrap();
    (directory, store, seal)
}

/// What plain SQL says a row of `noun` holds, hashed.
fn hash_of_stored(store: &Store, noun: &str, id: &[u8]) -> [u8; 32] {
    use rusqlite::types::ValueRef;
    let columns = tables().into_iter().find(|(name, _)| *name == noun).unwrap().1;
    let plain = rusqlite::Connection::open(store.path()).unwrap();
    let sql = format!("SELECT {} FROM {noun} WHERE CAST({} AS BLOB) = ?", columns.join(", "), columns[0]);
    let values: Vec<Option<Vec<u8>>> = plain
        .query_row(&sql, [id], |row| {
            (0..columns.len())
                .map(|column| {
                    Ok(match row.get_ref(column)? {
                        ValueRef::Null => None,
                        ValueRef::Integer(number) => Some(number.to_be_bytes().to_vec()),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                        ValueRef::Real(_) => panic!("no column holds a float"),
                    })
                })
                .collect()
        })
        .unwrap();
    hash_of_columns(noun, values.iter().map(Option::as_deref))
}

/// Inserts a row, then writes what it reads back: the hash is the same each time, typed and raw.
async fn round<R: Audited + PartialEq + std::fmt::Debug>(store: &Store, seal: &Seal, row: R) {
    let written = row.clone();
    let done: Result<(), StoreError> = store
        .write(seal.clone(), async move |tx: Tx| -> Result<Committed<()>, StoreError> {
            let effect = tx.insert(&written).await?;
            assert_eq!(effect.hash, Some(hash(&written)?));
            tx.commit(Event::new("test").accounts_for([effect]), ()).await
        })
        .await;
    done.unwrap();
    let bytes = id_bytes(&row).unwrap();
    assert_eq!(hash_of_stored(store, R::NOUN, &bytes), hash(&row).unwrap(), "{row:?}");

    let read = R::Table::find().all(&store.reader()).await.unwrap();
    let read = read.into_iter().find(|found| id_bytes(found).unwrap() == bytes).unwrap();
    assert_eq!(read, row);
    assert_eq!(hash(&read).unwrap(), hash(&row).unwrap());
    let done: Result<(), StoreError> = store
        .write(seal.clone(), async move |tx: Tx| -> Result<Committed<()>, StoreError> {
            let effect = tx.update(&read).await?;
            tx.commit(Event::new("test").accounts_for([effect]), ()).await
        })
        .await;
    done.unwrap();
    assert_eq!(hash_of_stored(store, R::NOUN, &bytes), hash(&row).unwrap(), "{row:?}, written again");
}

/// JSON that serializers like to treat each in its own way.
fn awkward() -> Vec<serde_json::Value> {
    vec![
        json!(null),
        json!(true),
        json!(""),
        json!("\u{0}\u{1f}\u{7f}\u{2028} \"\\/ é 🔑 \u{202e}"),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.0),
        json!(-0.0),
        json!(0.1),
        json!(1e300),
        json!(5e-324),
        json!(f64::MAX),
        json!([]),
        json!({}),
        json!([[[[{ "deep": [1, [2, [3.25]]] }]]]]),
        json!({ "z": 1, "a": { "é": null, "": [] }, "m": "x" }),
        serde_json::from_str("123456789012345678901234567890").unwrap(),
        serde_json::from_str("[1.10, 1E5, 100000000000000000000.5]").unwrap(),
    ]
}

#[tokio::test]
async fn a_row_hashes_to_the_same_read_raw_or_typed() {
    let (_directory, store, seal) = store().await;
    round(&store, &seal, vault()).await;
    round(&store, &seal, secret()).await;
    round(&store, &seal, issuer()).await;
    round(
        &store,
        &seal,
        Issuer {
            id: id(2),
            name: "two".into(),
            kid: "two".into(),
            status: IssuerStatus::Retired,
            vendor: None,
            can_sign: false,
            status_url: None,
            retired_at: Some(Timestamp(i64::MAX)),
            ..issuer()
        },
    )
    .await;
    round(&store, &seal, Identity { id: id(3), ..identity() }).await;
    round(
        &store,
        &seal,
        Identity { id: id(4), name: "four".into(), digest: String::new(), regenerated_at: None, ..identity() },
    )
    .await;
    round(&store, &seal, license()).await;
    round(
        &store,
        &seal,
        License {
            id: id(5),
            jti: "5".into(),
            audience: Strings::default(),
            status: LicenseStatus::Active,
            origin: Origin::Issued,
            not_before: None,
            not_after: None,
            limits: Limits::default(),
            payload: None,
            bindings: None,
            identity_id: None,
            replaces: None,
            status_list: None,
            token: String::new(),
            ..license()
        },
    )
    .await;
    round(&store, &seal, revocation()).await;
    round(
        &store,
        &seal,
        Revocation { license_id: id(5), note: Some(String::new()), actor: String::new(), ..revocation() },
    )
    .await;
    round(&store, &seal, StatusList { id: id(3), ..status_list() }).await;
    round(&store, &seal, StatusList { id: id(4), uri: None, ..status_list() }).await;
    round(&store, &seal, status_list_entry()).await;
    round(
        &store,
        &seal,
        StatusListEntry {
            license_id: id(7),
            jti: String::new(),
            list_id: None,
            position: None,
            idx: None,
            prior_value: None,
            superseded_from: Some(after(1)),
            ..status_list_entry()
        },
    )
    .await;
    round(&store, &seal, probe_token()).await;
    round(
        &store,
        &seal,
        ProbeToken { id: id(2), token_hash: vec![9; 32], closed_at: None, result: None, ..probe_token() },
    )
    .await;
    round(&store, &seal, TotpSecret { license_id: id(1), ..totp_secret() }).await;
    round(&store, &seal, Machine { license_id: id(1), ..machine() }).await;
    round(&store, &seal, Machine { id: id(2), license_id: id(1), position: 0, label: None, ..machine() }).await;
    round(&store, &seal, setting()).await;
    round(&store, &seal, witness()).await;
}

#[tokio::test]
async fn json_hashes_as_it_is_stored_whatever_is_in_it() {
    let (_directory, store, seal) = store().await;
    round(&store, &seal, issuer()).await;
    for (number, value) in (10_u8..).zip(awkward()) {
        round(&store, &seal, Setting { key: format!("awkward {number}"), value: value.clone(), ..setting() }).await;
        let row = License {
            id: id(number),
            issuer_id: id(1),
            jti: number.to_string(),
            payload: Some(value.clone()),
            bindings: Some(json!([value])),
            identity_id: None,
            features: Strings(vec![String::new(), "\u{0}\"\\ é🔑".to_owned()]),
            limits: Limits(
                [(String::new(), Limit::Number(i64::MIN)), ("é".to_owned(), Limit::Text(String::new()))].into(),
            ),
            ..license()
        };
        round(&store, &seal, row).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn distinct_columns_never_hash_to_the_same(
        one in prop::collection::vec(prop::option::of("[ab]{0,3}"), 1..5),
        other in prop::collection::vec(prop::option::of("[ab]{0,3}"), 1..5),
    ) {
        let hash = |columns: &[Option<String>]| {
            hash_of_columns("noun", columns.iter().map(|column| column.as_deref().map(str::as_bytes)))
        };
        // An absent column at the end is as good as none: a column that is added later changes no old hash.
        let trimmed = |columns: &[Option<String>]| {
            let end = columns.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
            columns[..end].to_vec()
        };
        prop_assert_eq!(hash(&one) == hash(&other), trimmed(&one) == trimmed(&other));
    }
}

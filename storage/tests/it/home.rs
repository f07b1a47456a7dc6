//! A database of one's own in a temporary directory, with a clock and randomness that the test holds.

use ed25519_dalek::SigningKey;
use licentia_storage::audit::{AuditLog, ENTRY_VERSION, LogKey};
use licentia_storage::{
    Access, Ambient, Committed, Event, Events, Issuer, IssuerId, IssuerStatus, License, LicenseId, LicenseStatus,
    Limits, LogId, Origin, Seal, Setting, Store, StoreError, Strings, SubjectSignature, Timestamp, Tx,
};
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-05-20T14:00:00Z.
pub(crate) const NOON: i64 = 1_779_285_600_000_000;
pub(crate) const SECOND: i64 = 1_000_000;

/// What a test keeps in its hands of time and chance.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) ambient: Ambient,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(NOON));
        let drawn = AtomicU64::new(0);
        let time = Arc::clone(&clock);
        let ambient = Ambient::new(
            move || Timestamp(time.load(Ordering::SeqCst)),
            move |bytes| {
                let draw = drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                blake3::Hasher::new().update(&draw).finalize_xof().fill(bytes);
            },
        );
        Self { clock, ambient }
    }

    pub(crate) fn set(&self, moment: i64) {
        self.clock.store(moment, Ordering::SeqCst);
    }

    pub(crate) fn pass(&self, microseconds: i64) {
        self.clock.fetch_add(microseconds, Ordering::SeqCst);
    }
}

/// A database whose audit log is founded.
pub(crate) struct Home {
    directory: TempDir,
    pub(crate) world: World,
    pub(crate) store: Store,
    pub(crate) seal: Seal,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let world = World::new();
        let store = Store::create(&directory.path().join("licentia.db"), world.ambient.clone()).await.unwrap();
        let seal = seal(7);
        let home = Self { directory, world, store, seal };
        found(&home.store, &home.seal).await.unwrap();
        home
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("licentia.db")
    }

    /// The same file, opened once more.
    pub(crate) async fn again(&self) -> Store {
        Store::open(&self.path(), self.world.ambient.clone(), Access::Write).await.unwrap()
    }

    /// A plain connection, as any other program would open it.
    pub(crate) fn plain(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    /// Every row of every table.
    pub(crate) fn everything(&self) -> BTreeMap<String, Vec<Vec<Value>>> {
        everything(&self.path())
    }

    /// Writes a setting, with one event.
    pub(crate) async fn note(&self, key: &str) -> Result<(), StoreError> {
        note(&self.store, &self.seal, key).await
    }

    pub(crate) async fn insert_issuer(&self, issuer: Issuer) {
        let story = self.store.write(self.seal.clone(), async move |tx: Tx| {
            let effect = tx.insert(&issuer).await?;
            tx.commit(Event::new("issuer.create").target("Issuer", issuer.id).accounts_for([effect]), ()).await
        });
        let () = within(story).await.unwrap();
    }

    /// Asserts that the store can still be written and that every row is accounted for.
    pub(crate) async fn works(&self) {
        static TIMES: AtomicU64 = AtomicU64::new(0);
        let key = format!("works {}", TIMES.fetch_add(1, Ordering::SeqCst));
        self.note(&key).await.unwrap();
        assert!(self.store.reader().setting(&key).await.unwrap().is_some());
    }

    /// Asserts that attempting `work` ends in an error and changes nothing; gives the error.
    pub(crate) async fn leaves_nothing<F>(&self, work: F) -> StoreError
    where
        F: AsyncFnOnce(&Home) -> Result<(), StoreError>,
    {
        let before = self.everything();
        let error = work(self).await.unwrap_err();
        assert_eq!(self.everything(), before, "something stayed after {error:?}");
        self.works().await;
        error
    }
}

/// A helper that pins the type of a story about a write.
pub(crate) async fn within<T>(story: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    story.await
}

pub(crate) fn seal(seed: u8) -> Seal {
    let log = LogId(Uuid::from_bytes([seed; 16]));
    Seal { key: Arc::new(LogKey::new(log, SigningKey::from_bytes(&[seed; 32]))), actor: "mathieu@build7".to_owned() }
}

/// Founds the log of an empty database, as `init` does.
pub(crate) async fn found(store: &Store, seal: &Seal) -> Result<(), StoreError> {
    let key = Arc::clone(&seal.key);
    within(store.write(seal.clone(), async move |tx: Tx| {
        let log = AuditLog {
            id: key.log_id(),
            created_at: tx.now(),
            encoding: ENTRY_VERSION,
            public_key: key.public_key().to_bytes(),
        };
        tx.found_log(&log).await?;
        tx.commit(Event::new("vault.create"), ()).await
    }))
    .await
}

pub(crate) async fn note(store: &Store, seal: &Seal, key: &str) -> Result<(), StoreError> {
    let key = key.to_owned();
    within(store.write(seal.clone(), async move |tx: Tx| {
        let effect = tx.insert(&setting(&key)).await?;
        noted(tx, effect).await
    }))
    .await
}

async fn noted(tx: Tx, effect: licentia_storage::Effect) -> Result<Committed<()>, StoreError> {
    tx.commit(Events::from(Event::new("setting.change").accounts_for([effect])), ()).await
}

pub(crate) fn everything(path: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let tables: Vec<String> = connection
        // What a virtual table holds is in tables of its own.
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    tables
        .into_iter()
        .map(|table| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
            let width = statement.column_count();
            let rows = statement
                .query_map([], |row| (0..width).map(|column| row.get(column)).collect())
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            (table, rows)
        })
        .collect()
}

pub(crate) fn setting(key: &str) -> Setting {
    Setting { key: key.to_owned(), value: serde_json::json!({ "on": true }), updated_at: Timestamp(NOON) }
}

/// The n-th id of its kind.
pub(crate) fn id<I: From<Uuid>>(number: u64) -> I {
    I::from(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | number))
}

pub(crate) fn issuer(number: u64) -> Issuer {
    Issuer {
        id: id::<IssuerId>(number),
        name: format!("issuer {number}"),
        status: IssuerStatus::Inactive,
        kid: format!("kid {number}"),
        public_key: vec![3; 32],
        vendor: Some("acme".to_owned()),
        can_sign: true,
        status_url: None,
        created_at: Timestamp(NOON),
        retired_at: None,
    }
}

pub(crate) fn license(number: u64, issuer: IssuerId) -> License {
    let subject = format!("customer{number}@example.com");
    License {
        id: id::<LicenseId>(number),
        issuer_id: issuer,
        jti: id::<LicenseId>(number).to_string(),
        subject_signature: SubjectSignature::of(&subject),
        subject,
        audience: Strings(vec!["editor".to_owned()]),
        status: LicenseStatus::Active,
        origin: Origin::Issued,
        not_before: None,
        not_after: None,
        features: Strings::default(),
        limits: Limits::default(),
        payload: None,
        bindings: None,
        identity_id: None,
        replaces: None,
        status_list: None,
        token: "header.claims.signature".to_owned(),
        created_at: Timestamp(NOON),
    }
}

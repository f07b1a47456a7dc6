//! A log to be taken away in tests: lived in, with checkpoints, a witness and two keys.

use crate::audit::Kind;
use crate::secret::{Envelope, KdfParams, Passphrase};
use crate::tlog::merkle::{Frontier, leaf_hash};
use crate::tlog::{self, Checkpoint, SignatureKind, VerifierKey};
use crate::{Actor, Ambient, Error, Founding, Licentia, Operator, Place, Progress, Timestamp};
use ed25519_dalek::SigningKey;
use licentia_license::PublicKey;
use licentia_storage::audit::{Event, LogKey, key_id};
use licentia_storage::raw::RawReader;
use licentia_storage::{AuditKey, Cosignature};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// A founded database, and who unlocked it.
pub(crate) struct World {
    pub(crate) licentia: Licentia,
    pub(crate) operator: Operator,
    pub(crate) fingerprint: String,
    pub(crate) witness: SigningKey,
    clock: Arc<AtomicI64>,
    pub(crate) directory: tempfile::TempDir,
}

pub(crate) const WITNESS: &str = "witness.example/w1";

impl World {
    /// Three entries are there.
    pub(crate) async fn new(seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_779_285_600_000_000));
        let stream = Mutex::new(blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof());
        let now = Arc::clone(&clock);
        let ambient = Ambient::new(
            move || Timestamp(now.load(Ordering::SeqCst)),
            move |bytes| stream.lock().unwrap().fill(bytes),
        );
        let place = Place { database: directory.path().join("home/licentia.db"), pins: None };
        let licentia = Licentia::create(place, ambient).await.unwrap();
        let founding = Founding { vendor: None, issuer: "first".to_owned(), status_url: None, throwaway: true };
        let passphrase = Passphrase::new("correct horse".to_owned()).unwrap();
        let founded = licentia.vault().create(&passphrase, Actor::new("ada@desk").unwrap(), founding).await.unwrap();
        let witness = SigningKey::from_bytes(&[8; 32]);
        Self { licentia, operator: founded.operator, fingerprint: founded.fingerprint, witness, clock, directory }
    }

    /// So many more entries, a minute after each other.
    pub(crate) async fn live(&self, entries: u64) {
        let size = self.size().await;
        for number in size..size + entries {
            self.clock.fetch_add(60_000_000, Ordering::SeqCst);
            self.licentia.identities().create(&self.operator, &format!("pin {number}")).await.unwrap();
        }
    }

    pub(crate) async fn size(&self) -> u64 {
        self.licentia.audit().identity().await.unwrap().size
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn witness_key(&self) -> VerifierKey {
        let key = PublicKey::from_bytes(self.witness.verifying_key().as_bytes()).unwrap();
        VerifierKey::new(WITNESS, SignatureKind::Cosignature, key).unwrap()
    }

    /// Signs the tree as it is now; the witness too.
    pub(crate) async fn checkpoint(&self) {
        let log = self.licentia.audit().identity().await.unwrap();
        let mut reader = RawReader::open(self.licentia.store().path()).await.unwrap();
        let mut tree = Frontier::new();
        for entry in reader.entries_from(1, i64::MAX, *log.log_id.0.as_bytes()).await.unwrap() {
            tree.push(leaf_hash(&entry.fields.unwrap().encode()));
        }
        let origin = tlog::origin(log.log_id, 1);
        let checkpoint = Checkpoint::new(&origin, tree.size(), tree.root()).unwrap();
        let line = checkpoint.cosign(WITNESS, &self.witness, 1_800_000_000).unwrap().to_string();
        let note = checkpoint.sign(&origin, self.operator.seal().key.signing()).unwrap().to_string();
        let size = i64::try_from(tree.size()).unwrap();
        let row = licentia_storage::Checkpoint {
            size,
            epoch: 1,
            root: tree.root(),
            frontier: tree.to_bytes(),
            note,
            reason: "test".to_owned(),
            created_at: Timestamp(0),
        };
        let cosignature =
            Cosignature { size, witness: WITNESS.to_owned(), line, signed_at: Timestamp(0), received_at: Timestamp(0) };
        let store = self.licentia.store();
        store
            .maintain(move |tx| async move {
                tx.add_checkpoint(&row).await?;
                tx.add_cosignature(&cosignature).await?;
                Ok::<_, Error>(tx.commit(()).await?)
            })
            .await
            .unwrap();
    }

    /// The log gets another key: one entry, signed by the key before.
    pub(crate) async fn rotate(&mut self, seed: u8) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = key.verifying_key().to_bytes();
        let row = AuditKey {
            id: key_id(&public).to_vec(),
            public_key: public.to_vec(),
            epoch: 1,
            created_at: Timestamp(self.clock.load(Ordering::SeqCst)),
        };
        let work = move |tx: licentia_storage::Tx| async move {
            let effect = tx.insert(&row).await?;
            Ok(tx.commit(Event::new(Kind::AuditKeyRotate.as_str()).accounts_for([effect]), ()).await?)
        };
        self.licentia.write(&self.operator, work).await.unwrap();
        let passphrase = Passphrase::new("any".to_owned()).unwrap();
        let log_id = self.operator.log_id();
        let (_, data) = Envelope::create_with(
            KdfParams::cheapest([0; 16]),
            &passphrase,
            log_id.0.as_bytes(),
            &mut |bytes: &mut [u8]| bytes.fill(3),
        )
        .unwrap();
        self.operator = Operator::new(self.operator.actor().clone(), data, LogKey::new(log_id, key));
    }

    /// Edits the file with another program.
    pub(crate) fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.licentia.store().path()).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

pub(crate) fn quiet() -> Progress {
    Arc::new(|_, _| {})
}

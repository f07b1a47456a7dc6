//! A founded database in a temporary directory, with a clock that stands still and randomness that repeats.

use licentia_core::audit::AuditFilter;
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, AuditRecord, Founding, IssueRequest, Licentia, Operator, Place, Term, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// A database and somebody who unlocked it.
pub(crate) struct World {
    pub(crate) licentia: Licentia,
    pub(crate) operator: Operator,
    pub(crate) fingerprint: String,
    pub(crate) clock: Clock,
    pub(crate) dir: tempfile::TempDir,
}

/// A clock that moves when it is told to.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

/// 2026-05-20T14:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_779_285_600);

pub(crate) const PASSPHRASE: &str = "correct horse";

impl World {
    /// Founds a database: the first three entries of its log are there.
    pub(crate) async fn new() -> Self {
        Self::with_seed(1).await
    }

    /// Another one, with keys of its own.
    pub(crate) async fn with_seed(seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock(Arc::new(AtomicI64::new(START.0)));
        let place = Place { database: dir.path().join("home/licentia.db"), pins: Some(dir.path().join("pins")) };
        let licentia = Licentia::create(place, ambient(&clock, seed)).await.unwrap();
        let founding = Founding {
            vendor: Some(format!("https://vendor{seed}.example")),
            issuer: "first".to_owned(),
            status_url: None,
            throwaway: true,
        };
        let actor = Actor::new("mathieu@build7").unwrap();
        let founded = licentia.vault().create(&passphrase(), actor, founding).await.unwrap();
        Self { licentia, operator: founded.operator, fingerprint: founded.fingerprint, clock, dir }
    }

    /// A path beside the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The newest entry of the log.
    pub(crate) async fn last_entry(&self) -> AuditRecord {
        self.licentia.audit().list(&AuditFilter::default(), None, 1).await.unwrap().items.remove(0)
    }

    /// How many entries the log has.
    pub(crate) async fn entries(&self) -> u64 {
        self.licentia.audit().identity().await.unwrap().size
    }
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl Clock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A license for a year.
pub(crate) fn request(subject: &str) -> IssueRequest {
    IssueRequest::new(subject, ["app"], Term::Days(365))
}

/// This clock, and randomness that a seed makes.
pub(crate) fn ambient(clock: &Clock, seed: u64) -> Ambient {
    let clock = clock.clone();
    let stream = Mutex::new(blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof());
    Ambient::new(move || clock.now(), move |bytes| stream.lock().unwrap().fill(bytes))
}

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned()).unwrap()
}

//! A vendor's database for the length of a walkthrough.

use crate::chance::Chance;
use crate::{Report, Result};
use licentia_core::audit::{VerifyReport, VerifyRequest};
use licentia_core::secret::Passphrase;
use licentia_core::{
    Actor, Ambient, Founding, IssueRequest, Licentia, Limit, Operator, Place, Progress, Term, Timestamp,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// The name under which every walkthrough acts.
pub const ACTOR: &str = "demo-operator";

/// 2026-01-01T00:00:00Z, when every walkthrough begins.
const BEGINNING: i64 = 1_767_225_600;

/// A database in a temporary directory that goes when this is dropped, and somebody who unlocked it.
pub struct World {
    pub home: Home,
    pub licentia: Licentia,
    pub operator: Operator,
    /// Of the log; a person would write it down outside the machine.
    pub fingerprint: String,
}

/// Where a database is, and the time and the chance there. It outlives the open database, which others may wait for.
pub struct Home {
    directory: TempDir,
    clock: Arc<AtomicI64>,
    ambient: Ambient,
}

impl World {
    /// Founds a database for `vendor`. The same seed makes the same keys and ids.
    pub async fn found(vendor: &str, seed: u64) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let clock = Arc::new(AtomicI64::new(BEGINNING));
        let ambient = {
            let (clock, chance) = (Arc::clone(&clock), Chance::new(seed));
            Ambient::new(
                move || Timestamp::from_seconds(clock.load(Ordering::Relaxed)),
                move |bytes| chance.fill(bytes),
            )
        };
        let licentia = Licentia::create(place(directory.path()), ambient.clone()).await?;
        let founding = Founding {
            vendor: Some(vendor.to_owned()),
            issuer: format!("{vendor}-2026"),
            status_url: Some(format!("https://licenses.{vendor}.example/status")),
            throwaway: true,
        };
        let founded = licentia.vault().create(&Self::passphrase()?, Actor::new(ACTOR)?, founding).await?;
        let home = Home { directory, clock, ambient };
        Ok(Self { home, licentia, operator: founded.operator, fingerprint: founded.fingerprint })
    }

    /// What unlocks every one of these databases.
    pub fn passphrase() -> Result<Passphrase> {
        Ok(Passphrase::new("only for show".to_owned())?)
    }

    /// Lets time pass.
    pub fn wait_days(&self, days: i64) {
        self.home.wait_days(days);
    }

    /// Seconds since 1970, as the made-up clock has it.
    pub fn now(&self) -> i64 {
        self.home.clock.load(Ordering::Relaxed)
    }

    /// Where the database is, and where its pins are.
    pub fn place(&self) -> Place {
        self.home.place()
    }

    /// The temporary directory.
    pub fn directory(&self) -> &Path {
        self.home.directory()
    }

    /// The clock and the chance of this world, for opening the database once more.
    pub fn ambient(&self) -> Ambient {
        self.home.ambient()
    }

    /// A license for the product `editor`: a year, one feature, five seats.
    pub fn request(subject: &str) -> IssueRequest {
        IssueRequest {
            subject: subject.to_owned(),
            audience: vec!["editor".to_owned()],
            issuer: None,
            not_before: None,
            term: Term::Days(365),
            features: vec!["pro".to_owned()],
            limits: BTreeMap::from([("seats".to_owned(), Limit::Number(5))]),
            payload: None,
            identity: None,
            machines: vec![],
            totp: false,
        }
    }

    /// Checks the whole log against the fingerprint of its founding, and says what came of it.
    pub async fn verify(&self, report: &mut Report<'_>) -> Result {
        let verified = self.verified().await?;
        report.emit("verified_log", json!({ "verified": verified.verified, "entries": verified.entries_checked }))?;
        report.say(&format!("The log verifies: {} entries.", verified.entries_checked))?;
        if verified.verified { Ok(()) } else { Err(format!("the log does not verify: {:?}", verified.issues).into()) }
    }

    async fn verified(&self) -> Result<VerifyReport> {
        let request = VerifyRequest { fingerprint: Some(self.fingerprint.clone()), ..VerifyRequest::default() };
        Ok(self.licentia.audit().verify(&request, no_progress()).await?)
    }
}

impl Home {
    /// See [`World::wait_days`].
    pub fn wait_days(&self, days: i64) {
        self.clock.fetch_add(days * 86_400, Ordering::Relaxed);
    }

    /// See [`World::place`].
    pub fn place(&self) -> Place {
        place(self.directory())
    }

    /// See [`World::directory`].
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// See [`World::ambient`].
    pub fn ambient(&self) -> Ambient {
        self.ambient.clone()
    }
}

/// For work that is over before anybody looks.
#[must_use]
pub fn no_progress() -> Progress {
    Arc::new(|_, _| {})
}

fn place(home: &Path) -> Place {
    Place { database: home.join("home").join("licentia.db"), pins: Some(home.join("pins")) }
}

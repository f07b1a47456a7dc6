//! What is known of the time since the backup: from the file in use, from published lists, or not at all.

use super::carry::Carried;
use super::published::{self, Published};
use super::{RestoreRequest, hash_at};
use crate::audit::{AbandonedRange, IssueSeverity, VerifyRequest};
use crate::pin::Pin;
use crate::{Error, Licentia, Place, Result, Timestamp};
use licentia_storage::{Access, HomeAlone, Store, health};
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(super) struct Newer {
    pub(super) live: Live,
    pin: Option<Pin>,
    /// What published lists tell, where they were named.
    published: Option<Published>,
    /// What has to be carried over.
    pub(super) carried: Carried,
}

/// The file in use.
#[derive(Debug)]
pub(super) enum Live {
    /// It is not there, or cannot be read to its end.
    Lost {
        why: String,
    },
    Read(Box<ReadLive>),
}

/// A file in use that could be read.
#[derive(Debug)]
pub(super) struct ReadLive {
    pub(super) fingerprint: String,
    pub(super) size: u64,
    pub(super) head: String,
    pub(super) epoch: i64,
    /// What the verification found first, if it did not hold.
    issue: Option<&'static str>,
    /// How many entries it has in common with the backup.
    pub(super) shared: u64,
    /// What its own restores gave up, those that the backup does not know.
    pub(super) abandoned_before: Vec<AbandonedRange>,
    /// How many the backup has.
    backup: u64,
    /// More was seen of it before: it is an older copy itself, or another branch.
    is_behind_pin: bool,
}

impl ReadLive {
    pub(super) const fn is_verified(&self) -> bool {
        self.issue.is_none()
    }

    /// Why it does not tell everything that happened since the backup, if it does not.
    fn doubt(&self) -> Option<String> {
        match self.issue {
            Some(issue) => Some(format!("it does not verify: {issue}")),
            None => self.is_behind_pin.then(|| "it is itself not what was last seen here".to_owned()),
        }
    }
}

impl Newer {
    pub(super) async fn read(
        alone: &HomeAlone,
        place: &Place,
        copy: &Licentia,
        pin: Option<Pin>,
        request: &RestoreRequest,
    ) -> Result<Self> {
        let mut carried = Carried::default();
        let live = match read_live(alone, place, copy, pin.as_ref()).await {
            Ok((live, known)) => {
                carried = known;
                Live::Read(Box::new(live))
            }
            // Another log can be read as well.
            Err(error @ Error::BackupOfOtherLog { .. }) => return Err(error),
            Err(error) => Live::Lost { why: error.to_string() },
        };
        let published = match &request.published {
            Some(directory) => Some(published::read(copy, directory, request.force, &mut carried).await?),
            None => None,
        };
        Ok(Self { live, pin, published, carried })
    }

    /// Where that comes from.
    pub(super) const fn source(&self) -> Option<&'static str> {
        match (&self.live, self.published.is_some()) {
            (Live::Read(_), false) => Some("live"),
            (Live::Read(_), true) => Some("live and published"),
            (Live::Lost { .. }, true) => Some("published"),
            (Live::Lost { .. }, false) => None,
        }
    }

    /// Why nobody can tell all that happened since the backup, if nobody can.
    pub(super) fn doubt(&self) -> Option<String> {
        match &self.live {
            Live::Lost { why } => Some(why.clone()),
            Live::Read(live) => live.doubt(),
        }
    }

    /// Whether it is known what was revoked since the backup.
    pub(super) fn is_complete(&self) -> bool {
        self.doubt().is_none() || self.published.as_ref().is_some_and(|published| published.is_complete)
    }

    /// Up to when published lists tell it.
    pub(super) fn published_at(&self) -> Option<Timestamp> {
        self.published.as_ref().and_then(|published| published.published_at)
    }

    /// The log that should be restored, as far as anybody knows it.
    pub(super) fn fingerprint(&self) -> Option<&str> {
        match &self.live {
            Live::Read(live) => Some(&live.fingerprint),
            Live::Lost { .. } => self.pin.as_ref().map(|pin| pin.fingerprint.as_str()),
        }
    }

    /// Nothing is given up without a word.
    pub(super) fn refuse_unless(&self, forced: bool) -> Result<()> {
        if forced {
            return Ok(());
        }
        let doubt = self.doubt();
        if let Some(why) = doubt.clone().filter(|_| self.published.is_none()) {
            return Err(Error::NewerStateLost { why });
        }
        if let Some((license, holder)) = self.carried.given_twice.first() {
            return Err(Error::IndexGivenTwice { license: *license, holder: *holder });
        }
        match &self.live {
            Live::Read(live) if doubt.is_none() && live.shared == live.size => {
                Err(Error::NothingToAbandon { size: live.size, backup: live.backup })
            }
            _ => Ok(()),
        }
    }
}

async fn read_live(
    alone: &HomeAlone,
    place: &Place,
    copy: &Licentia,
    pin: Option<&Pin>,
) -> Result<(ReadLive, Carried)> {
    let problems = health::problems_of(&place.database).await?;
    if let Some(problem) = problems.first() {
        return Err(licentia_storage::StoreError::Damaged(problem.clone()).into());
    }
    let store = Store::open_alone(&place.database, copy.ambient().clone(), Access::Write, alone).await?;
    let live = Licentia::of_store(store, Place { database: place.database.clone(), pins: None });
    let read = read_open(&live, copy, pin).await;
    live.close().await;
    read
}

async fn read_open(live: &Licentia, copy: &Licentia, pin: Option<&Pin>) -> Result<(ReadLive, Carried)> {
    let (own, backup) = (live.audit().identity().await?, copy.audit().identity().await?);
    if own.fingerprint != backup.fingerprint {
        return Err(Error::BackupOfOtherLog { expected: own.fingerprint, found: backup.fingerprint });
    }
    let request = VerifyRequest { fingerprint: Some(own.fingerprint.clone()), ..VerifyRequest::default() };
    let report = live.audit().verify(&request, Arc::new(|_, _| {})).await?;
    let issue = report.issues.iter().find(|issue| issue.severity != IssueSeverity::Notice).map(|issue| issue.code);
    let is_behind_pin = match pin {
        Some(pin) => pin.size > own.size || hash_at(live, pin.size).await? != pin.hash,
        None => false,
    };
    let shared = shared(live, copy, own.size.min(backup.size)).await?;
    let read = ReadLive {
        head: hash_at(live, own.size).await?,
        shared,
        abandoned_before: live.audit().abandoned_since(shared).await?,
        fingerprint: own.fingerprint,
        size: own.size,
        epoch: own.epoch,
        issue,
        backup: backup.size,
        is_behind_pin,
    };
    let carried = if read.is_verified() {
        Carried::between(live, copy).await?
    } else {
        Carried::restrictions(live, copy).await?
    };
    Ok((read, carried))
}

/// The last entry that two states of a log have in common: each hash stands for all before it, so halves decide.
async fn shared(one: &Licentia, other: &Licentia, most: u64) -> Result<u64> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if hash_at(one, middle).await? == hash_at(other, middle).await? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(low)
}

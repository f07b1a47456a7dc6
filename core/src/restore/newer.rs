//! What is known of the time since the backup: from the file in use, from published lists, or not at all.

use super::carry::Carried;
use super::published;
use super::{RestoreRequest, hash_at};
use crate::audit::VerifyRequest;
use crate::pin::Pin;
use crate::{Error, Licentia, Place, Result};
use licentia_storage::{Access, HomeAlone, Store, health};
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(super) struct Newer {
    pub(super) live: Live,
    pub(super) pin: Option<Pin>,
    /// What published lists say; looked at only where the file in use is lost.
    pub(super) published: Option<Carried>,
    nothing: Carried,
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
    pub(super) verified: bool,
    /// How many entries it has in common with the backup.
    pub(super) shared: u64,
    /// How many the backup has.
    backup: u64,
    pub(super) carried: Carried,
}

impl Newer {
    pub(super) async fn read(
        alone: &HomeAlone,
        place: &Place,
        copy: &Licentia,
        pin: Option<Pin>,
        request: &RestoreRequest,
    ) -> Result<Self> {
        let live = match read_live(alone, place, copy).await {
            Ok(live) => Live::Read(Box::new(live)),
            // Another log can be read as well.
            Err(error @ Error::BackupOfOtherLog { .. }) => return Err(error),
            Err(error) => Live::Lost { why: error.to_string() },
        };
        let published = match (&request.published, &live) {
            (Some(directory), Live::Lost { .. }) => Some(published::read(copy, directory, request.force).await?),
            _ => None,
        };
        Ok(Self { live, pin, published, nothing: Carried::default() })
    }

    /// What has to be carried over.
    pub(super) fn carried(&self) -> &Carried {
        match &self.live {
            Live::Read(live) => &live.carried,
            Live::Lost { .. } => self.published.as_ref().unwrap_or(&self.nothing),
        }
    }

    /// Where that comes from.
    pub(super) const fn source(&self) -> Option<&'static str> {
        match (&self.live, &self.published) {
            (Live::Read(_), _) => Some("live"),
            (Live::Lost { .. }, Some(_)) => Some("published"),
            (Live::Lost { .. }, None) => None,
        }
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
        match &self.live {
            _ if forced => Ok(()),
            Live::Lost { why } if self.published.is_none() => Err(Error::NewerStateLost { why: why.clone() }),
            Live::Read(live) if live.shared == live.size => {
                Err(Error::NothingToAbandon { size: live.size, backup: live.backup })
            }
            _ => Ok(()),
        }
    }
}

async fn read_live(alone: &HomeAlone, place: &Place, copy: &Licentia) -> Result<ReadLive> {
    let problems = health::problems_of(&place.database).await?;
    if let Some(problem) = problems.first() {
        return Err(licentia_storage::StoreError::Damaged(problem.clone()).into());
    }
    let store = Store::open_alone(&place.database, copy.ambient().clone(), Access::Write, alone).await?;
    let live = Licentia::of_store(store, Place { database: place.database.clone(), pins: None });
    let read = read_open(&live, copy).await;
    live.close().await;
    read
}

async fn read_open(live: &Licentia, copy: &Licentia) -> Result<ReadLive> {
    let (own, backup) = (live.audit().identity().await?, copy.audit().identity().await?);
    if own.fingerprint != backup.fingerprint {
        return Err(Error::BackupOfOtherLog { expected: own.fingerprint, found: backup.fingerprint });
    }
    let request = VerifyRequest { fingerprint: Some(own.fingerprint.clone()), ..VerifyRequest::default() };
    let report = live.audit().verify(&request, Arc::new(|_, _| {})).await?;
    Ok(ReadLive {
        head: hash_at(live, own.size).await?,
        shared: shared(live, copy, own.size.min(backup.size)).await?,
        carried: Carried::between(live, copy).await?,
        fingerprint: own.fingerprint,
        size: own.size,
        epoch: own.epoch,
        verified: report.verified,
        backup: backup.size,
    })
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

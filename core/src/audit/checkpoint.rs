//! Checkpoints: the log's key signs how large the log is and what its root is.
//!
//! What is signed cannot be taken back, so everything that a checkpoint covers is read again from the disk and hashed
//! before: one flipped bit in a tree that was never looked at again has ended logs that the world relied on.

use super::Audit;
use super::chain::Chain;
use super::checkpoint_check::CheckpointCheck;
use super::keys::{KeyRing, PublicKey, verifier_key};
use super::prepare::{Preparer, Signatures};
use super::report::{Code, Findings, Issue, IssueSeverity};
use crate::tlog::merkle::Frontier;
use crate::tlog::{self, SignedCheckpoint, VerifierKey};
use crate::{Error, LogId, Operator, Page, Result, StoreError};
use licentia_storage::audit::AuditLog;
use licentia_storage::raw::{RawReader, RawVouchers};
use licentia_storage::{Checkpoint, Cosignature, MaintenanceTx};

/// So many entries after a checkpoint the next one is due.
pub const CHECKPOINT_EVERY: u64 = 1_000;

/// Why a checkpoint is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointReason {
    /// [`CHECKPOINT_EVERY`] entries came.
    Entries,
    /// An unlocked screen or server has been running for an hour.
    Hourly,
    /// It comes to its end.
    End,
    /// An export or a proof is about to be written.
    Export,
    /// The log's key is about to be changed.
    Rotation,
    /// Somebody asked for it.
    Asked,
}

impl CheckpointReason {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Hourly => "hourly",
            Self::End => "end",
            Self::Export => "export",
            Self::Rotation => "rotation",
            Self::Asked => "asked",
        }
    }
}

/// A checkpoint, and what witnesses said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheckpoint {
    pub checkpoint: Checkpoint,
    pub cosignatures: Vec<Cosignature>,
}

impl Audit<'_> {
    /// Signs the log as it is now. Where the last checkpoint is of this size already, that one is the answer.
    ///
    /// Every entry since the last checkpoint is read and checked again first; where one does not hold, nothing is
    /// signed.
    pub async fn checkpoint(&self, operator: &Operator, reason: CheckpointReason) -> Result<Checkpoint> {
        if !self.0.is_writable() {
            return Err(StoreError::ReadOnly.into());
        }
        self.0.pin_seen().await?;
        let log = self.0.reader().audit_log().await?.ok_or(Error::NotFounded)?;
        let mut raw = RawReader::open(self.0.store().path()).await?;
        let (tree, key) = match self.grow(&mut raw, &log, operator).await? {
            Grown::Same(checkpoint) => return Ok(checkpoint),
            Grown::New { tree, key } => (tree, key),
        };
        let signed = sign(log.id, &tree, &key, operator)?;
        let new = Checkpoint {
            size: i64::try_from(tree.size()).unwrap_or(i64::MAX),
            epoch: key.epoch,
            root: tree.root(),
            frontier: tree.to_bytes(),
            note: signed.to_string(),
            reason: reason.as_str().to_owned(),
            created_at: self.0.ambient().now(),
        };
        self.keep(new).await
    }

    /// Checkpoints, largest first; `before` is the size where the page before ended.
    pub async fn checkpoints(&self, before: Option<u64>, limit: u64) -> Result<Page<KeptCheckpoint, u64>> {
        let reader = self.0.reader();
        let (before, most) = (integer(before.unwrap_or(u64::MAX)), integer(limit.saturating_add(1)));
        let mut items = Vec::new();
        for checkpoint in reader.checkpoints_before(before, most).await? {
            let cosignatures = reader.cosignatures(checkpoint.size).await?;
            items.push(KeptCheckpoint { checkpoint, cosignatures });
        }
        Ok(Page::cut(items, limit, |last| u64::try_from(last.checkpoint.size).unwrap_or(0)))
    }

    /// The newest checkpoint. How far witnesses vouch for the log, [`crate::witness::Witnesses::latest`] says.
    pub async fn latest_checkpoint(&self) -> Result<Option<Checkpoint>> {
        Ok(self.0.reader().latest_checkpoint().await?)
    }

    /// The key that checkpoints are signed with now, as others write it down.
    pub async fn verifier_key(&self) -> Result<VerifierKey> {
        let reader = self.0.reader();
        let log = reader.audit_log().await?.ok_or(Error::NotFounded)?;
        let key = reader.audit_key_in_force().await?.ok_or(Error::NotFounded)?;
        let damaged = || Error::Store(StoreError::Damaged("the log's key in force is none".to_owned()));
        verifier_key(log.id, &key.public_key, key.epoch).ok_or_else(damaged)
    }

    /// What is to be signed: from the last checkpoint on, if we signed it and its right edge is still that of its root;
    /// else from entry 1 on, and then every kept checkpoint is compared on the way.
    async fn grow(&self, raw: &mut RawReader, log: &AuditLog, operator: &Operator) -> Result<Grown> {
        let last = self.0.reader().latest_checkpoint().await?;
        let covered = last.as_ref().map_or(0, |last| last.size);
        // In this order: what others write meanwhile is newer than the size, and the keys are as new as the entries.
        let mut vouchers = raw.vouchers(covered.saturating_add(1), i64::MAX).await?;
        let size = integer(self.0.reader().audit_size().await?);
        let ring = KeyRing::new(log, &raw.keys().await?);
        let preparer = Preparer::new(*log.id.0.as_bytes(), &ring, self.0.ambient().bytes());
        let own = ring.named(&operator.log_key().id()).ok_or(StoreError::WrongLogKey)?;
        let (start, mut chain, mut check) = match last.and_then(|last| Some((own_tree(log.id, &last, &own)?, last))) {
            // One that is larger than the log is looked at all the same.
            Some((_, last)) if last.size == size && vouchers.checkpoints.is_empty() => return Ok(Grown::Same(last)),
            Some((tree, last)) => {
                let check = CheckpointCheck::new(log.id, ring.all(), vouchers).growing(tree, &own);
                // Its last entry is read again for the link to it.
                (last.size, Chain::from_middle(log, ring, last.size, None, None), check)
            }
            None => {
                let mut checkpoints = raw.vouchers(i64::MIN, covered).await?.checkpoints;
                checkpoints.append(&mut vouchers.checkpoints);
                let vouchers = RawVouchers { checkpoints, ..vouchers };
                let check = CheckpointCheck::new(log.id, ring.all(), vouchers);
                (1, Chain::from_start(log, ring), check)
            }
        };
        let mut findings = Findings::default();
        let mut next = Some(start);
        while let Some(from) = next {
            let entries = raw.entries_from(from, size, *log.id.0.as_bytes()).await?;
            let Some(last) = entries.last() else { break };
            next = last.seq.checked_add(1);
            for prepared in preparer.prepare(entries, Signatures::Check) {
                let (seq, leaf) = (prepared.entry.seq, prepared.leaf);
                chain.take(prepared, &mut findings);
                // It signed up to here, so from here on it has to be the one in force, whatever the entries say.
                if start > 1 && seq == covered && chain.key() != Some(&own) {
                    findings.add(
                        Code::KeyMisplaced
                            .at(seq, "Another key signs from here on than the one that signed the checkpoint."),
                    );
                }
                if seq > covered || start == 1 {
                    check.take_from(&chain, seq, leaf, &mut findings);
                }
            }
            tokio::task::yield_now().await;
        }
        let tree = check.tree().filter(|tree| integer(tree.size()) == size).cloned();
        check.finish(true, &mut findings);
        refuse(findings)?;
        match (tree, chain.key()) {
            (Some(tree), Some(key)) if key.id == own.id => Ok(Grown::New { tree, key: key.clone() }),
            (Some(_), _) => Err(StoreError::KeyRotated.into()),
            (None, _) => Err(missing(chain.next())),
        }
    }

    /// Keeps it, unless there is one of this size: then that one has to say the same.
    async fn keep(&self, new: Checkpoint) -> Result<Checkpoint> {
        let written = new.clone();
        let work = async move |tx: MaintenanceTx| {
            tx.add_checkpoint(&written).await?;
            let kept = tx.reader().checkpoints_from(written.size, 1).await?.pop();
            tx.commit(kept).await
        };
        let kept = self.0.store().maintain::<_, StoreError, _, _>(work).await?;
        self.0.was_signed();
        kept.filter(|kept| kept.note == new.note && kept.root == new.root).ok_or_else(|| {
            let meaning = format!("A checkpoint of {} entries is kept already, and it says something else.", new.size);
            Error::LogDoesNotHold(Box::new(Code::CheckpointAltered.at(new.size, meaning)))
        })
    }
}

/// What the entries since the last checkpoint came to.
enum Grown {
    /// There are none.
    Same(Checkpoint),
    New {
        tree: Frontier,
        key: PublicKey,
    },
}

fn sign(log: LogId, tree: &Frontier, key: &PublicKey, operator: &Operator) -> Result<SignedCheckpoint> {
    let failed = |why: String| Error::Store(StoreError::Encoding(why));
    let origin = tlog::origin(log, u64::try_from(key.epoch).unwrap_or(0));
    let checkpoint = tlog::Checkpoint::new(origin.clone(), tree.size(), tree.root());
    let checkpoint = checkpoint.map_err(|error| failed(error.to_string()))?;
    checkpoint.sign(&origin, operator.log_key().signing()).map_err(|error| failed(error.to_string()))
}

/// The tree of a checkpoint that this very key signed; none if anything about it is not so.
fn own_tree(log: LogId, last: &Checkpoint, own: &PublicKey) -> Option<Frontier> {
    let key = own.verifier_key(log)?;
    let signed = SignedCheckpoint::parse(last.note.as_bytes()).ok()?;
    signed.signed_by(&[key]).ok()?;
    let tree = Frontier::from_bytes(&last.frontier)?;
    let said = signed.checkpoint();
    let same = said.size() == tree.size()
        && integer(tree.size()) == last.size
        && *said.root() == tree.root()
        && last.root == tree.root()
        && last.epoch == own.epoch;
    same.then_some(tree)
}

/// Nothing is signed over what does not hold. An older checkpoint that was spoilt is no reason: this one replaces it.
fn refuse(findings: Findings) -> Result<()> {
    let spoilt = [Code::CheckpointAltered.as_str(), Code::CosignatureInvalid.as_str()];
    let mut issues = findings.into_issues().into_iter();
    let first = issues.find(|issue| issue.severity == IssueSeverity::Critical && !spoilt.contains(&issue.code));
    first.map_or(Ok(()), |issue| Err(Error::LogDoesNotHold(Box::new(issue))))
}

fn missing(seq: i64) -> Error {
    let issue: Issue = Code::EntryMissing.at(seq, "Entries are missing.");
    Error::LogDoesNotHold(Box::new(issue))
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

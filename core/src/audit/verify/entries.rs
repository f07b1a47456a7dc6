//! The walk along the entries: read ahead, prepared on all cores, taken into the chain one after the other.

use super::super::chain::Chain;
use super::super::checkpoint_check::CheckpointCheck;
use super::super::prepare::{Prepared, Preparer, Signatures};
use super::super::replay::Replay;
use super::super::report::Code;
use super::keys::Keys;
use super::{Basis, Run};
use crate::pin::Mark;
use crate::{Ambient, Result, StoreError};
use licentia_storage::audit::tagged;
use licentia_storage::raw::{RawEntry, RawKey, RawReader, audited_tables};
use std::collections::VecDeque;
use std::sync::Arc;

/// Everything that the entries are taken into.
pub(super) struct Walk {
    pub(super) chain: Chain,
    pub(super) replay: Replay,
    pub(super) preparer: Arc<Preparer>,
    /// None where checkpoints are not looked at.
    pub(super) checkpoints: Option<CheckpointCheck>,
    /// A hash over all signatures, from the first one.
    signatures: blake3::Hasher,
    /// Where a run that was stopped had come to, until it was passed.
    resume: Option<Mark>,
    /// Whether the whole log is walked.
    whole: bool,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    Through,
    /// What the stopped run saw is not what is there: nothing of it counts.
    NotAsRemembered,
}

/// What a walk is to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All entries, their checkpoints, and what they did to every row.
    Whole,
    /// Entries from this one on, and their checkpoints.
    From(i64),
    /// Entries from this one on alone.
    EntriesFrom(i64),
}

impl Walk {
    /// Where it does not begin at the beginning, the entry before is taken at its word.
    pub(super) async fn begin(
        reader: &mut RawReader,
        basis: &Basis,
        keys: Keys,
        scope: Scope,
        ambient: &Ambient,
    ) -> Result<Self> {
        let Basis { log, vouchers, .. } = basis;
        let (from, whole) = match scope {
            Scope::Whole => (1, true),
            Scope::From(from) | Scope::EntriesFrom(from) => (from, false),
        };
        let Keys { ring, in_force } = keys;
        let preparer = Arc::new(Preparer::new(*log.id.0.as_bytes(), &ring, ambient.bytes()));
        let keys = ring.all();
        let chain = if from == 1 {
            Chain::from_start(log, ring)
        } else {
            let before = reader.entries_from(from - 1, from - 1, *log.id.0.as_bytes()).await?;
            Chain::from_middle(log, ring, from, before.first(), Some(in_force))
        };
        let mut replay = Replay::of(if whole { audited_tables() } else { Vec::new() }.iter().map(|table| table.noun));
        replay.apply_first_key(log);
        let checkpoints = (!matches!(scope, Scope::EntriesFrom(_))).then(|| {
            let check = CheckpointCheck::new(log.id, keys, vouchers.clone());
            if from > 1 { check.beginning_at(from) } else { check }
        });
        Ok(Self { chain, replay, preparer, checkpoints, signatures: blake3::Hasher::new(), resume: None, whole })
    }

    pub(super) fn resuming(mut self, mark: Option<Mark>) -> Self {
        self.resume = mark;
        self
    }

    /// Takes entries that came while this ran, with the table of keys as it was when they were read: there may be a
    /// new one.
    pub(super) fn prepare_with(&mut self, keys: &[RawKey], entries: Vec<RawEntry>) -> Vec<Prepared> {
        let ring = self.chain.ring();
        if ring.renew(keys) {
            self.preparer = Arc::new(self.preparer.renewed(ring));
        }
        self.preparer.prepare(entries, Signatures::Check)
    }

    /// Until the mark was passed, signatures count as checked.
    fn signatures_up_to(&self, seq: i64) -> Signatures {
        match &self.resume {
            Some(mark) if u64::try_from(seq).is_ok_and(|seq| seq <= mark.size) => Signatures::Trust,
            _ => Signatures::Check,
        }
    }
}

impl Run<'_> {
    /// Walks from where the chain stands to `to`.
    pub(super) async fn follow(&mut self, reader: &mut RawReader, walk: &mut Walk, to: i64) -> Result<Walked> {
        let log_id = walk.preparer.log_id();
        let mut next = Some(if walk.chain.next() <= 1 { i64::MIN } else { walk.chain.next() });
        let total = u64::try_from(to.saturating_sub(walk.chain.next()).saturating_add(1)).unwrap_or(0);
        let before = walk.chain.checked;
        let most = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) + 2;
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < most
                && let Some(from) = next
            {
                let entries = reader.entries_from(from, to, log_id).await?;
                let Some(last) = entries.last() else {
                    next = None;
                    break;
                };
                next = last.seq.checked_add(1);
                let (preparer, signatures) = (Arc::clone(&walk.preparer), walk.signatures_up_to(last.seq));
                ahead.push_back(tokio::task::spawn_blocking(move || preparer.prepare(entries, signatures)));
            }
            let Some(prepared) = ahead.pop_front() else { break };
            let prepared = prepared.await.map_err(|error| StoreError::Database(error.to_string()))?;
            if self.take(walk, prepared) == Walked::NotAsRemembered {
                return Ok(Walked::NotAsRemembered);
            }
            if walk.whole && walk.resume.is_none() && self.findings.is_empty() {
                self.memory.passed(walk.chain.next() - 1, walk.chain.last_hash(), &walk.signatures);
            }
            (self.progress)((walk.chain.checked - before).min(total), total);
            // Others get their turn, and a run that is given up ends here.
            tokio::task::yield_now().await;
        }
        if walk.resume.is_some() {
            return Ok(Walked::NotAsRemembered);
        }
        if walk.chain.next() <= to {
            let mut missing = Code::EntryMissing.at(walk.chain.next(), "Entries are missing.");
            missing.seq_to = u64::try_from(to).ok();
            self.findings.add(missing);
        }
        Ok(Walked::Through)
    }

    pub(super) fn take(&mut self, walk: &mut Walk, prepared: Vec<Prepared>) -> Walked {
        let pinned = self.pin.as_ref().and_then(|pin| i64::try_from(pin.size).ok());
        for one in prepared {
            let seq = one.entry.seq;
            if walk.whole {
                let signature = &one.entry.signature;
                walk.signatures.update(&signature.len().to_be_bytes()).update(signature);
            }
            if pinned == Some(seq) {
                self.at_pin = Some(tagged("blake3", &one.entry.hash));
            }
            let leaf = one.leaf;
            let effects = walk.chain.take(one, &mut self.findings);
            if let Some(checkpoints) = &mut walk.checkpoints {
                checkpoints.take_from(&walk.chain, seq, leaf, &mut self.findings);
            }
            if walk.whole {
                walk.replay.apply(seq, &effects, &mut self.findings);
            }
            if let Some(mark) = walk.resume.take_if(|mark| i64::try_from(mark.size) == Ok(seq)) {
                let same = mark.hash == tagged("blake3", walk.chain.last_hash())
                    && mark.signatures == Some(tagged("blake3", walk.signatures.finalize().as_bytes()));
                if !same || !self.findings.is_empty() {
                    return Walked::NotAsRemembered;
                }
                self.resumed_from = Some(mark.size);
            }
        }
        Walked::Through
    }
}

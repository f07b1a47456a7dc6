//! Kept checkpoints against the entries that they speak of, and what witnesses said of them.
//!
//! Pure: it is fed the leaf of each entry in order, grows the tree again, and trusts no row: not that its note is the
//! one that was signed, not that its size, root and right edge are the note's.

#[cfg(test)]
mod tests;

use super::chain::Chain;
use super::keys::PublicKey;
use super::report::{Code, Findings, Issue, Witnessed};
use crate::tlog::merkle::{Frontier, Hash};
use crate::tlog::{CheckpointError, NoteSignature, SignedCheckpoint, Trust, VerifierKey, origin};
use crate::{LogId, Timestamp};
use licentia_storage::raw::{RawCheckpoint, RawCosignature, RawVouchers};
use std::collections::{BTreeMap, VecDeque};

/// See the module.
#[derive(Debug)]
pub(crate) struct CheckpointCheck {
    log: LogId,
    /// Every key of the file, on its table's word: for where nobody knows which one is in force.
    keys: Vec<PublicKey>,
    /// The key of the next entry.
    key: Option<PublicKey>,
    /// None where an entry before cannot be told, so that no root can be compared.
    tree: Option<Frontier>,
    /// Smallest first.
    waiting: VecDeque<RawCheckpoint>,
    cosignatures: BTreeMap<i64, Vec<RawCosignature>>,
    witnesses: Vec<Witness>,
    /// The last entry.
    seq: i64,
    /// The largest checkpoint that is of these entries.
    agreed: i64,
    disagreement: Option<Disagreement>,
    witnessed: Option<Witnessed>,
}

/// A witness that the vendor knows.
#[derive(Debug)]
struct Witness {
    key: VerifierKey,
    since: i64,
}

/// Checkpoints that were signed, and are of another log than this one.
#[derive(Debug)]
struct Disagreement {
    after: i64,
    first: i64,
    more: u64,
}

impl CheckpointCheck {
    /// From entry 1 on, whose key is the first of `keys`.
    pub(crate) fn new(log: LogId, keys: Vec<PublicKey>, vouchers: RawVouchers) -> Self {
        let RawVouchers { checkpoints, cosignatures, witnesses } = vouchers;
        let mut lines: BTreeMap<i64, Vec<RawCosignature>> = BTreeMap::new();
        for line in cosignatures {
            lines.entry(line.size).or_default().push(line);
        }
        let witnesses = witnesses.iter().filter_map(|row| {
            // A key that cannot be read is an altered row, which the replay of the log finds.
            Some(Witness { key: text(&row.verifier_key)?.parse().ok()?, since: row.created_at })
        });
        Self {
            log,
            key: keys.first().cloned(),
            keys,
            tree: Some(Frontier::new()),
            waiting: checkpoints.into(),
            cosignatures: lines,
            witnesses: witnesses.collect(),
            seq: 0,
            agreed: 0,
            disagreement: None,
            witnessed: None,
        }
    }

    /// What a checkpoint of less than `from` entries says by itself: where the walk begins later, nobody compares it
    /// with its entries.
    pub(crate) fn look_at_older(&self, from: i64, findings: &mut Findings) {
        for kept in self.waiting.iter().take_while(|kept| kept.size < from) {
            match self.read(kept, &self.keys) {
                Ok((signed, key)) => _ = self.check_witnesses(kept, &signed, &key, findings),
                Err(why) => findings.add(altered(kept.size, why)),
            }
        }
    }

    /// From a later entry on. Roots are compared only if a checkpoint is kept of exactly what comes before it: that is
    /// taken at its word, as the entry there is.
    pub(crate) fn beginning_at(mut self, from: i64) -> Self {
        self.key = None;
        self.tree = None;
        while self.waiting.front().is_some_and(|kept| kept.size < from) {
            let before = self.waiting.pop_front().filter(|kept| kept.size == from - 1);
            self.tree = before.and_then(|kept| right_edge(&kept));
        }
        (self.seq, self.agreed) = (from - 1, from - 1);
        self
    }

    /// From a tree that was checked already, whose next entry has this key.
    pub(crate) fn growing(mut self, tree: Frontier, key: &PublicKey) -> Self {
        self.key = Some(key.clone());
        self.seq = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        self.agreed = self.seq;
        self.tree = Some(tree);
        self
    }

    /// Takes the next entry: its leaf, unless it cannot be told, and the key that is in force after it.
    pub(crate) fn take(&mut self, seq: i64, leaf: Option<Hash>, after: Option<&PublicKey>, findings: &mut Findings) {
        self.tree = match (self.tree.take(), leaf) {
            (Some(mut tree), Some(leaf)) if u64::try_from(seq) == Ok(tree.size() + 1) => {
                tree.push(leaf);
                Some(tree)
            }
            _ => None,
        };
        let before = std::mem::replace(&mut self.key, after.cloned());
        self.seq = seq;
        while self.waiting.front().is_some_and(|kept| kept.size <= seq)
            && let Some(kept) = self.waiting.pop_front()
        {
            let candidates = match (&before, after) {
                (Some(before), Some(after)) if before != after => vec![before.clone(), after.clone()],
                (Some(key), _) => vec![key.clone()],
                (None, _) => self.keys.clone(),
            };
            self.compare(&kept, &candidates, findings);
        }
    }

    /// Takes the entry that the chain took in last. If it is not what was hashed when it was written it has no leaf:
    /// then that is the issue, and not what follows from it for every checkpoint after it.
    pub(crate) fn take_from(&mut self, chain: &Chain, seq: i64, leaf: Option<Hash>, findings: &mut Findings) {
        self.take(seq, leaf.filter(|_| chain.last_is_as_hashed()), chain.key(), findings);
    }

    /// The tree of all entries so far, if every one of them could be told.
    pub(crate) fn tree(&self) -> Option<&Frontier> {
        self.tree.as_ref()
    }

    /// Says what was found of the log as a whole. Larger checkpoints count only where `at_end` of the log.
    pub(crate) fn finish(mut self, at_end: bool, findings: &mut Findings) -> Option<Witnessed> {
        let mut beyond = None;
        for kept in std::mem::take(&mut self.waiting).iter().filter(|_| at_end) {
            match self.read(kept, &self.keys) {
                Ok(_) => beyond = Some(kept.size),
                Err(why) => findings.add(altered(kept.size, why)),
            }
        }
        if let Some(size) = beyond {
            let meaning = format!("The log's key signed a tree of {size} entries, and the log ends at {}.", self.seq);
            findings.add(between(Code::CheckpointBeyond, self.seq.saturating_add(1), size, meaning));
        }
        if let Some(Disagreement { after, first, more }) = self.disagreement {
            let more = if more == 0 { String::new() } else { format!(" So it is with {more} larger ones.") };
            let meaning = format!("The log's key signed another tree of {first} entries than these.{more}");
            findings.add(between(Code::CheckpointDisagrees, after.saturating_add(1), first, meaning));
        }
        self.witnessed
    }

    fn compare(&mut self, kept: &RawCheckpoint, candidates: &[PublicKey], findings: &mut Findings) {
        if kept.size < 1 {
            findings.add(altered(kept.size, "its size is none that a log can have"));
            return;
        }
        let (signed, key) = match self.read(kept, candidates) {
            Ok(read) => read,
            Err(why) => return findings.add(altered(kept.size, why)),
        };
        let witnessed = self.check_witnesses(kept, &signed, &key, findings);
        let Some(tree) = self.tree.as_ref().filter(|tree| u64::try_from(kept.size) == Ok(tree.size())) else { return };
        if tree.root() == *signed.checkpoint().root() {
            self.agreed = kept.size;
            self.witnessed = witnessed.or(self.witnessed.take());
        } else {
            match &mut self.disagreement {
                None => {
                    self.disagreement = Some(Disagreement { after: self.agreed, first: kept.size, more: 0 });
                }
                Some(disagreement) => disagreement.more += 1,
            }
        }
    }

    /// The note of a row, if the row is as the note says and one of these keys signed it.
    fn read(&self, kept: &RawCheckpoint, keys: &[PublicKey]) -> Result<(SignedCheckpoint, VerifierKey), &'static str> {
        let signed = SignedCheckpoint::parse(&kept.note).map_err(|_| "its note cannot be read")?;
        let said = signed.checkpoint();
        if u64::try_from(kept.size) != Ok(said.size()) || kept.root != said.root() {
            return Err("its note speaks of another size or root");
        }
        if right_edge(kept).is_none() {
            return Err("the right edge that is kept with it is of another tree");
        }
        if signed.note().signatures().len() != 1 {
            return Err("its note has more signatures than the log's");
        }
        let key = signer(self.log, &signed, keys).map_err(|_| "its signature is not the log key's")?;
        if u64::try_from(kept.epoch).is_ok_and(|epoch| key.name() == origin(self.log, epoch)) {
            Ok((signed, key))
        } else {
            Err("its note is of another epoch")
        }
    }

    /// The lines of witnesses under a checkpoint; which of those that hold is the newest. A line of a witness that
    /// nobody knows any more says nothing, neither good nor bad.
    fn check_witnesses(
        &self,
        kept: &RawCheckpoint,
        signed: &SignedCheckpoint,
        key: &VerifierKey,
        findings: &mut Findings,
    ) -> Option<Witnessed> {
        let mut newest: Option<Witnessed> = None;
        for line in self.cosignatures.get(&kept.size).into_iter().flatten() {
            let Some(name) = text(&line.witness) else { continue };
            let Some(witness) = self.witnesses.iter().find(|witness| witness.key.name() == name) else { continue };
            match time_of(line, witness, signed, key) {
                Some(at) if at == Timestamp(line.signed_at) => {
                    let witnessed = Witnessed { size: signed.checkpoint().size(), at, by: name.to_owned() };
                    newest = newest.filter(|known| known.at >= at).or(Some(witnessed));
                }
                // The witness came back under its name with another key.
                None if witness.since > line.received_at => {}
                _ => {
                    let meaning = format!("The cosignature by {} does not hold.", crate::text::printable(name));
                    findings.add(Code::CosignatureInvalid.at(kept.size, meaning));
                }
            }
        }
        newest
    }
}

/// When the witness says that it signed; none if it did not.
fn time_of(
    line: &RawCosignature,
    witness: &Witness,
    signed: &SignedCheckpoint,
    log: &VerifierKey,
) -> Option<Timestamp> {
    let line = text(&line.line)?;
    let lines = NoteSignature::parse_lines(format!("{}\n", line.strip_suffix('\n').unwrap_or(line)).as_bytes()).ok()?;
    let [signature] = lines.as_slice() else { return None };
    let mut cosigned = signed.clone();
    cosigned.add(signature.clone());
    let (log, witnesses) = (std::slice::from_ref(log), std::slice::from_ref(&witness.key));
    let by = cosigned.verify(Trust { origin: signed.checkpoint().origin(), log, witnesses }).ok()?;
    let seconds = i64::try_from(by.first()?.time).ok()?;
    Some(Timestamp(seconds.checked_mul(1_000_000)?))
}

/// Which of these keys of the log signed a checkpoint, or why the last one did not.
pub(crate) fn signer<'k>(
    log: LogId,
    signed: &SignedCheckpoint,
    keys: impl IntoIterator<Item = &'k PublicKey>,
) -> Result<VerifierKey, CheckpointError> {
    let keys: Vec<_> = keys.into_iter().filter_map(|key| key.verifier_key(log)).collect();
    signed.signed_by(&keys).cloned()
}

/// The right edge that is kept with a checkpoint, if it is of the same tree.
fn right_edge(kept: &RawCheckpoint) -> Option<Frontier> {
    let edge = Frontier::from_bytes(&kept.frontier)?;
    (u64::try_from(kept.size) == Ok(edge.size()) && kept.root == edge.root()).then_some(edge)
}

fn altered(size: i64, why: &str) -> Issue {
    Code::CheckpointAltered.at(size, format!("The checkpoint of {size} entries is not as it was signed: {why}."))
}

fn between(code: Code, from: i64, to: i64, meaning: String) -> Issue {
    Issue { seq_to: u64::try_from(to).ok(), ..code.at(from, meaning) }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

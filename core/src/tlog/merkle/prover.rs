//! Proofs made while the leaves pass by once, in memory that grows with the logarithm of their number.
//!
//! A proof consists of the roots of a few subtrees that do not overlap, and which they are is known beforehand. So one
//! of them is hashed at a time.

use super::{Frontier, Hash};
use crate::tlog::MAX_SIZE;
use crate::tlog::error::TreeError;
use std::ops::Range;

/// A proof under way: it takes the hash of every leaf of the tree in turn.
#[derive(Debug)]
pub struct Prover {
    size: u64,
    taken: u64,
    /// The subtrees that are still to come, the next one last, each with its place in the proof.
    ahead: Vec<(Range<u64>, usize)>,
    /// Of the subtree that passes by now.
    current: Frontier,
    pub(super) proof: Vec<Hash>,
}

impl Prover {
    /// That leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1).
    pub fn inclusion(index: u64, size: u64) -> Result<Self, TreeError> {
        if index >= size || size > MAX_SIZE {
            return Err(TreeError::OutsideTree { index, size });
        }
        let (mut subtrees, mut within) = (Vec::new(), 0..size);
        while within.end - within.start > 1 {
            let middle = middle(&within);
            if index < middle {
                subtrees.push(middle..within.end);
                within.end = middle;
            } else {
                subtrees.push(within.start..middle);
                within.start = middle;
            }
        }
        Ok(Self::new(size, subtrees))
    }

    /// That the tree of `new_size` leaves begins with the one of `old_size` (RFC 9162, 2.1.4.1).
    ///
    /// From no leaves, and from all of them, the proof is empty.
    pub fn consistency(old_size: u64, new_size: u64) -> Result<Self, TreeError> {
        if old_size > new_size || new_size > MAX_SIZE {
            return Err(TreeError::Shrunk { old_size, new_size });
        }
        let (mut subtrees, mut within) = (Vec::new(), 0..new_size);
        if old_size > 0 {
            while within.end != old_size {
                let middle = middle(&within);
                if old_size <= middle {
                    subtrees.push(middle..within.end);
                    within.end = middle;
                } else {
                    subtrees.push(within.start..middle);
                    within.start = middle;
                }
            }
            // At the left edge this is the old tree itself, whose root the verifier has.
            if within.start > 0 {
                subtrees.push(within);
            }
        }
        Ok(Self::new(new_size, subtrees))
    }

    /// The subtrees as they are met from the root down; a proof has them from the leaf up.
    fn new(size: u64, subtrees: Vec<Range<u64>>) -> Self {
        let proof = vec![Hash::default(); subtrees.len()];
        let mut ahead: Vec<_> = subtrees.into_iter().rev().enumerate().map(|(place, range)| (range, place)).collect();
        ahead.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        Self { size, taken: 0, ahead, current: Frontier::new(), proof }
    }

    /// Takes the next leaf in. Those after the tree's last change nothing but the outcome of [`Self::finish`].
    pub fn take(&mut self, leaf: Hash) {
        if let Some((range, place)) = self.ahead.last()
            && range.contains(&self.taken)
        {
            self.current.push(leaf);
            if self.taken + 1 == range.end {
                if let Some(hash) = self.proof.get_mut(*place) {
                    *hash = std::mem::take(&mut self.current).root();
                }
                self.ahead.pop();
            }
        }
        self.taken += 1;
    }

    /// The proof, once all leaves of the tree were taken and no more.
    pub fn finish(self) -> Result<Vec<Hash>, TreeError> {
        if self.taken == self.size {
            Ok(self.proof)
        } else {
            Err(TreeError::OtherCount { expected: self.size, found: self.taken })
        }
    }

    fn finish_with(mut self, leaves: impl IntoIterator<Item = Hash>) -> Result<Vec<Hash>, TreeError> {
        leaves.into_iter().for_each(|leaf| self.take(leaf));
        self.finish()
    }
}

/// [`Prover::inclusion`] over all leaves of a tree.
pub fn prove_inclusion(index: u64, size: u64, leaves: impl IntoIterator<Item = Hash>) -> Result<Vec<Hash>, TreeError> {
    Prover::inclusion(index, size)?.finish_with(leaves)
}

/// [`Prover::consistency`] over all leaves of the new tree.
pub fn prove_consistency(
    old_size: u64,
    new_size: u64,
    leaves: impl IntoIterator<Item = Hash>,
) -> Result<Vec<Hash>, TreeError> {
    Prover::consistency(old_size, new_size)?.finish_with(leaves)
}

/// Where a tree of more than one leaf parts: its left half has the largest power of two that is less than all.
fn middle(range: &Range<u64>) -> u64 {
    range.start + (range.end - range.start).div_ceil(2).next_power_of_two()
}

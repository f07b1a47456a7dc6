//! The Merkle tree of RFC 9162, section 2.1, on SHA-256: hashes, and the checks of its two proofs.
//!
//! Leaf i of a log is its entry i + 1. Proofs are made in [`Prover`], roots in [`Frontier`].

mod frontier;
mod prover;
#[cfg(test)]
mod tests;

use super::error::TreeError;
use sha2::{Digest, Sha256};

pub use frontier::Frontier;
pub use prover::{Prover, prove_consistency, prove_inclusion};

/// Of a leaf, a node or a tree.
pub type Hash = [u8; 32];

/// No proof about a tree of at most [`super::MAX_SIZE`] leaves has more hashes.
pub const MAX_PROOF: usize = 64;

/// The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes.
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of a node: SHA-256 of 0x01 and the hashes below it.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Checks that `leaf` is the hash of leaf `index` in the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, root: &Hash, proof: &[Hash]) -> Result<(), TreeError> {
    let mut climb = Climb::new(index, size)?;
    let mut hash = *leaf;
    for sibling in proof {
        hash = if climb.step()? { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
    }
    climb.arrived()?;
    if hash == *root { Ok(()) } else { Err(TreeError::OtherRoot) }
}

/// Checks that the tree of `new_size` leaves under `new_root` begins with all leaves of the one of `old_size` leaves
/// under `old_root` (RFC 9162, 2.1.4.2).
///
/// The RFC says nothing of an empty old tree. As in C2SP's tlog-witness, every tree follows from it, with an empty
/// proof.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), TreeError> {
    if old_size > new_size {
        return Err(TreeError::Shrunk { old_size, new_size });
    }
    if old_size == 0 || old_size == new_size {
        return verify_without_proof(old_size, old_root, new_size, new_root, proof);
    }
    // An old tree of 2^k leaves is a node of the new one: the climb starts at its root, else at the first hash.
    let mut climb = Climb::new(old_size - 1, new_size)?;
    climb.skip_right();
    let (mut old, rest) = match proof.split_first() {
        None => return Err(TreeError::ProofTooShort),
        Some(_) if old_size.is_power_of_two() => (*old_root, proof),
        Some((first, rest)) => (*first, rest),
    };
    let mut new = old;
    for sibling in rest {
        if climb.step()? {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
        } else {
            new = node_hash(&new, sibling);
        }
    }
    climb.arrived()?;
    if old != *old_root {
        Err(TreeError::OtherOldRoot)
    } else if new != *new_root {
        Err(TreeError::OtherRoot)
    } else {
        Ok(())
    }
}

/// One of the trees is empty, or both are the same: there is nothing to prove.
fn verify_without_proof(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), TreeError> {
    if !proof.is_empty() {
        Err(TreeError::ProofTooLong)
    } else if old_size == 0 && *old_root != empty_root() {
        Err(TreeError::OtherOldRoot)
    } else if old_size == new_size && old_root != new_root {
        Err(TreeError::OtherRoot)
    } else {
        Ok(())
    }
}

/// The way from a node to the root: on each level the number of the node, and that of the last one.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    fn new(index: u64, size: u64) -> Result<Self, TreeError> {
        if index < size && size <= super::MAX_SIZE {
            Ok(Self { node: index, last: size - 1 })
        } else {
            Err(TreeError::OutsideTree { index, size })
        }
    }

    /// One sibling up. Whether the sibling is on the left.
    fn step(&mut self) -> Result<bool, TreeError> {
        if self.last == 0 {
            return Err(TreeError::ProofTooLong);
        }
        let left = self.node & 1 == 1 || self.node == self.last;
        if left {
            // The last node of a level may have no sibling; then it is its own parent. It is never node 0 here.
            let alone = self.node.trailing_zeros();
            self.node >>= alone;
            self.last >>= alone;
        }
        self.node >>= 1;
        self.last >>= 1;
        Ok(left)
    }

    /// Up while the node is a right child: what lies to its left is under the same parent.
    fn skip_right(&mut self) {
        let right = self.node.trailing_ones();
        self.node >>= right;
        self.last >>= right;
    }

    fn arrived(&self) -> Result<(), TreeError> {
        if self.last == 0 { Ok(()) } else { Err(TreeError::ProofTooShort) }
    }
}

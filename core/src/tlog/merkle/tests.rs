//! The tree against the vectors of others, against its own definition, and against proofs that somebody touched.
//!
//! Leaves, roots and `vectors.json` are those of github.com/transparency-dev/merkle at 417fb0c (`testonly/constants.go`,
//! the happy paths and `additional` cases in `testdata`), which has them from Certificate Transparency.

use super::*;
use crate::tlog::MAX_SIZE;
use crate::tlog::tests::{hash, hex};
use proptest::prelude::*;
use serde_json::Value;

const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// By size, from 0.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn known_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&hex(leaf))).collect()
}

fn numbered(size: u64) -> Vec<Hash> {
    (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// MTH as RFC 9162 defines it, section 2.1.1.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let mut half = 1;
            while half * 2 < leaves.len() {
                half *= 2;
            }
            node_hash(&defined(&leaves[..half]), &defined(&leaves[half..]))
        }
    }
}

/// PATH of section 2.1.3.1.
fn defined_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, sibling) = if index < half {
        (defined_path(index, left), defined(right))
    } else {
        (defined_path(index - half, right), defined(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of section 2.1.4.1.
fn defined_subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![defined(leaves)] };
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut proof, sibling) = if old <= half {
        (defined_subproof(old, left, known), defined(right))
    } else {
        (defined_subproof(old - half, right, false), defined(left))
    };
    proof.push(sibling);
    proof
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    frontier.extend(leaves.iter().copied());
    frontier
}

#[test]
fn the_eight_leaves_of_certificate_transparency_have_their_nine_roots() {
    for (size, root) in ROOTS.iter().enumerate() {
        let leaves = &known_leaves()[..size];
        assert_eq!(frontier(leaves).root(), hash(root), "size {size}");
        assert_eq!(defined(leaves), hash(root), "size {size}");
    }
}

#[test]
#[expect(clippy::many_single_char_names, reason = "they are the names in the RFC")]
fn the_seven_leaves_of_the_rfc_have_the_proofs_that_it_names() {
    // RFC 9162, section 2.1.5: a to f are the hashes of d0 to d5, j that of d6.
    let leaves = numbered(7);
    let [a, b, c, d, e, f, j] = leaves[..].try_into().unwrap();
    let (g, h, i) = (node_hash(&a, &b), node_hash(&c, &d), node_hash(&e, &f));
    let (k, l) = (node_hash(&g, &h), node_hash(&i, &j));
    assert_eq!(frontier(&leaves).root(), node_hash(&k, &l));

    let included = |index| prove_inclusion(index, 7, leaves.clone()).unwrap();
    assert_eq!(included(0), [b, h, l]);
    assert_eq!(included(3), [c, g, l]);
    assert_eq!(included(4), [f, j, k]);
    assert_eq!(included(6), [i, k]);
    let consistent = |old| prove_consistency(old, 7, leaves.clone()).unwrap();
    assert_eq!(consistent(3), [c, d, g, l]);
    assert_eq!(consistent(4), [l]);
    assert_eq!(consistent(6), [i, j, k]);
}

#[test]
fn the_vectors_of_others_are_judged_as_they_say() {
    let vectors: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let hashes = |list: &Value| -> Option<Vec<Hash>> { list.as_array().unwrap().iter().map(hash_of).collect() };
    let number = |value: &Value| value.as_u64().unwrap();
    let (mut good, mut bad) = (0, 0);
    for case in vectors["inclusion"].as_array().unwrap() {
        let held = (|| {
            let (leaf, root) = (hash_of(&case["leafHash"])?, hash_of(&case["root"])?);
            let (index, size) = (number(&case["leafIdx"]), number(&case["treeSize"]));
            verify_inclusion(index, size, &leaf, &root, &hashes(&case["proof"])?).ok()
        })();
        assert_eq!(held.is_none(), case["wantErr"].as_bool().unwrap(), "{case}");
        if held.is_some() { good += 1 } else { bad += 1 }
    }
    for case in vectors["consistency"].as_array().unwrap() {
        let held = (|| {
            let (old_root, new_root) = (hash_of(&case["root1"])?, hash_of(&case["root2"])?);
            let (old, new) = (number(&case["size1"]), number(&case["size2"]));
            verify_consistency(old, &old_root, new, &new_root, &hashes(&case["proof"])?).ok()
        })();
        assert_eq!(held.is_none(), case["wantErr"].as_bool().unwrap(), "{case}");
        if held.is_some() { good += 1 } else { bad += 1 }
    }
    assert_eq!((good, bad), (11, 28));
}

/// Some of the bad vectors have something else where a hash belongs.
fn hash_of(text: &Value) -> Option<Hash> {
    crate::tlog::encoding::hash_from_base64(text.as_str()?)
}

#[test]
fn from_an_empty_tree_every_tree_follows() {
    let root = defined(&numbered(5));
    assert_eq!(verify_consistency(0, &empty_root(), 5, &root, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &empty_root(), &[]), Ok(()));
    assert_eq!(verify_consistency(0, &root, 5, &root, &[]), Err(TreeError::OtherOldRoot));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &root, &[]), Err(TreeError::OtherRoot));
    assert_eq!(verify_consistency(0, &empty_root(), 5, &root, &[root]), Err(TreeError::ProofTooLong));
    assert_eq!(prove_consistency(0, 5, numbered(5)), Ok(Vec::new()));
}

#[test]
fn a_log_that_shrank_is_told_apart() {
    let (three, five) = (defined(&numbered(3)), defined(&numbered(5)));
    let shrunk = TreeError::Shrunk { old_size: 5, new_size: 3 };
    assert_eq!(verify_consistency(5, &five, 3, &three, &[]), Err(shrunk.clone()));
    assert_eq!(Prover::consistency(5, 3).unwrap_err(), shrunk);
}

#[test]
fn sizes_and_indices_beyond_reason_are_refused() {
    let root = Hash::default();
    for (index, size) in [(0, 0), (1, 1), (u64::MAX, u64::MAX), (0, u64::MAX), (MAX_SIZE, MAX_SIZE), (5, MAX_SIZE + 1)]
    {
        let outside = TreeError::OutsideTree { index, size };
        assert_eq!(verify_inclusion(index, size, &root, &root, &[]), Err(outside.clone()));
        assert_eq!(Prover::inclusion(index, size).unwrap_err(), outside);
    }
    assert!(verify_consistency(1, &root, u64::MAX, &root, &[root; 64]).is_err());
    assert!(Prover::consistency(1, MAX_SIZE + 1).is_err());
}

#[test]
fn the_largest_tree_has_the_longest_proofs() {
    let longest = |prover: Prover| prover.proof.len();
    assert_eq!(longest(Prover::inclusion(0, MAX_SIZE).unwrap()), 63);
    assert_eq!(longest(Prover::consistency(1, MAX_SIZE).unwrap()), 63);
    assert_eq!(longest(Prover::consistency((1 << 62) - 1, MAX_SIZE).unwrap()), MAX_PROOF);
    let root = Hash::default();
    for length in [0, 62] {
        let proof = vec![root; length];
        assert_eq!(verify_inclusion(0, MAX_SIZE, &root, &root, &proof), Err(TreeError::ProofTooShort));
    }
    assert_eq!(verify_inclusion(0, MAX_SIZE, &root, &root, &[root; 64]), Err(TreeError::ProofTooLong));
    assert_eq!(verify_inclusion(0, MAX_SIZE, &root, &root, &[root; 63]), Err(TreeError::OtherRoot));
}

#[test]
fn a_proof_needs_every_leaf_and_no_more() {
    for came in [0, 6, 8] {
        let other = Err(TreeError::OtherCount { expected: 7, found: came });
        assert_eq!(prove_inclusion(2, 7, numbered(came)), other);
        assert_eq!(prove_consistency(3, 7, numbered(came)), other);
    }
}

#[test]
fn a_frontier_that_was_kept_goes_on_and_a_damaged_one_is_refused() {
    for size in 0..70 {
        let mut kept = Frontier::from_bytes(&frontier(&numbered(size)).to_bytes()).unwrap();
        kept.extend(numbered(70).into_iter().skip(usize::try_from(size).unwrap()));
        assert_eq!((kept.size(), kept.root()), (70, defined(&numbered(70))));
    }
    let bytes = frontier(&numbered(5)).to_bytes();
    assert_eq!(bytes.len(), 8 + 2 * 32);
    for length in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), None, "{length} bytes");
    }
    assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()), None);
    assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0; 32]].concat()), None);
    assert_eq!(Frontier::from_bytes(&[&[0, 0, 0, 0, 0, 0, 0, 7], &bytes[8..]].concat()), None);
    let beyond = [&(MAX_SIZE + 1).to_be_bytes()[..], &[0; 32]].concat();
    assert_eq!(Frontier::from_bytes(&beyond), None);
}

#[test]
fn every_small_tree_keeps_to_the_definitions() {
    for size in 1..=33 {
        let leaves = numbered(size);
        let length = leaves.len();
        assert_eq!(frontier(&leaves).root(), defined(&leaves));
        for index in 0..length {
            let proof = prove_inclusion(index as u64, size, leaves.clone()).unwrap();
            assert_eq!(proof, defined_path(index, &leaves), "{index} in {size}");
            assert_eq!(verify_inclusion(index as u64, size, &leaves[index], &defined(&leaves), &proof), Ok(()));
        }
        for old in 1..=length {
            let proof = prove_consistency(old as u64, size, leaves.clone()).unwrap();
            assert_eq!(proof, defined_subproof(old, &leaves, true), "{old} to {size}");
            let (old_root, root) = (defined(&leaves[..old]), defined(&leaves));
            assert_eq!(verify_consistency(old as u64, &old_root, size, &root, &proof), Ok(()));
        }
    }
}

/// A proof with one thing changed: a bit, a hash too few, one too many, two that changed places.
fn tampered(proof: &[Hash], bit: usize) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[Hash::default()]].concat(), [&[Hash::default()], proof].concat()];
    for place in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[place][bit / 8] ^= 1 << (bit % 8);
        all.push(flipped);
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        all.push(shorter);
        if place > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(place - 1, place);
            all.push(swapped);
        }
    }
    all
}

proptest! {
    #[test]
    fn an_inclusion_proof_holds_for_its_leaf_and_nothing_else(size in 1_u64..600, at: prop::sample::Index, bit in 0_usize..256) {
        let leaves = numbered(size);
        let (index, root) = (at.index(leaves.len()), frontier(&leaves).root());
        let (place, leaf) = (index as u64, leaves[index]);
        let proof = prove_inclusion(place, size, leaves.clone()).unwrap();
        prop_assert_eq!(verify_inclusion(place, size, &leaf, &root, &proof), Ok(()));

        for touched in tampered(&proof, bit) {
            prop_assert!(verify_inclusion(place, size, &leaf, &root, &touched).is_err());
        }
        for other in (0..size + 2).filter(|other| *other != place) {
            prop_assert!(verify_inclusion(other, size, &leaf, &root, &proof).is_err(), "index {}", other);
        }
        let (mut other_leaf, mut other_root) = (leaf, root);
        other_leaf[bit / 8] ^= 1 << (bit % 8);
        other_root[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(place, size, &other_leaf, &root, &proof).is_err());
        prop_assert!(verify_inclusion(place, size, &leaf, &other_root, &proof).is_err());
    }

    #[test]
    fn a_consistency_proof_holds_for_its_trees_and_nothing_else(size in 1_u64..600, at: prop::sample::Index, bit in 0_usize..256) {
        let leaves = numbered(size);
        let old = at.index(leaves.len()) + 1;
        let (old_root, root) = (frontier(&leaves[..old]).root(), frontier(&leaves).root());
        let old = old as u64;
        let proof = prove_consistency(old, size, leaves.clone()).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, size, &root, &proof), Ok(()));

        for touched in tampered(&proof, bit) {
            prop_assert!(verify_consistency(old, &old_root, size, &root, &touched).is_err());
        }
        for other in (0..size + 2).filter(|other| *other != old) {
            prop_assert!(verify_consistency(other, &old_root, size, &root, &proof).is_err(), "old size {}", other);
        }
        let (mut other_old, mut other_root) = (old_root, root);
        other_old[bit / 8] ^= 1 << (bit % 8);
        other_root[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_consistency(old, &other_old, size, &root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &other_root, &proof).is_err());
    }

    #[test]
    fn nothing_that_a_stranger_sends_ends_in_a_panic(
        first: u64, second: u64, old_root: Hash, root: Hash, proof in prop::collection::vec(any::<Hash>(), 0..70), bytes: Vec<u8>,
    ) {
        prop_assert!(verify_inclusion(first, second, &old_root, &root, &proof).is_err());
        prop_assert!(first == second || verify_consistency(first, &old_root, second, &root, &proof).is_err());
        let _ = (Prover::inclusion(first, second), Prover::consistency(first, second));
        if let Some(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}

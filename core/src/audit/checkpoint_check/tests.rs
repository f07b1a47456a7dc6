//! A log of sixty leaves whose key changes after the thirtieth and whose epoch changes after the fortieth.

use super::*;
use crate::tlog;
use crate::tlog::merkle::leaf_hash;
use ed25519_dalek::SigningKey;
use uuid::Uuid;

const LOG: LogId = LogId(Uuid::from_u128(7));
const SIZE: i64 = 60;

fn signing(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn keys() -> Vec<PublicKey> {
    [(1, 1), (2, 1), (3, 2)].map(|(n, epoch)| PublicKey::in_epoch(signing(n).verifying_key(), epoch)).into()
}

/// The key that is in force after an entry.
fn after(seq: i64) -> u8 {
    match seq {
        ..30 => 1,
        30..40 => 2,
        _ => 3,
    }
}

fn leaf_of(seq: i64) -> Hash {
    leaf_hash(&seq.to_be_bytes())
}

fn tree(size: i64) -> Frontier {
    let mut tree = Frontier::new();
    tree.extend((1..=size).map(leaf_of));
    tree
}

fn kept(size: i64, by: u8) -> RawCheckpoint {
    signed(&tree(size), by)
}

fn signed(tree: &Frontier, by: u8) -> RawCheckpoint {
    let epoch = keys()[usize::from(by) - 1].epoch;
    let name = origin(LOG, u64::try_from(epoch).unwrap());
    let note = tlog::Checkpoint::new(name.clone(), tree.size(), tree.root()).unwrap().sign(&name, &signing(by));
    RawCheckpoint {
        size: i64::try_from(tree.size()).unwrap(),
        epoch,
        root: tree.root().to_vec(),
        frontier: tree.to_bytes(),
        note: note.unwrap().to_string().into_bytes(),
    }
}

fn check(checkpoints: Vec<RawCheckpoint>) -> CheckpointCheck {
    CheckpointCheck::new(LOG, keys(), RawVouchers { checkpoints, ..RawVouchers::default() })
}

fn issues(check: CheckpointCheck, from: i64, leaf: impl Fn(i64) -> Option<Hash>) -> Vec<String> {
    let (mut check, mut findings) = (check, Findings::default());
    for seq in from..=SIZE {
        check.take(seq, leaf(seq), keys().get(usize::from(after(seq)) - 1), &mut findings);
    }
    check.finish(true, &mut findings);
    let said = |issue: Issue| format!("{}@{}-{}", issue.code, issue.seq_from.unwrap(), issue.seq_to.unwrap());
    findings.into_issues().into_iter().map(said).collect()
}

fn found(checkpoints: Vec<RawCheckpoint>) -> Vec<String> {
    issues(check(checkpoints), 1, |seq| Some(leaf_of(seq)))
}

#[test]
fn every_honest_checkpoint_agrees() {
    // At its very end an old key may still sign, and the new one already.
    let all = (1..=SIZE).map(|size| kept(size, after(size))).collect();
    assert_eq!(found(all), [""; 0]);
    assert_eq!(found(vec![kept(30, 1), kept(40, 2), kept(60, 3)]), [""; 0]);
}

#[test]
fn a_key_signs_only_while_it_is_in_force() {
    for (size, by) in [(29, 2), (31, 1), (39, 3), (41, 2), (60, 1)] {
        assert_eq!(found(vec![kept(size, by)]), [format!("checkpoint_altered@{size}-{size}")], "{size} by {by}");
    }
}

#[test]
fn every_byte_of_a_checkpoint_counts() {
    let honest = kept(21, 1);
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x01;
        bytes
    };
    let notes = (0..honest.note.len()).map(|at| RawCheckpoint { note: flipped(&honest.note, at), ..honest.clone() });
    let roots = (0..32).map(|at| RawCheckpoint { root: flipped(&honest.root, at), ..honest.clone() });
    let edges = (0..honest.frontier.len())
        .map(|at| RawCheckpoint { frontier: flipped(&honest.frontier, at), ..honest.clone() });
    let numbers = [
        RawCheckpoint { size: 22, ..honest.clone() },
        RawCheckpoint { size: 0, ..honest.clone() },
        RawCheckpoint { size: i64::MIN, ..honest.clone() },
        RawCheckpoint { size: i64::MAX, ..honest.clone() },
        RawCheckpoint { epoch: 2, ..honest.clone() },
        RawCheckpoint { epoch: -1, ..honest.clone() },
    ];
    let mut tried = 0;
    for spoilt in notes.chain(roots).chain(edges).chain(numbers) {
        let found = found(vec![spoilt.clone()]);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("checkpoint_altered@")), "{found:?}: {spoilt:?}");
        tried += 1;
    }
    assert!(tried > 300);
}

#[test]
fn a_signature_that_somebody_added_is_not_passed_over() {
    let mut spoilt = kept(21, 1);
    let other = NoteSignature::sign("x\n", "other", &signing(5)).unwrap();
    spoilt.note.extend_from_slice(format!("{other}\n").as_bytes());
    assert_eq!(found(vec![spoilt]), ["checkpoint_altered@21-21"]);
}

/// All of it under one issue, which says between which checkpoints the first change lies.
#[test]
fn a_rewritten_log_disagrees_with_what_was_signed() {
    let all: Vec<_> = [10, 20, 30, 40, 50, 60].into_iter().map(|size| kept(size, after(size))).collect();
    let rewritten = |seq| Some(if seq == 25 { [0; 32] } else { leaf_of(seq) });
    assert_eq!(issues(check(all.clone()), 1, rewritten), ["checkpoint_disagrees@21-30"]);
    // Where an entry cannot be told, that is the issue, and not what follows from it.
    assert_eq!(issues(check(all), 1, |seq| (seq != 25).then(|| leaf_of(seq))), [""; 0]);
}

#[test]
fn a_checkpoint_beyond_the_end_tells_how_much_was_cut_off() {
    assert_eq!(found(vec![kept(59, 3), kept(70, 3), kept(80, 3)]), ["checkpoint_beyond@61-80"]);
    let other = signed(&tree(70), 1);
    assert_eq!(found(vec![RawCheckpoint { epoch: 2, ..other }]), ["checkpoint_altered@70-70"]);
    // Only a part of the log was asked for: its end is not here.
    let mut findings = Findings::default();
    let mut part = check(vec![kept(70, 3)]);
    part.take(1, Some(leaf_of(1)), keys().first(), &mut findings);
    part.finish(false, &mut findings);
    assert_eq!(findings.into_issues(), []);
}

#[test]
fn a_part_is_compared_from_the_checkpoint_before_it() {
    let all = vec![kept(20, 1), kept(35, 2), kept(50, 3)];
    for from in [2, 21, 36, 37, 50, 51] {
        assert_eq!(issues(check(all.clone()).beginning_at(from), from, |seq| Some(leaf_of(seq))), [""; 0], "{from}");
    }
    let rewritten = |seq| Some(if seq == 40 { [0; 32] } else { leaf_of(seq) });
    assert_eq!(issues(check(all.clone()).beginning_at(36), 36, rewritten), ["checkpoint_disagrees@36-50"]);
    // Nothing is kept of what comes before, so nobody can tell.
    assert_eq!(issues(check(all).beginning_at(37), 37, rewritten), [""; 0]);
}

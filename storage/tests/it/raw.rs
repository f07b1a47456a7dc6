//! What verification reads: whoever writes the file decides how much there is of it.

use crate::home::{Home, NOON};
use licentia_storage::audit::SealedFields;
use licentia_storage::forge_entry;
use licentia_storage::raw::{CHUNK, RawReader};

const LOG: [u8; 16] = [1; 16];

fn fields(seq: i64) -> SealedFields {
    let mut id = vec![0; 16];
    id[..8].copy_from_slice(&seq.to_be_bytes());
    SealedFields {
        version: 1,
        log_id: LOG,
        seq,
        transaction_id: id.clone(),
        kind: "license.issue".to_owned(),
        severity: "info".to_owned(),
        outcome: "success".to_owned(),
        actor: "mallory".to_owned(),
        actor_kind: "user".to_owned(),
        target_kind: None,
        target_id: None,
        recorded_at: NOON,
        clock: NOON,
        payload_hash: vec![0; 32],
        effects: Vec::new(),
        key_id: vec![0; 16],
        previous_hash: [&id[..], &id].concat(),
        id,
    }
}

/// A file with entries whose payloads have these lengths, behind the first one.
async fn with_payloads(lengths: &[usize]) -> Home {
    let home = Home::new().await;
    let mut plain = home.plain();
    let all = plain.transaction().unwrap();
    for (seq, length) in (2..).zip(lengths) {
        forge_entry(&all, &fields(seq), [&[0; 32], &[0; 64]], [&[0; 16], &vec![b' '; *length]]).unwrap();
    }
    all.commit().unwrap();
    home
}

/// How many entries each read gives back, from the first on.
async fn reads(home: &Home) -> Vec<usize> {
    let mut reader = RawReader::open(&home.path()).await.unwrap();
    let (mut next, mut reads) = (i64::MIN, Vec::new());
    loop {
        let entries = reader.entries_from(next, i64::MAX, LOG).await.unwrap();
        let Some(last) = entries.last() else { return reads };
        let first = last.seq + 1 - i64::try_from(entries.len()).unwrap();
        assert_eq!(first, next.max(1), "none is left out and none comes twice");
        next = last.seq + 1;
        reads.push(entries.len());
    }
}

/// Found by their kind, so not in the order in which they stand.
#[tokio::test]
async fn large_entries_of_some_kinds_come_in_order_and_not_all_at_once() {
    let home = with_payloads(&[3 << 20; 9]).await;
    let mut reader = RawReader::open(&home.path()).await.unwrap();
    let (mut after, mut reads) = (0, Vec::new());
    loop {
        let entries = reader.entries_of_kinds(&["vault.create", "license.issue"], after, 9, LOG).await.unwrap();
        let Some(last) = entries.last() else { break };
        after = last.seq;
        reads.push(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>());
    }
    assert_eq!(reads, [vec![1, 2, 3, 4], vec![5, 6, 7], vec![8, 9]]);
}

#[tokio::test]
async fn a_read_ends_with_so_many_entries() {
    let many = usize::try_from(CHUNK).unwrap();
    assert_eq!(reads(&with_payloads(&vec![0; many + 9]).await).await, [many, 10]);
}

#[tokio::test]
async fn a_read_of_large_entries_ends_before_it_holds_too_much() {
    let mebibyte = 1 << 20;
    let lengths = [vec![mebibyte; 10], vec![30 * mebibyte], vec![mebibyte; 10]].concat();
    assert_eq!(reads(&with_payloads(&lengths).await).await, [9, 3, 8, 2]);
}

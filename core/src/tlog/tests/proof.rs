//! One entry proved with a file and a key, and all the ways in which that file can lie.

use super::*;
use crate::tlog::merkle::{Frontier, leaf_hash, prove_inclusion};
use proptest::prelude::*;

const ORIGIN: &str = "licentia/019e45d2-f000-7000-8000-00000000000a/1";
const LOG: &str =
    "licentia/019e45d2-f000-7000-8000-00000000000a/1+4bf9bba8+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const WITNESS: &str = "witness.example/w1+fea3b187+BBOY9ixtGkV8UbpqS189vS9p/KkyFiGNyJl+QWvRfZPK";

/// Made from the specifications by another program (Python, hashlib and cryptography): the second of the seven entries
/// that the vectors of `storage` freeze, signed with the seed 07…07, cosigned with 08…08. It is in docs/FORMAT.md.
const MADE_ELSEWHERE: &str = include_str!("entry2.tlog-proof");

/// The seven entries as they are hashed.
fn frozen_entries() -> Vec<Vec<u8>> {
    let vectors = include_str!("../../../../storage/tests/vectors/audit.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    vectors["entries"].as_array().unwrap().iter().map(|entry| hex(entry["encoded"].as_str().unwrap())).collect()
}

fn entry(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

/// What a log of such entries says of one of them.
fn proof(index: u64, size: u64) -> Proof {
    proof_among(&(0..size).map(entry).collect::<Vec<_>>(), index)
}

fn proof_among(entries: &[Vec<u8>], index: u64) -> Proof {
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let mut frontier = Frontier::new();
    frontier.extend(leaves.iter().copied());
    let checkpoint = Checkpoint::new(ORIGIN, frontier.size(), frontier.root()).unwrap();
    let mut checkpoint = checkpoint.sign(ORIGIN, &signing_key(7)).unwrap();
    checkpoint.add(checkpoint.checkpoint().cosign("witness.example/w1", &signing_key(8), 1_779_285_600).unwrap());
    Proof { extra: Vec::new(), index, path: prove_inclusion(index, frontier.size(), leaves).unwrap(), checkpoint }
}

/// Asks as somebody who trusts the log's key and the witness.
fn verified(proof: &Proof, entry: &[u8]) -> Result<usize, ProofError> {
    let (log, witnesses) = ([vkey(LOG)], [vkey(WITNESS)]);
    proof.verify(entry, Trust { origin: ORIGIN, log: &log, witnesses: &witnesses }).map(|by| by.len())
}

fn parse(text: &str) -> Result<Proof, ProofError> {
    Proof::parse(text.as_bytes())
}

#[test]
fn a_proof_made_elsewhere_verifies_and_is_the_one_that_we_make() {
    let (elsewhere, entries) = (parse(MADE_ELSEWHERE).unwrap(), frozen_entries());
    assert_eq!(verified(&elsewhere, &entries[1]), Ok(1));
    let ours = proof_among(&entries, 1);
    assert_eq!(elsewhere, ours);
    assert_eq!(ours.to_string(), MADE_ELSEWHERE);
    let documented = include_str!("../../../../docs/FORMAT.md");
    assert!([MADE_ELSEWHERE, LOG, WITNESS].iter().all(|text| documented.contains(text)));
}

#[test]
fn the_example_of_the_specification_has_its_parts() {
    // C2SP tlog-proof.md at 5ba5ee8; the signatures, which it leaves out, are those of tlog-cosignature.md.
    let text = "c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
";
    let proof = parse(text).unwrap();
    assert!(proof.extra.starts_with(b"age-v1.2.1-darwin-arm64.tar.gz"));
    assert_eq!((proof.index, proof.path.len()), (73_894, 5));
    let tree = proof.checkpoint.checkpoint();
    assert_eq!((tree.origin(), tree.size()), ("example.com/fancylog", 109_482));
    assert_eq!(proof.to_string(), text);
}

#[test]
fn the_only_entry_of_a_log_needs_no_hashes() {
    let text = proof(0, 1).to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlicentia/"));
    assert_eq!(verified(&parse(&text).unwrap(), &entry(0)), Ok(1));
}

#[test]
fn extra_data_go_along_and_prove_nothing() {
    let with = Proof { extra: b"order FL-03028".to_vec(), ..proof(3, 7) };
    let text = with.to_string();
    assert!(text.contains("\nextra b3JkZXIgRkwtMDMwMjg=\nindex 3\n"));
    assert_eq!(parse(&text).unwrap(), with);
    assert_eq!(verified(&with, &entry(3)), Ok(1));
}

#[test]
fn an_entry_that_was_changed_or_stands_elsewhere_is_not_proved() {
    let honest = proof(3, 7);
    assert_eq!(verified(&honest, b"entry 4"), Err(TreeError::OtherRoot.into()));
    assert_eq!(verified(&Proof { index: 2, ..honest.clone() }, &entry(3)), Err(TreeError::OtherRoot.into()));
    let outside = TreeError::OutsideTree { index: 7, size: 7 };
    assert_eq!(verified(&Proof { index: 7, ..honest.clone() }, &entry(3)), Err(outside.into()));
    let short = Proof { path: honest.path[..2].to_vec(), ..honest.clone() };
    assert_eq!(verified(&short, &entry(3)), Err(TreeError::ProofTooShort.into()));
}

#[test]
fn a_proof_from_a_log_that_nobody_vouches_for_is_refused() {
    let forged = Checkpoint::new(ORIGIN, 1, leaf_hash(b"forged")).unwrap().sign(ORIGIN, &signing_key(66)).unwrap();
    let forged = Proof { extra: Vec::new(), index: 0, path: Vec::new(), checkpoint: forged };
    assert_eq!(verified(&forged, b"forged"), Err(CheckpointError::from(NoteError::Unsigned).into()));
    let other_epoch = ORIGIN.replace("/1", "/2");
    let elsewhere = Checkpoint::new(&*other_epoch, 1, leaf_hash(b"abandoned")).unwrap();
    let elsewhere = Proof { checkpoint: elsewhere.sign(ORIGIN, &signing_key(7)).unwrap(), ..forged };
    let other = CheckpointError::OtherOrigin { expected: ORIGIN.to_owned(), found: other_epoch };
    assert_eq!(verified(&elsewhere, b"abandoned"), Err(other.into()));
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let text = Proof { extra: Vec::new(), ..proof(3, 7) }.to_string();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            // A witness that got another name or id is a stranger: then the log's word is all there is.
            let outcome = Proof::parse(&bytes).and_then(|proof| verified(&proof, &entry(3)));
            assert_ne!(outcome, Ok(1), "byte {at}, bit {bit}");
            let in_witness_line = at >= text.rfind('—').unwrap();
            assert!(outcome.is_err() || in_witness_line, "byte {at}, bit {bit}");
        }
        let cut = Proof::parse(&text.as_bytes()[..at]).and_then(|proof| verified(&proof, &entry(3)));
        assert_ne!(cut, Ok(1), "cut at {at}");
    }
}

#[test]
fn malformed_proofs_are_refused() {
    let text = MADE_ELSEWHERE;
    let refused = [
        String::new(),
        text.replace("@v1", "@v2"),
        text.replace("c2sp.org/tlog-proof@v1\n", ""),
        text.replace("index 1\n", ""),
        text.replace("index 1", "index 01"),
        text.replace("index 1", "index +1"),
        text.replace("index 1", "index -1"),
        text.replace("index 1", "index  1"),
        text.replace("index 1", "index 9223372036854775808"),
        text.replace("index 1", "Index 1"),
        text.replace("index 1", "extra \nindex 1"),
        text.replace("index 1", "extra !!!!\nindex 1"),
        text.replace("index 1", "extra AAAB\nextra AAAB\nindex 1"),
        text.replace("index 1", "index 1\nextra AAAB"),
        text.replace("index 1", "index 1\nindex 1"),
        text.replace("index 1", "index 1\nAAAA"),
        text.replace("HEQ=", "HER="),
        text.replace("HEQ=", "HEQ"),
        text.replace('\n', "\r\n"),
        text.replacen("\n\n", "\n", 1),
        text.replacen("\n\n", "\n\n\n", 1),
        format!("{text}\n"),
        format!("\n{text}"),
        text.trim_end().to_owned(),
    ];
    for changed in refused {
        assert_ne!(changed, text);
        assert!(parse(&changed).is_err(), "{changed}");
    }
    let line = "XoNkyY1+w0pN8mwzTKlJHogMmKM5nO2y9UXJ/e7gHEQ=\n";
    let long = |count: usize| parse(&text.replace("index 1\n", &format!("index 1\n{}", line.repeat(count))));
    assert_eq!(verified(&long(61).unwrap(), &frozen_entries()[1]), Err(TreeError::ProofTooLong.into()));
    assert_eq!(long(62), Err(ProofError::Malformed("it has too many hashes")));
    assert_eq!(Proof::parse(&vec![b'a'; 2_000_001]), Err(ProofError::Malformed("it is too long")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_entry_of_any_log_can_be_proved(size in 1_u64..200, at: prop::sample::Index, extra: Vec<u8>) {
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let proof = Proof { extra, ..proof(index, size) };
        let read = Proof::parse(proof.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &proof);
        prop_assert_eq!(verified(&read, &entry(index)), Ok(1));
        prop_assert!(verified(&read, &entry(index + 1)).is_err());
    }

    #[test]
    fn nothing_that_a_stranger_writes_ends_in_a_panic(text in "(\n|—|\u{2014} |a|=|0|index 1|extra |c2sp.org/tlog-proof@v1|AAAAAA==| ){0,20}", bytes: Vec<u8>) {
        for bytes in [text.as_bytes(), &bytes] {
            if let Ok(note) = Note::parse(bytes) {
                prop_assert_eq!(note.to_string().into_bytes(), bytes);
            }
            if let Ok(lines) = NoteSignature::parse_lines(bytes) {
                prop_assert_eq!(lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect::<Vec<_>>(), bytes);
            }
            prop_assert!(Proof::parse(bytes).is_err());
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.text(), text);
        }
    }
}

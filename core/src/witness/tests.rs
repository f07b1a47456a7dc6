//! The rules of a witness, against logs that grow, shrink, fork and lie.

use super::*;
use crate::Timestamp;
use crate::tlog::merkle::{Frontier, Hash, leaf_hash, prove_consistency};
use crate::tlog::{Checkpoint, NoteError, SignatureKind, SignedCheckpoint, Trust, VerifierKey};
use ed25519_dalek::SigningKey;
use licentia_license::PublicKey;
use proptest::prelude::*;

const ORIGIN: &str = "licentia/0197-log/1";
const NOW: Timestamp = Timestamp::from_seconds(1_779_285_600);

/// A log of numbered leaves; two logs with other words differ in every leaf from `forks_at` on.
struct Grower {
    key: SigningKey,
    forks_at: u64,
    word: &'static str,
}

impl Grower {
    fn honest() -> Self {
        Self { key: SigningKey::from_bytes(&[1; 32]), forks_at: u64::MAX, word: "" }
    }

    fn forked(forks_at: u64) -> Self {
        Self { forks_at, word: "forked", ..Self::honest() }
    }

    fn leaves(&self, size: u64) -> impl Iterator<Item = Hash> {
        (0..size).map(|at| leaf_hash(format!("{at}{}", if at >= self.forks_at { self.word } else { "" }).as_bytes()))
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        let mut tree = Frontier::new();
        tree.extend(self.leaves(size));
        Checkpoint::new(ORIGIN, size, tree.root()).unwrap()
    }

    fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        let proof = prove_consistency(old, new, self.leaves(new)).unwrap_or_default();
        AddCheckpoint { old, proof, checkpoint: self.checkpoint(new).sign(ORIGIN, &self.key).unwrap() }
    }

    fn vkey(&self) -> VerifierKey {
        public(ORIGIN, &self.key)
    }
}

fn public(name: &str, key: &SigningKey) -> VerifierKey {
    let public = PublicKey::from_bytes(key.verifying_key().as_bytes()).unwrap();
    VerifierKey::new(name, SignatureKind::Ed25519, public).unwrap()
}

fn witness() -> WitnessKey {
    WitnessKey::new("witness.example.com/one", &[9; 32]).unwrap()
}

fn log() -> Log {
    Log::gather([Grower::honest().vkey()]).unwrap().remove(0)
}

fn judge(request: &AddCheckpoint, seen: Option<&Seen>) -> Result<Seen, Refusal> {
    // Through the wire, so that what is judged is what was read.
    AddCheckpoint::parse(request.to_string().as_bytes()).unwrap().judge(&log(), seen, &witness(), NOW)
}

fn seen(size: u64) -> Seen {
    judge(&Grower::honest().request(0, size), None).unwrap()
}

#[test]
fn a_log_that_grows_is_signed_at_every_step() {
    let log = Grower::honest();
    let mut last: Option<Seen> = None;
    for (old, new) in [(0, 0), (0, 1), (1, 1), (1, 7), (7, 8), (8, 64), (64, 1_000)] {
        let seen = judge(&log.request(old, new), last.as_ref()).unwrap();
        assert_eq!((seen.size(), seen.origin()), (new, ORIGIN));
        // What is kept says by itself who vouches for what.
        let kept = SignedCheckpoint::parse(seen.to_string().as_bytes()).unwrap();
        let (keys, witnesses) = ([log.vkey()], [witness().verifier_key()]);
        let cosigned = kept.verify(Trust { origin: ORIGIN, log: &keys, witnesses: &witnesses }).unwrap();
        assert_eq!(cosigned.len(), 1);
        assert_eq!(cosigned[0].time, 1_779_285_600);
        assert_eq!(seen.cosignatures(&witness()).lines().count(), 1);
        last = Some(Seen::parse(seen.to_string().as_bytes()).unwrap());
    }
}

#[test]
fn each_rule_has_its_status() {
    let (log, fork) = (Grower::honest(), Grower::forked(3));
    let status = |request: &AddCheckpoint, seen: Option<&Seen>| judge(request, seen).unwrap_err().status();
    let five = seen(5);

    let mut stranger = log.request(0, 5);
    let checkpoint = Checkpoint::new("another/log", 5, [0; 32]).unwrap();
    stranger.checkpoint = checkpoint.sign("another/log", &log.key).unwrap();
    assert_eq!(status(&stranger, None), 404);

    let mut unsigned = log.request(0, 5);
    unsigned.checkpoint = log.checkpoint(5).sign(ORIGIN, &SigningKey::from_bytes(&[2; 32])).unwrap();
    assert_eq!(status(&unsigned, None), 403, "signed by another key of the same name");

    assert_eq!(status(&AddCheckpoint { old: 6, ..log.request(5, 5) }, Some(&five)), 400, "old is larger than new");
    assert_eq!(status(&log.request(0, 9), Some(&five)), 409, "it has seen more");
    assert_eq!(status(&log.request(7, 9), Some(&five)), 409, "it has seen less");
    assert_eq!(status(&log.request(1, 9), None), 409, "it has seen nothing");
    assert_eq!(judge(&log.request(3, 9), Some(&five)), Err(Refusal::Conflict { old: 3, size: 5 }));

    assert_eq!(status(&fork.request(5, 9), Some(&five)), 422, "a fork");
    assert_eq!(status(&fork.request(5, 5), Some(&five)), 422, "the same size with another root");
    assert_eq!(status(&log.request(3, 4), Some(&five)), 409, "a replay of an older checkpoint");
    assert_eq!(status(&AddCheckpoint { old: 5, ..log.request(3, 4) }, Some(&five)), 400, "rolled back");
    assert_eq!(status(&AddCheckpoint { proof: vec![], ..log.request(5, 9) }, Some(&five)), 422, "no proof");
    assert_eq!(status(&AddCheckpoint { proof: vec![[0; 32]], ..log.request(0, 9) }, None), 422, "proof of nothing");
    assert_eq!(status(&AddCheckpoint { proof: vec![[0; 32]], ..log.request(5, 5) }, Some(&five)), 422);
    let empty = Checkpoint::new(ORIGIN, 0, [7; 32]).unwrap().sign(ORIGIN, &log.key).unwrap();
    assert_eq!(status(&AddCheckpoint { checkpoint: empty, ..log.request(0, 0) }, None), 422, "no leaves, and a root");
}

#[test]
fn lines_of_unknown_keys_change_nothing_and_false_ones_of_a_known_key_do() {
    let log = Grower::honest();
    let plain = log.request(0, 5).to_string();
    let other = log.checkpoint(5).sign("elsewhere.example.com", &SigningKey::from_bytes(&[3; 32])).unwrap();
    let line = other.note().signatures()[0].to_string();
    let request = AddCheckpoint::parse(format!("{plain}{line}\n").as_bytes()).unwrap();
    let seen = judge(&request, None).unwrap();
    assert!(!seen.to_string().contains("elsewhere"), "nor are they kept");

    let false_line = log.checkpoint(6).sign(ORIGIN, &log.key).unwrap().note().signatures()[0].to_string();
    for text in [format!("{plain}{false_line}\n"), plain.replace(plain.lines().last().unwrap(), &false_line)] {
        assert_eq!(judge(&AddCheckpoint::parse(text.as_bytes()).unwrap(), None).unwrap_err().status(), 403);
    }
}

#[test]
fn after_a_rotation_either_key_may_sign() {
    let (old, new) = (Grower::honest(), SigningKey::from_bytes(&[5; 32]));
    let logs = Log::gather([old.vkey(), public(ORIGIN, &new), old.vkey(), public("b", &new)]).unwrap();
    assert_eq!(logs.iter().map(Log::origin).collect::<Vec<_>>(), [ORIGIN, "b"]);
    let first = old.request(0, 4).judge(&logs[0], None, &witness(), NOW).unwrap();
    let mut second = old.request(4, 9);
    second.checkpoint = old.checkpoint(9).sign(ORIGIN, &new).unwrap();
    second.judge(&logs[0], Some(&first), &witness(), NOW).unwrap();
    // The key of a witness is none of a log.
    assert!(matches!(Log::gather([witness().verifier_key()]), Err(NoteError::MalformedKey(_))));
}

#[test]
fn what_is_malformed_is_400() {
    let good = Grower::honest().request(3, 9).to_string();
    AddCheckpoint::parse(good.as_bytes()).unwrap();
    let hash = good.lines().nth(1).unwrap();
    let many = |count: usize| {
        format!("old 3\n{}{}", format!("{hash}\n").repeat(count), &good[good.find("\n\n").unwrap() + 1..])
    };
    AddCheckpoint::parse(many(63).as_bytes()).unwrap();
    for bad in [
        String::new(),
        "\n\n".to_owned(),
        "old 3\n".to_owned(),
        good.replace("old 3", "old 03"),
        good.replace("old 3", "old  3"),
        good.replace("old 3", "old +3"),
        good.replace("old 3", "old -1"),
        good.replace("old 3", "old "),
        good.replace("old 3", "old"),
        good.replace("old 3", "OLD 3"),
        good.replace("old 3", "old 3 "),
        good.replace("old 3", "old 9223372036854775808"),
        good.replace("old 3", "old 99999999999999999999999999"),
        good.replacen('\n', "\r\n", 1),
        format!("\n{good}"),
        good.replace(hash, &hash[1..]),
        good.replace(hash, hash.trim_end_matches('=')),
        good.replace(hash, &format!("{hash} ")),
        good.replacen("\n\n", "\n", 1),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("{good}nonsense\n"),
        good.replace("\n9\n", "\n09\n"),
        many(64),
    ] {
        assert_eq!(AddCheckpoint::parse(bad.as_bytes()).unwrap_err().status(), 400, "{bad}");
    }
    assert_eq!(AddCheckpoint::parse(b"old 0\n\n\xff\n").unwrap_err().status(), 400);
}

#[test]
fn a_key_is_read_as_it_was_written_and_nothing_else_is() {
    let text = witness().to_text();
    let again = WitnessKey::parse(&text).unwrap();
    assert_eq!(again.verifier_key(), witness().verifier_key());
    assert!(text.starts_with("PRIVATE+KEY+witness.example.com/one+"));
    assert!(!format!("{again:?}").contains(text.rsplit('+').next().unwrap().trim()), "it does not print");
    for bad in [
        String::new(),
        text.replace("PRIVATE", "PUBLIC"),
        text.replace("/one", "/two"),
        text.replace("J\n", "\n"),
        format!("{}\n", *text),
        witness().verifier_key().to_string(),
    ] {
        assert!(WitnessKey::parse(&bad).is_err(), "{bad}");
    }
    assert!(WitnessKey::new("a b", &[0; 32]).is_err());
    assert!(WitnessKey::new("a+b", &[0; 32]).is_err());
}

proptest! {
    /// Whatever is sent, in whatever order: two checkpoints that were signed are never of two histories.
    #[test]
    fn never_two_histories(steps in proptest::collection::vec((any::<bool>(), 0_u64..12, 0_u64..12), 1..40)) {
        let mut last: Option<Seen> = None;
        let mut signed: Vec<(u64, Hash)> = Vec::new();
        for (forked, old, new) in steps {
            let log = if forked { Grower::forked(2) } else { Grower::honest() };
            if let Ok(seen) = judge(&log.request(old, new), last.as_ref()) {
                prop_assert!(last.as_ref().is_none_or(|last| last.size() <= seen.size()), "it went back");
                signed.push((new, *log.checkpoint(new).root()));
                last = Some(seen);
            }
        }
        for history in [Grower::honest(), Grower::forked(2)] {
            if signed.iter().any(|(size, root)| *size > 2 && history.checkpoint(*size).root() == root) {
                let all = signed.iter().all(|(size, root)| history.checkpoint(*size).root() == root);
                prop_assert!(all, "two histories were signed");
            }
        }
    }

    /// No bytes make it panic, and what reads well is written the same.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(request.to_string().into_bytes(), bytes);
        }
    }

    /// The same for requests in which one byte is another.
    #[test]
    fn one_byte_changed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let good = Grower::honest().request(3, 9).to_string().into_bytes();
        let mut bytes = good.clone();
        bytes[at.index(good.len())] = byte;
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(request.to_string().into_bytes(), bytes.clone());
            if request.judge(&log(), Some(&seen(3)), &witness(), NOW).is_ok() {
                // A line of another key may say anything.
                prop_assert_eq!(bytes, good);
            }
        }
    }
}

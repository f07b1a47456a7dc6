//! A signed result is what the machine wrote, to the byte, for one token; whatever else it may look like is refused.

use super::result::*;
use crate::{ProbeStatus, ProbeToken, ProbeTokenId, Timestamp};
use licentia_license::machine::{Component, Fingerprint};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

const TOKEN: &str = "lprobe_3q2-7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWc";

/// Frozen: it was made once, and checked by a program that shares no code (see FORMAT.md).
const GOLDEN: &str = include_str!("../../tests/data/probe/result.json");

fn report() -> ProbeReport {
    let components = [(Component::MachineId, [1; 32]), (Component::HostName, [2; 32])];
    let not_trusted = [Component::HostName].into();
    ProbeReport {
        fingerprint: Fingerprint::new("acme", components.into(), not_trusted, None).unwrap(),
        host: ProbedHost { os: "linux".to_owned(), arch: "x86_64".to_owned(), licentia: "0.1.0".to_owned() },
        made_at: Timestamp::from_seconds(1_779_285_600),
    }
}

fn result() -> SignedResult {
    SignedResult::make(report(), TOKEN, &[9; 32])
}

fn why(text: &str) -> String {
    SignedResult::parse(text).unwrap_err().to_string()
}

#[test]
fn what_is_made_is_read_back_with_the_fingerprint_that_was_shown() {
    let made = result();
    assert_eq!(SignedResult::parse(made.text()), Ok(made.clone()));
    let with_space = format!("\n {} \r\n", made.text());
    assert_eq!(SignedResult::for_token(&with_space, &token_hash(TOKEN)), Ok(made.clone()));
    assert_eq!(made.report(), &report());
    assert_eq!(made.token_hash(), &token_hash(&format!(" {TOKEN}\n")));
    assert!(!made.text().contains(TOKEN), "the token stays on the machine");
    let other = SignedResult::make(report(), TOKEN, &[8; 32]);
    assert_ne!(made.key_fingerprint(), other.key_fingerprint());
}

#[test]
fn the_bytes_are_frozen() {
    let made = result();
    assert_eq!(format!("{}\n", made.text()), GOLDEN);
    assert_eq!(made.key_fingerprint(), "7b48-3502-6be5-4872-d23b");
}

#[test]
fn a_result_is_for_one_token() {
    let other = token_hash("lprobe_other");
    assert_eq!(SignedResult::for_token(result().text(), &other), Err(ProbeResultError::OtherToken));
    let changed = result().text().replace(
        result().text().split("\"token_hash\":\"").nth(1).unwrap().split('"').next().unwrap(),
        &other.map(|byte| format!("{byte:02x}")).concat(),
    );
    assert_eq!(SignedResult::parse(&changed), Err(ProbeResultError::BadSignature));
}

#[test]
fn no_other_spelling_is_taken() {
    let good = result().text().to_owned();
    let signature = good.rsplit('"').nth(1).unwrap().to_owned();
    for (text, expected) in [
        (good.replace("\"version\":1,", "\"version\":2,"), "version 2"),
        (good.replace("\"version\":1,", ""), "missing field"),
        (good.replace("\"version\":1,", "\"version\":1,\"version\":1,"), "occurs twice"),
        (good.replace("\"version\":1,", "\"version\":1,\"more\":1,"), "unknown field"),
        (good.replace("\"version\":1,", "\"version\": 1,"), "does not hold"),
        (good.replace("\"linux\"", "\"windows\""), "does not hold"),
        (good.replace("2026-05-20T14:00:00Z", "2026-05-20T14:00:01Z"), "does not hold"),
        (good.replace("2026-05-20T14:00:00Z", "yesterday"), "not written"),
        (good.replace(&signature, &"A".repeat(86)), "does not hold"),
        (good.replace(&signature, "AAAA"), "64 bytes"),
        (good.replace(&signature, &format!("{signature}=")), "64 bytes"),
        (good.replace(",\"signature\"", ", \"signature\""), "last member"),
        (good.replace("\"}", "\" }"), "last member"),
        (format!("{good}x"), "not written"),
        (format!("[{good}]"), "not written"),
        (good.replace("\"acme\"", "\"\""), "vendor"),
        (String::new(), "not written"),
        ("{}".to_owned(), "missing field"),
        ("x".repeat(MOST_RESULT_BYTES + 1), "65537 bytes"),
        ("{\"a\":".repeat(5_000), "not written"),
    ] {
        let said = why(&text);
        let shown: String = text.chars().take(200).collect();
        assert!(said.contains(expected), "{said}: {shown}");
    }
}

#[test]
fn a_key_that_signs_everything_is_none() {
    // The neutral element: its signatures fit any message.
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let good = result().text().to_owned();
    let key = good.split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(why(&good.replace(key, weak)).contains("no Ed25519 public key"));
}

#[test]
fn only_what_names_a_token_means_to_be_signed() {
    let means = |text: &str| SignedResult::is_meant_by(&serde_json::from_str::<Value>(text).unwrap());
    assert!(means(result().text()));
    assert!(means("{\"token_hash\":null}"));
    assert!(!means("{\"cpu\":\"x\",\"signature\":\"mine\",\"key\":1}"));
}

#[test]
fn what_is_kept_for_a_token_vouches_for_itself_or_is_unsigned() {
    let probe = |result: Option<&str>| ProbeToken {
        id: ProbeTokenId(Uuid::nil()),
        label: "till".to_owned(),
        token_hash: token_hash(TOKEN).to_vec(),
        status: ProbeStatus::Consumed,
        created_at: Timestamp(0),
        expires_at: Timestamp(1),
        closed_at: None,
        result: result.map(str::to_owned),
    };
    assert_eq!(SignedResult::of(&probe(Some(result().text()))), Some(result()));
    assert_eq!(SignedResult::of(&probe(Some("{\"cpu\":1}"))), None);
    assert_eq!(SignedResult::of(&probe(None)), None);
    let other = ProbeToken { token_hash: vec![7; 32], ..probe(Some(result().text())) };
    assert_eq!(SignedResult::of(&other), None);
}

#[test]
fn a_hash_has_one_spelling() {
    let hash = token_hash(TOKEN);
    let text = hash.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(from_hex(&text), Some(hash));
    for wrong in [&text[1..], &text[2..], &text.to_uppercase(), &format!("{text}0"), &format!("{text}00"), "", "é"] {
        assert_eq!(from_hex(wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn one_changed_bit_is_found(at in 0_usize..700, bit in 0_u8..8) {
        let mut bytes = result().text().as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(text) = String::from_utf8(bytes) {
            prop_assert!(SignedResult::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_and_never_a_panic(text in ".{0,300}", cut in 0_usize..700) {
        prop_assert!(SignedResult::parse(&text).is_err());
        let good = result();
        let cut = cut % good.text().len();
        prop_assert!(SignedResult::parse(&good.text()[..cut]).is_err());
    }
}

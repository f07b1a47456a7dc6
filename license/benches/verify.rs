//! Licenses per second on one core, next to the bare check of the same signature over the same bytes.
//!
//! Both are run in turn, many times, so that whatever else the machine does slows both. What counts is the ratio.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops where it cannot go on")]

use ed25519_dalek::{Signature, SigningKey};
use licentia_license::{Claims, Evidence, License, Limit, PublicKey, Status, StatusListRef, TrustedKey, TrustedKeys};
use std::hint::black_box;
use std::time::{Duration, Instant};

const AT_ONCE: u32 = 200;
const ROUNDS: usize = 101;
const NOW: i64 = 1_780_000_000;

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = PublicKey::from_bytes(&key.verifying_key().to_bytes()).unwrap();
    let keys: TrustedKeys = [TrustedKey { key: public.clone(), issuer: Some("acme".to_owned()) }].into_iter().collect();
    for (name, claims) in [("small", small()), ("usual", usual())] {
        let text = licentia_license::armor::wrap(&licentia_license::sign(&claims, &key).unwrap());
        let token = licentia_license::armor::unwrap(&text).unwrap().to_owned();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_bytes(&decoded(signature));
        let evidence = Evidence::new().audience("editor");
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(time(|| {
                public.verifying_key().verify_strict(black_box(signed.as_bytes()), black_box(&signature)).unwrap();
            }));
            whole.push(time(|| {
                let verdict = License::verify(black_box(&text), &keys, &evidence, NOW);
                black_box(verdict.usable().unwrap());
            }));
        }
        let mut ratios: Vec<_> = bare.iter().zip(&whole).map(|(bare, whole)| *bare / *whole).collect();
        let (bare, whole) = (median(&mut bare), median(&mut whole));
        println!(
            "{name}, {} bytes: {:.0} licenses per second, bare signatures {:.0}: {:.3} of that (median of {ROUNDS} pairs)",
            token.len(),
            1.0 / whole,
            1.0 / bare,
            median(&mut ratios),
        );
    }
}

fn small() -> Claims {
    let mut claims =
        Claims::new("acme", "alice@example.com", ["editor"], NOW - 60, "019b76da-a800-7000-8000-000000000001");
    claims.exp = Some(NOW + 86_400);
    claims
}

/// With all that a license of ours usually has.
fn usual() -> Claims {
    let uri = "https://status.example.com/00000000000000000000000000000000".to_owned();
    let mut claims = small();
    claims.features = vec!["pro".to_owned(), "export".to_owned()];
    claims.limits =
        [("edition".to_owned(), Limit::Text("gold".to_owned())), ("seats".to_owned(), Limit::Number(5))].into();
    claims.payload = Some(serde_json::json!({ "customer": "Example Ltd", "contract": [1, 2, 3] }));
    claims.status = Some(Status { status_list: StatusListRef { idx: 42, uri } });
    claims.log = Some(
        serde_json::json!({ "checkpoint": format!("licentia/019b76da-a800-7000-8000-000000000002/1\n42\n{}\n\n", "A".repeat(150)) }),
    );
    claims
}

/// Seconds for one.
fn time(work: impl Fn()) -> f64 {
    let began = Instant::now();
    (0..AT_ONCE).for_each(|_| work());
    let took: Duration = began.elapsed() / AT_ONCE;
    took.as_secs_f64()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap()
}

fn decoded(text: &str) -> [u8; 64] {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Base64UrlUnpadded::decode_vec(text).unwrap().try_into().unwrap()
}

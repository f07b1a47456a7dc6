//! A list for a million licenses of which one in a hundred is revoked: how large it is, and how long it takes.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops where it cannot go on")]

use ed25519_dalek::SigningKey;
use licentia_license::status_list::{Freshness, StatusList, StatusListClaims, Statuses, sign};
use licentia_license::{PublicKey, TrustedKey, TrustedKeys};
use std::time::{Duration, Instant};

const LICENSES: u64 = 1_000_000;
const ROUNDS: usize = 21;

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = PublicKey::from_bytes(&key.verifying_key().to_bytes()).unwrap();
    let keys: TrustedKeys = [TrustedKey { key: public, issuer: Some("acme".to_owned()) }].into_iter().collect();
    let claims = StatusListClaims {
        iss: Some("acme".to_owned()),
        sub: "https://status.example.com/00000000000000000000000000000000".to_owned(),
        iat: 1,
        nbf: None,
        exp: Some(2_592_001),
        ttl: Some(43_200),
    };
    let revoked = revoked();
    for bits in [1, 2] {
        let (built, token) = median(|| {
            let statuses = Statuses::new(bits, LICENSES, revoked.iter().map(|idx| (*idx, 1))).unwrap();
            sign(&claims, &statuses, &key).unwrap()
        });
        let (verified, list) = median(|| StatusList::verify(&token, &keys, &Freshness::at(1)).unwrap());
        assert_eq!(list.statuses.marked().count(), revoked.len());
        println!(
            "{bits} bit(s), {LICENSES} licenses, {} revoked: token of {} bytes, built in {:.1} ms, verified in {:.2} ms",
            revoked.len(),
            token.len(),
            millis(built),
            millis(verified)
        );
    }
}

/// One in a hundred, at random, each once.
fn revoked() -> Vec<u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut found = std::collections::BTreeSet::new();
    while found.len() < usize::try_from(LICENSES / 100).unwrap() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        found.insert(state % LICENSES);
    }
    found.into_iter().collect()
}

fn median<T>(work: impl Fn() -> T) -> (Duration, T) {
    let run = || {
        let began = Instant::now();
        let done = work();
        (began.elapsed(), done)
    };
    let mut rounds: Vec<_> = (0..ROUNDS).map(|_| run()).collect();
    rounds.sort_by_key(|(took, _)| *took);
    rounds.swap_remove(ROUNDS / 2)
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

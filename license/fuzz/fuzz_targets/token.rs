//! The text of a license, and claims behind a header and a signature that are in order.

#![no_main]

mod signer;

use libfuzzer_sys::fuzz_target;
use licentia_license::{Evidence, License, Verdict, armor, inspect, sign, verify_signature};
use signer::{KEY, KEYS, NOW, part};
use std::sync::LazyLock;

static HEADER: LazyLock<String> = LazyLock::new(|| signer::header("licentia+jwt"));

fuzz_target!(|data: &[u8]| {
    let evidence = Evidence::new().audience("editor").grace(86_400).latest_seen(NOW).identity(&[7; 32]);
    if let Ok(text) = std::str::from_utf8(data) {
        let read = inspect(text);
        let verdict = License::verify(text, &KEYS, &evidence, NOW);
        assert!(read.is_ok() || verdict.license().is_none(), "verified, and not readable");
        // The key signs nothing but what is signed below.
        assert!(verdict.license().is_none(), "a signature that nobody made");
    }

    // The claims alone, and only where they are readable the rest: a signature costs more than all else.
    let unsigned = format!("{}.{}.{}", *HEADER, part(data), part(&[0; 64]));
    let Ok(read) = inspect(&unsigned) else { return };
    let token = signer::token(&HEADER, data);
    let known = verify_signature(&armor::wrap(&token), &KEYS);
    assert_eq!(known.is_ok(), read.claims.iss == "acme");
    match License::verify(&token, &KEYS, &evidence, NOW) {
        Verdict::Valid(license) | Verdict::InGrace { license, .. } => {
            assert_eq!(license.claims, read.claims);
            assert!(license.claims.aud.iter().any(|product| product == "editor"));
            assert!(license.claims.bindings.is_none(), "bound, and no evidence given");
        }
        Verdict::Invalid { why, .. } => assert!(!why.code().is_empty() && !why.to_string().is_empty()),
    }
    // What was read is written so that the same is read.
    if let Ok(again) = sign(&read.claims, &KEY) {
        assert_eq!(inspect(&again).unwrap().claims, read.claims);
    }
});

//! The claim `bindings`, a machine's fingerprint, and a secret as people type it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licentia_license::bindings::Bindings;
use licentia_license::machine::{Component, Fingerprint, MachineBinding};
use licentia_license::totp::{self, TotpSecret};
use std::sync::LazyLock;

static HERE: LazyLock<Fingerprint> = LazyLock::new(|| {
    let components = Component::ALL.into_iter().map(|kind| (kind, [7; 32])).collect();
    Fingerprint::new("acme", components, [Component::HostName].into(), None).unwrap()
});

fuzz_target!(|text: &str| {
    if let Ok(bindings) = serde_json::from_str::<Bindings>(text) {
        let again = serde_json::to_string(&bindings).unwrap();
        assert_eq!(serde_json::from_str::<Bindings>(&again).unwrap(), bindings);
        for found in bindings.compare("019b76da-a800-7000-8000-000000000001", &HERE) {
            assert!(!found.matches || found.same() >= 1);
            assert!(!found.matches || found.same() >= usize::try_from(found.require).unwrap());
        }
        if let Some(binding) = bindings.totp() {
            let secret = TotpSecret::from_bytes(b"12345678901234567890");
            let _ = totp::matches(binding, text, &secret, i64::MAX);
        }
    }
    if let Ok(fingerprint) = Fingerprint::from_text(text) {
        assert_eq!(Fingerprint::from_text(&fingerprint.to_json()).unwrap(), fingerprint);
        assert_eq!(Fingerprint::from_text(&fingerprint.to_text()).unwrap(), fingerprint);
        for require in 0..=6 {
            if let Ok(bound) = MachineBinding::of(&fingerprint, "a", require) {
                assert!(bound.compare("a", &fingerprint).matches, "bound to itself");
                assert!(!bound.compare("b", &fingerprint).matches, "another license");
            }
        }
    }
    if let Some(secret) = TotpSecret::from_text(text) {
        assert_eq!(TotpSecret::from_text(&secret.to_base32()).unwrap().as_bytes(), secret.as_bytes());
        for now in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(totp::code(&secret, 30, now).len(), 6);
        }
    }
});

//! Keys to trust: JWKS, JWK, PEM, hex, base64url.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licentia_license::{TrustedKey, TrustedKeys};

fuzz_target!(|text: &str| {
    let Ok(keys) = TrustedKeys::from_text(text) else { return };
    assert!(!keys.is_empty());
    for key in keys.iter() {
        assert_eq!(keys.get(&key.key.thumbprint()), Some(key));
    }
    // What was read is written so that the same is read.
    let written: Vec<(TrustedKey, _)> = keys.iter().map(|key| (key.clone(), Some("name"))).collect();
    let jwks = TrustedKeys::to_jwks(&written).to_string();
    assert_eq!(TrustedKeys::from_text(&jwks).unwrap(), keys);
    let unbound = keys.iter().map(|key| TrustedKey::from(key.key.clone())).collect::<TrustedKeys>();
    let pem: String = keys.iter().map(|key| key.key.to_pem()).collect();
    assert_eq!(TrustedKeys::from_text(&pem).unwrap(), unbound);
});

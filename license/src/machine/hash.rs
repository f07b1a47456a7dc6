//! The hashes of `docs/FORMAT.md`, under *Bindings*. SHA-256, since every language's standard library has it.

use sha2::{Digest, Sha256};

use super::Component;

/// What a license holds of a component. It takes in the license's id, so that two licenses of one machine cannot be
/// told to be of one machine.
pub(super) fn component_digest(jti: &str, kind: Component, stretched: &[u8; 32]) -> [u8; 32] {
    hash("licentia/machine-component/v1\n", &[jti.as_bytes(), kind.code().as_bytes(), stretched])
}

/// The salt of a vendor for a kind of component. It follows from `iss`, which every license carries, so nothing has to be
/// shipped apart.
#[cfg(feature = "machine-collect")]
pub(super) fn salt(vendor: &str, kind: Component) -> [u8; 16] {
    let hash = hash("licentia/machine-salt/v1\n", &[vendor.as_bytes(), kind.code().as_bytes()]);
    hash.first_chunk().copied().unwrap_or_default()
}

/// The domain, then each part behind its length.
fn hash(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new_with_prefix(domain);
    for part in parts {
        // A part is never longer than memory, so its length fits.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

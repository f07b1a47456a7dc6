//! Sealing with XChaCha20-Poly1305, and the data key that seals each secret.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, Zeroizing};

use super::SecretError;

/// The identity of an audit log, and so of the installation: what was sealed in one never opens in another.
pub type LogId = [u8; 16];

const SECRET: &str = "licentia/secret/v1";
const SEALING: &str = "licentia 2026 sealing of secrets v1";
const TAG: usize = 16;

/// The key behind every secret of an installation: 32 random bytes, wiped when dropped, never printed.
///
/// Boxed, so that a move does not leave a copy behind on the stack.
pub struct DataKey(Box<Zeroizing<[u8; 32]>>);

impl DataKey {
    pub(super) fn generate(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        random(key.as_mut_slice());
        Self(key)
    }

    /// Seals `plain` to its place: it opens again only with the same log, purpose (say `issuer_key`) and owner
    /// (say the issuer's id), so that sealed bytes cannot be moved to another row. The nonce must be fresh.
    ///
    /// # Errors
    /// `TooLong`, beyond 256 GiB.
    pub fn seal(
        &self,
        purpose: &str,
        owner: &str,
        log_id: &LogId,
        nonce: [u8; 24],
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretError> {
        seal(&self.sealing_key(), &nonce, &place(purpose, owner, log_id), plain)
    }

    /// What [`DataKey::seal`] was given.
    ///
    /// # Errors
    /// `TooShort`, and `Damaged` when a single bit or the place is not the same.
    pub fn open(
        &self,
        purpose: &str,
        owner: &str,
        log_id: &LogId,
        nonce: [u8; 24],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        if sealed.len() < TAG {
            return Err(SecretError::TooShort(sealed.len()));
        }
        open(&self.sealing_key(), &nonce, &place(purpose, owner, log_id), sealed)
            .ok_or(SecretError::Damaged("a sealed secret was altered, or stands in a place that is not its own"))
    }

    /// A key for another use, from which the data key cannot be found. `context` names the use, once in the program;
    /// `extra` is what distinguishes keys of that use.
    #[must_use]
    pub fn derive(&self, context: &'static str, extra: &[u8]) -> Zeroizing<[u8; 32]> {
        subkey(&self.0, context, extra)
    }

    fn sealing_key(&self) -> Zeroizing<[u8; 32]> {
        self.derive(SEALING, b"")
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// Wraps the data key under a key-encryption key.
pub(super) fn wrap(kek: &[u8; 32], nonce: &[u8; 24], associated: &[u8], key: &DataKey) -> Result<Vec<u8>, SecretError> {
    seal(kek, nonce, associated, key.0.as_slice())
}

/// `None` says that this is not the key, or not what was wrapped: the cipher knows no difference.
pub(super) fn unwrap(kek: &[u8; 32], nonce: &[u8; 24], associated: &[u8], wrapped: &[u8]) -> Option<DataKey> {
    let plain = open(kek, nonce, associated, wrapped)?;
    let mut key = Box::new(Zeroizing::new([0; 32]));
    if plain.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&plain);
    Some(DataKey(key))
}

pub(super) fn seal(key: &[u8; 32], nonce: &[u8; 24], associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, SecretError> {
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), Payload { msg: plain, aad: associated })
        .map_err(|_| SecretError::TooLong(plain.len()))
}

pub(super) fn open(key: &[u8; 32], nonce: &[u8; 24], associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: associated })
        .ok()
        .map(Zeroizing::new)
}

/// BLAKE3 `derive_key`. The key is always 32 bytes, so what follows it cannot be mistaken for a part of it.
pub(super) fn subkey(key: &[u8; 32], context: &'static str, extra: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(key).update(extra);
    let mut hash = hasher.finalize();
    let derived = Zeroizing::new(*hash.as_bytes());
    hasher.zeroize();
    hash.zeroize();
    derived
}

/// Associated data that can be read in one way only: each part behind its length.
pub(crate) fn parts(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for part in parts {
        encoded.extend((part.len() as u64).to_be_bytes());
        encoded.extend(*part);
    }
    encoded
}

fn place(purpose: &str, owner: &str, log_id: &LogId) -> Vec<u8> {
    parts(&[SECRET.as_bytes(), log_id, purpose.as_bytes(), owner.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogId = [1; 16];
    const NONCE: [u8; 24] = [2; 24];

    fn key() -> DataKey {
        DataKey::generate(&mut |bytes| bytes.fill(9))
    }

    fn sealed() -> Vec<u8> {
        key().seal("issuer.key", "i-1", &LOG, NONCE, b"top secret").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        let plain = key().open("issuer.key", "i-1", &LOG, NONCE, &sealed()).unwrap();
        assert_eq!(plain.as_slice(), b"top secret");
        let empty = key().seal("totp", "u", &LOG, NONCE, b"").unwrap();
        assert!(key().open("totp", "u", &LOG, NONCE, &empty).unwrap().is_empty());
    }

    #[test]
    fn it_opens_nowhere_else() {
        let other = DataKey::generate(&mut |bytes| bytes.fill(8));
        let elsewhere = [
            key().open("issuer.key", "i-2", &LOG, NONCE, &sealed()),
            key().open("totp", "i-1", &LOG, NONCE, &sealed()),
            key().open("issuer.key", "i-1", &[3; 16], NONCE, &sealed()),
            key().open("issuer.key", "i-1", &LOG, [3; 24], &sealed()),
            other.open("issuer.key", "i-1", &LOG, NONCE, &sealed()),
            // The border between purpose and owner is part of what is authenticated.
            key().open("issuer.keyi", "-1", &LOG, NONCE, &sealed()),
        ];
        for result in elsewhere {
            assert!(matches!(result, Err(SecretError::Damaged(_))));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_so_is_every_cut() {
        let good = sealed();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(key().open("issuer.key", "i-1", &LOG, NONCE, &bad).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            let error = key().open("issuer.key", "i-1", &LOG, NONCE, &good[..length]).unwrap_err();
            if length < TAG {
                assert_eq!(error, SecretError::TooShort(length));
            }
        }
    }

    #[test]
    fn derived_keys_differ_by_use_and_by_what_is_extra() {
        let [a, b, c] =
            [("use a", b"1"), ("use a", b"2"), ("use b", b"1")].map(|(context, extra)| key().derive(context, extra));
        assert!(a != b && a != c && b != c);
        assert_eq!(a, key().derive("use a", b"1"));
        assert_ne!(*a, [9; 32]);
    }

    #[test]
    fn a_data_key_is_not_printed() {
        assert_eq!(format!("{:?}", key()), "DataKey(…)");
    }

    #[test]
    fn only_thirty_two_bytes_are_a_data_key() {
        let wrapped = seal(&[5; 32], &NONCE, b"", &[0; 31]).unwrap();
        assert!(unwrap(&[5; 32], &NONCE, b"", &wrapped).is_none());
    }
}

//! The sealed data key as it is stored, and how a wrong passphrase is told from damage.

use zeroize::Zeroizing;

use super::seal::{self, LogId};
use super::{DataKey, KdfParams, Passphrase, SecretError, kdf};

#[cfg(test)]
mod tests;

const WRAPPED: &str = "licentia/vault/data-key/v1";
const CANARY: &str = "licentia/vault/canary/v1";
const WRAP_KEY: &str = "licentia 2026 vault wrapping of the data key v1";
const CANARY_KEY: &str = "licentia 2026 vault canary v1";
const CHECKSUM: &str = "licentia 2026 vault checksum v1";
const CHECKSUM_LEN: usize = 16;

/// The data key, wrapped under a passphrase; the one row of table `vault`.
///
/// Two keys come from the passphrase, independent of each other: one wraps the data key, bound to the log's id and to
/// the parameters; the other seals a *canary*, a known word bound to nothing else. In front of the canary stands
/// an unkeyed checksum of the whole envelope. [`Envelope::open`] concludes:
///
/// | data key opens | canary opens | checksum | answer |
/// | --- | --- | --- | --- |
/// | yes | not asked | not asked | the data key: it authenticates itself |
/// | no | yes | not asked | `Damaged`: the passphrase is right, the wrapped key is not, or is another log's |
/// | no | no | wrong | `Damaged`: whether the passphrase is right as well cannot be known |
/// | no | no | right | `WrongPassphrase` |
///
/// What cannot be told apart: someone who *means* to can alter the salt and compute the checksum anew, which then looks
/// like a wrong passphrase. It opens nothing; it is denial, and a backup answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub params: KdfParams,
    pub wrap_nonce: [u8; 24],
    pub wrapped_key: Vec<u8>,
    pub canary_nonce: [u8; 24],
    /// Checksum, then the sealed word.
    pub canary: Vec<u8>,
}

impl Envelope {
    /// A new data key under a new passphrase, at the default cost.
    ///
    /// # Errors
    /// `WeakPassphrase`, `OutOfMemory`.
    pub fn create(
        passphrase: &Passphrase,
        log_id: &LogId,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(Self, DataKey), SecretError> {
        passphrase.check_new()?;
        let params = KdfParams::new(take(random));
        Self::create_with(params, passphrase, log_id, random)
    }

    /// As [`Envelope::create`], at a cost of one's own and with any passphrase: for what is thrown away.
    /// The salt in `params` must be fresh.
    ///
    /// # Errors
    /// `BadParameters`, `OutOfMemory`.
    pub fn create_with(
        params: KdfParams,
        passphrase: &Passphrase,
        log_id: &LogId,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(Self, DataKey), SecretError> {
        let key = DataKey::generate(random);
        let envelope = Self::around(&key, params, passphrase, log_id, random)?;
        Ok((envelope, key))
    }

    /// The data key, when the passphrase is the right one.
    ///
    /// # Errors
    /// `WrongPassphrase` or `Damaged`, as the table above says; `BadParameters`, `OutOfMemory`.
    pub fn open(&self, passphrase: &Passphrase, log_id: &LogId) -> Result<DataKey, SecretError> {
        let kek = kdf::derive(passphrase, &self.params)?;
        let bound = bound_to(log_id, &self.params);
        if let Some(key) = seal::unwrap(&wrap_key(&kek), &self.wrap_nonce, &bound, &self.wrapped_key) {
            return Ok(key);
        }
        Err(if self.canary_opens(&kek) {
            SecretError::Damaged(
                "the passphrase is right, but the vault's data key was altered or belongs to another log",
            )
        } else if self.is_intact(log_id) {
            SecretError::WrongPassphrase
        } else {
            SecretError::Damaged("the vault's record was altered; the passphrase could not be tried")
        })
    }

    /// The same data key under a new passphrase: every secret stays as it is, and a damaged canary is made whole.
    ///
    /// # Errors
    /// `WeakPassphrase`, `OutOfMemory`.
    pub fn wrap_anew(
        &self,
        key: &DataKey,
        new: &Passphrase,
        log_id: &LogId,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Self, SecretError> {
        new.check_new()?;
        Self::around(key, self.params.renewed(take(random)), new, log_id, random)
    }

    /// Whether every byte is as it was written. Needs no passphrase, and proves nothing against intent.
    #[must_use]
    pub fn is_intact(&self, log_id: &LogId) -> bool {
        let Some((checksum, sealed)) = self.canary.split_first_chunk() else {
            return false;
        };
        *checksum == self.checksum(log_id, sealed)
    }

    fn around(
        key: &DataKey,
        params: KdfParams,
        passphrase: &Passphrase,
        log_id: &LogId,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Self, SecretError> {
        let kek = kdf::derive(passphrase, &params)?;
        let [wrap_nonce, canary_nonce] = [take(random), take(random)];
        let bound = bound_to(log_id, &params);
        let word = seal::seal(&canary_key(&kek), &canary_nonce, CANARY.as_bytes(), CANARY.as_bytes())?;
        let mut envelope = Self {
            wrapped_key: seal::wrap(&wrap_key(&kek), &wrap_nonce, &bound, key)?,
            params,
            wrap_nonce,
            canary_nonce,
            canary: Vec::new(),
        };
        envelope.canary = [&envelope.checksum(log_id, &word)[..], &word].concat();
        Ok(envelope)
    }

    fn canary_opens(&self, kek: &[u8; 32]) -> bool {
        let sealed = self.canary.get(CHECKSUM_LEN..).unwrap_or_default();
        seal::open(&canary_key(kek), &self.canary_nonce, CANARY.as_bytes(), sealed).is_some()
    }

    fn checksum(&self, log_id: &LogId, sealed_canary: &[u8]) -> [u8; CHECKSUM_LEN] {
        let whole = seal::parts(&[
            log_id,
            &self.params.to_bytes(),
            &self.wrap_nonce,
            &self.wrapped_key,
            &self.canary_nonce,
            sealed_canary,
        ]);
        let mut checksum = [0; CHECKSUM_LEN];
        blake3::Hasher::new_derive_key(CHECKSUM).update(&whole).finalize_xof().fill(&mut checksum);
        checksum
    }
}

fn wrap_key(kek: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    seal::subkey(kek, WRAP_KEY, b"")
}

fn canary_key(kek: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    seal::subkey(kek, CANARY_KEY, b"")
}

fn bound_to(log_id: &LogId, params: &KdfParams) -> Vec<u8> {
    seal::parts(&[WRAPPED.as_bytes(), log_id, &params.to_bytes()])
}

fn take<const N: usize>(random: &mut dyn FnMut(&mut [u8])) -> [u8; N] {
    let mut bytes = [0; N];
    random(&mut bytes);
    bytes
}

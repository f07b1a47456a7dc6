//! From a passphrase to the key-encryption key, with Argon2id.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::SecretError;

/// The cost and the salt of one derivation. They stand in the database in the clear, so they are an outsider's
/// numbers each time that they are read: [`KdfParams::check`] stands before every use of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KdfParams {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    pub salt: [u8; 16],
}

impl KdfParams {
    /// OWASP's floor. Below it stands no file that this program wrote.
    pub const MIN_MEMORY_KIB: u32 = 19 * 1024;
    pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
    pub const MIN_ITERATIONS: u32 = 2;
    pub const MAX_ITERATIONS: u32 = 16;
    pub const MAX_PARALLELISM: u32 = 16;

    /// What a new vault gets: the second recommendation of RFC 9106.
    #[must_use]
    pub fn new(salt: [u8; 16]) -> Self {
        Self { memory_kib: 64 * 1024, iterations: 3, parallelism: 4, salt }
    }

    /// The least that is accepted, several times quicker. For tests that open many vaults.
    #[must_use]
    pub fn cheapest(salt: [u8; 16]) -> Self {
        Self { memory_kib: Self::MIN_MEMORY_KIB, iterations: Self::MIN_ITERATIONS, parallelism: 1, salt }
    }

    /// The same cost or today's default, whichever is higher: a new passphrase never weakens a vault.
    #[must_use]
    pub fn renewed(&self, salt: [u8; 16]) -> Self {
        let new = Self::new(salt);
        Self {
            memory_kib: self.memory_kib.max(new.memory_kib),
            iterations: self.iterations.max(new.iterations),
            parallelism: self.parallelism.max(new.parallelism),
            salt,
        }
    }

    /// Refuses costs that would exhaust this machine, and costs that protect nothing.
    ///
    /// # Errors
    /// `BadParameters`, which names the first cost that is out of its limits.
    pub fn check(&self) -> Result<(), SecretError> {
        let limits = [
            ("memory in KiB", self.memory_kib, Self::MIN_MEMORY_KIB, Self::MAX_MEMORY_KIB),
            ("iterations", self.iterations, Self::MIN_ITERATIONS, Self::MAX_ITERATIONS),
            ("parallelism", self.parallelism, 1, Self::MAX_PARALLELISM),
        ];
        for (what, value, least, most) in limits {
            if !(least..=most).contains(&value) {
                return Err(SecretError::BadParameters(format!("{what} is {value}, and must be {least} to {most}")));
            }
        }
        Ok(())
    }

    /// How the parameters enter associated data: fixed widths, big-endian.
    pub(super) fn to_bytes(&self) -> [u8; 28] {
        let [m, t, p] = [self.memory_kib, self.iterations, self.parallelism].map(u32::to_be_bytes);
        let mut bytes = [0; 28];
        for (to, from) in bytes.iter_mut().zip([&m[..], &t, &p, &self.salt].concat()) {
            *to = from;
        }
        bytes
    }
}

/// The key-encryption key: Argon2id, version 1.3, 32 bytes.
///
/// # Errors
/// `BadParameters` before any work is done; `OutOfMemory`.
pub fn derive(passphrase: &Passphrase, params: &KdfParams) -> Result<Zeroizing<[u8; 32]>, SecretError> {
    params.check()?;
    let bad = |error: argon2::Error| SecretError::BadParameters(error.to_string());
    let cost = Params::new(params.memory_kib, params.iterations, params.parallelism, Some(32)).map_err(bad)?;

    // The memory is ours, not the crate's: the crate frees it with the key still to be computed from it, and we wipe
    // it; and asking for it may be refused without ending the process.
    let out_of_memory = || SecretError::OutOfMemory(params.memory_kib);
    let count = cost.block_count();
    let mut memory = Vec::new();
    memory.try_reserve_exact(count).map_err(|_| out_of_memory())?;
    memory.resize(count, Block::default());

    let mut key = Zeroizing::new([0; 32]);
    let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost).hash_password_into_with_memory(
        passphrase.as_bytes(),
        &params.salt,
        &mut *key,
        &mut memory,
    );
    memory.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(bad)?;
    Ok(key)
}

/// What a person remembers. Wiped when dropped, and never printed.
///
/// Taken byte for byte: no trimming, no Unicode normalization, so that the same input is the same key everywhere.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Characters, not bytes.
    pub const MIN_NEW_LENGTH: usize = 8;

    /// # Errors
    /// `EmptyPassphrase`.
    pub fn new(text: String) -> Result<Self, SecretError> {
        let text = Zeroizing::new(text);
        if text.is_empty() {
            return Err(SecretError::EmptyPassphrase);
        }
        Ok(Self(text))
    }

    /// The rule for a passphrase that is about to protect something new; an old one is only tried.
    ///
    /// # Errors
    /// `WeakPassphrase`.
    pub fn check_new(&self) -> Result<(), SecretError> {
        let minimum = Self::MIN_NEW_LENGTH;
        if self.0.chars().count() < minimum {
            return Err(SecretError::WeakPassphrase { minimum });
        }
        Ok(())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    #[test]
    fn the_key_is_that_of_the_reference_implementation() {
        // From python-cryptography (OpenSSL): Argon2id(salt=b"0123456789abcdef", length=32, iterations=2, lanes=1,
        // memory_cost=19456).derive(b"correct horse"), in base64
        let key = derive(&passphrase("correct horse"), &KdfParams::cheapest(*b"0123456789abcdef"));
        assert_eq!(Base64::encode_string(&*key.unwrap()), "rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk=");
    }

    #[test]
    fn a_hostile_file_can_neither_exhaust_the_machine_nor_cheapen_the_key() {
        let good = KdfParams::new([7; 16]);
        good.check().unwrap();
        let hostile = [
            KdfParams { memory_kib: u32::MAX, ..good.clone() },
            KdfParams { memory_kib: KdfParams::MAX_MEMORY_KIB + 1, ..good.clone() },
            KdfParams { memory_kib: 8, ..good.clone() },
            KdfParams { iterations: u32::MAX, ..good.clone() },
            KdfParams { iterations: 17, ..good.clone() },
            KdfParams { iterations: 1, ..good.clone() },
            KdfParams { iterations: 0, ..good.clone() },
            KdfParams { parallelism: u32::MAX, ..good.clone() },
            KdfParams { parallelism: 17, ..good.clone() },
            KdfParams { parallelism: 0, ..good.clone() },
        ];
        for params in hostile {
            let error = derive(&passphrase("correct horse"), &params).unwrap_err();
            assert!(matches!(error, SecretError::BadParameters(_)), "{params:?}: {error}");
        }
        let error = KdfParams { iterations: 99, ..good }.check().unwrap_err();
        assert_eq!(error.to_string(), "refused key derivation parameters: iterations is 99, and must be 2 to 16");
    }

    #[test]
    fn a_renewed_cost_is_never_lower() {
        let strong = KdfParams { memory_kib: 128 * 1024, iterations: 2, parallelism: 1, salt: [1; 16] };
        let renewed = strong.renewed([2; 16]);
        assert_eq!(renewed, KdfParams { memory_kib: 128 * 1024, iterations: 3, parallelism: 4, salt: [2; 16] });
    }

    #[test]
    fn a_passphrase_is_not_printed_and_not_empty() {
        assert_eq!(format!("{:?}", passphrase("correct horse")), "Passphrase(…)");
        assert_eq!(Passphrase::new(String::new()).unwrap_err(), SecretError::EmptyPassphrase);
    }

    #[test]
    fn a_new_passphrase_has_eight_characters_however_many_bytes() {
        passphrase("schlüsse").check_new().unwrap();
        let error = passphrase("öäüöäüö").check_new().unwrap_err();
        assert_eq!(error, SecretError::WeakPassphrase { minimum: 8 });
    }
}

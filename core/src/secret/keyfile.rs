//! Issuer keys as files: what comes in from OpenSSL and others, and what goes out to them.

use ed25519_dalek::{SigningKey, VerifyingKey};
use pkcs8::der::{Decode, Encode, asn1::OctetStringRef};
use pkcs8::pkcs5::{EncryptionScheme, pbes2};
use pkcs8::spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use zeroize::{Zeroize, Zeroizing};

use super::{Passphrase, SecretError};

mod pem;
#[cfg(test)]
mod tests;

/// More than any key file needs, and little enough to read whole.
pub const MAX_LEN: usize = 64 * 1024;

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// OWASP's number for PBKDF2-HMAC-SHA256.
const ITERATIONS: u32 = 600_000;
/// The costs that a file from elsewhere may ask for. OpenSSL writes 2,048 rounds, so there is no minimum.
const MAX_ITERATIONS: u32 = 10_000_000;
const MAX_SCRYPT_MEMORY: u64 = 1 << 30;
const MAX_SCRYPT_LANES: u16 = 16;

/// What a key file held.
#[derive(Debug)]
pub enum ImportedKey {
    /// `Debug` of the key prints its public half only.
    Private(SigningKey),
    Public(VerifyingKey),
}

/// Why a key file was not read, or not made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyFileError {
    #[error("the key file has {0} bytes, more than the {MAX_LEN} that a key can have")]
    TooLarge(usize),
    #[error("this is not a PEM key file: {0}")]
    NotPem(&'static str),
    #[error("this is not the public JWK of an Ed25519 key: {0}")]
    NotJwk(String),
    #[error(
        "the file holds {0}; needed is an Ed25519 key as PRIVATE KEY (PKCS#8), ENCRYPTED PRIVATE KEY or PUBLIC KEY"
    )]
    WrongKind(String),
    #[error("the key is for {0}, and only Ed25519 keys can sign licenses")]
    WrongAlgorithm(String),
    #[error("the key file is encrypted: its passphrase is needed")]
    PassphraseNeeded,
    /// The format has no check of its own, so the two look alike.
    #[error("the passphrase of the key file is wrong, or the file is damaged")]
    WrongPassphrase,
    #[error(
        "the key file is encrypted in a way that is not supported ({0}); `openssl pkcs8 -topk8 -v2 aes256` converts it"
    )]
    UnsupportedEncryption(String),
    #[error("the key file asks for an excessive key derivation: {0}")]
    ExcessiveCost(String),
    #[error("the key file is malformed: {0}")]
    Malformed(&'static str),
    #[error("the public key inside the file is not that of its private key")]
    PublicKeyMismatch,
    #[error("the public key is one that accepts forged signatures")]
    WeakPublicKey,
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// Reads one key. A passphrase that is not needed is not looked at.
///
/// # Errors
/// Everything that is not one Ed25519 key in a form of the three, by name.
pub fn import(text: &str, passphrase: Option<&Passphrase>) -> Result<ImportedKey, KeyFileError> {
    if text.len() > MAX_LEN {
        return Err(KeyFileError::TooLarge(text.len()));
    }
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return jwk(text);
    }
    let block = pem::decode(text)?;
    match block.label {
        "PRIVATE KEY" => private(&block.der),
        "ENCRYPTED PRIVATE KEY" => private(&decrypt(&block.der, passphrase.ok_or(KeyFileError::PassphraseNeeded)?)?),
        "PUBLIC KEY" => public(&block.der),
        other => Err(KeyFileError::WrongKind(pem::describe(other))),
    }
}

/// Encrypted PKCS#8 that OpenSSL 1.1.1 and later, Node and Python read: PBKDF2-HMAC-SHA256 and AES-256-CBC rather than
/// scrypt, which some builds lack, and version 1, because OpenSSL 3.0 refuses the version with the public key inside.
///
/// # Errors
/// A passphrase that is too weak for a file that leaves the house.
pub fn export_encrypted(
    key: &SigningKey,
    passphrase: &Passphrase,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Zeroizing<String>, KeyFileError> {
    passphrase.check_new()?;
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random(&mut salt);
    random(&mut iv);
    let failed = |_| KeyFileError::Malformed("the key could not be encoded");

    let seed = Zeroizing::new(key.to_bytes());
    let inner = OctetStringRef::new(seed.as_slice()).and_then(|seed| seed.to_der()).map_err(failed)?;
    let inner = Zeroizing::new(inner);
    let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
    let info = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&inner).map_err(failed)?);

    let encrypted = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv)
        .map_err(pkcs8::Error::from)
        .and_then(|scheme| info.encrypt_with_params(scheme, passphrase.as_bytes()))
        .map_err(|_| KeyFileError::Malformed("the key could not be encrypted"))?;
    encrypted.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).map_err(failed)
}

fn private(der: &[u8]) -> Result<ImportedKey, KeyFileError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyFileError::Malformed("not a PKCS#8 private key"))?;
    ed25519(&info.algorithm)?;
    // An Ed25519 private key is an octet string inside the octet string (RFC 8410).
    let seed: &[u8; 32] = <&OctetStringRef>::from_der(info.private_key.as_bytes())
        .ok()
        .and_then(|seed| seed.as_bytes().try_into().ok())
        .ok_or(KeyFileError::Malformed("an Ed25519 private key has 32 bytes"))?;
    let key = SigningKey::from_bytes(seed);
    if let Some(inside) = info.public_key {
        let inside = inside.as_bytes().ok_or(KeyFileError::PublicKeyMismatch)?;
        if inside != key.verifying_key().as_bytes() {
            return Err(KeyFileError::PublicKeyMismatch);
        }
    }
    Ok(ImportedKey::Private(key))
}

fn public(der: &[u8]) -> Result<ImportedKey, KeyFileError> {
    let info =
        SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyFileError::Malformed("not a public key (SPKI)"))?;
    ed25519(&info.algorithm)?;
    let bytes: &[u8; 32] = info
        .subject_public_key
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyFileError::Malformed("an Ed25519 public key has 32 bytes"))?;
    let key = VerifyingKey::from_bytes(bytes)
        .map_err(|_| KeyFileError::Malformed("the public key is not a point of the curve"))?;
    // The library keeps the bytes as given; a second spelling of a point would give a second thumbprint.
    if key.to_edwards().compress().as_bytes() != bytes {
        return Err(KeyFileError::Malformed("the public key is not in its canonical form"));
    }
    if key.is_weak() {
        return Err(KeyFileError::WeakPublicKey);
    }
    Ok(ImportedKey::Public(key))
}

/// A public JSON Web Key, as [`crate::Issuers::export_public_jwk`] writes it.
fn jwk(text: &str) -> Result<ImportedKey, KeyFileError> {
    let not = |why: &dyn std::fmt::Display| KeyFileError::NotJwk(why.to_string());
    let value: serde_json::Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| not(&error))?;
    if value.get("keys").is_some() {
        return Err(not(&"it is a set of keys; keep only the key that is meant"));
    }
    let key = licentia_license::PublicKey::from_jwk(&value).map_err(|error| not(&error))?;
    let key = VerifyingKey::from_bytes(&key.to_bytes()).map_err(|error| not(&error))?;
    Ok(ImportedKey::Public(key))
}

fn decrypt(der: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let sealed = EncryptedPrivateKeyInfoRef::from_der(der)
        .map_err(|_| KeyFileError::UnsupportedEncryption("a cipher or key derivation that is not known here".into()))?;
    let EncryptionScheme::Pbes2(scheme) = &sealed.encryption_algorithm else {
        return Err(KeyFileError::UnsupportedEncryption("PBES1".into()));
    };
    affordable(&scheme.kdf)?;
    let mut buffer = Zeroizing::new(sealed.encrypted_data.as_bytes().to_vec());
    // In place, so that a failed attempt leaves nothing behind either.
    let length = match scheme.decrypt_in_place(passphrase.as_bytes(), &mut buffer) {
        Ok(plain) => plain.len(),
        Err(pkcs8::pkcs5::Error::UnsupportedAlgorithm { oid }) => {
            return Err(KeyFileError::UnsupportedEncryption(oid.to_string()));
        }
        Err(_) => return Err(KeyFileError::WrongPassphrase),
    };
    if let Some(padding) = buffer.get_mut(length..) {
        padding.zeroize();
    }
    buffer.truncate(length);
    // A wrong passphrase passes the padding check once in some 250 times.
    PrivateKeyInfoRef::from_der(&buffer).map_err(|_| KeyFileError::WrongPassphrase)?;
    Ok(buffer)
}

/// Refuses what would take minutes or the machine's memory, and what makes the library panic (a scrypt cost of 0).
fn affordable(kdf: &pbes2::Kdf) -> Result<(), KeyFileError> {
    let refused = |text| Err(KeyFileError::ExcessiveCost(text));
    match kdf {
        pbes2::Kdf::Pbkdf2(params) if params.iteration_count > MAX_ITERATIONS => {
            refused(format!("{} rounds of PBKDF2", params.iteration_count))
        }
        pbes2::Kdf::Scrypt(params) => {
            let (n, r, p) = (params.cost_parameter, params.block_size, params.parallelization);
            let memory = n.saturating_mul(128).saturating_mul(u64::from(r));
            if !n.is_power_of_two() || memory > MAX_SCRYPT_MEMORY || p > MAX_SCRYPT_LANES {
                return refused(format!("scrypt with N={n}, r={r}, p={p}"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn ed25519(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(), KeyFileError> {
    if algorithm.oid != ED25519 {
        return Err(KeyFileError::WrongAlgorithm(name(&algorithm.oid)));
    }
    if algorithm.parameters.is_some() {
        return Err(KeyFileError::Malformed("Ed25519 takes no algorithm parameters"));
    }
    Ok(())
}

fn name(oid: &ObjectIdentifier) -> String {
    let oid = oid.to_string();
    let known = match oid.as_str() {
        "1.2.840.113549.1.1.1" => "RSA",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.10045.2.1" => "an elliptic curve (ECDSA)",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.110" => "X25519 (key exchange)",
        "1.3.101.111" => "X448 (key exchange)",
        "1.3.101.113" => "Ed448",
        _ => return format!("algorithm {oid}"),
    };
    known.to_owned()
}

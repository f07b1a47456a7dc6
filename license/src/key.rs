//! The public half of an issuer's key, and its ways in and out.

use std::fmt;

use ed25519_dalek::VerifyingKey;
use serde_json::Value;

use crate::{jwk, pem};

/// An Ed25519 public key that is fit to verify licenses.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    ///
    /// Bytes that are no point of the curve, that are not the canonical bytes of their point, or that are
    /// a *weak* key: one of small order, for which a signature fits almost any message.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAKey)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        // A second spelling would be the same key under another thumbprint.
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NotAKey);
        }
        Ok(Self(key))
    }

    /// Reads a PEM text with one `PUBLIC KEY` (SPKI, RFC 8410).
    ///
    /// # Errors
    ///
    /// Anything else, a private key above all.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        match pem::read(text)?.as_slice() {
            [key] => Ok(key.clone()),
            _ => Err(KeyError::Pem("there is more than one key in it")),
        }
    }

    /// Reads a JSON Web Key (RFC 7517, 8037).
    ///
    /// # Errors
    ///
    /// A key of another kind or for another use, a private key, and a `kid` that is not the thumbprint.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        jwk::read(jwk).map(|trusted| trusted.key)
    }

    /// The key as PEM (SPKI), as `openssl pkey -pubout` writes it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write(self.0.as_bytes())
    }

    /// The 32 bytes of RFC 8032.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The RFC 7638 thumbprint, base64url: the `kid` of everything that this key signs.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        jwk::thumbprint(self.0.as_bytes())
    }

    /// The key as `ed25519-dalek` knows it.
    #[must_use]
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

/// Why something is not a key to trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a point of the curve.
    #[error("these 32 bytes are not an Ed25519 public key")]
    NotAKey,
    /// A small-order key: its signatures prove nothing.
    #[error("this is a weak key: its signatures prove nothing")]
    Weak,
    /// A private key where a public one belongs.
    #[error("this is a private key; give its public key, and keep this one secret")]
    PrivateKey,
    /// A key for another algorithm or another use.
    #[error("this is not a key for Ed25519 signatures: {0}")]
    OtherKind(&'static str),
    /// Damaged or foreign PEM.
    #[error("this PEM is not readable: {0}")]
    Pem(&'static str),
    /// A damaged JWK or JWKS.
    #[error("this JSON Web Key is not readable: {0}")]
    Jwk(String),
    /// A JWK whose `kid` is another key's.
    #[error("the `kid` of this JSON Web Key is not its thumbprint ({thumbprint})")]
    WrongKid {
        /// What its `kid` should be.
        thumbprint: String,
    },
    /// The same key for two issuers.
    #[error("the key {0} is given twice, for different issuers")]
    Conflict(String),
    /// Neither JSON nor PEM nor 32 bytes.
    #[error("this is none of JWKS, JWK, PEM or 32 bytes in hex or base64url")]
    Unknown,
    /// A readable set, but no key for licenses in it.
    #[error("there is no Ed25519 key in it")]
    Empty,
    /// More than 1 MiB.
    #[error("the text is larger than 1 MiB")]
    TooLarge,
}

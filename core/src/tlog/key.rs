//! Verifier keys as C2SP's signed-note writes them, "vkeys": a name, a key id, a type and an Ed25519 public key.

use super::cosignature;
use super::encoding::{base64, from_base64, is_control};
use super::error::NoteError;
use ed25519_dalek::Signature;
use licentia_license::PublicKey;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// What a key's signatures cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// The text of the note, as a log signs it.
    Ed25519,
    /// The text and a time before it, as a witness signs it: `cosignature/v1`.
    Cosignature,
}

impl SignatureKind {
    const fn code(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// A public key to trust, under the name that its signatures carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: SignatureKind,
    key: PublicKey,
}

impl VerifierKey {
    /// Refuses names that a signature line cannot hold.
    pub fn new(name: impl Into<String>, kind: SignatureKind, key: PublicKey) -> Result<Self, NoteError> {
        let name = name.into();
        check_name(&name)?;
        Ok(Self { name, kind, key })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn kind(&self) -> SignatureKind {
        self.kind
    }

    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The id in signature lines: short, to find the key by; nothing rests on its being unique.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.kind, &self.key.to_bytes())
    }

    /// Refuses what is not this key's signature of the text. Of a cosignature, gives the time that it states.
    pub(super) fn check(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, NoteError> {
        let (message, signature, time) = match self.kind {
            SignatureKind::Ed25519 => (text.to_owned(), signature, None),
            SignatureKind::Cosignature => {
                let (time, signature) = cosignature::split(signature).ok_or_else(|| self.refused())?;
                (cosignature::message(text, time), signature, Some(time))
            }
        };
        let signature = Signature::from_slice(signature).map_err(|_| self.refused())?;
        let key = self.key.verifying_key();
        key.verify_strict(message.as_bytes(), &signature).map_err(|_| self.refused())?;
        Ok(time)
    }

    fn refused(&self) -> NoteError {
        NoteError::BadSignature(self.name.clone())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[self.kind.code()], &self.key.to_bytes()[..]].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), base64(&material))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::MalformedKey("it is not a name, a key id and a key with + between them"));
        };
        let material = from_base64(material).ok_or(NoteError::MalformedKey("the key is not canonical Base64"))?;
        let kind = match material.first() {
            None => return Err(NoteError::MalformedKey("the key is missing")),
            Some(0x01) => SignatureKind::Ed25519,
            Some(0x04) => SignatureKind::Cosignature,
            Some(other) => return Err(NoteError::UnknownKeyType(*other)),
        };
        let bytes = material.get(1..).and_then(|bytes| bytes.try_into().ok());
        let key = bytes.and_then(|bytes| PublicKey::from_bytes(bytes).ok());
        let key = Self::new(name, kind, key.ok_or(NoteError::MalformedKey("it is not an Ed25519 public key"))?)?;
        if format!("{:08x}", u32::from_be_bytes(key.id())) != id {
            return Err(NoteError::MalformedKey("the key id is that of another key or name"));
        }
        Ok(key)
    }
}

/// The first four bytes of SHA-256 of name, line feed, type and public key.
pub(super) fn key_id(name: &str, kind: SignatureKind, public_key: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind.code()]).chain_update(public_key).finalize();
    let [a, b, c, d, ..]: [u8; 32] = hash.into();
    [a, b, c, d]
}

/// A key's name is not empty, and has no white space, no `+` and no control character.
pub(super) fn check_name(name: &str) -> Result<(), NoteError> {
    let unfit = |c: char| c == '+' || c.is_whitespace() || u8::try_from(c).is_ok_and(is_control);
    if name.is_empty() || name.contains(unfit) { Err(NoteError::KeyName(name.to_owned())) } else { Ok(()) }
}

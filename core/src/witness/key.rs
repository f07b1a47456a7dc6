//! The key of a witness, in a file of its own: a witness has no vault, because it has to start without anybody.

use crate::tlog::encoding::{base64, from_base64};
use crate::tlog::{NoteError, SignatureKind, VerifierKey};
use ed25519_dalek::SigningKey;
use licentia_license::PublicKey;
use zeroize::Zeroizing;

/// A private key that makes cosignatures. It is wiped when it is dropped, and does not print.
pub struct WitnessKey {
    key: SigningKey,
    public: VerifierKey,
}

/// As other tools write private keys of notes.
const PREFIX: &str = "PRIVATE+KEY+";

/// The type of a cosigning key.
const KIND: u8 = 0x04;

impl WitnessKey {
    /// A key of 32 random bytes.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::from_bytes(key.verifying_key().as_bytes())
            .map_err(|_| NoteError::MalformedKey("it is not an Ed25519 key"))?;
        Ok(Self { key, public: VerifierKey::new(name, SignatureKind::Cosignature, public)? })
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::MalformedKey;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_prefix(PREFIX).ok_or(malformed("it does not begin with PRIVATE+KEY+"))?;
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed("it is not a name, a key id and a key with + between them"));
        };
        let material = Zeroizing::new(from_base64(material).ok_or(malformed("the key is not canonical Base64"))?);
        let (kind, seed) = material.split_first().ok_or(malformed("the key is missing"))?;
        if *kind != KIND {
            return Err(NoteError::UnknownKeyType(*kind));
        }
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.try_into().map_err(|_| malformed("it is not 32 bytes"))?);
        let key = Self::new(name, &seed)?;
        if format!("{:08x}", u32::from_be_bytes(key.public.id())) == id {
            Ok(key)
        } else {
            Err(malformed("the key id is that of another key or name"))
        }
    }

    /// One line: `PRIVATE+KEY+` name `+` key id `+` Base64 of the type and the seed.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let material = Zeroizing::new([&[KIND], &self.key.as_bytes()[..]].concat());
        let encoded = Zeroizing::new(base64(&material));
        let id = u32::from_be_bytes(self.public.id());
        Zeroizing::new(format!("{PREFIX}{}+{id:08x}+{}\n", self.name(), *encoded))
    }

    /// What those need who shall believe its cosignatures.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.public.clone()
    }

    #[must_use]
    pub fn name(&self) -> &str {
        self.public.name()
    }

    pub(super) fn signing_key(&self) -> &SigningKey {
        &self.key
    }
}

impl std::fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WitnessKey").field("public", &self.public.to_string()).finish_non_exhaustive()
    }
}

//! One entry of the log: its encoding, its hash, what is signed. Pure functions, used to write and to verify.

use super::encoding::{DecodeError, Decoder, Encoder};
use ed25519_dalek::{Signer, VerifyingKey};

/// The version of the encoding that this code writes, and the only one it knows.
pub const ENTRY_VERSION: i64 = 1;

const DOMAIN: &str = "licentia/audit-entry/v1\n";
const HASH_CONTEXT: &str = "licentia 2026 audit entry v1";
const PAYLOAD_CONTEXT: &str = "licentia 2026 audit payload v1";
const SIGNATURE_DOMAIN: &[u8] = b"licentia/audit-signature/v1\n";

/// Everything that is hashed, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFields {
    pub version: i64,
    pub log_id: [u8; 16],
    pub seq: i64,
    pub id: Vec<u8>,
    pub transaction_id: Vec<u8>,
    pub kind: String,
    pub severity: String,
    pub outcome: String,
    pub actor: String,
    pub actor_kind: String,
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    pub recorded_at: i64,
    pub clock: i64,
    pub payload_hash: Vec<u8>,
    pub effects: Vec<u8>,
    pub key_id: Vec<u8>,
    pub previous_hash: Vec<u8>,
}

impl SealedFields {
    /// The bytes that are hashed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Encoder::new(DOMAIN)
            .integer(1, self.version)
            .field(2, &self.log_id)
            .integer(3, self.seq)
            .field(4, &self.id)
            .field(5, &self.transaction_id)
            .text(6, &self.kind)
            .text(7, &self.severity)
            .text(8, &self.outcome)
            .text(9, &self.actor)
            .text(10, &self.actor_kind)
            .optional_text(11, self.target_kind.as_deref())
            .optional_text(12, self.target_id.as_deref())
            .integer(13, self.recorded_at)
            .integer(14, self.clock)
            .field(15, &self.payload_hash)
            .field(16, &self.effects)
            .field(17, &self.key_id)
            .field(18, &self.previous_hash)
            .finish()
    }

    /// Reads the bytes that are hashed, strictly: what is read encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let fields = bytes.strip_prefix(DOMAIN.as_bytes()).ok_or(DecodeError("it does not begin as an entry does"))?;
        let mut fields = Decoder::new(fields);
        let mut values: [Option<&[u8]>; 18] = [None; 18];
        while let Some((tag, value)) = fields.next()? {
            let place = tag.checked_sub(1).and_then(|place| values.get_mut(usize::from(place)));
            *place.ok_or(DecodeError("it has an unknown field"))? = Some(value);
        }
        let at = |tag: usize| tag.checked_sub(1).and_then(|place| *values.get(place)?);
        Ok(Self {
            version: integer(at(1))?,
            log_id: array(at(2))?,
            seq: integer(at(3))?,
            id: array::<16>(at(4))?.to_vec(),
            transaction_id: array::<16>(at(5))?.to_vec(),
            kind: text(at(6))?,
            severity: text(at(7))?,
            outcome: text(at(8))?,
            actor: text(at(9))?,
            actor_kind: text(at(10))?,
            target_kind: at(11).map(|kind| text(Some(kind))).transpose()?,
            target_id: at(12).map(|id| text(Some(id))).transpose()?,
            recorded_at: integer(at(13))?,
            clock: integer(at(14))?,
            payload_hash: array::<32>(at(15))?.to_vec(),
            effects: required(at(16))?.to_vec(),
            key_id: array::<16>(at(17))?.to_vec(),
            previous_hash: array::<32>(at(18))?.to_vec(),
        })
    }

    /// The hash of its encoding.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        entry_hash(&self.encode())
    }
}

fn required(value: Option<&[u8]>) -> Result<&[u8], DecodeError> {
    value.ok_or(DecodeError("a field is missing"))
}

fn array<const N: usize>(value: Option<&[u8]>) -> Result<[u8; N], DecodeError> {
    required(value)?.try_into().map_err(|_| DecodeError("a field has another length"))
}

fn integer(value: Option<&[u8]>) -> Result<i64, DecodeError> {
    array(value).map(i64::from_be_bytes)
}

fn text(value: Option<&[u8]>) -> Result<String, DecodeError> {
    let text = std::str::from_utf8(required(value)?);
    text.map(str::to_owned).map_err(|_| DecodeError("a field is not text"))
}

/// BLAKE3 (derive-key) of an encoded entry: its place in the chain.
#[must_use]
pub fn entry_hash(encoded: &[u8]) -> [u8; 32] {
    blake3::derive_key(HASH_CONTEXT, encoded)
}

/// Bytes of the salt in front of a payload. Always so many: what is hashed has no other border between the two.
pub const SALT_LENGTH: usize = 16;

/// BLAKE3 (derive-key) of salt and payload: the entry holds this, the payload stands apart.
#[must_use]
pub fn payload_hash(salt: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(PAYLOAD_CONTEXT);
    hasher.update(salt).update(body);
    *hasher.finalize().as_bytes()
}

/// The bytes that are signed: a domain string, the log, the place and the hash.
#[must_use]
pub fn signed_bytes(log_id: &[u8; 16], seq: i64, hash: &[u8; 32]) -> Vec<u8> {
    [SIGNATURE_DOMAIN, log_id, &seq.to_be_bytes(), hash].concat()
}

/// Whether `signature` is the log key's on this entry; the strict rules of Ed25519 apply.
#[must_use]
pub fn signature_holds(key: &VerifyingKey, log_id: &[u8; 16], seq: i64, hash: &[u8; 32], signature: &[u8]) -> bool {
    let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
    key.verify_strict(&signed_bytes(log_id, seq, hash), &signature).is_ok()
}

pub(crate) fn sign(key: &ed25519_dalek::SigningKey, log_id: &[u8; 16], seq: i64, hash: &[u8; 32]) -> [u8; 64] {
    key.sign(&signed_bytes(log_id, seq, hash)).to_bytes()
}

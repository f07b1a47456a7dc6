//! Cosignatures of witnesses (C2SP tlog-cosignature, `cosignature/v1` on Ed25519): "at this time this was the largest
//! tree of the log that I had seen".

use super::MAX_SIZE;
use super::checkpoint::Checkpoint;
use super::error::NoteError;
use super::key::SignatureKind;
use super::note::NoteSignature;
use ed25519_dalek::{Signer, SigningKey};

/// What is signed: a header, the time, and the checkpoint's text as it was received.
pub(super) fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The time (eight bytes, big-endian) and the signature behind it.
pub(super) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = bytes.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    (time <= MAX_TIME).then_some((time, signature))
}

/// The specification's bound, the same number as that of trees.
const MAX_TIME: u64 = MAX_SIZE;

impl Checkpoint {
    /// Signs the checkpoint as a witness, at `time` in seconds since 1970. Whether it may is for the witness to know.
    pub fn cosign(&self, name: &str, key: &SigningKey, time: u64) -> Result<NoteSignature, NoteError> {
        if time == 0 || time > MAX_TIME {
            return Err(NoteError::Time(time));
        }
        let signature = key.sign(message(&self.text(), time).as_bytes());
        let bytes = [&time.to_be_bytes()[..], &signature.to_bytes()].concat();
        NoteSignature::new(name, SignatureKind::Cosignature, key, bytes)
    }
}

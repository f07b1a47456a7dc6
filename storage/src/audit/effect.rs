//! Effects: which rows an event accounts for, and what each holds afterwards.
//!
//! The latest effect of every row must equal the row: that is how an edit behind the log's back is found
//! without reading a single payload.

use super::encoding::{DecodeError, Decoder, Encoder};
use super::event::Effect;

const NOUN: u16 = 1;
const ID: u16 = 2;
const HASH: u16 = 3;

/// An effect as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEffect {
    pub noun: String,
    pub id: Vec<u8>,
    /// None when the row was deleted.
    pub hash: Option<[u8; 32]>,
}

/// The bytes of the `effects` field: for each effect a `u32` length and its fields.
pub(crate) fn encode(effects: &[Effect]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for effect in effects {
        let mut fields = Encoder::new("");
        fields.text(NOUN, effect.noun).field(ID, &effect.id);
        if let Some(hash) = &effect.hash {
            fields.field(HASH, hash);
        }
        let fields = fields.finish();
        bytes.extend_from_slice(&u32::try_from(fields.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&fields);
    }
    bytes
}

/// Reads the `effects` field of an entry.
pub fn decode(bytes: &[u8]) -> Result<Vec<RecordedEffect>, DecodeError> {
    let mut rest = bytes;
    let mut effects = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(DecodeError("an effect is cut off"))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| DecodeError("an effect is too long"))?;
        let (fields, after) = after.split_at_checked(length).ok_or(DecodeError("an effect is cut off"))?;
        effects.push(decode_one(fields)?);
        rest = after;
    }
    Ok(effects)
}

fn decode_one(bytes: &[u8]) -> Result<RecordedEffect, DecodeError> {
    let mut noun = None;
    let mut id = None;
    let mut hash = None;
    let mut fields = Decoder::new(bytes);
    while let Some((tag, value)) = fields.next()? {
        match tag {
            NOUN => noun = Some(std::str::from_utf8(value).map_err(|_| DecodeError("a noun is not text"))?.to_owned()),
            ID => id = Some(value.to_vec()),
            HASH => hash = Some(value.try_into().map_err(|_| DecodeError("an effect's hash is not 32 bytes"))?),
            _ => return Err(DecodeError("an effect has an unknown field")),
        }
    }
    match (noun, id) {
        (Some(noun), Some(id)) => Ok(RecordedEffect { noun, id, hash }),
        _ => Err(DecodeError("an effect has no noun or no id")),
    }
}

//! Effects: which rows an event accounts for, and what each holds afterwards.
//!
//! The latest effect of every row must equal the row: that is how an edit behind the log's back is found
//! without reading a single payload.

use super::encoding::{DecodeError, Decoder, Encoder};
use super::event::Effect;
use super::record::hex;
use uuid::Uuid;

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

impl RecordedEffect {
    /// The id of the row as people see it: a UUID, a word, or else its bytes.
    #[must_use]
    pub fn id_text(&self) -> String {
        match (Uuid::from_slice(&self.id), std::str::from_utf8(&self.id)) {
            (Ok(id), _) => id.to_string(),
            (Err(_), Ok(word)) => word.to_owned(),
            (Err(_), Err(_)) => hex(&self.id),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Ticket;
    use proptest::prelude::*;

    #[test]
    fn a_row_is_named_as_people_see_it() {
        let named = |id: &[u8]| RecordedEffect { noun: "license".to_owned(), id: id.to_vec(), hash: None }.id_text();
        assert_eq!(named(&[0x11; 16]), "11111111-1111-1111-1111-111111111111");
        assert_eq!(named(b"vendor"), "vendor");
        assert_eq!(named(&[0xff, 0x00]), "ff00");
    }

    fn effects() -> impl Strategy<Value = Vec<Effect>> {
        let noun = prop::sample::select(vec!["license", "issuer", "setting", "größe", ""]);
        let id = prop::collection::vec(any::<u8>(), 0..20);
        let hash = prop::option::of(any::<[u8; 32]>());
        let effect = (noun, id, hash).prop_map(|(noun, id, hash)| {
            let ticket = Ticket { transaction: 0, place: 0 };
            Effect { noun, id, hash, ticket }
        });
        prop::collection::vec(effect, 0..6)
    }

    fn recorded(effects: &[Effect]) -> Vec<RecordedEffect> {
        let one =
            |effect: &Effect| RecordedEffect { noun: effect.noun.to_owned(), id: effect.id.clone(), hash: effect.hash };
        effects.iter().map(one).collect()
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_the_same(effects in effects()) {
            prop_assert_eq!(decode(&encode(&effects)).unwrap(), recorded(&effects));
        }

        #[test]
        fn distinct_effects_never_have_the_same_bytes(one in effects(), other in effects()) {
            prop_assert_eq!(recorded(&one) == recorded(&other), encode(&one) == encode(&other));
        }

        #[test]
        fn cut_off_effects_are_never_taken_for_others(effects in effects(), cut in any::<prop::sample::Index>()) {
            let bytes = encode(&effects);
            prop_assume!(!bytes.is_empty());
            let cut = cut.index(bytes.len());
            match decode(&bytes[..cut]) {
                // Between two effects the bytes are whole: that one is missing is for the entry's hash to say.
                Ok(fewer) => prop_assert!(recorded(&effects).starts_with(&fewer) && fewer.len() < effects.len()),
                Err(error) => prop_assert_eq!(error, DecodeError("an effect is cut off")),
            }
        }

        #[test]
        fn what_decodes_encodes_to_the_same(bytes in prop::collection::vec(0_u8..4, 0..60)) {
            if let Ok(effects) = decode(&bytes) {
                let again: Vec<u8> = effects.iter().flat_map(|effect| {
                    let mut fields = Encoder::new("");
                    fields.text(NOUN, &effect.noun).field(ID, &effect.id);
                    if let Some(hash) = &effect.hash {
                        fields.field(HASH, hash);
                    }
                    let fields = fields.finish();
                    let length = u32::try_from(fields.len()).unwrap().to_be_bytes();
                    [length.to_vec(), fields].concat()
                }).collect();
                prop_assert_eq!(again, bytes);
            }
        }
    }
}

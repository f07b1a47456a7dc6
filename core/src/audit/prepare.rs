//! What can be said of an entry by itself: its hash, its payload, its effects, its signature under the key that it
//! names. This is nearly all of the work, and none of it waits for another entry, so it is done on all cores.

use super::keys::KeyRing;
use super::signatures::{Signed, WORTH_IT, all_hold};
use crate::tlog::merkle::{Hash, leaf_hash};
use ed25519_dalek::{Signature, VerifyingKey};
use licentia_storage::audit::{
    DecodeError, ENTRY_VERSION, RecordedEffect, SALT_LENGTH, SealedFields, decode_effects, entry_hash, payload_hash,
    signed_bytes,
};
use licentia_storage::raw::RawEntry;
use std::collections::HashMap;

/// An entry with what can be said of it by itself.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) entry: RawEntry,
    /// As its fields come out; zeros when they are none, or of a version that nobody knows.
    pub(crate) hash: [u8; 32],
    /// Its leaf in the tree; none when its bytes are not known.
    pub(crate) leaf: Option<Hash>,
    pub(crate) payload_holds: bool,
    pub(crate) effects: Result<Vec<RecordedEffect>, DecodeError>,
    /// The signature is that of the key which the entry names, on this hash.
    pub(crate) signed: bool,
}

/// Prepares entries; shared by all cores.
#[derive(Debug)]
pub(crate) struct Preparer {
    log_id: [u8; 16],
    signers: HashMap<[u8; 16], VerifyingKey>,
    /// What nobody knew who signed.
    random: [u8; 32],
}

/// What is done about signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signatures {
    Check,
    /// An earlier run checked them; that they are the same is found out by other means.
    Trust,
}

impl Preparer {
    pub(crate) fn new(log_id: [u8; 16], ring: &KeyRing, random: [u8; 32]) -> Self {
        Self { log_id, signers: ring.signers().collect(), random }
    }

    /// With the keys of another ring.
    pub(crate) fn renewed(&self, ring: &KeyRing) -> Self {
        Self::new(self.log_id, ring, self.random)
    }

    pub(crate) fn log_id(&self) -> [u8; 16] {
        self.log_id
    }

    pub(crate) fn prepare(&self, entries: Vec<RawEntry>, signatures: Signatures) -> Vec<Prepared> {
        let mut prepared: Vec<Prepared> = entries.into_iter().map(one).collect();
        match signatures {
            Signatures::Check => self.check(&mut prepared),
            Signatures::Trust => prepared.iter_mut().for_each(|one| one.signed = true),
        }
        prepared
    }

    /// Looks at the signatures, those of each key together. Only keys that an entry names are come by: the file may have
    /// very many.
    fn check(&self, prepared: &mut [Prepared]) {
        let mut by_key: HashMap<[u8; 16], (Vec<&mut bool>, Vec<Signed>)> = HashMap::new();
        for one in prepared {
            let Ok(fields) = &one.entry.fields else { continue };
            let Ok(id) = <[u8; 16]>::try_from(fields.key_id.as_slice()) else { continue };
            let Ok(signature) = one.entry.signature.as_slice().try_into() else { continue };
            let (answers, signed) = by_key.entry(id).or_default();
            answers.push(&mut one.signed);
            signed.push((signed_bytes(&self.log_id, one.entry.seq, &one.hash), signature));
        }
        for (id, (answers, signed)) in by_key {
            if let Some(key) = self.signers.get(&id) {
                self.answer(key, answers, &signed);
            }
        }
    }

    /// All at once; where they do not all hold, each half by itself.
    fn answer(&self, key: &VerifyingKey, mut answers: Vec<&mut bool>, signed: &[Signed]) {
        if signed.len() < WORTH_IT {
            for (answer, (message, signature)) in answers.into_iter().zip(signed) {
                *answer = key.verify_strict(message, &Signature::from_bytes(signature)).is_ok();
            }
        } else if all_hold(key, signed, &self.random) {
            for answer in answers {
                *answer = true;
            }
        } else {
            let (one, other) = signed.split_at(signed.len() / 2);
            let others = answers.split_off(one.len());
            self.answer(key, answers, one);
            self.answer(key, others, other);
        }
    }
}

fn one(entry: RawEntry) -> Prepared {
    let known = entry.fields.as_ref().ok().filter(|fields| fields.version == ENTRY_VERSION);
    let encoded = known.map(SealedFields::encode);
    Prepared {
        hash: encoded.as_deref().map(entry_hash).unwrap_or_default(),
        leaf: encoded.as_deref().map(leaf_hash),
        payload_holds: known.is_some_and(|fields| payload_holds(&entry, fields)),
        effects: known.map_or_else(|| Ok(Vec::new()), |fields| decode_effects(&fields.effects)),
        signed: false,
        entry,
    }
}

/// Salt and body are hashed one after the other: only the salt's length tells them apart.
fn payload_holds(entry: &RawEntry, fields: &SealedFields) -> bool {
    entry.payload.as_ref().is_some_and(|(salt, body)| {
        salt.len() == SALT_LENGTH && payload_hash(salt, body).as_slice() == fields.payload_hash
    })
}

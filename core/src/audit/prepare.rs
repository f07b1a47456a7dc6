//! What can be said of an entry by itself: its hash, its payload, its effects, its signature under the key that it
//! names. This is nearly all of the work, and none of it waits for another entry, so it is done on all cores.

use super::keys::KeyRing;
use super::signatures::{Multiples, WORTH_IT};
use crate::tlog::merkle::{Hash, leaf_hash};
use ed25519_dalek::VerifyingKey;
use licentia_storage::audit::{
    DecodeError, ENTRY_VERSION, RecordedEffect, SALT_LENGTH, SealedFields, decode_effects, entry_hash, payload_hash,
    signature_holds, signed_bytes,
};
use licentia_storage::raw::RawEntry;
use std::sync::OnceLock;

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
    signers: Vec<Signer>,
}

#[derive(Debug)]
struct Signer {
    id: [u8; 16],
    key: VerifyingKey,
    multiples: OnceLock<Multiples>,
}

/// What is done about signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signatures {
    Check,
    /// An earlier run checked them; that they are the same is found out by other means.
    Trust,
}

impl Preparer {
    pub(crate) fn new(log_id: [u8; 16], ring: &KeyRing) -> Self {
        let signer = |(id, key)| Signer { id, key, multiples: OnceLock::new() };
        Self { log_id, signers: ring.signers().map(signer).collect() }
    }

    pub(crate) fn log_id(&self) -> [u8; 16] {
        self.log_id
    }

    pub(crate) fn prepare(&self, entries: Vec<RawEntry>, signatures: Signatures) -> Vec<Prepared> {
        let mut prepared: Vec<Prepared> = entries.into_iter().map(one).collect();
        match signatures {
            Signatures::Check => self.signers.iter().for_each(|signer| self.check(signer, &mut prepared)),
            Signatures::Trust => prepared.iter_mut().for_each(|one| one.signed = true),
        }
        prepared
    }

    /// Looks at the signatures of those entries that name this signer's key.
    fn check(&self, signer: &Signer, prepared: &mut [Prepared]) {
        let mut named = Vec::new();
        for one in prepared {
            let signature = <[u8; 64]>::try_from(one.entry.signature.as_slice());
            if let (Ok(fields), Ok(signature)) = (&one.entry.fields, signature)
                && fields.key_id == signer.id
            {
                let message = signed_bytes(&self.log_id, one.entry.seq, &one.hash);
                named.push((&mut one.signed, (message, signature), one.hash, one.entry.seq));
            }
        }
        if named.len() < WORTH_IT {
            for (signed, (_, signature), hash, seq) in named {
                *signed = signature_holds(&signer.key, &self.log_id, seq, &hash, &signature);
            }
            return;
        }
        let (answers, questions): (Vec<_>, Vec<_>) =
            named.into_iter().map(|(signed, question, ..)| (signed, question)).unzip();
        let multiples = signer.multiples.get_or_init(|| Multiples::of(&signer.key));
        for (signed, holds) in answers.into_iter().zip(multiples.hold(&questions)) {
            *signed = holds;
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

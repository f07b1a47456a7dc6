//! The log's keys: which one is in force where.
//!
//! The first one is named by the log's own row. Each later one stands in `audit_key`, and the effect of an entry that
//! its predecessor signed accounts for that row: so nobody has to be believed.

use crate::LogId;
use crate::tlog::{self, SignatureKind, VerifierKey};
use ed25519_dalek::VerifyingKey;
use licentia_storage::audit::{AuditLog, RecordedEffect, key_id};
use licentia_storage::raw::{KEY_NOUN, RawKey};

/// A key that entries can be signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) id: [u8; 16],
    /// None when the bytes are no key: then no signature holds.
    pub(crate) key: Option<VerifyingKey>,
    pub(crate) epoch: i64,
}

impl PublicKey {
    /// See [`verifier_key`].
    pub(crate) fn verifier_key(&self, log: LogId) -> Option<VerifierKey> {
        verifier_key(log, self.key.as_ref()?.as_bytes(), self.epoch)
    }
}

/// A key of the log as its checkpoints are signed with it: its name is the origin. None when the bytes are no key.
pub(crate) fn verifier_key(log: LogId, public_key: &[u8], epoch: i64) -> Option<VerifierKey> {
    let key = licentia_license::PublicKey::from_bytes(public_key.try_into().ok()?).ok()?;
    VerifierKey::new(tlog::origin(log, u64::try_from(epoch).ok()?), SignatureKind::Ed25519, key).ok()
}

/// Every key that the file has, by what an effect says of it.
#[derive(Debug)]
pub(crate) struct KeyRing {
    first: PublicKey,
    rows: Vec<(RawKey, PublicKey)>,
}

/// What an entry says of the keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Introduced {
    Nothing,
    Key(Box<PublicKey>),
    /// It accounts for a key that the table does not have.
    Missing,
}

impl KeyRing {
    pub(crate) fn new(log: &AuditLog, rows: &[RawKey]) -> Self {
        let rows = rows.iter().map(|row| (row.clone(), public_key(row))).collect();
        Self { first: public_key(&RawKey::first(log)), rows }
    }

    /// Takes what the table holds now. Says whether that is something else than before.
    pub(crate) fn renew(&mut self, rows: &[RawKey]) -> bool {
        let same = self.rows.iter().map(|(row, _)| row).eq(rows);
        if !same {
            self.rows = rows.iter().map(|row| (row.clone(), public_key(row))).collect();
        }
        !same
    }

    /// The key of entry 1.
    pub(crate) fn first(&self) -> PublicKey {
        self.first.clone()
    }

    /// Every key that can hold a signature, with its id.
    pub(crate) fn signers(&self) -> impl Iterator<Item = ([u8; 16], VerifyingKey)> {
        let mut seen = std::collections::BTreeSet::new();
        self.keys().filter_map(|key| Some((key.id, key.key?))).filter(move |(id, _)| seen.insert(*id))
    }

    /// Every key, on the table's word but for the first.
    pub(crate) fn all(&self) -> Vec<PublicKey> {
        self.keys().cloned().collect()
    }

    /// A key by its id, on the table's word.
    pub(crate) fn named(&self, id: &[u8]) -> Option<PublicKey> {
        self.keys().find(|key| key.id == id).cloned()
    }

    /// The first key stands in the table too.
    fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        let later = self.rows.iter().map(|(_, key)| key).filter(|key| key.id != self.first.id);
        std::iter::once(&self.first).chain(later)
    }

    /// The key that is in force after an entry with these effects.
    pub(crate) fn introduced(&self, effects: &[RecordedEffect]) -> Introduced {
        let Some(effect) = effects.iter().rev().find(|effect| effect.noun == KEY_NOUN) else {
            return Introduced::Nothing;
        };
        let row = self.rows.iter().find(|(row, key)| Some(row.hash) == effect.hash && key.id.as_slice() == effect.id);
        row.map_or(Introduced::Missing, |(_, key)| Introduced::Key(Box::new(key.clone())))
    }
}

#[cfg(test)]
impl PublicKey {
    /// A key for tests of what keys are used for.
    pub(crate) fn in_epoch(key: VerifyingKey, epoch: i64) -> Self {
        Self { id: key_id(key.as_bytes()), key: Some(key), epoch }
    }
}

/// The id is derived anew: a row whose id is not its key's names none.
fn public_key(row: &RawKey) -> PublicKey {
    let bytes: Option<[u8; 32]> = row.public_key.as_slice().try_into().ok();
    PublicKey {
        id: bytes.map(|bytes| key_id(&bytes)).unwrap_or_default(),
        key: bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()),
        epoch: row.epoch,
    }
}

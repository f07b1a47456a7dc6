//! Verifying a proof with nothing but the proof and something to trust. Pure.

use super::Refusal;
use super::extra::{Extra, hashes_of};
use super::prove::embedded;
use crate::audit::SeenBy;
use crate::audit::bundle::checkpoints::not_witnessed;
use crate::audit::bundle::line::readable;
use crate::audit::keys::verifier_key;
use crate::audit::report::{KeySource, TrustRoot};
use crate::tlog::merkle::{leaf_hash, verify_consistency, verify_inclusion};
use crate::tlog::{CheckpointError, NoteError, Proof, Trust, VerifierKey};
use ed25519_dalek::VerifyingKey;
use licentia_storage::audit::{
    AuditLog, ENTRY_VERSION, SALT_LENGTH, SealedFields, decode_effects, key_id, payload_hash, signature_holds,
};
use licentia_storage::raw::{KEY_NOUN, RawEntry, RawKey, audited_tables, row_hash};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Whom to believe about a proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProofTrust {
    /// The proof itself, which shows little.
    #[default]
    Nobody,
    /// The log with this fingerprint.
    Fingerprint(String),
    /// Whoever signs checkpoints with this key.
    Key(VerifierKey),
}

/// What a verification of a proof starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofRequest {
    pub trust: ProofTrust,
    /// The witnesses to believe.
    pub witnesses: Vec<VerifierKey>,
    /// The text of the license that the entry should be about.
    pub license: Option<String>,
}

/// What a proof shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    pub trust: TrustRoot,
    pub seq: u64,
    /// The entry as lists show it.
    pub entry: Value,
    /// Who signed the tree: the log in one of its epochs.
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    pub witnessed: Vec<SeenBy>,
    /// The witnesses that were named to be believed, and did not sign.
    pub not_witnessed: Vec<String>,
    /// What is shown of the license that was handed in.
    pub license: Option<LicenseShown>,
}

/// How far a license is shown to be the one of the entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LicenseShown {
    pub id: String,
    /// Whether the entry accounts for this very text, and not only for its id and what the payload says.
    pub same_text: bool,
    /// The size of the tree whose checkpoint the license carries, which leads to the one of the proof.
    pub checkpoint: Option<u64>,
}

/// Checks a proof, from the keys to what it says of a license.
pub fn verify_proof(text: &[u8], request: &ProofRequest) -> Result<Shown, Refusal> {
    let proof = Proof::parse(text)?;
    let extra = Extra::parse(&proof.extra)?;
    let log = extra.log.log().ok_or_else(|| Refusal::Malformed("the log's key is not 32 bytes".to_owned()))?;
    let fingerprint = log.fingerprint_text();
    if extra.log.fingerprint != fingerprint || !extra.log.keys.iter().all(|key| key.agrees(log.id)) {
        return Err(Refusal::KeysUnproven("the log is not stated as it is"));
    }
    let key_source = match &request.trust {
        ProofTrust::Nobody => KeySource::File,
        ProofTrust::Fingerprint(given) if given.eq_ignore_ascii_case(&fingerprint) => KeySource::Given,
        ProofTrust::Fingerprint(_) => return Err(Refusal::WrongLog(fingerprint)),
        ProofTrust::Key(_) => KeySource::Given,
    };
    let keys = Keys::follow(&log, &extra, &proof)?;
    let mut signers = keys.signers(&log, proof.checkpoint.checkpoint().size());
    if let ProofTrust::Key(key) = &request.trust {
        signers.retain(|signer| signer == key);
        if signers.is_empty() {
            return Err(Refusal::WrongLog(fingerprint));
        }
    }
    let witnessed = check_checkpoint(&proof, &signers, &extra.encoded.0, &request.witnesses)?;
    let entry = check_entry(&log, &extra, &keys, proof.index)?;
    let license = request.license.as_deref().map(|text| check_license(text, &proof, &extra, &entry, &log, &keys));
    let tree = proof.checkpoint.checkpoint();
    Ok(Shown {
        trust: TrustRoot { key_source, fingerprint: Some(fingerprint) },
        seq: proof.index + 1,
        entry: readable(&entry),
        origin: tree.origin().to_owned(),
        size: tree.size(),
        not_witnessed: not_witnessed(&request.witnesses, &witnessed).map(str::to_owned).collect(),
        witnessed,
        license: license.transpose()?,
    })
}

/// The keys of a log, each from the entry that brought it on.
struct Keys(Vec<(u64, RawKey, VerifyingKey)>);

impl Keys {
    /// Each key after the first was brought by an entry of the tree that the key before it signed.
    fn follow(log: &AuditLog, extra: &Extra, proof: &Proof) -> Result<Self, Refusal> {
        let no = Refusal::KeysUnproven;
        let rows = extra.log.rows();
        let parse = |row: &RawKey| {
            let bytes = row.public_key.as_slice().try_into().map_err(|_| no("a key is not 32 bytes"))?;
            if row.id != key_id(&bytes) {
                return Err(no("a key has another's id"));
            }
            VerifyingKey::from_bytes(&bytes).map_err(|_| no("a key is no key"))
        };
        let (Some(first), true) = (rows.first(), rows.len() == extra.introductions.len() + 1) else {
            return Err(no("a key, or the entry that brought it, is missing"));
        };
        if *first != RawKey::first(log) || extra.log.keys.first().is_some_and(|key| key.introduced_by.is_some()) {
            return Err(no("the first key is not the log's own"));
        }
        let mut keys = vec![(0, first.clone(), parse(first)?)];
        let later = rows.iter().zip(&extra.log.keys).skip(1);
        for ((row, known), brought) in later.zip(&extra.introductions) {
            let fields = fields_of(&brought.encoded.0, log)?;
            let seq = u64::try_from(fields.seq).map_err(|_| no("an entry has no place"))?;
            let before = keys.last().filter(|(since, ..)| *since < seq).ok_or(no("keys come in another order"))?;
            if known.introduced_by != Some(fields.seq) || fields.key_id != before.1.id {
                return Err(no("a key was brought by another entry"));
            }
            if !signature_holds(&before.2, log.id.0.as_bytes(), fields.seq, &fields.hash(), &brought.signature.0) {
                return Err(no("the key before it did not sign for a key"));
            }
            let effects = decode_effects(&fields.effects).map_err(|_| no("an entry's effects cannot be read"))?;
            let last = effects.iter().rev().find(|effect| effect.noun == KEY_NOUN);
            if last.is_none_or(|effect| effect.id != row.id || effect.hash != Some(row.hash)) {
                return Err(no("an entry does not account for the key"));
            }
            let tree = proof.checkpoint.checkpoint();
            let path = hashes_of(&brought.path)?;
            verify_inclusion(seq.wrapping_sub(1), tree.size(), &leaf_hash(&brought.encoded.0), tree.root(), &path)
                .map_err(|_| no("the entry that brought a key is not in the tree"))?;
            keys.push((seq, row.clone(), parse(row)?));
        }
        Ok(Self(keys))
    }

    /// The key that entry `seq` is signed with.
    fn at(&self, seq: u64) -> Option<&(u64, RawKey, VerifyingKey)> {
        self.0.iter().rev().find(|(since, ..)| *since < seq)
    }

    /// The keys that may sign a tree of this size: the one of its last entry, and the one that came in with it.
    fn signers(&self, log: &AuditLog, size: u64) -> Vec<VerifierKey> {
        let mut keys: Vec<_> = self.at(size).into_iter().chain(self.at(size.saturating_add(1))).collect();
        keys.dedup_by_key(|(since, ..)| *since);
        keys.iter().filter_map(|(_, row, _)| verifier_key(log.id, &row.public_key, row.epoch)).collect()
    }
}

/// The entry is in the tree that one of these signed.
fn check_checkpoint(
    proof: &Proof,
    signers: &[VerifierKey],
    encoded: &[u8],
    witnesses: &[VerifierKey],
) -> Result<Vec<SeenBy>, Refusal> {
    let mut why = Refusal::Checkpoint(CheckpointError::Note(NoteError::Unsigned));
    for key in signers {
        match proof.verify(encoded, Trust::key(key, witnesses)) {
            Ok(seen) => {
                let size = proof.checkpoint.checkpoint().size();
                let seen = seen.iter();
                return Ok(seen
                    .map(|seen| SeenBy { witness: seen.witness.name().to_owned(), size, time: seen.time })
                    .collect());
            }
            Err(error) => why = error.into(),
        }
    }
    Err(why)
}

fn fields_of(encoded: &[u8], log: &AuditLog) -> Result<SealedFields, Refusal> {
    let fields = SealedFields::decode(encoded).map_err(|_| Refusal::Entry("it cannot be read"))?;
    if fields.log_id != *log.id.0.as_bytes() || fields.version != ENTRY_VERSION {
        return Err(Refusal::Entry("it is of another log or version"));
    }
    Ok(fields)
}

fn check_entry(log: &AuditLog, extra: &Extra, keys: &Keys, index: u64) -> Result<RawEntry, Refusal> {
    let fields = fields_of(&extra.encoded.0, log)?;
    if u64::try_from(fields.seq).ok() != index.checked_add(1) {
        return Err(Refusal::Entry("it stands at another place"));
    }
    let hash = fields.hash();
    let key = keys.at(index + 1).filter(|(_, row, _)| row.id == fields.key_id);
    if key.is_none_or(|(.., key)| !signature_holds(key, &fields.log_id, fields.seq, &hash, &extra.signature.0)) {
        return Err(Refusal::Entry("the key in force did not sign it"));
    }
    let payload = match (&extra.salt, &extra.payload) {
        (None, None) => None,
        (Some(salt), Some(body))
            if salt.0.len() == SALT_LENGTH && payload_hash(&salt.0, &body.0).as_slice() == fields.payload_hash =>
        {
            Some((salt.0.clone(), body.0.clone()))
        }
        _ => return Err(Refusal::Entry("the payload is not the one that was hashed")),
    };
    if let Some(row) = &extra.license {
        let columns: Vec<_> = row.iter().map(|column| column.as_ref().map(|bytes| bytes.0.clone())).collect();
        let id = columns.first().cloned().flatten().unwrap_or_default();
        let effects = decode_effects(&fields.effects).unwrap_or_default();
        let hash = row_hash("license", &columns);
        if !effects.iter().any(|effect| effect.noun == "license" && effect.id == id && effect.hash == Some(hash)) {
            return Err(Refusal::Entry("the license's row is not the one that it accounts for"));
        }
    }
    let signature = extra.signature.0.clone();
    Ok(RawEntry { seq: fields.seq, fields: Ok(fields), hash: hash.to_vec(), signature, payload })
}

/// The license is the one that the entry is about, and the checkpoint inside it is of the same history.
fn check_license(
    text: &str,
    proof: &Proof,
    extra: &Extra,
    entry: &RawEntry,
    log: &AuditLog,
    keys: &Keys,
) -> Result<LicenseShown, Refusal> {
    let no = Refusal::OtherLicense;
    let given = licentia_license::inspect(text).map_err(|_| no("it cannot be read"))?;
    let target = entry.fields.as_ref().ok().and_then(|fields| fields.target_id.clone());
    if target.as_deref() != Some(given.claims.jti.as_str()) {
        return Err(no("it has another id"));
    }
    let tables = audited_tables();
    let place = |column| tables.iter().find(|table| table.noun == "license").and_then(|table| table.place(column));
    let column = |name| place(name).and_then(|place| extra.license.as_ref()?.get(place)?.as_ref());
    let same_text = column("token").is_some_and(|token| token.0 == given.token.as_bytes());
    let same_id = column("id").is_some_and(|id| Uuid::from_slice(&id.0).ok().map(|id| id.to_string()) == target);
    if extra.license.is_some() && !(same_text && same_id) {
        return Err(no("the entry accounts for another text"));
    }
    let Some(old) = embedded(&given.claims) else {
        let checkpoint = None;
        return match given.claims.log {
            None => Ok(LicenseShown { id: given.claims.jti, same_text, checkpoint }),
            Some(_) => Err(Refusal::LicenseCheckpoint("it cannot be read".to_owned())),
        };
    };
    let why = |error: &dyn std::fmt::Display| Refusal::LicenseCheckpoint(error.to_string());
    let (then, now) = (old.checkpoint(), proof.checkpoint.checkpoint());
    if old.signed_by(&keys.signers(log, then.size())).is_err() {
        return Err(why(&"the log did not sign it"));
    }
    let consistency = extra.consistency.as_ref().filter(|proof| proof.from == then.size());
    let path = hashes_of(&consistency.ok_or_else(|| why(&"the proof says nothing of it"))?.path)?;
    verify_consistency(then.size(), then.root(), now.size(), now.root(), &path).map_err(|error| why(&error))?;
    Ok(LicenseShown { id: given.claims.jti, same_text, checkpoint: Some(then.size()) })
}

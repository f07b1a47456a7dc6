//! Making a proof: one pass over the log, from raw columns.

use super::extra::{Consistency, Extra, Introduction, path_of};
use crate::audit::bundle::base64::Bytes;
use crate::audit::bundle::log_file::{Introductions, LogFile};
use crate::audit::{Audit, AuditFilter, CheckpointReason, Kind};
use crate::new_file;
use crate::tlog::merkle::{Frontier, Prover, leaf_hash};
use crate::tlog::{Checkpoint, Proof, SignedCheckpoint};
use crate::witness::{holds, key_of};
use crate::{Error, LicenseStatus, Operator, Progress, Result, StoreError};
use licentia_license::Claims;
use licentia_storage::audit::{AuditLog, SealedFields, decode_effects};
use licentia_storage::raw::{RawEntry, RawFrame, RawReader, audited_tables, row_hash};
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// What is to be proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Entry(u64),
    /// That this license was issued or taken in: its text.
    License(String),
}

/// What a proof that was written is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    pub seq: u64,
    pub kind: String,
    /// How many entries the checkpoint covers.
    pub size: u64,
}

/// The kinds with which a license comes into a log.
const BEGINNINGS: [Kind; 3] = [Kind::LicenseIssue, Kind::LicenseReissue, Kind::LicenseImport];

impl Audit<'_> {
    /// Writes a proof of an entry, up to the latest checkpoint. Where none covers it one is written first, and without
    /// anybody unlocked it is refused.
    pub async fn prove(
        &self,
        subject: &Subject,
        out: &Path,
        operator: Option<&Operator>,
        progress: Progress,
    ) -> Result<Proven> {
        new_file::refuse_existing(out)?;
        let (seq, old) = match subject {
            Subject::Entry(seq) => (*seq, None),
            Subject::License(text) => self.beginning_of(text).await?,
        };
        let kind = self.get(seq).await?.kind;
        let mut checkpoint = self.latest_note_over(seq).await?;
        if let (None, Some(operator)) = (&checkpoint, operator) {
            self.checkpoint(operator, CheckpointReason::Export).await?;
            checkpoint = self.latest_note_over(seq).await?;
        }
        let Some(checkpoint) = checkpoint else { return Err(Error::NoCheckpoint { seq }) };
        let mut reader = RawReader::open(self.0.store().path()).await?;
        let proof = Pass { seq, old, checkpoint, progress }.over(&mut reader).await?;
        let (new, mut file) = new_file::NewFile::beside(out, self.0.ambient())?;
        write!(file, "{proof}").map_err(|source| new_file::failed("write", out, source))?;
        new.place()?;
        Ok(Proven { seq, kind, size: proof.checkpoint.checkpoint().size() })
    }

    async fn latest_note_over(&self, seq: u64) -> Result<Option<SignedCheckpoint>> {
        Ok(self.latest_note().await?.filter(|note| note.checkpoint().size() >= seq))
    }

    /// The entry that a license came with, and the checkpoint inside it.
    async fn beginning_of(&self, text: &str) -> Result<(u64, Option<SignedCheckpoint>)> {
        let claims = licentia_license::inspect(text).map_err(Error::LicenseInvalid)?.claims;
        let filter = AuditFilter {
            kinds: BEGINNINGS.iter().map(|kind| kind.as_str().to_owned()).collect(),
            target: Some(claims.jti.clone()),
            ..AuditFilter::default()
        };
        let entry = self.list(&filter, None, 1).await?.items.pop();
        let entry = entry.ok_or_else(|| Error::invalid("the license", "the log has no entry about it"))?;
        Ok((entry.seq, embedded(&claims)))
    }

    /// The latest checkpoint with what the witnesses that the vendor knows signed under it.
    async fn latest_note(&self) -> Result<Option<SignedCheckpoint>> {
        let reader = self.0.reader();
        let Some(latest) = reader.latest_checkpoint().await? else { return Ok(None) };
        let mut text = latest.note.clone();
        // Rows are nobody's word: one line that does not hold, or too many of them, would spoil the note for everybody.
        let keys: Vec<_> = reader.witnesses().await?.iter().filter_map(|witness| key_of(witness).ok()).collect();
        for said in reader.cosignatures(latest.size).await? {
            if keys.iter().any(|key| holds(&latest.note, &said, key).is_some()) {
                text.push_str(&said.line);
                text.push('\n');
            }
        }
        let note = SignedCheckpoint::parse(text.as_bytes());
        note.map(Some).map_err(|error| StoreError::Encoding(format!("a checkpoint cannot be read: {error}")).into())
    }
}

/// The checkpoint inside a license; none where there is none that can be read.
pub(super) fn embedded(claims: &Claims) -> Option<SignedCheckpoint> {
    SignedCheckpoint::parse(claims.log.as_ref()?.get("checkpoint")?.as_str()?.as_bytes()).ok()
}

/// One pass over the entries under a checkpoint.
struct Pass {
    seq: u64,
    old: Option<SignedCheckpoint>,
    checkpoint: SignedCheckpoint,
    progress: Progress,
}

/// An entry whose place is being proven.
struct Place {
    entry: RawEntry,
    prover: Prover,
}

impl Pass {
    async fn over(self, reader: &mut RawReader) -> Result<Proof> {
        let frame = reader.frame().await?;
        let log = frame.log().ok_or(Error::NotFounded)?;
        let tree = self.checkpoint.checkpoint().clone();
        let size = tree.size();
        let introduced = introductions(reader, &log, size).await?;
        let disagrees = || Error::CheckpointDisagrees { size };
        let seqs: Vec<i64> = frame.keys.iter().filter_map(|key| introduced.of(key)).collect();
        let mut introducing = Vec::new();
        for seq in &seqs {
            introducing.push(place(reader, &log, *seq, size).await?);
        }
        let mut proven = place(reader, &log, i64::try_from(self.seq).unwrap_or(i64::MAX), size).await?;
        let origin = log.id.to_string();
        let old = self.old.as_ref().map(SignedCheckpoint::checkpoint);
        let old = old.filter(|old| old.size() <= size && old.origin().contains(&origin)).map(Checkpoint::size);
        let mut consistency = old.map(|old| Prover::consistency(old, size)).transpose().map_err(|_| disagrees())?;
        let mut frontier = Frontier::new();
        let mut next = Some(1);
        while frontier.size() < size
            && let Some(from) = next
        {
            let entries =
                reader.entries_from(from, i64::try_from(size).unwrap_or(i64::MAX), *log.id.0.as_bytes()).await?;
            let Some(last) = entries.last() else { break };
            next = last.seq.checked_add(1);
            for entry in &entries {
                let leaf = leaf_hash(&entry.fields.as_ref().map_err(|_| disagrees())?.encode());
                frontier.push(leaf);
                let places = introducing.iter_mut().chain([&mut proven]).map(|place| &mut place.prover);
                places.chain(&mut consistency).for_each(|prover| prover.take(leaf));
            }
            (self.progress)(frontier.size(), size);
        }
        if frontier.size() != size || frontier.root() != *tree.root() {
            return Err(disagrees());
        }
        let license = license_row(reader, &proven.entry).await?;
        let path = |prover: Prover| prover.finish().map_err(|_| disagrees());
        let mut brought = Vec::new();
        for Place { entry, prover } in introducing {
            brought.push(Introduction {
                encoded: encoded(&entry),
                signature: Bytes(entry.signature),
                path: path_of(path(prover)?),
            });
        }
        let Place { entry, prover } = proven;
        let (salt, payload) = entry.payload.clone().unzip();
        let extra = Extra {
            version: Extra::VERSION,
            log: known(&log, &frame, &introduced),
            introductions: brought,
            encoded: encoded(&entry),
            signature: Bytes(entry.signature),
            salt: salt.map(Bytes),
            payload: payload.map(Bytes),
            license,
            consistency: match (consistency, old) {
                (Some(older), Some(from)) => Some(Consistency { from, path: path_of(path(older)?) }),
                _ => None,
            },
        };
        Ok(Proof { extra: extra.to_bytes(), index: self.seq - 1, path: path(prover)?, checkpoint: self.checkpoint })
    }
}

/// Which entries under the checkpoint brought keys.
async fn introductions(reader: &mut RawReader, log: &AuditLog, size: u64) -> Result<Introductions> {
    let mut introduced = Introductions::default();
    let (mut next, to) = (1, i64::try_from(size).unwrap_or(i64::MAX));
    loop {
        let entries = reader.entries_from(next, to, *log.id.0.as_bytes()).await?;
        let Some(last) = entries.last() else { return Ok(introduced) };
        let behind = last.seq.checked_add(1);
        for entry in &entries {
            let effects = entry.fields.as_ref().ok().and_then(|fields| decode_effects(&fields.effects).ok());
            introduced.take(entry.seq, &effects.unwrap_or_default());
        }
        // Nothing comes behind the largest of all numbers.
        let Some(behind) = behind else { return Ok(introduced) };
        next = behind;
    }
}

/// The log with the keys that were there under the checkpoint.
fn known(log: &AuditLog, frame: &RawFrame, introduced: &Introductions) -> LogFile {
    let first = frame.keys.iter().take(1);
    let later = frame.keys.iter().skip(1).filter(|key| introduced.of(key).is_some());
    LogFile::new(log, &first.chain(later).cloned().collect::<Vec<_>>(), introduced)
}

async fn place(reader: &mut RawReader, log: &AuditLog, seq: i64, size: u64) -> Result<Place> {
    let entry = reader.entries_from(seq, seq, *log.id.0.as_bytes()).await?.pop();
    let index = u64::try_from(seq).unwrap_or(0).wrapping_sub(1);
    let place = entry.zip(Prover::inclusion(index, size).ok()).map(|(entry, prover)| Place { entry, prover });
    place.ok_or(Error::CheckpointDisagrees { size })
}

fn encoded(entry: &RawEntry) -> Bytes {
    Bytes(entry.fields.as_ref().map(SealedFields::encode).unwrap_or_default())
}

/// The row of the license that the entry is about, as the entry left it: only its status has changed since.
async fn license_row(reader: &mut RawReader, entry: &RawEntry) -> Result<Option<Vec<Option<Bytes>>>> {
    let Ok(fields) = &entry.fields else { return Ok(None) };
    let beginning = BEGINNINGS.iter().any(|kind| kind.as_str() == fields.kind);
    let id = fields.target_id.as_deref().and_then(|id| Uuid::try_parse(id).ok()).filter(|_| beginning);
    let table = audited_tables().into_iter().find(|table| table.noun == "license");
    let (Some(id), Some(table)) = (id, table) else { return Ok(None) };
    let status = table.place("status");
    let Some(mut row) = reader.row(&table, id.as_bytes()).await? else { return Ok(None) };
    let effects = decode_effects(&fields.effects).unwrap_or_default();
    let hash = effects.iter().find(|effect| effect.noun == table.noun && effect.id == id.as_bytes());
    for word in LicenseStatus::ALL {
        if let Some(column) = status.and_then(|place| row.get_mut(place)) {
            *column = Some(word.as_str().as_bytes().to_vec());
        }
        if hash.and_then(|effect| effect.hash) == Some(row_hash(table.noun, &row)) {
            return Ok(Some(row.into_iter().map(|column| column.map(Bytes)).collect()));
        }
    }
    Ok(None)
}

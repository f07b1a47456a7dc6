//! Writing a bundle: what is there, be it damaged, and what a verification found.

use super::archive::{Digest, Writer};
use super::checkpoints::NoteLine;
use super::line::Line;
use super::log_file::{Introductions, LogFile};
use super::manifest::{Manifest, Root, signed_text};
use super::{CHECKPOINTS, ENTRIES, LOG, LONGEST_LINE, MANIFEST, MEMBERS, SIGNATURE};
use crate::audit::{Audit, VerifyRequest, export};
use crate::new_file::{self, NewFile};
use crate::tlog::{self, Note, NoteError, NoteSignature};
use crate::{Error, LogId, Operator, Progress, Result, Timestamp};
use licentia_storage::audit::{AuditLog, LogKey, decode_effects, tagged};
use licentia_storage::raw::{RawEntry, RawKey, RawReader};
use serde::Serialize;
use serde_json::{Value, json};
use std::io;
use std::path::Path;

/// The first member, for whoever opens the bundle without knowing what it is.
const README: &str = include_str!("README.md");

/// What a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleExport {
    pub entries: u64,
    /// Whether the log's key signed the manifest.
    pub signed: bool,
    /// Whether the database verified. It is written out all the same.
    pub verified: bool,
    /// How many entries the last checkpoint covers; none when there is no checkpoint.
    pub last_checkpoint: Option<u64>,
    /// The entry that records this export; none when nobody was unlocked.
    pub recorded_as: Option<u64>,
}

/// What passed by while the entries were written.
#[derive(Default)]
struct Passed {
    entries: u64,
    first: Option<i64>,
    last: Option<i64>,
    last_hash: Option<String>,
    introduced: Introductions,
}

impl Audit<'_> {
    /// Writes all of the log into one file that proves itself.
    ///
    /// With somebody unlocked the manifest is signed, and the export is an event that is written down before the file
    /// gets its name.
    pub async fn export_bundle(
        &self,
        out: &Path,
        operator: Option<&Operator>,
        progress: Progress,
    ) -> Result<BundleExport> {
        let ambient = self.0.ambient();
        let (new, file) = NewFile::beside(out, ambient)?;
        let report = self.verify(&VerifyRequest::default(), progress.clone()).await?;
        let made = ambient.now().seconds();
        let mut writer = Writer::new(file, u64::try_from(made).unwrap_or(0));
        let mut reader = RawReader::open(self.0.store().path()).await?;
        let Written { log, keys, passed, files, last_checkpoint } =
            fill(&mut reader, &mut writer, out, &progress).await?;

        let mut manifest = Manifest {
            version: Manifest::VERSION,
            export_id: ambient.uuid(ambient.now()).to_string(),
            made_at: Timestamp::from_seconds(made).to_string(),
            by: operator.map(|operator| operator.seal().actor),
            signed: operator.is_some(),
            recorded_as: None,
            log_id: log.id,
            fingerprint: log.fingerprint_text(),
            entries: passed.entries,
            first_seq: passed.first,
            last_seq: passed.last,
            last_hash: passed.last_hash.unwrap_or_else(|| log.fingerprint_text()),
            last_checkpoint,
            files,
            verification: serde_json::to_value(&report).unwrap_or_default(),
            notes: notes(operator.is_some(), report.verified),
        };
        if let Some(operator) = operator {
            let identity = self.identity().await?;
            manifest.recorded_as = Some(self.record(operator, &identity, &event(out, &manifest)).await?);
        }
        let failed = |source| new_file::failed("write", out, source);
        let digest = writer.whole(MEMBERS[MANIFEST], &manifest.to_bytes()).map_err(failed)?;
        if let Some(operator) = operator {
            let note = sign(&digest, log.id, &operator.seal().key, &keys)
                .map_err(|error| Error::invalid("the log's key", error.to_string()))?;
            writer.whole(MEMBERS[SIGNATURE], note.to_string().as_bytes()).map_err(failed)?;
        }
        writer.finish().map_err(failed)?;
        new.place()?;
        Ok(BundleExport {
            entries: manifest.entries,
            signed: manifest.signed,
            verified: report.verified,
            last_checkpoint: manifest.last_checkpoint.and_then(|last| u64::try_from(last.size).ok()),
            recorded_as: manifest.recorded_as,
        })
    }
}

/// Every member before the manifest, and what it takes to write that.
struct Written {
    log: AuditLog,
    keys: Vec<RawKey>,
    passed: Passed,
    files: Vec<Digest>,
    last_checkpoint: Option<Root>,
}

/// Writes every member before the manifest, up to where the log ended when this began.
async fn fill(reader: &mut RawReader, writer: &mut Writer, out: &Path, progress: &Progress) -> Result<Written> {
    let failed = |source| new_file::failed("write", out, source);
    let frame = reader.frame().await?;
    let log = frame.log().ok_or(Error::NotFounded)?;
    let readme = writer.whole(MEMBERS[0], README.as_bytes()).map_err(failed)?;

    let mut passed = Passed::default();
    let mut member = writer.begin(MEMBERS[ENTRIES]).map_err(failed)?;
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let entries = reader.entries_from(from, frame.largest_seq, *log.id.0.as_bytes()).await?;
        for entry in &entries {
            member.take(&json_line(&Line::of(entry)).map_err(failed)?).map_err(failed)?;
            passed.by(entry);
        }
        progress(passed.entries, u64::try_from(frame.largest_seq).unwrap_or(0));
        next = entries.last().and_then(|last| last.seq.checked_add(1));
        tokio::task::yield_now().await;
    }
    let entries = member.end().map_err(failed)?;

    let mut last_checkpoint = None;
    let mut member = writer.begin(MEMBERS[CHECKPOINTS]).map_err(failed)?;
    let mut after = Some(i64::MIN);
    while let Some(size) = after {
        let notes = reader.notes_after(size, frame.largest_seq).await?;
        for line in notes.iter().map(NoteLine::of) {
            member.take(&json_line(&line).map_err(failed)?).map_err(failed)?;
            last_checkpoint = Some(line.root());
        }
        after = notes.last().map(|last| last.size);
    }
    let checkpoints = member.end().map_err(failed)?;

    let said = LogFile::new(&log, &frame.keys, &passed.introduced);
    let said = serde_json::to_string_pretty(&said).map_err(|error| failed(error.into()))? + "\n";
    let said = writer.whole(MEMBERS[LOG], said.as_bytes()).map_err(failed)?;
    let files = vec![readme, entries, checkpoints, said];
    Ok(Written { log, keys: frame.keys, passed, files, last_checkpoint })
}

impl Passed {
    fn by(&mut self, entry: &RawEntry) {
        let effects = entry.fields.as_ref().ok().and_then(|fields| decode_effects(&fields.effects).ok());
        self.introduced.take(entry.seq, &effects.unwrap_or_default());
        self.entries += 1;
        self.first = self.first.or(Some(entry.seq));
        self.last = Some(entry.seq);
        self.last_hash = Some(tagged("blake3", &entry.hash));
    }
}

/// The log's signature on the manifest.
fn sign(manifest: &Digest, log: LogId, key: &LogKey, keys: &[RawKey]) -> Result<Note, NoteError> {
    let epoch = keys.iter().find(|row| row.id == key.id()).map_or(1, |row| row.epoch);
    let name = tlog::origin(log, u64::try_from(epoch).unwrap_or(0));
    let mut note = Note::new(signed_text(manifest, &name))?;
    note.add(NoteSignature::sign(note.text(), &name, key.signing())?);
    Ok(note)
}

/// What nobody could read back is not written.
fn json_line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    if line.len() as u64 > LONGEST_LINE {
        return Err(io::Error::other("an entry is too large for a bundle"));
    }
    Ok(line)
}

/// What the log says of the export. The manifest names this entry, so the entry cannot name the manifest.
fn event(out: &Path, manifest: &Manifest) -> Value {
    let entries = manifest.files.get(ENTRIES).map(|file| file.blake3.clone());
    json!({
        export::ID: manifest.export_id,
        "file": out.file_name().map(|name| name.to_string_lossy()),
        "format": "bundle",
        "filter": Value::Null,
        "entries": manifest.entries,
        "first_seq": manifest.first_seq,
        "last_seq": manifest.last_seq,
        "log_size": manifest.last_seq,
        "last_hash": manifest.last_hash,
        "blake3": entries,
    })
}

fn notes(signed: bool, verified: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !signed {
        notes.push("The vault was not unlocked: nobody signed this manifest, and the log does not record the export.");
    }
    if !verified {
        notes.push("The database did not verify when this was written. It was written out as it was.");
    }
    notes.into_iter().map(str::to_owned).collect()
}

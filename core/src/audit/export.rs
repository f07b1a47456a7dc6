//! Taking the log away: a file of entries, and a manifest beside it that says what the file is.

use super::{Audit, AuditFilter, AuditSearch, CheckpointReason, ExportFormat, ExportReport, Kind, LogIdentity, Query};
use crate::new_file::{self, NewFile};
use crate::text::csv_safe;
use crate::{AuditRecord, Operator, Progress, Result};
use base64ct::{Base64UrlUnpadded, Encoding};
use licentia_storage::audit::{hex, tagged};
use licentia_storage::{AuditKey, AuditQuery, Condition};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Entries of one read: a longer one would keep the write-ahead log from being reset.
const CHUNK: u64 = 2_000;

/// What an export is found by, in the log and in its manifest.
pub(super) const ID: &str = "export_id";

/// How many other exports may be recorded between an export's commit and the look for it.
const NEWEST: u64 = 100;

/// An entry's columns as CSV, in files and on the command line; more may be added at the end.
pub const COLUMNS: [&str; 15] = [
    "seq",
    "id",
    "kind",
    "severity",
    "outcome",
    "actor",
    "actor_kind",
    "target_kind",
    "target_id",
    "created_at",
    "payload",
    "hash",
    "previous_hash",
    "signature",
    "key_id",
];

/// The file under way.
struct Sheet<'a> {
    file: File,
    out: &'a Path,
    hasher: blake3::Hasher,
    entries: u64,
    first: Option<u64>,
    last: Option<u64>,
}

impl Audit<'_> {
    /// Writes what the filter lets through, oldest first, with a manifest beside it.
    ///
    /// With somebody unlocked the export is itself an event, and written down before the file gets its name.
    pub async fn export(
        &self,
        filter: &AuditFilter,
        format: ExportFormat,
        out: &Path,
        operator: Option<&Operator>,
        progress: Progress,
    ) -> Result<ExportReport> {
        let search = AuditSearch { filter: filter.clone(), query: None };
        self.export_found(&search, format, out, operator, progress).await
    }

    /// As [`Self::export`], but only what fits the query too.
    pub async fn export_found(
        &self,
        search: &AuditSearch,
        format: ExportFormat,
        out: &Path,
        operator: Option<&Operator>,
        progress: Progress,
    ) -> Result<ExportReport> {
        let ambient = self.0.ambient();
        let manifest = manifest_path(out);
        new_file::refuse_existing(&manifest)?;
        if let Some(operator) = operator {
            self.0.sign_by_the_way(operator, CheckpointReason::Export).await;
        }
        let log = self.identity().await?;
        let (new, file) = NewFile::beside(out, ambient)?;
        let mut sheet = Sheet { file, out, hasher: blake3::Hasher::new(), entries: 0, first: None, last: None };
        match search.query {
            None => self.fill(&mut sheet, &search.filter, format, log.size, &progress).await?,
            Some(_) => self.fill_with_found(&mut sheet, search, format, log.size, &progress).await?,
        }
        sheet.sync()?;

        let mut said = json!({
            ID: ambient.uuid(ambient.now()),
            "file": out.file_name().map(|name| name.to_string_lossy()),
            "format": format.as_str(),
            "filter": search.filter,
            "query": search.query.as_ref().map(Query::text),
            "entries": sheet.entries,
            "first_seq": sheet.first,
            "last_seq": sheet.last,
            "log_size": log.size,
            "last_hash": self.last_hash(&log).await?,
            "blake3": sheet.hasher.finalize().to_hex().as_str(),
        });
        let recorded_as = match operator {
            Some(operator) => Some(self.record(operator, &log, &said).await?),
            None => None,
        };
        let keys = self.0.reader().audit_keys().await?;
        complete(&mut said, &log, &keys, format, recorded_as, &ambient.now().to_string());
        write_manifest(&manifest, &said, ambient)?;
        if let Err(error) = new.place() {
            // A manifest without its file would stand in the way of the next try.
            let _ = std::fs::remove_file(&manifest);
            return Err(error);
        }
        Ok(ExportReport { entries: sheet.entries, manifest, recorded_as })
    }

    /// Writes the entries, up to where the log ended when the export began.
    async fn fill(
        &self,
        sheet: &mut Sheet<'_>,
        filter: &AuditFilter,
        format: ExportFormat,
        size: u64,
        progress: &Progress,
    ) -> Result<()> {
        sheet.take(format.head())?;
        let mut query = self.query(filter).await?.map(|query| AuditQuery { oldest_first: true, limit: CHUNK, ..query });
        while let Some(next) = &mut query {
            let mut entries = self.0.reader().audit_entries(next).await?;
            entries.retain(|entry| entry.seq <= size);
            if entries.is_empty() {
                break;
            }
            sheet.add(&entries, format)?;
            next.before = sheet.last;
            progress(sheet.last.unwrap_or(size), size);
        }
        progress(size, size);
        Ok(())
    }

    /// Writes the entries that fit a query, one stretch of the log after the other. The index of words is not asked:
    /// it may leave an entry out, and an export must not.
    async fn fill_with_found(
        &self,
        sheet: &mut Sheet<'_>,
        search: &AuditSearch,
        format: ExportFormat,
        size: u64,
        progress: &Progress,
    ) -> Result<()> {
        sheet.take(format.head())?;
        let mut next = 1;
        // Nothing is looked through between entries: whoever writes the file may put one as far off as they like.
        while let Some(from) = self.0.reader().audit_seq_from(next).await?.filter(|from| *from <= size) {
            let to = size.min(from.saturating_add(CHUNK - 1));
            let condition = Condition::Seq { from, to }.and(search.condition());
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let page = self.0.reader().search_without_index(&condition, before, CHUNK).await?;
                found.extend(page.items);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            found.reverse();
            sheet.add(&found, format)?;
            progress(to, size);
            next = to.saturating_add(1);
        }
        progress(size, size);
        Ok(())
    }

    /// Writes the export into the log, and says where. It is found again by its id, whatever else is written meanwhile.
    pub(super) async fn record(&self, operator: &Operator, log: &LogIdentity, said: &Value) -> Result<u64> {
        let members = said.as_object().cloned().unwrap_or_default();
        let event = Kind::AuditExport.event(log.log_id);
        let event = members.into_iter().fold(event, |event, (name, value)| event.with(&name, value));
        self.0.write(operator, move |tx| async move { Ok(tx.commit(event, ()).await?) }).await?;
        let filter = AuditFilter { kinds: vec![Kind::AuditExport.as_str().to_owned()], ..AuditFilter::default() };
        let exports = self.list(&filter, None, NEWEST).await?.items;
        let recorded = exports.iter().find(|entry| entry.payload_value().get(ID) == said.get(ID));
        recorded.map(|entry| entry.seq).ok_or(crate::StoreError::CommitFailed.into())
    }

    async fn last_hash(&self, log: &LogIdentity) -> Result<String> {
        match log.size {
            0 => Ok(log.fingerprint.clone()),
            size => Ok(tagged("blake3", &self.get(size).await?.hash)),
        }
    }
}

impl Sheet<'_> {
    fn take(&mut self, bytes: io::Result<Vec<u8>>) -> Result<()> {
        let written = bytes.and_then(|bytes| {
            self.hasher.update(&bytes);
            self.file.write_all(&bytes)
        });
        written.map_err(|source| new_file::failed("write", self.out, source))
    }

    fn add(&mut self, entries: &[AuditRecord], format: ExportFormat) -> Result<()> {
        self.take(format.lines(entries))?;
        self.entries += u64::try_from(entries.len()).unwrap_or(u64::MAX);
        self.first = self.first.or(entries.first().map(|first| first.seq));
        self.last = entries.last().map(|last| last.seq).or(self.last);
        Ok(())
    }

    /// What the log is going to speak of is on disk first.
    fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|source| new_file::failed("write", self.out, source))
    }
}

impl ExportFormat {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    fn head(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Jsonl => Ok(Vec::new()),
            Self::Csv => csv_lines([COLUMNS.map(str::to_owned)]),
        }
    }

    fn lines(self, entries: &[AuditRecord]) -> io::Result<Vec<u8>> {
        match self {
            Self::Csv => csv_lines(entries.iter().map(cells)),
            Self::Jsonl => {
                let mut lines = Vec::new();
                for entry in entries {
                    serde_json::to_writer(&mut lines, entry)?;
                    lines.push(b'\n');
                }
                Ok(lines)
            }
        }
    }
}

fn csv_lines(rows: impl IntoIterator<Item = [String; COLUMNS.len()]>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| csv_safe(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// In the order of [`COLUMNS`].
fn cells(entry: &AuditRecord) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        entry.seq.to_string(),
        entry.id.to_string(),
        entry.kind.clone(),
        entry.severity.clone(),
        entry.outcome.clone(),
        entry.actor.clone(),
        entry.actor_kind.clone(),
        text(&entry.target_kind),
        text(&entry.target_id),
        entry.recorded_at.to_micros_text(),
        text(&entry.payload),
        tagged("blake3", &entry.hash),
        tagged("blake3", &entry.previous_hash),
        tagged("ed25519", &entry.signature),
        hex(&entry.key_id),
    ]
}

/// Adds what the manifest says beyond the event.
fn complete(
    said: &mut Value,
    log: &LogIdentity,
    keys: &[AuditKey],
    format: ExportFormat,
    recorded_as: Option<u64>,
    exported_at: &str,
) {
    let mut notes = Vec::new();
    if recorded_as.is_none() {
        notes.push("The vault was not unlocked, so the log does not record this export.");
    }
    if format == ExportFormat::Csv {
        notes.push(
            "A cell that a spreadsheet would take for a formula has a ' in front, which is not part of the text.",
        );
    }
    let more = json!({
        "log_id": log.log_id,
        "fingerprint": log.fingerprint,
        "public_key": Base64UrlUnpadded::encode_string(&log.public_key),
        "keys": keys.iter().map(said_of_key).collect::<Vec<_>>(),
        "exported_at": exported_at,
        "recorded": recorded_as.is_some(),
        "recorded_as": recorded_as,
        "notes": notes,
    });
    if let (Some(said), Value::Object(more)) = (said.as_object_mut(), more) {
        said.extend(more);
    }
}

/// With which key an entry is signed, its `key_id` says.
fn said_of_key(key: &AuditKey) -> Value {
    let (id, public_key) = (hex(&key.id), Base64UrlUnpadded::encode_string(&key.public_key));
    json!({ "key_id": id, "public_key": public_key, "epoch": key.epoch })
}

fn manifest_path(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".manifest.json");
    name.into()
}

fn write_manifest(path: &Path, said: &Value, ambient: &crate::Ambient) -> Result<()> {
    let (file, mut handle) = NewFile::beside(path, ambient)?;
    writeln!(handle, "{said:#}").map_err(|source| new_file::failed("write", path, source))?;
    drop(handle);
    file.place()
}

//! Verifying a bundle with nothing else at hand: the same chain and keys as for a database, fed from a file.

use super::archive::{Archive, Digest, Member};
pub use super::checkpoints::SeenBy;
use super::checkpoints::{Checkpoints, not_witnessed};
use super::line::{Line, readable};
use super::log_file::{Introductions, LogFile};
use super::manifest::{Manifest, Root, check_signature};
use super::{BundleError, CHECKPOINTS, ENTRIES, LOG, MANIFEST, SIGNATURE};
use crate::audit::chain::Chain;
use crate::audit::keys::{KeyRing, PublicKey};
use crate::audit::prepare::{Preparer, Signatures};
use crate::audit::report::{Code, Findings, KeySource, Level, TrustRoot, VerifyReport, Witnessed, hold};
use crate::tlog::VerifierKey;
use crate::tlog::merkle::{Frontier, leaf_hash};
use crate::{Error, Progress, Result, Timestamp};
use licentia_storage::audit::{AuditLog, tagged};
use licentia_storage::raw::{RawEntry, RawKey};
use serde::Serialize;
use std::path::Path;

/// What a verification of a bundle starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleRequest {
    /// The fingerprint that somebody wrote down; none: the bundle's own word.
    pub fingerprint: Option<String>,
    /// The witnesses to believe.
    pub witnesses: Vec<VerifierKey>,
}

/// What a verification of a bundle found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleReport {
    #[serde(flatten)]
    pub report: VerifyReport,
    /// Whether the log's key signed the manifest, and so that the bundle goes on to its last entry.
    pub signed: bool,
    /// How many entries the last checkpoint covers.
    pub last_checkpoint: Option<u64>,
    /// How far each known witness saw the log.
    pub witnessed: Vec<SeenBy>,
    /// The witnesses that were named to be believed, and signed none of its checkpoints.
    pub not_witnessed: Vec<String>,
}

/// Checks everything that a bundle can show. An error means that the file cannot be read as a bundle.
///
/// Whoever made the bundle must not know what is `random`.
pub fn verify_bundle(
    path: &Path,
    request: &BundleRequest,
    random: [u8; 32],
    progress: &Progress,
) -> Result<BundleReport> {
    let unreadable = |why| match why {
        BundleError::Io(source) => Error::Io { action: "read", path: path.to_owned(), source },
        why => Error::Bundle { path: path.to_owned(), why },
    };
    Archive::open(path).and_then(|archive| Run::new(request, random).check(&archive, progress)).map_err(unreadable)
}

/// One verification under way.
struct Run<'a> {
    request: &'a BundleRequest,
    random: [u8; 32],
    findings: Findings,
}

/// What the entries came to.
struct Entries {
    chain: Chain,
    count: u64,
    first: Option<i64>,
    last: Option<i64>,
    last_hash: String,
    introduced: Introductions,
    files: Vec<Digest>,
    last_checkpoint: Option<Root>,
    witnessed: Vec<SeenBy>,
}

impl<'a> Run<'a> {
    fn new(request: &'a BundleRequest, random: [u8; 32]) -> Self {
        Self { request, random, findings: Findings::default() }
    }

    fn check(mut self, archive: &Archive, progress: &Progress) -> Result<BundleReport, BundleError> {
        let (log_bytes, log_digest) = archive.whole(LOG)?;
        let file = LogFile::parse(&log_bytes)?;
        let (manifest_bytes, manifest_digest) = archive.whole(MANIFEST)?;
        let manifest = Manifest::parse(&manifest_bytes)?;
        let Some(log) = file.log() else {
            self.findings.add(Code::LogMissing.at(None, "The log's public key is not 32 bytes."));
            return Ok(self.report(None, None, false));
        };
        self.check_log(&file, &log);
        let mut entries = self.follow(archive, &file, &log, &manifest, progress)?;
        self.check_keys(&file, &log, &entries.introduced);
        entries.files.insert(0, archive.whole(0)?.1);
        entries.files.push(log_digest);
        self.check_manifest(&manifest, &log, &entries, archive.made);
        let signed = if archive.has(SIGNATURE) {
            let (note, _) = archive.whole(SIGNATURE)?;
            let key = entries.chain.key().and_then(|key| key.verifier_key(log.id));
            self.check_signature(&manifest, &note, &manifest_digest, key.as_ref())
        } else {
            self.check_unsigned(&manifest)
        };
        Ok(self.report(Some(&log), Some(entries), signed))
    }

    fn check_log(&mut self, file: &LogFile, log: &AuditLog) {
        let fingerprint = log.fingerprint_text();
        if let Some(given) = &self.request.fingerprint
            && !given.eq_ignore_ascii_case(&fingerprint)
        {
            let meaning = format!("The log's fingerprint is {fingerprint}, and not the one that was given.");
            self.findings.add(Code::WrongLog.at(None, meaning));
        }
        if file.fingerprint != fingerprint || !file.keys.iter().all(|key| key.agrees(log.id)) {
            self.findings.add(Code::KeyTableAltered.at(None, "log.json does not agree with itself."));
        }
    }

    /// Every entry through the chain, every checkpoint when its last entry was taken in.
    fn follow(
        &mut self,
        archive: &Archive,
        file: &LogFile,
        log: &AuditLog,
        manifest: &Manifest,
        progress: &Progress,
    ) -> Result<Entries, BundleError> {
        let mut lines = archive.member(ENTRIES)?;
        let notes = archive.member(CHECKPOINTS)?;
        let mut checkpoints = Checkpoints::new(log.id, &self.request.witnesses, notes)?;
        let ring = KeyRing::new(log, &file.rows());
        let preparer = Preparer::new(*log.id.0.as_bytes(), &ring, self.random);
        let mut chain = Chain::from_start(log, ring);
        let mut introduced = Introductions::default();
        // None once an entry came whose leaf nobody knows.
        let mut tree = Some(Frontier::new());
        let (mut count, mut first, mut last, mut last_hash) = (0, None, None, log.fingerprint_text());
        loop {
            let entries = self.some_entries(&mut lines, log)?;
            if entries.is_empty() {
                break;
            }
            for prepared in preparer.prepare(entries, Signatures::Check) {
                let seq = prepared.entry.seq;
                count += 1;
                first = first.or(Some(seq));
                last = Some(seq);
                last_hash = tagged("blake3", &prepared.entry.hash);
                match (&prepared.entry.fields, &mut tree) {
                    (Ok(fields), Some(tree)) => tree.push(leaf_hash(&fields.encode())),
                    _ => tree = None,
                }
                let signer: Option<PublicKey> = chain.key().cloned();
                introduced.take(seq, &chain.take(prepared, &mut self.findings));
                checkpoints.reach(seq, [signer.as_ref(), chain.key()], tree.as_ref(), &mut self.findings)?;
            }
            progress(count, manifest.entries.max(count));
        }
        progress(count, count);
        let notes = checkpoints.finish(&mut self.findings)?;
        Ok(Entries {
            chain,
            count,
            first,
            last,
            last_hash,
            introduced,
            files: vec![lines.digest(), notes.digest],
            last_checkpoint: notes.last,
            witnessed: notes.witnessed,
        })
    }

    /// The next lines as entries: enough of them to check their signatures together, and not many bytes.
    fn some_entries(&mut self, lines: &mut Member, log: &AuditLog) -> Result<Vec<RawEntry>, BundleError> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while entries.len() < 1_000 && bytes < 8 << 20 {
            let Some(line) = lines.line()? else { break };
            bytes += line.len();
            let (entry, shown) = Line::parse(&line)?.raw(*log.id.0.as_bytes());
            if shown != readable(&entry) {
                let meaning = "What is there to be read is not what the entry says.";
                self.findings.add(Code::ReadableAltered.at(entry.seq, meaning));
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Every key is the first one, or an entry accounts for it, and that one is named.
    fn check_keys(&mut self, file: &LogFile, log: &AuditLog, introduced: &Introductions) {
        for (place, (row, key)) in file.rows().iter().zip(&file.keys).enumerate() {
            let accounted = introduced.of(row);
            let holds = match place {
                0 => *row == RawKey::first(log),
                _ => accounted.is_some(),
            };
            if !holds || key.introduced_by != accounted {
                let meaning = "A key in log.json does not follow from the entries.";
                self.findings.add(Code::KeyTableAltered.at(key.introduced_by, meaning));
            }
        }
        if file.keys.is_empty() {
            self.findings.add(Code::KeyTableAltered.at(None, "log.json has no keys."));
        }
    }

    fn check_manifest(&mut self, manifest: &Manifest, log: &AuditLog, entries: &Entries, made: u64) {
        let made_at = i64::try_from(made).map(|made| Timestamp::from_seconds(made).to_string()).ok();
        let told = [
            (manifest.version == Manifest::VERSION, "version"),
            (made_at.as_ref() == Some(&manifest.made_at), "made_at"),
            (manifest.log_id == log.id, "log_id"),
            (manifest.fingerprint == log.fingerprint_text(), "fingerprint"),
            (manifest.entries == entries.count, "entries"),
            (manifest.first_seq == entries.first, "first_seq"),
            (manifest.last_seq == entries.last, "last_seq"),
            (manifest.last_hash == entries.last_hash, "last_hash"),
            (manifest.last_checkpoint == entries.last_checkpoint, "last_checkpoint"),
            (manifest.files == entries.files, "files"),
        ];
        let wrong: Vec<&str> = told.iter().filter(|(holds, _)| !holds).map(|(_, name)| *name).collect();
        if !wrong.is_empty() {
            let meaning = format!("The manifest does not speak of this bundle: {}.", wrong.join(", "));
            self.findings.add(Code::ManifestDisagrees.at(None, meaning));
        }
        if let Some(codes) = manifest.found() {
            let meaning = format!("The database did not verify when the bundle was written: {codes}.");
            self.findings.add(Code::ExportFoundIssues.at(None, meaning));
        }
        let meaning = "The tables are not in a bundle, so they were not compared with the log.";
        self.findings.add(Code::TablesAbsent.at(None, meaning));
        for name in not_witnessed(&self.request.witnesses, &entries.witnessed) {
            let meaning = format!("The witness {} signed no checkpoint in here.", crate::text::printable(name));
            self.findings.add(Code::NotWitnessed.at(None, meaning));
        }
    }

    fn check_signature(
        &mut self,
        manifest: &Manifest,
        note: &[u8],
        digest: &Digest,
        key: Option<&VerifierKey>,
    ) -> bool {
        let why = match key.map(|key| check_signature(note, digest, key)) {
            Some(Ok(())) if manifest.signed => return true,
            Some(Ok(())) => "it says that it is not signed".to_owned(),
            Some(Err(error)) => error.to_string(),
            None => "there is no key at the end of the log".to_owned(),
        };
        let meaning = format!("The manifest is not the one that the log's key signed: {why}.");
        self.findings.add(Code::ManifestSignatureInvalid.at(None, meaning));
        false
    }

    fn check_unsigned(&mut self, manifest: &Manifest) -> bool {
        if manifest.signed {
            let meaning = "The manifest says that it is signed, and the signature is not there.";
            self.findings.add(Code::ManifestSignatureInvalid.at(None, meaning));
        } else {
            let meaning = "Nobody signed the manifest: entries after the last checkpoint may have been cut off.";
            self.findings.add(Code::ManifestUnsigned.at(None, meaning));
        }
        false
    }

    fn report(self, log: Option<&AuditLog>, entries: Option<Entries>, signed: bool) -> BundleReport {
        let issues = self.findings.into_issues();
        let key_source = if self.request.fingerprint.is_some() { KeySource::Given } else { KeySource::File };
        let bound = |seq: Option<i64>| seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
        let (first, last) = entries.as_ref().map_or((None, None), |entries| (entries.first, entries.last));
        let report = VerifyReport {
            verified: hold(&issues),
            level: Level::Full,
            resumed_from: None,
            witnessed_to: entries.as_ref().and_then(|entries| furthest(&entries.witnessed)),
            trust: TrustRoot { key_source, fingerprint: log.map(AuditLog::fingerprint_text) },
            entries_checked: entries.as_ref().map_or(0, |entries| entries.count),
            from: bound(first),
            to: bound(last),
            issues,
        };
        let last_checkpoint = entries.as_ref().and_then(|entries| entries.last_checkpoint.as_ref());
        let last_checkpoint = last_checkpoint.and_then(|last| u64::try_from(last.size).ok());
        let witnessed = entries.map(|entries| entries.witnessed).unwrap_or_default();
        BundleReport {
            report,
            signed,
            last_checkpoint,
            not_witnessed: not_witnessed(&self.request.witnesses, &witnessed).map(str::to_owned).collect(),
            witnessed,
        }
    }
}

/// The witness that saw the most of the log.
fn furthest(seen: &[SeenBy]) -> Option<Witnessed> {
    let seen = seen.iter().max_by_key(|seen| seen.size)?;
    let at = Timestamp::from_seconds(i64::try_from(seen.time).unwrap_or(i64::MAX));
    Some(Witnessed { size: seen.size, at, by: seen.witness.clone() })
}

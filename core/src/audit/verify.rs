//! Verification: everything is derived again from raw columns, without the passphrase, and nothing is trusted
//! that was not handed in or pinned outside the home.

mod entries;
mod keys;
mod memory;
mod partial;
mod rows;
mod structure;

use super::checkpoint_check::CheckpointCheck;
use super::report::{Code, Findings, KeySource, Level, TrustRoot, VerifyReport, Witnessed, hold};
use super::{Audit, VerifyRequest};
use crate::pin::{self, Pin, PinState};
use crate::{Ambient, Error, Explanation, Licentia, Progress, Result, StoreError};
use entries::{Scope, Walk, Walked};
use keys::Keys;
use licentia_storage::audit::{AuditLog, tagged};
use licentia_storage::raw::{RawFrame, RawReader, RawVouchers};
use licentia_storage::{LogId, Timestamp};
use memory::Memory;
use std::path::Path;
use structure::Structure;
use uuid::Uuid;

impl Audit<'_> {
    /// Re-derives hashes, signatures, links and effects from the raw columns, as far as the level says.
    ///
    /// With `from` or `to` only these entries are checked, and the tables are not compared with the log.
    pub async fn verify(&self, request: &VerifyRequest, progress: Progress) -> Result<VerifyReport> {
        let pin = self.0.pin();
        // Only to be named beside what the pin finds; it excuses nothing.
        let restored = match &pin {
            Ok(Some(pin)) => self.restore_past(pin).await.ok().flatten(),
            _ => None,
        };
        let mut reader = RawReader::open(self.0.store().path()).await?;
        let mut run = Run::new(self.0, request, pin, progress);
        run.restored = restored;
        if let Err(error) = Box::pin(run.check(&mut reader)).await {
            run.findings.add(Code::Unreadable.at(None, format!("The file could not be read to its end: {error}.")));
        } else if request.level == Level::Full && run.is_whole() && run.findings.hold() {
            // An entry that was altered is not found by its new words either, and that says nothing of the index.
            for seq in self.hidden_by_the_index().await {
                let seq = i64::try_from(seq).unwrap_or(i64::MAX);
                let meaning = "The index of words does not find this entry by its words.";
                run.findings.add(Code::SearchIndexStale.at(seq, meaning));
            }
        }
        Ok(run.report())
    }

    /// A sample of entries, those that a search for their words would leave out: whoever edits the index can hide an
    /// entry from searches, though never from the log.
    async fn hidden_by_the_index(&self) -> Vec<u64> {
        let reader = self.0.reader();
        let Ok(state) = reader.search_index().await else { return Vec::new() };
        let step = (state.reached / SAMPLED).max(1);
        let mut hidden = Vec::new();
        for seq in (0..SAMPLED).map(|number| state.reached.saturating_sub(number * step)).take_while(|seq| *seq > 0) {
            // What cannot be read is told by the verification itself, or with the index's structure.
            let Ok(Some(entry)) = reader.audit_entry(seq).await else { continue };
            hidden.extend(reader.missing_in_index(&[entry]).await.unwrap_or_default());
        }
        hidden.sort_unstable();
        hidden
    }
}

/// Entries whose words are looked up in the index.
const SAMPLED: u64 = 200;

/// A file that cannot be read proves nothing: that is an answer, and not the good one. Any other error is given back.
pub fn unreadable(error: Error) -> Result<VerifyReport> {
    let damaged = matches!(
        error,
        Error::Store(
            StoreError::Damaged(_)
                | StoreError::Foreign { .. }
                | StoreError::Database(_)
                | StoreError::Encoding(_)
                | StoreError::NotFounded
        )
    );
    if !damaged {
        return Err(error);
    }
    let why = Explanation::from(&error);
    Ok(report_of(&[Some(why.message), why.cause].into_iter().flatten().collect::<Vec<_>>().join(". ")))
}

/// A report for a file that cannot even be opened.
fn report_of(why: &str) -> VerifyReport {
    let mut findings = Findings::default();
    findings.add(Code::Unreadable.at(None, format!("The file cannot be read: {}.", why.trim_end_matches('.'))));
    VerifyReport {
        verified: false,
        level: Level::Full,
        trust: TrustRoot { key_source: KeySource::File, fingerprint: None },
        witnessed_to: None,
        entries_checked: 0,
        from: 0,
        to: 0,
        resumed_from: None,
        issues: findings.into_issues(),
    }
}

/// What is read of the file before any entry: everything else rests on it.
struct Basis {
    log: AuditLog,
    frame: RawFrame,
    vouchers: RawVouchers,
}

/// One verification under way.
struct Run<'a> {
    path: &'a Path,
    request: &'a VerifyRequest,
    ambient: &'a Ambient,
    memory: Memory<'a>,
    pin: Option<Pin>,
    progress: Progress,
    findings: Findings,
    trust: TrustRoot,
    checked: u64,
    from: i64,
    to: i64,
    resumed_from: Option<u64>,
    /// The hash of the last entry that was checked.
    end: Vec<u8>,
    /// The hash of the entry at the pin's size, once it was passed.
    at_pin: Option<String>,
    witnessed_to: Option<Witnessed>,
    /// The restore that says it abandons what the pin saw.
    restored: Option<u64>,
}

impl<'a> Run<'a> {
    fn new(licentia: &'a Licentia, request: &'a VerifyRequest, pin: Result<Option<Pin>>, progress: Progress) -> Self {
        let mut findings = Findings::default();
        let pin = pin.unwrap_or_else(|error| {
            findings.add(Code::PinUnusable.at(None, format!("The pin cannot be used: {error}.")));
            None
        });
        let key_source = match (&request.fingerprint, &pin) {
            (Some(_), _) => KeySource::Given,
            (None, Some(_)) => KeySource::Pin,
            (None, None) => KeySource::File,
        };
        Self {
            path: licentia.store().path(),
            request,
            ambient: licentia.ambient(),
            memory: Memory::of(licentia),
            pin,
            progress,
            findings,
            trust: TrustRoot { key_source, fingerprint: None },
            checked: 0,
            from: 0,
            to: 0,
            resumed_from: None,
            end: Vec::new(),
            at_pin: None,
            witnessed_to: None,
            restored: None,
        }
    }

    async fn check(&mut self, reader: &mut RawReader) -> Result<()> {
        for name in reader.schema_differences().await? {
            let name = crate::text::printable(&name).into_owned();
            self.findings.add(Code::SchemaAltered.at(None, format!("The schema object {name} is not as it was made.")));
        }
        let vouchers = match self.request.level {
            Level::Start => RawVouchers::default(),
            Level::Incremental | Level::Full => reader.vouchers(i64::MIN, i64::MAX).await?,
        };
        let frame = reader.frame().await?;
        let Some(log) = self.log_of(&frame) else { return Ok(()) };
        self.memory.is_of(log.fingerprint_text());
        self.check_frame(&frame, &log);
        let basis = Basis { log, frame, vouchers };
        match self.request.level {
            Level::Start => self.check_the_end(reader, &basis).await,
            Level::Incremental => self.check_what_came(reader, &basis).await,
            Level::Full if self.is_whole() => self.check_everything(reader, &basis).await,
            Level::Full => self.check_a_part(reader, &basis).await,
        }
    }

    fn is_whole(&self) -> bool {
        self.request.from.is_none_or(|from| from <= 1) && self.request.to.is_none()
    }

    async fn check_everything(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<()> {
        // One thread reads the entries, another one looks into the indexes meanwhile.
        let structure = Structure::read(self.path);
        let entries = Box::pin(self.check_entries_and_rows(reader, basis));
        let (entries, structure) = tokio::join!(entries, structure);
        // Named first: it may be why the entries cannot be read.
        structure.map(|structure| structure.name_in(&mut self.findings)).and(entries)
    }

    async fn check_entries_and_rows(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<()> {
        (self.from, self.to) = (1, basis.frame.largest_seq);
        let mut resume = if self.request.fresh { None } else { self.memory.unfinished() };
        let before = self.findings.clone();
        let walk = loop {
            let keys = Keys::of_table(&basis.log, &basis.frame);
            let walk = Walk::begin(reader, basis, keys, Scope::Whole, self.ambient).await?;
            let mut walk = walk.resuming(resume.take());
            match self.follow(reader, &mut walk, self.to).await? {
                Walked::Through => break walk,
                Walked::NotAsRemembered => self.findings = before.clone(),
            }
        };
        self.check_ends(basis, &walk);
        self.compare_rows(reader, walk).await
    }

    async fn check_a_part(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<()> {
        structure::name_orphans(&reader.orphan_payloads().await?, &mut self.findings);
        self.from = bound(self.request.from, 1).max(1);
        // What was asked for and is not there is missing, not passed over.
        self.to = bound(self.request.to, basis.frame.largest_seq.max(self.request.from.map_or(0, |_| self.from)));
        let part = self.from..=self.to;
        let keys = self.succession(reader, basis).await?;
        keys.name_the_rest(&part, &mut self.findings);
        let keys = keys.along(&basis.log, &part);
        let mut walk = Walk::begin(reader, basis, keys, Scope::From(self.from), self.ambient).await?;
        self.follow(reader, &mut walk, self.to).await?;
        self.checked = walk.chain.checked;
        self.finish_checkpoints(walk.checkpoints, self.request.to.is_none());
        Ok(())
    }

    /// The log's first row, if there is exactly one that can be one.
    fn log_of(&mut self, frame: &RawFrame) -> Option<AuditLog> {
        let [(id, created_at, encoding, public_key)] = frame.logs.as_slice() else {
            let meaning = format!("There should be one row in audit_log, and there are {}.", frame.logs.len());
            self.findings.add(Code::LogMissing.at(None, meaning));
            return None;
        };
        let (Ok(id), Ok(public_key)) = (Uuid::from_slice(id), public_key.as_slice().try_into()) else {
            self.findings.add(Code::LogMissing.at(None, "The row in audit_log is not what it can be."));
            return None;
        };
        let log = AuditLog { id: LogId(id), created_at: Timestamp(*created_at), encoding: *encoding, public_key };
        self.trust.fingerprint = Some(log.fingerprint_text());
        Some(log)
    }

    fn check_frame(&mut self, frame: &RawFrame, log: &AuditLog) {
        let fingerprint = log.fingerprint_text();
        if let Some(given) = &self.request.fingerprint
            && !given.eq_ignore_ascii_case(&fingerprint)
        {
            let meaning = format!("The log's fingerprint is {fingerprint}, and not the one that was given.");
            self.findings.add(Code::WrongLog.at(None, meaning).expected(&given).found(&fingerprint));
        }
        if let Some(pin) = &self.pin
            && pin.fingerprint != fingerprint
        {
            let meaning = format!("Another log was seen here before: {}; this one is {fingerprint}.", pin.fingerprint);
            self.findings.add(Code::WrongLog.at(None, meaning).expected(&pin.fingerprint).found(&fingerprint));
        }
        if self.request.level == Level::Start {
            self.check_size_of_checkpoints(frame);
        }
    }

    /// What was found of the checkpoints as a whole.
    fn finish_checkpoints(&mut self, checkpoints: Option<CheckpointCheck>, at_end: bool) {
        self.witnessed_to = checkpoints.and_then(|checkpoints| checkpoints.finish(at_end, &mut self.findings));
    }

    /// At the start they are not read: none can speak of more entries than there are.
    fn check_size_of_checkpoints(&mut self, frame: &RawFrame) {
        if let Some(size) = frame.largest_checkpoint.filter(|size| *size > frame.largest_seq) {
            let found = frame.largest_seq;
            let meaning = format!("A checkpoint speaks of {size} entries, and now there are {found}.");
            self.findings.add(Code::CheckpointBeyond.at(size, meaning).expected(&size).found(&found));
        }
    }

    /// The end of the log against the cached head and the pin.
    fn check_ends(&mut self, Basis { log, frame, .. }: &Basis, walk: &Walk) {
        self.checked = walk.chain.checked;
        self.end = walk.chain.last_hash().to_vec();
        let hash = walk.chain.last_hash();
        let entries = |size: i64, hash: &[u8]| format!("{size} entries, {}", tagged("blake3", hash));
        let expected = entries(self.to, hash);
        match frame.heads.as_slice() {
            // Entries that came while this ran moved the head on; it is compared with the end it belongs to.
            [head] if *head == (self.to, hash.to_vec(), walk.chain.last_recorded().unwrap_or_default()) => {}
            [(size, found, _)] => {
                let meaning = format!("The cached head speaks of {size} entries, and the log ends at {}.", self.to);
                let issue = Code::HeadDisagrees.at(self.to, meaning);
                self.findings.add(issue.expected(&expected).found(&entries(*size, found)));
            }
            heads => {
                let meaning = format!("There should be one cached head, and there are {}.", heads.len());
                let issue = Code::HeadDisagrees.at(self.to, meaning);
                self.findings.add(issue.expected(&expected).found(&format!("{} heads", heads.len())));
            }
        }
        let size = u64::try_from(self.to).unwrap_or(0);
        let at_pin = match &self.pin {
            Some(pin) if pin.size == 0 => Some(log.fingerprint_text()),
            _ => self.at_pin.clone(),
        };
        match pin::compare(self.pin.as_ref(), &log.fingerprint_text(), size, at_pin.as_deref()) {
            // That it is another log was said before.
            PinState::Absent | PinState::Matches | PinState::Behind | PinState::OtherLog { .. } => {}
            PinState::RolledBack { pinned, found } => {
                let restored = self.said_of_restore();
                let meaning = format!("{pinned} entries were seen here before, and now there are {found}.{restored}");
                self.findings.add(Code::RolledBack.at(self.to, meaning).expected(&pinned).found(&found));
            }
            PinState::Forked { at } => {
                let restored = self.said_of_restore();
                let meaning = format!("Entry {at} is not the one that was seen here before.{restored}");
                let mut issue = Code::Forked.at(i64::try_from(at).ok(), meaning);
                issue.expected = self.pin.as_ref().map(|pin| pin.hash.clone());
                issue.found = at_pin;
                self.findings.add(issue);
            }
        }
    }

    /// A restore that is meant is accepted by name, and by nobody else than whoever saw what is gone.
    fn said_of_restore(&self) -> String {
        self.restored.map_or_else(String::new, |seq| {
            format!(
                " Entry {seq} says that the log was restored and that this was abandoned. Look at it (`licentia audit show \
                 {seq}`), ask whoever did it, and if it is right: `licentia audit accept {seq}`."
            )
        })
    }

    fn report(self) -> VerifyReport {
        let issues = self.findings.into_issues();
        let report = VerifyReport {
            verified: hold(&issues),
            level: self.request.level,
            trust: self.trust,
            witnessed_to: self.witnessed_to,
            entries_checked: self.checked,
            from: u64::try_from(self.from).unwrap_or(0),
            to: u64::try_from(self.to).unwrap_or(0),
            resumed_from: self.resumed_from,
            issues,
        };
        // A part that somebody asked for says nothing of the whole, and may not even be there.
        if self.request.level != Level::Full || self.request.from.is_none() && self.request.to.is_none() {
            self.memory.ended(&report, self.to, &self.end);
        }
        report
    }
}

fn bound(asked: Option<u64>, otherwise: i64) -> i64 {
    asked.map_or(otherwise, |seq| i64::try_from(seq).unwrap_or(i64::MAX))
}

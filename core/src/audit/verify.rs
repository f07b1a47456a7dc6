//! Verification: everything is derived again from raw columns, without the passphrase, and nothing is trusted
//! that was not handed in or pinned outside the home.

use super::chain::Chain;
use super::keys::KeyRing;
use super::replay::Replay;
use super::report::{Code, Findings, IssueSeverity, KeySource, TrustRoot, VerifyReport};
use super::{Audit, VerifyRequest};
use crate::pin::{self, Pin, PinState};
use crate::{Error, Explanation, Progress, Result, StoreError};
use licentia_storage::audit::{AuditLog, tagged};
use licentia_storage::raw::{RawEntry, RawFrame, RawReader, audited_tables};
use licentia_storage::{LogId, Timestamp};
use uuid::Uuid;

impl Audit<'_> {
    /// Re-derives every hash, signature, link and effect from the raw columns.
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
        let mut run = Run::new(request, pin, progress);
        run.restored = restored;
        let outcome = run.check(&mut reader).await;
        reader.close().await;
        if let Err(error) = outcome {
            run.findings.add(Code::Unreadable.at(None, format!("The file could not be read to its end: {error}.")));
        }
        Ok(run.report())
    }
}

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
        trust: TrustRoot { key_source: KeySource::File, fingerprint: None },
        entries_checked: 0,
        from: 0,
        to: 0,
        issues: findings.into_issues(),
    }
}

/// One verification under way.
struct Run<'a> {
    request: &'a VerifyRequest,
    pin: Option<Pin>,
    progress: Progress,
    findings: Findings,
    trust: TrustRoot,
    checked: u64,
    from: i64,
    to: i64,
    /// The hash of the entry at the pin's size, once it was passed.
    at_pin: Option<String>,
    /// The restore that says it abandons what the pin saw.
    restored: Option<u64>,
}

impl<'a> Run<'a> {
    fn new(request: &'a VerifyRequest, pin: Result<Option<Pin>>, progress: Progress) -> Self {
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
            request,
            pin,
            progress,
            findings,
            trust: TrustRoot { key_source, fingerprint: None },
            checked: 0,
            from: 0,
            to: 0,
            at_pin: None,
            restored: None,
        }
    }

    async fn check(&mut self, reader: &mut RawReader) -> Result<()> {
        for name in reader.schema_differences().await? {
            let name = crate::text::printable(&name).into_owned();
            self.findings.add(Code::SchemaAltered.at(None, format!("The schema object {name} is not as it was made.")));
        }
        let frame = reader.frame().await?;
        let Some(log) = self.log_of(&frame) else { return Ok(()) };
        self.check_frame(&frame, &log);
        let whole = self.request.from.is_none_or(|from| from <= 1) && self.request.to.is_none();
        let mut replay = Replay::of(if whole { audited_tables() } else { Vec::new() }.iter().map(|table| table.noun));
        self.from = bound(self.request.from, 1).max(1);
        // What was asked for and is not there is missing, not passed over.
        self.to = bound(self.request.to, frame.largest_seq.max(self.request.from.map_or(0, |_| self.from)));
        replay.apply_first_key(&log);
        let mut chain = self.begin(reader, &log, KeyRing::new(&log, &frame.keys)).await?;
        self.follow(reader, &log, &mut chain, &mut replay, whole).await?;
        self.check_ends(&frame, &chain, &log, whole);
        if whole {
            self.compare_rows(reader, &log, &mut chain, replay).await?;
            // Lists walk along indexes: one that leaves an entry out hides it from everybody who looks for it.
            for problem in reader.structure_problems().await? {
                let meaning = format!("SQLite finds: {}.", crate::text::printable(&problem));
                self.findings.add(Code::StructureDamaged.at(None, meaning));
            }
        }
        self.checked = chain.checked;
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
            self.findings.add(Code::WrongLog.at(None, meaning));
        }
        if let Some(pin) = &self.pin
            && pin.fingerprint != fingerprint
        {
            let meaning = format!("Another log was seen here before: {}; this one is {fingerprint}.", pin.fingerprint);
            self.findings.add(Code::WrongLog.at(None, meaning));
        }
        for seq in &frame.orphan_payloads {
            self.findings.add(Code::PayloadInserted.at(*seq, "There is a payload without an entry."));
        }
    }

    /// Where the chain starts: at the log's own beginning, or at an entry that is taken at its word.
    async fn begin(&self, reader: &mut RawReader, log: &AuditLog, ring: KeyRing) -> Result<Chain> {
        if self.from == 1 {
            return Ok(Chain::from_start(log, ring));
        }
        let before = reader.entries_from(self.from - 1, self.from - 1, *log.id.0.as_bytes()).await?;
        Ok(Chain::from_middle(log, ring, self.from, before.first()))
    }

    async fn follow(
        &mut self,
        reader: &mut RawReader,
        log: &AuditLog,
        chain: &mut Chain,
        replay: &mut Replay,
        whole: bool,
    ) -> Result<()> {
        let id = *log.id.0.as_bytes();
        let mut next = if self.from <= 1 { i64::MIN } else { self.from };
        let total = u64::try_from(self.to - self.from + 1).unwrap_or(0);
        loop {
            let entries = reader.entries_from(next, self.to, id).await?;
            let Some(last) = entries.last() else { break };
            let end = last.seq.checked_add(1);
            self.take(chain, replay, &entries, whole);
            (self.progress)(chain.checked.min(total), total);
            let Some(end) = end else { break };
            next = end;
            // Verification is pure computing between reads; others get their turn.
            tokio::task::yield_now().await;
        }
        if chain.next() <= self.to {
            let mut missing = Code::EntryMissing.at(chain.next(), "Entries are missing.");
            missing.seq_to = u64::try_from(self.to).ok();
            self.findings.add(missing);
        }
        Ok(())
    }

    fn take(&mut self, chain: &mut Chain, replay: &mut Replay, entries: &[RawEntry], whole: bool) {
        let pinned = self.pin.as_ref().and_then(|pin| i64::try_from(pin.size).ok());
        for entry in entries {
            let effects = chain.take(entry, &mut self.findings);
            if whole {
                replay.apply(entry.seq, &effects, &mut self.findings);
            }
            if pinned == Some(entry.seq) {
                self.at_pin = Some(tagged("blake3", &entry.hash));
            }
        }
    }

    /// The end of the log against the cached head and the pin.
    fn check_ends(&mut self, frame: &RawFrame, chain: &Chain, log: &AuditLog, whole: bool) {
        if !whole {
            return;
        }
        let expected = (self.to, chain.last_hash().to_vec(), chain.last_recorded().unwrap_or_default());
        match frame.heads.as_slice() {
            // Entries that came while this ran moved the head on; it is compared with the end it belongs to.
            [head] if *head == expected => {}
            [(size, ..)] => {
                let meaning = format!("The cached head speaks of {size} entries, and the log ends at {}.", self.to);
                self.findings.add(Code::HeadDisagrees.at(self.to, meaning));
            }
            heads => {
                let meaning = format!("There should be one cached head, and there are {}.", heads.len());
                self.findings.add(Code::HeadDisagrees.at(self.to, meaning));
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
                self.findings.add(Code::RolledBack.at(self.to, meaning));
            }
            PinState::Forked { at } => {
                let restored = self.said_of_restore();
                let meaning = format!("Entry {at} is not the one that was seen here before.{restored}");
                self.findings.add(Code::Forked.at(i64::try_from(at).ok(), meaning));
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

    /// Every row of every audited table against its latest effect. Others may write meanwhile: each chunk of rows is
    /// read in one state of the file together with the entries that came since.
    async fn compare_rows(
        &mut self,
        reader: &mut RawReader,
        log: &AuditLog,
        chain: &mut Chain,
        mut replay: Replay,
    ) -> Result<()> {
        let id = *log.id.0.as_bytes();
        let mut empty = Vec::new();
        for table in audited_tables() {
            let mut next = i64::MIN;
            let mut any = false;
            replay.begin(table.noun, chain.next() - 1);
            loop {
                reader.hold().await?;
                loop {
                    let entries = reader.entries_from(chain.next(), i64::MAX, id).await?;
                    if entries.is_empty() {
                        break;
                    }
                    self.take(chain, &mut replay, &entries, true);
                }
                let rows = reader.rows_from(&table, next).await?;
                reader.release().await?;
                let Some(last) = rows.last() else { break };
                let end = last.rowid.checked_add(1);
                any = true;
                for row in &rows {
                    replay.compare(table.noun, row, &mut self.findings);
                }
                let Some(end) = end else { break };
                next = end;
                tokio::task::yield_now().await;
            }
            if !any {
                empty.push(table.noun);
            }
        }
        self.to = chain.next() - 1;
        // Both or neither: emptying one of them is an edit like any other.
        let withheld: &[&str] =
            if ["vault", "secret"].iter().all(|noun| empty.contains(noun)) { &["vault", "secret"] } else { &[] };
        replay.finish(withheld, &mut self.findings);
        Ok(())
    }

    fn report(self) -> VerifyReport {
        let issues = self.findings.into_issues();
        VerifyReport {
            verified: !issues.iter().any(|issue| issue.severity == IssueSeverity::Critical),
            trust: self.trust,
            entries_checked: self.checked,
            from: u64::try_from(self.from).unwrap_or(0),
            to: u64::try_from(self.to).unwrap_or(0),
            issues,
        }
    }
}

fn bound(asked: Option<u64>, otherwise: i64) -> i64 {
    asked.map_or(otherwise, |seq| i64::try_from(seq).unwrap_or(i64::MAX))
}

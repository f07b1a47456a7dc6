//! What a verification remembers for the next one: beside the pin, outside the home.

use super::super::report::{Code, KeySource, Level, VerifyReport};
use crate::pin::{Failed, Mark, Remembered};
use crate::{Licentia, Timestamp};
use licentia_storage::audit::tagged;

/// The memory of one log, where there is a place for one.
pub(super) struct Memory<'a> {
    licentia: &'a Licentia,
    /// Empty until it is known, and then nothing is known of it.
    fingerprint: String,
    saved: Timestamp,
}

/// A run that is stopped loses what it did in this time at most.
const BETWEEN_SAVES: i64 = 2_000_000;

impl<'a> Memory<'a> {
    pub(super) fn of(licentia: &'a Licentia) -> Self {
        Self { licentia, fingerprint: String::new(), saved: licentia.ambient().now() }
    }

    /// Which log this is: what is remembered of another one does not count.
    pub(super) fn is_of(&mut self, fingerprint: String) {
        self.fingerprint = fingerprint;
    }

    /// Where a full verification was stopped.
    pub(super) fn unfinished(&self) -> Option<Mark> {
        self.recalled()?.unfinished.filter(|mark| mark.program == PROGRAM)
    }

    /// How far the log was verified.
    pub(super) fn verified(&self) -> Option<Mark> {
        self.recalled()?.verified
    }

    /// Remembers how far a full verification came, not too often.
    pub(super) fn passed(&mut self, size: i64, hash: &[u8], signatures: &blake3::Hasher) {
        let now = self.licentia.ambient().now();
        if (0..BETWEEN_SAVES).contains(&(now.0 - self.saved.0)) {
            return;
        }
        self.saved = now;
        let signatures = tagged("blake3", signatures.finalize().as_bytes());
        let mark = self.mark(size, hash, Some(signatures));
        self.remember(|known| known.unfinished = mark);
    }

    /// Remembers how it ended: what held is the start of the next one, what failed stays until a full one holds.
    pub(super) fn ended(&self, report: &VerifyReport, size: i64, hash: &[u8]) {
        let code = |code: Code| code.as_str();
        // What somebody mistyped says nothing about the log.
        let mistyped = report.trust.key_source == KeySource::Given
            && report.issues.iter().all(|issue| issue.code == code(Code::WrongLog));
        if report.verified {
            let mark = self.mark(size, hash, None);
            self.remember(|known| match report.level {
                Level::Full => *known = Remembered { verified: mark, unfinished: None, failed: None, ..known.clone() },
                Level::Incremental => known.verified = mark,
                Level::Start => {}
            });
        } else if !mistyped {
            let mut issues: Vec<String> = report.issues.iter().map(|issue| issue.code.to_owned()).collect();
            issues.dedup();
            let at = self.licentia.ambient().now().to_string();
            let failed = Some(Failed { level: report.level, at, issues });
            self.remember(|known| *known = Remembered { failed, unfinished: None, ..known.clone() });
        }
    }

    fn mark(&self, size: i64, hash: &[u8], signatures: Option<String>) -> Option<Mark> {
        let at = self.licentia.ambient().now().to_string();
        let size = u64::try_from(size).ok()?;
        Some(Mark { program: PROGRAM.to_owned(), size, hash: tagged("blake3", hash), signatures, at })
    }

    fn recalled(&self) -> Option<Remembered> {
        let pins = self.licentia.pins()?;
        // What cannot be read is not gone on from; a run that starts anew is never wrong.
        let known = pins.recall(&self.licentia.place().database).ok().flatten();
        known.filter(|known| known.fingerprint == self.fingerprint)
    }

    fn remember(&self, change: impl FnOnce(&mut Remembered)) {
        if let Some(pins) = self.licentia.pins() {
            // What was found is the answer, also where it cannot be kept.
            let _ = pins.remember(&self.licentia.place().database, &self.fingerprint, change);
        }
    }
}

const PROGRAM: &str = env!("CARGO_PKG_VERSION");

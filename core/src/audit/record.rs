//! Verifications that the log itself tells of: those that somebody asked for, and those that failed.

use super::{Audit, AuditFilter, Kind, Level, VerifyReport};
use crate::{Operator, Result, Timestamp};
use licentia_storage::Severity;

/// What a verification is found by in the log.
const ID: &str = "verification_id";

/// How many others may be recorded between its commit and the look for it.
const NEWEST: u64 = 100;

impl VerifyReport {
    /// Whether the log has to tell of it: a full one that was asked for by hand, and every one that failed.
    #[must_use]
    pub fn is_to_be_recorded(&self, by_hand: bool) -> bool {
        !self.verified || by_hand && self.level == Level::Full
    }
}

impl Audit<'_> {
    /// Writes a verification that began at a moment and ended now into the log, and says where.
    ///
    /// A log that was found wanting still takes this in, also where changes stop after a failure.
    pub async fn record_verification(
        &self,
        operator: &Operator,
        report: &VerifyReport,
        began: Timestamp,
    ) -> Result<u64> {
        let ambient = self.0.ambient();
        let now = ambient.now();
        let id = ambient.uuid(now).to_string();
        let mut issues: Vec<&str> = report.issues.iter().map(|issue| issue.code).collect();
        issues.dedup();
        let event = Kind::AuditVerify
            .event(self.identity().await?.log_id)
            .with(ID, id.as_str())
            .with("level", report.level.as_str())
            .with("result", if report.verified { "verified" } else { "not_verified" })
            .with("entries", report.entries_checked)
            .with("from", report.from)
            .with("to", report.to)
            .with("issues", issues)
            .with("duration_ms", (now.0 - began.0) / 1_000);
        let event = if report.verified { event } else { event.failed().severity(Severity::Critical) };
        self.0.write_regardless(operator, move |tx| async move { Ok(tx.commit(event, ()).await?) }).await?;
        let filter = AuditFilter { kinds: vec![Kind::AuditVerify.as_str().to_owned()], ..AuditFilter::default() };
        let recorded = self.list(&filter, None, NEWEST).await?.items;
        let recorded = recorded.iter().find(|entry| entry.payload_value().get(ID).is_some_and(|found| found == &id));
        recorded.map(|entry| entry.seq).ok_or(crate::StoreError::CommitFailed.into())
    }
}

//! What is known about the audit log's integrity: a verification under way, and how the last one ended.

use crate::text::clean;
use crate::theme::Meaning;
use licentia_core::Timestamp;
use licentia_core::audit::{IssueSeverity, Level, VerifyReport};
use licentia_core::pin::Failed;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    pub(crate) running: Option<Running>,
    pub(crate) last: Option<Verified>,
    /// One of an earlier session that failed, until a full one holds.
    earlier: Option<Failed>,
    /// When the log was last looked at unasked.
    checked: Option<Timestamp>,
    /// When that found nothing wrong, and how much was looked at.
    pub(crate) held: Option<(Timestamp, Level)>,
}

/// Between two looks that nobody asked for, in microseconds.
const HOUR: i64 = 3_600_000_000;

/// A verification under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) request: u64,
    pub(crate) began: Timestamp,
    pub(crate) done: u64,
    /// Not known before the first answer.
    pub(crate) total: u64,
}

/// One that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) at: Timestamp,
    pub(crate) report: VerifyReport,
}

impl Running {
    /// In a few words, for the status line.
    pub(crate) fn said(&self) -> String {
        match (self.done, self.total) {
            (_, 0) => "verifying…".to_owned(),
            (done, total) if done >= total => "verifying: rows…".to_owned(),
            (done, total) => format!("verifying {done} of {total}…"),
        }
    }
}

impl Verification {
    /// What is to be looked at unasked, if anything: the end of the log at first, and each hour what came.
    pub(crate) fn due(&mut self, now: Timestamp) -> Option<Level> {
        let level = match self.checked {
            _ if self.running.is_some() => return None,
            None => Level::Start,
            // A clock that was set back is no reason to wait.
            Some(at) if (0..HOUR).contains(&(now.0.saturating_sub(at.0))) => return None,
            Some(_) => Level::Incremental,
        };
        self.checked = Some(now);
        Some(level)
    }

    /// What a session starts with.
    pub(crate) fn after(earlier: Option<Failed>) -> Self {
        Self { earlier, ..Self::default() }
    }

    /// One that somebody asked for came to its end.
    pub(crate) fn ended(&mut self, verified: Verified) {
        self.earlier.take_if(|_| verified.report.verified && verified.report.level == Level::Full);
        self.last = Some(verified);
    }

    /// What has to be said on every tab: the log does not hold.
    pub(crate) fn alarm(&self) -> Option<String> {
        let Some(report) = self.last.as_ref().map(|last| &last.report).filter(|report| !report.verified) else {
            let Failed { at, issues, .. } = self.earlier.as_ref()?;
            let found = clean(&issues.join(", "));
            return Some(format!(
                "! THE AUDIT LOG IS NOT VERIFIED since {}: {found}. Press v on tab 1 or 9.",
                clean(at)
            ));
        };
        let critical = report.issues.iter().filter(|issue| issue.severity != IssueSeverity::Notice);
        let first = critical.clone().find_map(|issue| issue.seq_from);
        let first = first.map_or_else(String::new, |seq| format!(", first at entry {seq}"));
        let many = critical.count();
        Some(format!("! THE AUDIT LOG IS NOT VERIFIED: {}{first}. Press v on tab 1 or 9.", issues(many)))
    }
}

/// The verdict in a line, and what it means.
pub(crate) fn verdict(report: &VerifyReport) -> (String, Meaning) {
    let many = report.issues.len();
    match (report.verified, many) {
        (true, 0) => ("VERIFIED".to_owned(), Meaning::Good),
        (true, 1) => ("VERIFIED, with a notice".to_owned(), Meaning::Good),
        (true, many) => (format!("VERIFIED, with {many} notices"), Meaning::Good),
        (false, many) => (format!("NOT VERIFIED: {}", issues(many)), Meaning::Danger),
    }
}

fn issues(many: usize) -> String {
    if many == 1 { "1 issue".to_owned() } else { format!("{many} issues") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::{broken_report, good_report};

    #[test]
    fn only_what_does_not_hold_is_an_alarm() {
        let after =
            |report| Verification { last: Some(Verified { at: Timestamp(0), report }), ..Verification::default() };
        assert_eq!(Verification::default().alarm(), None);
        assert_eq!(after(good_report()).alarm(), None);
        let alarm = after(broken_report()).alarm().unwrap();
        assert!(alarm.contains("NOT VERIFIED: 2 issues, first at entry 3"), "{alarm}");
    }

    #[test]
    fn what_failed_in_an_earlier_session_is_an_alarm_until_a_full_one_holds() {
        let failed = Failed {
            level: Level::Start,
            at: "2026-05-20T12:00:00Z".to_owned(),
            issues: vec!["entry_altered".to_owned(), "chain_broken".to_owned()],
        };
        let mut verification = Verification::after(Some(failed));
        verification.held = Some((Timestamp(0), Level::Start));
        let alarm = verification.alarm().unwrap();
        assert!(alarm.contains("NOT VERIFIED since 2026-05-20T12:00:00Z: entry_altered, chain_broken"), "{alarm}");
        let mut report = good_report();
        report.level = Level::Incremental;
        verification.ended(Verified { at: Timestamp(0), report });
        assert!(verification.alarm().is_some(), "that does not look at everything");
        verification.ended(Verified { at: Timestamp(0), report: good_report() });
        assert_eq!(verification.alarm(), None);
    }

    #[test]
    fn the_end_is_looked_at_first_and_each_hour_what_came() {
        let mut verification = Verification::default();
        let mut due = |seconds| verification.due(Timestamp::from_seconds(seconds));
        assert_eq!(due(10), Some(Level::Start));
        assert_eq!((due(11), due(3_609)), (None, None));
        assert_eq!((due(3_610), due(3_611)), (Some(Level::Incremental), None));
        assert_eq!(due(0), Some(Level::Incremental), "the clock was set back");
        verification.running = Some(Running { request: 1, began: Timestamp(0), done: 0, total: 0 });
        assert_eq!(verification.due(Timestamp::from_seconds(9_000)), None, "it is being verified anyway");
    }

    #[test]
    fn a_notice_does_not_spoil_the_verdict() {
        let mut report = good_report();
        let mut notice = broken_report().issues.remove(0);
        notice.severity = IssueSeverity::Notice;
        report.issues = vec![notice.clone()];
        assert_eq!(verdict(&report).0, "VERIFIED, with a notice");
        report.issues.push(notice);
        assert_eq!(verdict(&report).0, "VERIFIED, with 2 notices");
    }

    #[test]
    fn how_far_it_is_in_a_few_words() {
        let running = |done, total| Running { request: 1, began: Timestamp(0), done, total }.said();
        assert_eq!(running(0, 0), "verifying…");
        assert_eq!(running(2_000, 9_000), "verifying 2000 of 9000…");
        assert_eq!(running(9_000, 9_000), "verifying: rows…");
    }
}

//! What a verification of the audit log found.

use super::close_or_scroll;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::verification::{Verified, verdict};
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use licentia_core::audit::{Issue, IssueSeverity, KeySource, Level, VerifyReport};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Report {
    verified: Verified,
    scroll: Scroll,
}

impl Report {
    pub(crate) fn new(verified: Verified) -> Self {
        Self { verified, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = self.lines(popup::columns(area, popup::WIDE), look);
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "Verification of the audit log", look);
        self.scroll.draw(frame, inner, lines);
    }

    fn lines(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let report = &self.verified.report;
        let (verdict, meaning) = verdict(report);
        let more = if report.issues.is_empty() { ": everything that was checked holds" } else { "" };
        let mut lines = paragraph(&format!("{verdict}{more}"), columns, meaning, look);
        lines.push(Line::default());
        lines.extend(pairs(&self.facts(look), columns, look));
        if let Some(fingerprint) = &report.trust.fingerprint {
            // On a line of its own, where it is not broken: people compare it with what they wrote down.
            lines.extend([Line::default(), Line::styled("fingerprint of the log", look.style(Meaning::Heading))]);
            lines.extend(paragraph(&clean(fingerprint), columns, Meaning::Text, look));
        }
        for issue in &report.issues {
            lines.push(Line::default());
            lines.extend(about(issue, columns, look));
        }
        lines
    }

    fn facts(&self, look: Look) -> Vec<Pair> {
        let VerifyReport { level, resumed_from, entries_checked, from, to, trust, .. } = &self.verified.report;
        let checked = match entries_checked {
            0 => "none".to_owned(),
            many => format!("{many}, from {from} to {to}"),
        };
        let (source, meaning) = match trust.key_source {
            KeySource::Given => ("It starts from the fingerprint that was given.", Meaning::Good),
            KeySource::Pin => ("It starts from what this machine saw of the log before.", Meaning::Good),
            KeySource::File => (
                "Nobody but the file itself vouches for this log: whoever can write the file could have made all of \
                 it anew. Press V on the audit tab and give the fingerprint that was written down.",
                Meaning::Warning,
            ),
        };
        let level = match (level, resumed_from) {
            (Level::Full, None) => "everything".to_owned(),
            (Level::Full, Some(seq)) => format!("everything; signatures up to {seq} in an earlier run"),
            (Level::Incremental, _) => "what came since the last one, and some old entries".to_owned(),
            (Level::Start, _) => "the end of the log, when it was opened".to_owned(),
        };
        vec![
            Pair::new("level", level),
            Pair::new("entries", checked),
            Pair::new("ended", look.zoned(self.verified.at)),
            Pair::new("trust", source).meaning(meaning),
        ]
    }
}

/// What does not hold, where, what that means, and what to do.
fn about(issue: &Issue, columns: usize, look: Look) -> Vec<Line<'static>> {
    let (word, meaning) = match issue.severity {
        IssueSeverity::Notice => ("notice", Meaning::Muted),
        IssueSeverity::Warning => ("WARNING", Meaning::Warning),
        IssueSeverity::Critical => ("CRITICAL", Meaning::Danger),
    };
    let place = match (issue.seq_from, issue.seq_to) {
        (Some(from), Some(to)) if from != to => format!(" in entries {from} to {to}"),
        (Some(one), _) | (None, Some(one)) => format!(" in entry {one}"),
        (None, None) => String::new(),
    };
    let mut lines = paragraph(&format!("{word} {}{place}", clean(issue.code)), columns, meaning, look);
    lines.extend(paragraph(&clean(&issue.meaning), columns, Meaning::Text, look));
    for (name, value) in [("expected", &issue.expected), ("found", &issue.found)] {
        if let Some(value) = value {
            lines.extend(paragraph(&format!("{name} {}", clean(value)), columns, Meaning::Text, look));
        }
    }
    lines.extend(paragraph(&clean(&issue.advice), columns, Meaning::Muted, look));
    lines
}

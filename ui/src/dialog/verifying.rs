//! How far a verification is. It goes on without this window, and everything else with it.

use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, LogStep, Step};
use crate::theme::Meaning;
use crate::verification::Running;
use crate::widget::gauge;
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Verifying {
    running: Running,
}

impl Verifying {
    pub(crate) const fn new(running: Running) -> Self {
        Self { running }
    }

    pub(crate) const fn progress(&mut self, running: Running) {
        self.running = running;
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::GiveUp => vec![Step::Close, Step::Log(LogStep::GiveUp { request: self.running.request })],
            Action::Background => vec![Step::Close],
            _ => vec![],
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::NARROW);
        let Running { began, done, total, .. } = self.running;
        let doing = match (done, total) {
            (_, 0) => "Reading the log…".to_owned(),
            (done, total) if done >= total => format!("{total} entries checked; comparing the tables with them…"),
            (done, total) => format!("{done} of {total} entries"),
        };
        let seconds = look.now.seconds().saturating_sub(began.seconds()).max(0);
        let mut lines = vec![gauge::line(done, total, columns, look)];
        lines.extend(paragraph(&doing, columns, Meaning::Text, look));
        lines.push(Line::raw(format!("{}:{:02} so far", seconds / 60, seconds % 60)));
        lines.push(Line::default());
        let text = "Every hash, signature and link is derived anew. This only reads: go on working meanwhile.";
        lines.extend(paragraph(text, columns, Meaning::Muted, look));
        let inner = popup::open(frame, area, popup::NARROW, lines.len(), "Verifying the audit log", look);
        for (row, line) in inner.rows().zip(lines) {
            frame.render_widget(line, row);
        }
    }
}

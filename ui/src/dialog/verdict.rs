//! Whether a license holds: the verdict first, then what was looked at.

pub(crate) mod checks;

use super::close_or_scroll;
use crate::effect::Verification;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Scroll, pairs, paragraph};
use checks::{checks, facts, refusal, verdict};
use licentia_core::License;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Verdict {
    title: String,
    /// The license is not taken in.
    refused: bool,
    request: Option<u64>,
    /// None until it was looked at.
    found: Option<Box<Verification>>,
    scroll: Scroll,
}

impl Verdict {
    /// Of a license that is here; what `request` asks for is shown when it comes.
    pub(crate) fn of(license: &License, request: u64) -> Self {
        let title = format!("License {} for {}", license.id.short(), clean(&license.subject));
        Self { title, refused: false, request: Some(request), found: None, scroll: Scroll::default() }
    }

    /// Of a license that cannot be taken in.
    pub(crate) fn refused(found: Verification) -> Self {
        let title = "This license cannot be taken in".to_owned();
        Self { title, refused: true, request: None, found: Some(Box::new(found)), scroll: Scroll::default() }
    }

    pub(crate) fn loaded(&mut self, request: u64, answer: Answer<Box<Verification>>) -> Answer<()> {
        if self.request == Some(request) {
            self.found = Some(answer?);
        }
        Ok(())
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = self.lines(popup::columns(area, popup::WIDE), look);
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), &self.title, look);
        self.scroll.draw(frame, inner, lines);
    }

    fn lines(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let Some(found) = &self.found else { return paragraph("looking at it…", columns, Meaning::Muted, look) };
        let refusal = refusal(found, look).filter(|_| self.refused);
        let (text, meaning) = match (refusal, verdict(found, look)) {
            (Some(why), _) | (None, Err(why)) => (why, Meaning::Danger),
            (None, Ok(holds)) => (holds.to_owned(), Meaning::Good),
        };
        let mut lines = paragraph(&clean(&text), columns, meaning, look);
        lines.push(Line::default());
        lines.extend(pairs(&checks(found, look), columns, look));
        lines.push(Line::default());
        if self.refused {
            lines.extend(pairs(&facts(found, look), columns, look));
        } else {
            lines.extend(paragraph(NOT_LOOKED_AT, columns, Meaning::Muted, look));
        }
        lines
    }
}

const NOT_LOOKED_AT: &str = "Not looked at: which product asks, and which revocations are published.";

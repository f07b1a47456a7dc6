//! A token that was just made: the only time that it is seen.

use super::save::Save;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use crate::widget::secret::Typed;
use licentia_core::ProbeToken;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Token {
    probe: ProbeToken,
    text: Typed,
    scroll: Scroll,
}

impl Token {
    pub(crate) fn new(probe: ProbeToken, text: Typed) -> Self {
        Self { probe, text, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::SaveToken => return vec![Step::open(Save::token(&self.probe.label, self.text.clone()))],
            Action::CloseToken => return vec![Step::Close],
            _ => self.scroll.act(action),
        }
        vec![]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        // In a line of its own, so that a terminal selects it whole.
        let mut lines = paragraph(&clean(&self.text.0), columns, Meaning::Good, look);
        lines.push(Line::default());
        let facts = [Pair::new("for", &self.probe.label), Pair::new("expires", look.zoned(self.probe.expires_at))];
        lines.extend(pairs(&facts, columns, look));
        lines.push(Line::default());
        lines.extend(paragraph(ADVICE, columns, Meaning::Warning, look));
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "The token", look);
        self.scroll.draw(frame, inner, lines);
    }
}

const ADVICE: &str = "It is shown this once: only its hash is kept. Copy it now, or press s to save it to a file.";

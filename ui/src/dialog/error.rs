//! What went wrong, why, and what to do next: the three parts that the command line prints too.

use super::close_or_scroll;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Scroll, paragraph};
use licentia_core::Explanation;
use licentia_core::text::printable_lines;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Explained {
    why: Explanation,
    scroll: Scroll,
}

impl From<Explanation> for Explained {
    fn from(why: Explanation) -> Self {
        Self { why, scroll: Scroll::default() }
    }
}

impl Explained {
    /// Whether it says just this.
    pub(crate) fn says(&self, why: &Explanation) -> bool {
        self.why == *why
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = self.lines(popup::columns(area, popup::WIDE), look);
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "Error", look);
        self.scroll.draw(frame, inner, lines);
    }

    fn lines(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        lines(&self.why, columns, look)
    }
}

/// Message, cause and hint, below one another.
pub(super) fn lines(why: &Explanation, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut lines = paragraph(&clean(&why.message), columns, Meaning::Danger, look);
    if let Some(cause) = &why.cause {
        lines.push(Line::default());
        // Of several rows, one stands below the other.
        let cause = format!("Because: {}", printable_lines(cause));
        lines.extend(paragraph(&cause, columns, Meaning::Text, look));
    }
    if let Some(hint) = &why.hint {
        lines.push(Line::default());
        lines.extend(paragraph(&format!("Hint: {}", clean(hint)), columns, Meaning::Text, look));
    }
    lines
}

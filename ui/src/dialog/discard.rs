//! Whether what was typed may go.

use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Stands above the form that is to be left.
#[derive(Debug)]
pub(crate) struct Discard;

impl Discard {
    #[expect(clippy::unused_self, reason = "as every dialog")]
    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Confirm => vec![Step::Close, Step::Close],
            Action::Cancel => vec![Step::Close],
            _ => vec![],
        }
    }

    #[expect(clippy::unused_self, reason = "as every dialog")]
    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let text = "Nothing was signed, and what was typed is lost. Enter leaves, Esc goes on.";
        let lines = paragraph(text, popup::columns(area, popup::NARROW), Meaning::Text, look);
        let inner = popup::open(frame, area, popup::NARROW, lines.len(), "Leave?", look);
        for (row, line) in inner.rows().zip(lines) {
            frame.render_widget(line, row);
        }
    }
}

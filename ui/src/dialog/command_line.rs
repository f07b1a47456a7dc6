//! The command line that does the same as the dialog below.

use super::close_or_scroll;
use crate::command::Command;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Scroll, paragraph};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct CommandLine {
    command: Command,
    /// What to know before it is run.
    advice: &'static str,
    scroll: Scroll,
}

impl CommandLine {
    pub(crate) fn new(command: Command, advice: &'static str) -> Self {
        Self { command, advice, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let mut lines: Vec<Line> = self.command.lines(columns).into_iter().map(Line::raw).collect();
        lines.push(Line::default());
        lines.extend(paragraph(self.advice, columns, Meaning::Muted, look));
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "The same on the command line", look);
        self.scroll.draw(frame, inner, lines);
    }
}

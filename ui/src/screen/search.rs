//! The filter that is typed into the line above a list, which follows each key.

use crate::look::Look;
use crate::theme::Meaning;
use crate::widget::form::Field;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// See the module.
#[derive(Debug)]
pub(crate) struct Search {
    field: Field<()>,
    /// What was shown before.
    before: Option<String>,
}

impl Search {
    pub(crate) fn new(before: Option<String>) -> Self {
        Self { field: Field::text((), "", before.as_deref().unwrap_or_default(), ""), before }
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        self.field.key(key);
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }

    /// What is looked for; none lets everything through.
    pub(crate) fn text(&self) -> Option<String> {
        Some(self.field.typed().trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(crate) fn before(self) -> Option<String> {
        self.before
    }

    /// Draws the line and returns what is left for the list.
    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look, about: &str, position: &str) -> Rect {
        let [line, rest] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let columns = |text: &str| u16::try_from(crate::text::width(text)).unwrap_or(u16::MAX);
        let name = format!("{about}, subject contains ");
        let widths = [
            Constraint::Max(columns(&name)),
            Constraint::Min(12),
            Constraint::Max(columns(position).saturating_add(2)),
        ];
        let [left, middle, right] = Layout::horizontal(widths).areas(line);
        frame.render_widget(Span::styled(crate::text::fit(&name, left.width.into()), look.style(Meaning::Title)), left);
        self.field.draw(frame, middle, true, look);
        frame.render_widget(Span::styled(format!("  {position}"), look.style(Meaning::Muted)), right);
        rest
    }
}

//! The line above the audit log in which a query is typed, and what is wrong with it.

use crate::look::Look;
use crate::text::{clean, fit, width, wrap};
use crate::theme::Meaning;
use crate::widget::form::Field;
use crossterm::event::KeyEvent;
use licentia_core::Timestamp;
use licentia_core::audit::{Query, QueryMistake, SavedFilter};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// See the module.
#[derive(Debug)]
pub(crate) struct QueryLine {
    field: Field<()>,
    mistake: Option<QueryMistake>,
}

const NAME: &str = "Query: ";

const HINT: &str = "Words or field:value with AND, OR, NOT: kind:license.* AND refund. @NAME: saved.";

impl QueryLine {
    pub(crate) fn new(text: &str) -> Self {
        Self { field: Field::text((), "", text, ""), mistake: None }
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        self.field.key(key);
        self.mistake = None;
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.mistake = None;
    }

    /// What is asked for; none lets everything through. `saved`: those that `@NAME` may stand for, once they were read.
    pub(crate) fn understood(
        &self,
        now: Timestamp,
        saved: Option<&[SavedFilter]>,
    ) -> Result<Option<Query>, QueryMistake> {
        let typed = self.field.typed().trim_end();
        match typed.trim_start().strip_prefix('@') {
            None if typed.is_empty() => Ok(None),
            None => Query::parse(typed, now).map(Some),
            Some(name) => {
                let filter = saved.and_then(|saved| saved.iter().find(|filter| filter.name == name));
                match filter {
                    Some(filter) => Query::parse(&filter.query, now).map(Some),
                    None => Err(no_such(typed, name, saved)),
                }
            }
        }
    }

    /// Shows what is wrong, until something else is typed.
    pub(crate) fn show(&mut self, mistake: QueryMistake) {
        self.mistake = Some(mistake);
    }

    /// How many lines it takes.
    pub(crate) fn height(&self, columns: usize) -> usize {
        1 + self.below(columns, 0).len()
    }

    /// Draws it, with where one is in the list on its right.
    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look, position: &str) {
        let [line, below] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let columns = |text: &str| u16::try_from(width(text)).unwrap_or(u16::MAX);
        let widths = [
            Constraint::Length(columns(NAME)),
            Constraint::Fill(1),
            Constraint::Max(columns(position).saturating_add(2)),
        ];
        let [left, middle, right] = Layout::horizontal(widths).areas(line);
        frame.render_widget(Span::styled(NAME, look.style(Meaning::Title)), left);
        self.field.draw(frame, middle, true, look);
        frame.render_widget(Span::styled(format!("  {position}"), look.style(Meaning::Muted)), right);
        let meaning = if self.mistake.is_some() { Meaning::Danger } else { Meaning::Muted };
        for (row, text) in below.rows().zip(self.below(area.width.into(), middle.width.into())) {
            frame.render_widget(Line::styled(fit(&text, row.width.into()), look.style(meaning)), row);
        }
    }

    /// The lines under it. The carets stand under the line itself where all of it can be seen in `room` columns.
    fn below(&self, columns: usize, room: usize) -> Vec<String> {
        let Some(mistake) = &self.mistake else { return wrap(HINT, columns) };
        let pointed = mistake.pointed_at();
        let (query, carets) = pointed.split_once('\n').unwrap_or((&pointed, ""));
        let whole = query == clean(self.field.typed().trim_end()) && width(query) < room;
        // Both take as many lines, so that nothing moves.
        let at = if whole {
            [format!("{}{carets}", " ".repeat(NAME.len())), String::new()]
        } else {
            [query.to_owned(), carets.to_owned()]
        };
        let said = format!("{}. Expected at character {}: {}.", mistake.wrong, mistake.column(), mistake.expected);
        let said = wrap(clean(&said).trim_end(), columns);
        if whole {
            let [carets, blank] = at;
            return std::iter::once(carets).chain(said).chain([blank]).collect();
        }
        at.into_iter().chain(said).collect()
    }
}

/// Nothing is saved under this name.
fn no_such(typed: &str, name: &str, saved: Option<&[SavedFilter]>) -> QueryMistake {
    let names: Vec<&str> = saved.unwrap_or_default().iter().map(|filter| filter.name.as_str()).collect();
    let (wrong, expected) = match (saved, names.as_slice()) {
        (None, _) => ("the saved queries are still being read".to_owned(), "one moment, and Enter again".to_owned()),
        (_, []) => (format!("there is no saved query `{name}`"), "a query: none is saved here".to_owned()),
        (_, names) => (format!("there is no saved query `{name}`"), format!("one of {}", names.join(", "))),
    };
    let start = typed.len() - typed.trim_start().len();
    QueryMistake { query: typed.to_owned(), at: start..typed.len(), wrong, expected }
}

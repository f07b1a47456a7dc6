//! The reissues that a license is one of, oldest first.

use crate::keymap::Action;
use crate::look::Look;
use crate::screen::licenses::{status_meaning, validity_meaning, validity_word};
use crate::screen::nothing;
use crate::theme::Meaning;
use crate::widget::table::{self, Cell, Column};
use licentia_core::{License, LicenseId, Validity};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};

/// Where one is in the list; its rows are the detail's.
#[derive(Debug, Default)]
pub(super) struct Chain {
    selected: usize,
    height: usize,
}

const COLUMNS: &[Column] = &[
    Column::new("", Constraint::Length(4)),
    Column::new("id", Constraint::Length(8)),
    Column::new("status", Constraint::Length(10)),
    Column::new("validity", Constraint::Length(13)).from(70),
    Column::new("issued", Constraint::Length(10)).from(50),
    Column::new("expires", Constraint::Length(10)).from(60),
    Column::new("subject", Constraint::Fill(1)),
];

impl Chain {
    /// Begins at the license whose pages these are.
    pub(super) fn begin_at(&mut self, own: LicenseId, rows: &[License]) {
        self.selected = rows.iter().position(|license| license.id == own).unwrap_or(0);
    }

    pub(super) fn act(&mut self, action: Action, rows: usize) {
        let (last, page) = (rows.saturating_sub(1), self.height.saturating_sub(1).max(1));
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected.saturating_add(1),
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected.saturating_add(page),
            Action::First => 0,
            Action::Last => last,
            _ => self.selected,
        }
        .min(last);
    }

    pub(super) fn selected<'a>(&self, rows: &'a [License]) -> Option<&'a License> {
        rows.get(self.selected)
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look, own: LicenseId, rows: Option<&[License]>) {
        let Some(rows) = rows else { return nothing(frame, area, look, "reading…") };
        self.height = usize::from(area.height).saturating_sub(1);
        // The selection is kept in the last line that fits.
        let skip = (self.selected + 1).saturating_sub(self.height.max(1));
        let seen = rows.iter().enumerate().skip(skip).take(self.height);
        let lines = seen.map(|(at, license)| (at == self.selected, cells(license, license.id == own, look)));
        table::draw(frame, area, look, COLUMNS, lines);
    }
}

fn cells(license: &License, own: bool, look: Look) -> Vec<Cell> {
    let validity = Validity::of(license.not_before, license.not_after, look.now);
    vec![
        Cell(if own { "this" } else { "" }.to_owned(), Meaning::Heading),
        Cell::plain(license.id.short()),
        Cell(license.status.to_string(), status_meaning(license.status)),
        Cell(validity_word(validity).to_owned(), validity_meaning(validity)),
        Cell::plain(look.date(license.created_at)),
        Cell::plain(license.not_after.map_or_else(|| "never".to_owned(), |at| look.date(at))),
        Cell::plain(&license.subject),
    ]
}

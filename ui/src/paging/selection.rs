//! The selection of a list, and what of it is on the screen.

use super::{Ask, Paged, Requests, Row};

impl<T: Row> Paged<T> {
    pub(crate) fn select(&mut self, row: usize) {
        self.selected = row.min(self.end().saturating_sub(1)).max(self.before);
        // No line stays empty while there are rows above.
        let last_top = self.selected.min(self.end().saturating_sub(self.height));
        let first_top = (self.selected + 1).saturating_sub(self.height.max(1));
        self.top = self.top.clamp(first_top, last_top).max(self.before);
    }

    /// Selects the row with this key, if it is among those that are kept.
    pub(crate) fn select_key(&mut self, key: &T::Key) {
        let row = self.rows().position(|row| row.key() == *key);
        if let Some(row) = row {
            self.select(self.before + row);
        }
    }

    pub(crate) fn up(&mut self, rows: usize) {
        self.to_end = false;
        self.select(self.selected.saturating_sub(rows));
    }

    pub(crate) fn down(&mut self, rows: usize) {
        self.to_end = false;
        self.select(self.selected.saturating_add(rows));
    }

    pub(crate) fn page(&self) -> usize {
        self.height.saturating_sub(1).max(1)
    }

    /// To the beginning; a page to be read if that is not there any more.
    pub(crate) fn first(&mut self, requests: &mut Requests) -> Option<Ask<T::Key>> {
        self.to_end = false;
        if self.first > 0 {
            return Some(self.restart(requests));
        }
        self.select(0);
        None
    }

    /// To the end, reading page after page.
    pub(crate) fn last(&mut self) {
        self.paused = false;
        self.select(usize::MAX);
        self.to_end = self.has_more() || !self.loaded;
    }

    pub(crate) fn set_height(&mut self, height: usize) {
        self.height = height;
        self.select(self.selected);
    }

    pub(crate) fn selected(&self) -> Option<&T> {
        self.rows().nth(self.selected.checked_sub(self.before)?)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flatten()
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pages.iter_mut().flatten()
    }

    /// What is on the screen, and whether it is selected.
    pub(crate) fn visible(&self) -> impl Iterator<Item = (bool, &T)> {
        let skip = self.top.saturating_sub(self.before);
        let selected = self.selected.saturating_sub(self.before);
        self.rows().enumerate().skip(skip).take(self.height).map(move |(at, row)| (at == selected, row))
    }

    /// `12 of 300+`.
    pub(crate) fn position(&self) -> String {
        if !self.loaded {
            return "reading…".to_owned();
        }
        let (end, more) = (self.end(), if self.has_more() { "+" } else { "" });
        let reading = if self.to_end { "  reading on…" } else { "" };
        format!("{} of {end}{more}{reading}", if end == 0 { 0 } else { self.selected + 1 })
    }
}

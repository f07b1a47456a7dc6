//! Where one is in a list that is held in memory.

use crate::keymap::Action;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Window {
    selected: usize,
    top: usize,
    height: usize,
}

impl Window {
    /// Follows a key that may move.
    pub(crate) fn act(&mut self, action: Action, rows: usize) {
        let page = self.height.saturating_sub(1).max(1);
        let row = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected.saturating_add(1),
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected.saturating_add(page),
            Action::First => 0,
            Action::Last => usize::MAX,
            _ => self.selected,
        };
        self.select(row, rows);
    }

    pub(crate) fn select(&mut self, row: usize, rows: usize) {
        self.selected = row.min(rows.saturating_sub(1));
        let first_top = (self.selected + 1).saturating_sub(self.height.max(1));
        self.top = self.top.clamp(first_top, self.selected);
    }

    /// The part that has room, known only when it is drawn.
    pub(crate) fn set_height(&mut self, height: usize, rows: usize) {
        self.height = height;
        self.select(self.selected, rows);
    }

    pub(crate) const fn selected(&self) -> usize {
        self.selected
    }

    /// What is seen.
    pub(crate) fn visible(&self, rows: usize) -> std::ops::Range<usize> {
        self.top.min(rows)..self.top.saturating_add(self.height).min(rows)
    }

    /// `12 of 300`.
    pub(crate) fn position(&self, rows: usize) -> String {
        format!("{} of {rows}", if rows == 0 { 0 } else { self.selected + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_in_the_list_and_in_sight() {
        let mut window = Window::default();
        window.set_height(3, 10);
        window.act(Action::Last, 10);
        assert_eq!((window.selected(), window.visible(10)), (9, 7..10));
        window.act(Action::PageUp, 10);
        assert_eq!((window.selected(), window.visible(10)), (7, 7..10));
        window.act(Action::Up, 10);
        assert_eq!((window.selected(), window.visible(10)), (6, 6..9));
        window.set_height(1, 2);
        assert_eq!((window.selected(), window.visible(2)), (1, 1..2));
        window.set_height(5, 0);
        assert_eq!((window.selected(), window.visible(0), window.position(0).as_str()), (0, 0..0, "0 of 0"));
    }
}

//! The window of pages that is kept: how pages come in at its ends, and what is forgotten for them.

use super::{LEAP, MARGIN, Mark, PAGE, Paged, Row, WINDOW};
use licentia_core::Page;

impl<T: Row> Paged<T> {
    /// Rows that came in at the top. The selection stays on its row; at the very top, what is new is seen at once.
    pub(crate) fn insert_above(&mut self, mut rows: Vec<T>) {
        // Further down they are met on the way back up.
        if self.first > 0 {
            return;
        }
        // Newest first: from the first one on that is there already, all are.
        let known = rows.iter().position(|row| self.has(&row.key()));
        rows.truncate(known.unwrap_or(rows.len()));
        let (was_empty, many) = (self.end() == 0, rows.len());
        let (Some(front), Some(mark)) = (self.pages.front_mut(), self.marks.first_mut()) else { return };
        front.splice(0..0, rows);
        mark.rows = front.len();
        if !was_empty {
            self.selected += many;
            self.top += if self.top == 0 { 0 } else { many };
        }
        self.select(self.selected);
    }

    pub(super) fn append(&mut self, page: Page<T, T::Key>) {
        let at = self.first + self.pages.len();
        if let Some(mark) = self.marks.get_mut(at) {
            mark.rows = page.items.len();
        }
        self.pages.push_back(page.items);
        self.link(at, page.next);
        if self.to_end {
            self.select(usize::MAX);
        }
        self.forget_above();
    }

    /// Drops pages that are far above, as long as enough is left.
    fn forget_above(&mut self) {
        let seen = self.top.min(self.selected).saturating_sub(MARGIN);
        while let Some(front) = self.pages.front().map(Vec::len)
            && self.end() - self.before - front >= WINDOW
            && self.before + front <= seen
        {
            self.pages.pop_front();
            self.first += 1;
            self.before += front;
        }
    }

    /// The same far below.
    fn forget_below(&mut self) {
        let seen = self.selected.max(self.top + self.height) + MARGIN;
        while let Some(back) = self.pages.back().map(Vec::len)
            && self.end() - self.before - back >= WINDOW
            && self.end() - back >= seen
        {
            self.pages.pop_back();
        }
    }

    /// What is kept, as it is now. The selection stays on its row; at the very top, what is new is seen at once.
    pub(super) fn replace(&mut self, page: Page<T, T::Key>) {
        let (selected, above) = (self.selected().map(Row::key), self.selected.saturating_sub(self.top));
        let at_the_top = self.top == 0;
        if let Some(row) = page.items.iter().position(|row| Some(row.key()) == selected) {
            self.selected = self.before + row;
        }
        self.top = if at_the_top { 0 } else { self.selected.saturating_sub(above) };
        self.divide(page);
        self.forget_above();
        self.forget_below();
    }

    /// Takes the place of all that is kept, in pages of the ordinary length: of one long page nothing could be dropped.
    fn divide(&mut self, page: Page<T, T::Key>) {
        self.pages.clear();
        let mut after = self.marks.get(self.first).and_then(|mark| mark.after.clone());
        self.marks.truncate(self.first);
        let (mut rest, most) = (page.items, usize::try_from(PAGE).unwrap_or(usize::MAX));
        loop {
            let below = rest.split_off(most.min(rest.len()));
            let last = rest.last().map(Row::key);
            self.marks.push(Mark { after: after.take(), limit: PAGE, rows: rest.len() });
            self.pages.push_back(rest);
            if below.is_empty() {
                break;
            }
            (rest, after) = (below, last);
        }
        self.next = page.next;
    }

    pub(super) fn prepend(&mut self, mut page: Page<T, T::Key>) {
        let behind = self.marks.get(self.first).and_then(|mark| mark.after.clone());
        let end = page.items.iter().position(|row| Some(row.key()) == behind).map(|at| at + 1);
        // Where the row before what is kept is gone, what is kept itself is met.
        let end = end.or_else(|| page.items.iter().position(|row| self.has(&row.key())));
        if let Some(end) = end {
            page.items.truncate(end);
            page.next = behind;
        } else if page.next.is_some() {
            return self.read_between(page);
        }
        self.first = self.first.saturating_sub(1);
        let (rows, selected) = (page.items.len(), self.selected().map(Row::key));
        let known = self.marks.get_mut(self.first).map_or(0, |mark| std::mem::replace(&mut mark.rows, rows));
        self.before = self.before.saturating_sub(known);
        // The rows behind moved when this page is not as long as it was; the selection moves with them.
        self.selected = (self.selected + rows).saturating_sub(known);
        self.top = (self.top + rows).saturating_sub(known);
        self.pages.push_front(page.items);
        self.link(self.first, page.next);
        // Where so much vanished that the page holds what came behind it, the row may be in there.
        if let Some(selected) = selected {
            self.select_key(&selected);
        }
        self.forget_below();
    }

    /// So much came in above that the page before what is kept does not reach it: what is between is read first.
    fn read_between(&mut self, page: Page<T, T::Key>) {
        let rows = page.items.len();
        let known = match self.first.checked_sub(1).and_then(|above| self.marks.get_mut(above)) {
            Some(above) => std::mem::replace(&mut above.rows, rows),
            None => return,
        };
        self.marks.insert(self.first, Mark { after: page.next, limit: LEAP, rows: 0 });
        self.first += 1;
        let shift = |row: usize| (row + rows).saturating_sub(known);
        (self.before, self.selected, self.top) = (shift(self.before), shift(self.selected), shift(self.top));
    }

    fn has(&self, key: &T::Key) -> bool {
        self.rows().any(|row| row.key() == *key)
    }

    /// What comes after the page `at`. When that is not where the page behind it was seen to begin, rows came or went
    /// in between: the pages behind are forgotten and will be read again.
    fn link(&mut self, at: usize, next: Option<T::Key>) {
        let behind = at + 1;
        if self.marks.get(behind).is_some_and(|mark| mark.after == next) {
            return;
        }
        self.marks.truncate(behind);
        self.pages.truncate(behind.saturating_sub(self.first));
        self.next = next;
    }

    pub(super) fn end(&self) -> usize {
        self.before + self.pages.iter().map(Vec::len).sum::<usize>()
    }

    pub(super) fn has_more(&self) -> bool {
        self.first + self.pages.len() < self.marks.len() || self.next.is_some()
    }
}

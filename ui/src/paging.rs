//! A list that is read from the database page by page, by key, and never held whole.
//!
//! It keeps a window of a few pages around the selection, and for every page it has ever seen the key where that
//! page begins, so that it can be read again on the way back.

use crate::message::Answer;
use licentia_core::{AuditRecord, License, LicenseId, Page};
use std::collections::VecDeque;

/// Rows of an ordinary page.
pub(crate) const PAGE: u64 = 100;
/// Rows of a page on the way to the end.
const LEAP: u64 = 500;
/// More rows than this are not kept, save that a page is never cut.
const WINDOW: usize = 500;
/// The next page is asked for when the selection is this near to the end of what is there.
const MARGIN: usize = 50;

/// Hands out request numbers: of several answers only the newest counts.
#[derive(Debug, Default)]
pub(crate) struct Requests(u64);

impl Requests {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// A row that knows its place in the list.
pub(crate) trait Row {
    type Key: Clone + PartialEq + std::fmt::Debug;

    /// What a page begins after.
    fn key(&self) -> Self::Key;
}

impl Row for License {
    type Key = LicenseId;

    fn key(&self) -> LicenseId {
        self.id
    }
}

impl Row for AuditRecord {
    type Key = u64;

    fn key(&self) -> u64 {
        self.seq
    }
}

/// A page that should be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask<K> {
    pub(crate) request: u64,
    pub(crate) after: Option<K>,
    pub(crate) limit: u64,
}

/// See the module.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, and any two can be true together")]
pub(crate) struct Paged<T: Row> {
    marks: Vec<Mark<T::Key>>,
    pages: VecDeque<Vec<T>>,
    /// Which mark the first kept page has.
    first: usize,
    /// How many rows come before the first kept page.
    before: usize,
    /// Where the page after the last mark begins.
    next: Option<T::Key>,
    selected: usize,
    top: usize,
    height: usize,
    waiting: Option<Waiting>,
    to_end: bool,
    loaded: bool,
    /// Something was written since it was read.
    stale: bool,
    /// Nothing more is read towards the end until somebody asks for it.
    paused: bool,
}

#[derive(Debug)]
struct Mark<K> {
    after: Option<K>,
    limit: u64,
    rows: usize,
}

#[derive(Debug)]
struct Waiting {
    request: u64,
    page: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The beginning; everything else goes when it arrives.
    Fresh,
    /// A page before or behind what is kept.
    More,
    /// What is kept, once more.
    Again,
}

impl<T: Row> Default for Paged<T> {
    fn default() -> Self {
        Self {
            marks: vec![],
            pages: VecDeque::new(),
            first: 0,
            before: 0,
            next: None,
            selected: 0,
            top: 0,
            height: 10,
            waiting: None,
            to_end: false,
            loaded: false,
            stale: false,
            paused: false,
        }
    }
}

impl<T: Row> Paged<T> {
    /// Reads the list from its beginning. What is there stays until the answer comes.
    pub(crate) fn restart(&mut self, requests: &mut Requests) -> Ask<T::Key> {
        self.to_end = false;
        self.stale = false;
        self.paused = false;
        self.ask(requests, 0, None, PAGE, What::Fresh)
    }

    /// Takes an answer in, unless it is not the one that is waited for, and says which page to read next.
    pub(crate) fn follow(
        &mut self,
        request: u64,
        answer: Answer<Page<T, T::Key>>,
        requests: &mut Requests,
    ) -> Answer<Option<Ask<T::Key>>> {
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.request == request) else { return Ok(None) };
        let page = answer.inspect_err(|_| self.to_end = false)?;
        match waiting.what {
            What::Fresh => {
                let Self { height, to_end, stale, paused, .. } = *self;
                *self = Self { height, to_end, stale, paused, loaded: true, ..Self::default() };
                self.marks.push(Mark { after: None, limit: PAGE, rows: 0 });
                self.append(page);
            }
            What::Again => self.replace(page),
            What::More if waiting.page == self.first + self.pages.len() => self.append(page),
            What::More => self.prepend(page),
        }
        self.select(self.selected);
        Ok(self.want(requests))
    }

    /// The page that should be read now, if any.
    pub(crate) fn want(&mut self, requests: &mut Requests) -> Option<Ask<T::Key>> {
        if self.waiting.is_some() || !self.loaded {
            return None;
        }
        if std::mem::take(&mut self.stale)
            && let Some(mark) = self.marks.get(self.first)
        {
            let kept = u64::try_from(self.end() - self.before).unwrap_or(PAGE);
            // A page more than there is: what came in above moves the selection down, and it should still be among it.
            return Some(self.ask(requests, self.first, mark.after.clone(), kept.max(PAGE) + PAGE, What::Again));
        }
        if self.top.min(self.selected) < self.before + MARGIN && self.first > 0 {
            let page = self.first - 1;
            let mark = self.marks.get(page)?;
            // Twice as much, for what came in at the top meanwhile; what is known already is cut off again.
            return Some(self.ask(requests, page, mark.after.clone(), mark.limit * 2, What::More));
        }
        let near = self.selected.max(self.top + self.height) + MARGIN >= self.end();
        if !(near || self.to_end) || !self.has_more() || self.paused {
            self.to_end = false;
            return None;
        }
        let page = self.first + self.pages.len();
        if let Some(mark) = self.marks.get(page) {
            return Some(self.ask(requests, page, mark.after.clone(), mark.limit, What::More));
        }
        let limit = if self.to_end { LEAP } else { PAGE };
        self.marks.push(Mark { after: self.next.clone(), limit, rows: 0 });
        Some(self.ask(requests, page, self.next.clone(), limit, What::More))
    }

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

    pub(crate) fn is_empty(&self) -> bool {
        self.loaded && self.pages.iter().all(Vec::is_empty)
    }

    /// What is kept is read again as soon as [`Self::want`] is asked.
    pub(crate) const fn outdated(&mut self) {
        self.stale = true;
    }

    /// Reads no further towards the end until the list is begun anew, or its end is asked for.
    pub(crate) const fn pause(&mut self) {
        self.paused = true;
        self.to_end = false;
    }

    pub(crate) const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Where the next page begins that was not read yet.
    pub(crate) const fn reached(&self) -> Option<&T::Key> {
        self.next.as_ref()
    }

    /// Whether a page that is short may be taken in now, and go on: one in the middle must not be.
    pub(crate) fn takes_parts(&self) -> bool {
        self.waiting.as_ref().is_none_or(|waiting| match waiting.what {
            What::Fresh => true,
            What::More => waiting.page >= self.first + self.pages.len(),
            What::Again => false,
        })
    }

    /// Rows that came in at the top. The selection stays on its row; at the very top, what is new is seen at once.
    pub(crate) fn insert_above(&mut self, rows: Vec<T>) {
        // Further down they are met on the way back up.
        if self.first > 0 {
            return;
        }
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

    /// A page is being read.
    pub(crate) const fn is_reading(&self) -> bool {
        self.waiting.is_some()
    }

    /// This is the answer that is waited for.
    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.request == request)
    }

    /// Neither read nor asked for.
    pub(crate) const fn never_read(&self) -> bool {
        !self.loaded && self.waiting.is_none()
    }

    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }

    fn ask(
        &mut self,
        requests: &mut Requests,
        page: usize,
        after: Option<T::Key>,
        limit: u64,
        what: What,
    ) -> Ask<T::Key> {
        let request = requests.next();
        self.waiting = Some(Waiting { request, page, what });
        Ask { request, after, limit }
    }

    fn append(&mut self, page: Page<T, T::Key>) {
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
    fn replace(&mut self, page: Page<T, T::Key>) {
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

    fn prepend(&mut self, mut page: Page<T, T::Key>) {
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

    fn end(&self) -> usize {
        self.before + self.pages.iter().map(Vec::len).sum::<usize>()
    }

    fn has_more(&self) -> bool {
        self.first + self.pages.len() < self.marks.len() || self.next.is_some()
    }
}

//! A list that is read from the database page by page, by key, and never held whole.
//!
//! It keeps a window of a few pages around the selection, and for every page it has ever seen the key where that
//! page begins, so that it can be read again on the way back.

mod selection;
mod window;

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

    /// The list is being read from its beginning, and nothing of what is kept stays.
    pub(crate) fn begins_anew(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.what == What::Fresh)
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
}

//! A tab of one noun: its rows, page by page, and one of them in detail with its events.

use super::events::Events;
use super::noun::Detail;
use super::{Move, head, navigate, nothing};
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::{Answer, Found};
use crate::paging::{Ask, Paged, Requests, Row};
use crate::step::{Cx, Step};
use crate::text::fit;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use crate::widget::table::{self, Cell, Column};
use licentia_core::Page;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// A noun with a tab of its own.
pub(crate) trait Noun: Row + Clone + std::fmt::Debug {
    /// What the list does not know.
    type More: std::fmt::Debug;

    const LIST: Context;
    const DETAIL: Context;
    const TITLE: &'static str;
    /// What stands in the place of an empty list.
    const EMPTY: &'static str;

    fn read_page(ask: Ask<Self::Key>) -> Effect;
    fn read(&self, request: u64) -> Effect;
    /// What the audit log calls it.
    fn target(&self) -> String;
    fn title(&self) -> String;
    fn fields(&self, more: Option<&Self::More>, look: Look) -> Vec<Pair>;
    fn columns(look: Look) -> Vec<Column>;
    fn cells(&self, look: Look) -> Vec<Cell>;

    /// What can be done here besides moving and looking; none when the action is not one of that kind.
    fn act(list: &Paged<Self>, current: Option<&Self>, action: Action, cx: &mut Cx) -> Option<Vec<Step>>;
}

/// What became of the row that is shown in detail.
pub(crate) enum One {
    /// It is there. Something may be read next.
    Here(Option<Box<Effect>>),
    Gone,
}

/// The tab.
#[derive(Debug)]
pub(crate) struct Nouns<T: Noun> {
    list: Paged<T>,
    detail: Option<Detail<T>>,
    /// The row to be selected once the list is read.
    seek: Option<T::Key>,
    height: usize,
    /// What stands below the list.
    note: Option<String>,
}

impl<T: Noun> Default for Nouns<T> {
    fn default() -> Self {
        Self { list: Paged::default(), detail: None, seek: None, height: 10, note: None }
    }
}

impl<T: Noun> Nouns<T> {
    pub(crate) fn context(&self) -> Context {
        self.detail.as_ref().map_or(T::LIST, Detail::context)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let current = self.detail.as_ref().map(Detail::shown).or_else(|| self.list.selected());
        if let Some(steps) = T::act(&self.list, current, action, cx) {
            return steps;
        }
        if let Some(detail) = &mut self.detail {
            if action == Action::Back && !detail.back() {
                self.detail = None;
                return vec![];
            }
            return detail.act(action, cx);
        }
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            return ask.map(|ask| Step::Run(T::read_page(ask))).into_iter().collect();
        }
        match action {
            Action::Open => self.open(cx.requests),
            Action::Refresh => {
                self.outdated();
                self.fill(cx.requests).into_iter().map(Step::Run).collect()
            }
            _ => vec![],
        }
    }

    /// Whether the list asked for a page under this number.
    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.list.waits_for(request)
    }

    pub(crate) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<T, T::Key>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let seek = if self.waits_for(request) { self.seek.take() } else { None };
        let ask = self.list.follow(request, answer, requests)?;
        if let Some(key) = seek {
            self.list.select_key(&key);
        }
        Ok(ask.map(T::read_page))
    }

    /// Takes in what is shown in detail. When it is gone, the list is shown again.
    pub(crate) fn one_loaded(
        &mut self,
        request: u64,
        answer: Found<T, T::More>,
        requests: &mut Requests,
    ) -> Answer<One> {
        let Some(detail) = self.detail.as_mut().filter(|detail| detail.waits_for(request)) else {
            return Ok(One::Here(None));
        };
        if detail.loaded(answer)? {
            return Ok(One::Here(detail.catch_up(requests).map(Box::new)));
        }
        self.detail = None;
        Ok(One::Gone)
    }

    /// Back to the list, which is read anew with this row selected.
    pub(crate) fn show(&mut self, key: T::Key, requests: &mut Requests) -> Effect {
        self.detail = None;
        self.seek = Some(key);
        T::read_page(self.list.restart(requests))
    }

    /// Shows this row in detail, whether it is in the list or not.
    pub(crate) fn show_detail(&mut self, row: T, requests: &mut Requests) -> Effect {
        let (mut detail, effect) = Detail::open(row, requests);
        detail.set_height(self.height);
        self.detail = Some(detail);
        effect
    }

    /// The events of what is shown in detail, where they are shown.
    pub(crate) fn events_mut(&mut self) -> Option<&mut Events> {
        self.detail.as_mut()?.events_mut()
    }

    /// What was shown in detail is not there any more.
    pub(crate) fn close_detail(&mut self) {
        self.detail = None;
    }

    /// How many lines the tab has on the screen.
    pub(crate) fn set_height(&mut self, height: usize) {
        self.height = height;
        self.list.set_height(height.saturating_sub(2 + usize::from(self.note.is_some())));
        if let Some(detail) = &mut self.detail {
            detail.set_height(height);
        }
    }

    /// What stands below the list from now on.
    pub(crate) fn set_note(&mut self, note: Option<String>) {
        self.note = note;
        self.set_height(self.height);
    }

    /// Something was written since the list was read.
    pub(crate) const fn outdated(&mut self) {
        self.list.outdated();
        if let Some(detail) = &mut self.detail {
            detail.outdated();
        }
    }

    /// What is lacking: everything when it is first looked at, what changed, the page that a higher screen needs.
    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Vec<Effect> {
        if self.list.never_read() {
            return vec![T::read_page(self.list.restart(requests))];
        }
        let list = self.list.want(requests).map(T::read_page);
        let detail = self.detail.as_mut().map(|detail| detail.fill(requests));
        list.into_iter().chain(detail.into_iter().flatten()).collect()
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        if let Some(detail) = &mut self.detail {
            return detail.draw(frame, area, look);
        }
        let mut rest = head(frame, area, look, T::TITLE, &self.list.position());
        if let Some(note) = &self.note {
            let [list, line] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(rest);
            frame.render_widget(Span::styled(fit(note, line.width.into()), look.style(Meaning::Warning)), line);
            rest = list;
        }
        let rows = self.list.visible().map(|(selected, row)| (selected, row.cells(look)));
        table::draw(frame, rest, look, &T::columns(look), rows);
        if self.list.is_empty() {
            nothing(frame, rest, look, T::EMPTY);
        }
    }

    fn open(&mut self, requests: &mut Requests) -> Vec<Step> {
        let row = self.list.selected().cloned();
        row.map(|row| Step::Run(self.show_detail(row, requests))).into_iter().collect()
    }
}

//! One of a noun in detail: its fields, or its events in the audit log.

use super::events::Events;
use super::head;
use super::nouns::Noun;
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::{Answer, Found};
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::widget::scroll::{Scroll, pairs};
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(super) struct Detail<T: Noun> {
    shown: T,
    request: u64,
    /// It is being read.
    reading: bool,
    /// None until it was read.
    more: Option<T::More>,
    scroll: Scroll,
    events: Option<Events>,
    height: usize,
    /// Something was written since it was read.
    stale: bool,
}

impl<T: Noun> Detail<T> {
    /// Shows what is known already, and reads the rest.
    pub(super) fn open(shown: T, requests: &mut Requests) -> (Self, Effect) {
        let request = requests.next();
        let effect = shown.read(request);
        let scroll = Scroll::default();
        (Self { shown, request, reading: true, more: None, scroll, events: None, height: 10, stale: false }, effect)
    }

    pub(super) const fn shown(&self) -> &T {
        &self.shown
    }

    pub(super) const fn context(&self) -> Context {
        if self.events.is_some() { Context::NounEvents } else { T::DETAIL }
    }

    /// From the events to the fields; false when it shows the fields already.
    pub(super) fn back(&mut self) -> bool {
        self.events.take().is_some()
    }

    pub(super) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (action, &mut self.events) {
            (Action::ShowEvents, Some(_)) => {
                self.events = None;
                vec![]
            }
            (Action::ShowEvents, None) => {
                let (mut events, effect) = Events::open(self.shown.target(), cx.requests);
                events.set_height(self.height);
                self.events = Some(events);
                vec![Step::Run(effect)]
            }
            (_, Some(events)) => events.act(action, cx),
            (Action::Refresh, None) => {
                self.stale = true;
                self.catch_up(cx.requests).map(Step::Run).into_iter().collect()
            }
            (_, None) => {
                self.scroll.act(action);
                vec![]
            }
        }
    }

    pub(super) const fn waits_for(&self, request: u64) -> bool {
        self.reading && self.request == request
    }

    /// False when it is not there any more.
    pub(super) fn loaded(&mut self, answer: Found<T, T::More>) -> Answer<bool> {
        self.reading = false;
        let Some(read) = answer? else { return Ok(false) };
        let (shown, more) = *read;
        self.shown = shown;
        self.more = Some(more);
        Ok(true)
    }

    /// The events, where they are shown.
    pub(super) const fn events_mut(&mut self) -> Option<&mut Events> {
        self.events.as_mut()
    }

    pub(super) const fn outdated(&mut self) {
        self.stale = true;
        if let Some(events) = &mut self.events {
            events.outdated();
        }
    }

    /// What changed since it was read.
    pub(super) fn fill(&mut self, requests: &mut Requests) -> Vec<Effect> {
        let fields = self.catch_up(requests);
        let events = self.events.as_mut().and_then(|events| events.fill(requests));
        fields.into_iter().chain(events).collect()
    }

    pub(super) fn set_height(&mut self, height: usize) {
        self.height = height;
        if let Some(events) = &mut self.events {
            events.set_height(height);
        }
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = self.shown.title();
        if let Some(events) = &self.events {
            return events.draw(frame, area, look, &format!("{title}: audit"));
        }
        let rest = head(frame, area, look, &title, "");
        let rest = Rect { width: rest.width.saturating_sub(1), ..rest };
        let lines = pairs(&self.shown.fields(self.more.as_ref(), look), rest.width.into(), look);
        self.scroll.draw(frame, rest, lines);
    }

    /// Reads it again when something was written since. One question at a time: a slow answer is not passed over.
    pub(super) fn catch_up(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.reading || !std::mem::take(&mut self.stale) {
            return None;
        }
        self.reading = true;
        self.request = requests.next();
        Some(self.shown.read(self.request))
    }
}

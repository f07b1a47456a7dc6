//! One license on six pages: what it is, what its status list says, what it is bound to, its token, its reissues, its
//! events in the audit log.

mod bindings;
mod chain;
mod overview;
mod status;
mod token;

use super::events::Events;
use super::head;
use crate::effect::{Effect, LicenseDetails};
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::{Scroll, pairs};
use chain::Chain;
use licentia_core::{Bound, Decoded, License, Revocation, Standing};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    Overview,
    Status,
    Bindings,
    Token,
    Chain,
    Audit,
}

impl Shown {
    const ALL: [Self; 6] = [Self::Overview, Self::Status, Self::Bindings, Self::Token, Self::Chain, Self::Audit];

    const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Status => "Status",
            Self::Bindings => "Bindings",
            Self::Token => "Token",
            Self::Chain => "Chain",
            Self::Audit => "Audit",
        }
    }

    /// So many pages further, round the end.
    fn further(self, steps: usize) -> Self {
        Self::ALL.into_iter().cycle().skip_while(|page| *page != self).nth(steps).unwrap_or_default()
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Detail {
    license: License,
    request: u64,
    /// It is being read.
    reading: bool,
    /// What the list does not know; none until it was read.
    more: Option<More>,
    page: Shown,
    scroll: Scroll,
    chain: Chain,
    /// On the page of that name only.
    events: Option<Events>,
    height: usize,
    /// Something was written since it was read.
    stale: bool,
}

#[derive(Debug)]
struct More {
    issuer: String,
    revocation: Option<Revocation>,
    history: Vec<License>,
    decoded: Option<Decoded>,
    standing: Option<Standing>,
    bound: Bound,
}

impl Detail {
    /// Shows what is known already, and reads the rest.
    pub(crate) fn open(license: License, height: usize, requests: &mut Requests) -> (Self, Effect) {
        let detail = Self {
            license,
            request: requests.next(),
            reading: true,
            more: None,
            page: Shown::Overview,
            scroll: Scroll::default(),
            chain: Chain::default(),
            events: None,
            height,
            stale: false,
        };
        let effect = detail.read();
        (detail, effect)
    }

    /// The same page of a license that was changed, or of the one that took its place.
    pub(crate) fn follow(&mut self, license: &License, requests: &mut Requests) -> Vec<Effect> {
        let (mut detail, effect) = Self::open(license.clone(), self.height, requests);
        let events = detail.turn(self.page, requests);
        if detail.license.id == self.license.id {
            detail.scroll = std::mem::take(&mut self.scroll);
        }
        *self = detail;
        std::iter::once(effect).chain(events).collect()
    }

    pub(crate) const fn license(&self) -> &License {
        &self.license
    }

    pub(crate) const fn context(&self) -> Context {
        match self.page {
            Shown::Overview | Shown::Status | Shown::Bindings | Shown::Token => Context::License,
            Shown::Chain => Context::LicenseChain,
            Shown::Audit => Context::LicenseEvents,
        }
    }

    /// The license that is selected among the reissues, where they are shown.
    pub(crate) fn chosen(&self) -> Option<&License> {
        let history = self.more.as_ref().map(|more| more.history.as_slice())?;
        self.chain.selected(history).filter(|_| self.page == Shown::Chain)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let page = match action {
            Action::NextPage => self.page.further(1),
            Action::PreviousPage => self.page.further(Shown::ALL.len() - 1),
            Action::ShowEvents if self.page == Shown::Audit => Shown::Overview,
            Action::ShowEvents => Shown::Audit,
            _ => return self.act_on_page(action, cx),
        };
        self.turn(page, cx.requests).map(Step::Run).into_iter().collect()
    }

    fn act_on_page(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (&mut self.events, self.page) {
            (Some(events), _) => return events.act(action, cx),
            (None, _) if action == Action::Refresh => {
                self.stale = true;
                return self.catch_up(cx.requests).map(Step::Run).into_iter().collect();
            }
            (None, Shown::Chain) => {
                let rows = self.more.as_ref().map_or(0, |more| more.history.len());
                self.chain.act(action, rows);
            }
            (None, _) => self.scroll.act(action),
        }
        vec![]
    }

    fn turn(&mut self, page: Shown, requests: &mut Requests) -> Option<Effect> {
        self.page = page;
        self.scroll = Scroll::default();
        self.events = None;
        if page != Shown::Audit {
            return None;
        }
        let (mut events, effect) = Events::open(self.license.id.to_string(), requests);
        events.set_height(self.height.saturating_sub(1));
        self.events = Some(events);
        Some(effect)
    }

    /// Reads it again when something was written since. One question at a time: a slow answer is not passed over.
    fn catch_up(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.reading || !std::mem::take(&mut self.stale) {
            return None;
        }
        self.reading = true;
        self.request = requests.next();
        Some(self.read())
    }

    const fn read(&self) -> Effect {
        Effect::LoadLicense { request: self.request, id: self.license.id }
    }

    pub(crate) const fn outdated(&mut self) {
        self.stale = true;
        if let Some(events) = &mut self.events {
            events.outdated();
        }
    }

    /// What changed since it was read.
    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Vec<Effect> {
        let fields = self.catch_up(requests);
        let events = self.events.as_mut().and_then(|events| events.fill(requests));
        fields.into_iter().chain(events).collect()
    }

    /// Whether this is what it waits for.
    pub(crate) const fn asked(&self, request: u64) -> bool {
        self.reading && request == self.request
    }

    pub(crate) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Box<LicenseDetails>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        if !self.asked(request) {
            return Ok(None);
        }
        self.reading = false;
        let LicenseDetails { license, issuer, revocation, history, decoded, standing, bound } = *answer?;
        self.license = license;
        if self.more.is_none() {
            self.chain.begin_at(self.license.id, &history);
        }
        self.more = Some(More { issuer, revocation, history, decoded, standing, bound });
        Ok(self.catch_up(requests))
    }

    /// The events, on the page of that name.
    pub(crate) const fn events_mut(&mut self) -> Option<&mut Events> {
        self.events.as_mut()
    }

    pub(crate) fn set_height(&mut self, height: usize) {
        self.height = height;
        if let Some(events) = &mut self.events {
            events.set_height(height.saturating_sub(1));
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = format!("License {} for {}", self.license.id.short(), clean(&self.license.subject));
        let position = self.events.as_ref().map(Events::position).unwrap_or_default();
        let rest = head(frame, area, look, &title, &position);
        let [pages, rest] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(rest);
        frame.render_widget(self.pages(look), pages);
        let history = self.more.as_ref().map(|more| more.history.as_slice());
        let fields = match (&self.events, self.page) {
            (Some(events), _) => return events.draw_table(frame, rest, look, "There is no event."),
            (None, Shown::Chain) => return self.chain.draw(frame, rest, look, self.license.id, history),
            (None, Shown::Status) => self.status(look),
            (None, Shown::Bindings) => self.bindings(look),
            (None, Shown::Token) => self.token(look),
            (None, _) => self.fields(look),
        };
        let rest = Rect { width: rest.width.saturating_sub(1), ..rest };
        self.scroll.draw(frame, rest, pairs(&fields, rest.width.into(), look));
    }

    /// The names of the pages, the one that is shown in brackets.
    fn pages(&self, look: Look) -> Line<'static> {
        let reissues = self.more.as_ref().map(|more| more.history.len()).filter(|count| *count > 1);
        let spans = Shown::ALL.into_iter().map(|page| {
            let name = match reissues.filter(|_| page == Shown::Chain) {
                Some(count) => format!("{} ({count})", page.name()),
                None => page.name().to_owned(),
            };
            if page == self.page {
                Span::styled(format!("[{name}] "), look.style(Meaning::Title))
            } else {
                Span::styled(format!(" {name}  "), look.style(Meaning::Muted))
            }
        });
        Line::from(spans.collect::<Vec<_>>())
    }
}

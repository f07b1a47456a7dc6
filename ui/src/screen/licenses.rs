//! Tab 2: the licenses, newest first, and one of them in detail.

mod rows;

use super::actions::act_on;
use super::events::Events;
use super::license::Detail;
use super::search::Search;
use super::{Move, head, navigate, nothing};
use crate::dialog::batch::BatchForm;
use crate::dialog::issue::Issue;
use crate::dialog::take_in::TakeIn;
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::Answer;
use crate::paging::{Ask, Paged, Requests};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::widget::table;
use crossterm::event::KeyEvent;
use licentia_core::{License, LicenseFilter, LicenseId, LicenseStatus, Page, Validity};
use ratatui::Frame;
use ratatui::layout::Rect;
use rows::{COLUMNS, cells};

pub(crate) use rows::{status_meaning, validity_meaning, validity_word};

/// The tab.
#[derive(Debug, Default)]
pub(crate) struct Licenses {
    list: Paged<License>,
    filter: LicenseFilter,
    detail: Option<Detail>,
    /// Where the filter is being typed.
    search: Option<Search>,
    /// The filter was typed on while a page was read: it is asked for when that page has come.
    overdue: bool,
    /// What a new license is for unless somebody says otherwise.
    audience: Vec<String>,
    height: usize,
}

impl Licenses {
    pub(crate) fn new(audience: Vec<String>) -> Self {
        Self { audience, ..Self::default() }
    }

    pub(crate) fn context(&self) -> Context {
        match (&self.detail, &self.search) {
            (Some(detail), _) => detail.context(),
            (None, Some(_)) => Context::Search,
            (None, None) => Context::Licenses,
        }
    }

    /// Reads the list from its beginning.
    pub(crate) fn load(&mut self, requests: &mut Requests) -> Effect {
        self.overdue = false;
        let ask = self.list.restart(requests);
        self.effect(&ask)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        if let Some(license) = self.current()
            && let Some(steps) = act_on(license, action, cx)
        {
            return steps;
        }
        if let Some(detail) = &mut self.detail {
            let chosen = detail.chosen().filter(|_| action == Action::Open).cloned();
            return match (action, chosen) {
                (Action::Back, _) => {
                    self.detail = None;
                    vec![]
                }
                (_, Some(license)) => vec![self.open(license, cx)],
                _ => detail.act(action, cx),
            };
        }
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            return ask.map(|ask| Step::Run(self.effect(&ask))).into_iter().collect();
        }
        match action {
            Action::Open => {
                let license = self.list.selected().cloned();
                license.map(|license| self.open(license, cx)).into_iter().collect()
            }
            Action::Issue => self.issue(cx),
            Action::Import => vec![Step::open(TakeIn::default())],
            Action::FilterSubject => {
                self.search = Some(Search::new(self.filter.subject.clone()));
                vec![]
            }
            Action::KeepFilter => {
                self.search = None;
                vec![]
            }
            Action::Cancel => {
                let before = self.search.take().and_then(Search::before);
                self.look_for(before, cx.requests)
            }
            Action::Batch => vec![Step::open(BatchForm::new())],
            Action::CycleStatus => {
                self.filter.status = after(LicenseStatus::ALL, self.filter.status);
                vec![Step::Run(self.load(cx.requests))]
            }
            Action::CycleValidity => {
                self.filter.validity = after(&VALIDITIES, self.filter.validity);
                vec![Step::Run(self.load(cx.requests))]
            }
            Action::ClearFilter => {
                self.filter = LicenseFilter::default();
                vec![Step::Run(self.load(cx.requests))]
            }
            Action::Refresh => vec![Step::Run(self.load(cx.requests))],
            _ => vec![],
        }
    }

    /// The wizard for a new license, from wherever it is asked for.
    pub(crate) fn issue(&self, cx: &mut Cx) -> Vec<Step> {
        Issue::new(&self.audience, cx.requests).open(cx.requests)
    }

    /// The same, bound to a machine.
    pub(crate) fn issue_for(&self, machine: &str, cx: &mut Cx) -> Vec<Step> {
        Issue::new(&self.audience, cx.requests).for_machine(machine).open(cx.requests)
    }

    /// A key that is not bound: where the filter is typed, it is text.
    pub(crate) fn key(&mut self, key: KeyEvent, requests: &mut Requests) -> Vec<Step> {
        self.search(requests, |search| search.key(key))
    }

    pub(crate) fn paste(&mut self, text: &str, requests: &mut Requests) -> Vec<Step> {
        self.search(requests, |search| search.paste(text))
    }

    fn search(&mut self, requests: &mut Requests, type_into: impl FnOnce(&mut Search)) -> Vec<Step> {
        let Some(search) = self.search.as_mut().filter(|_| self.detail.is_none()) else { return vec![] };
        type_into(search);
        let text = search.text();
        self.look_for(text, requests)
    }

    /// Asks for it, or remembers to: while a page is read, requests must not pile up.
    fn look_for(&mut self, subject: Option<String>, requests: &mut Requests) -> Vec<Step> {
        if self.filter.subject == subject {
            return vec![];
        }
        self.filter.subject = subject;
        self.overdue = self.list.is_reading();
        if self.overdue { vec![] } else { vec![Step::Run(self.load(requests))] }
    }

    pub(crate) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<License, LicenseId>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let awaited = self.list.waits_for(request);
        let followed = self.list.follow(request, answer, requests);
        if awaited && std::mem::take(&mut self.overdue) {
            return Ok(Some(self.load(requests)));
        }
        Ok(followed?.map(|ask| self.effect(&ask)))
    }

    /// The page that is waited for cannot be found any more: the list is read from its beginning.
    pub(crate) fn moved(&mut self, request: u64, requests: &mut Requests) -> Option<Effect> {
        self.list.waits_for(request).then(|| self.load(requests))
    }

    pub(crate) fn is_filtered(&self) -> bool {
        self.filter != LicenseFilter::default()
    }

    pub(crate) fn detail_mut(&mut self) -> Option<&mut Detail> {
        self.detail.as_mut()
    }

    /// The events of what is shown in detail, where they are shown.
    pub(crate) fn events_mut(&mut self) -> Option<&mut Events> {
        self.detail.as_mut()?.events_mut()
    }

    /// Shows a license as it is now, wherever it is on the screen.
    pub(crate) fn replace(&mut self, license: &License) {
        if let Some(row) = self.list.rows_mut().find(|row| row.id == license.id) {
            row.clone_from(license);
        }
    }

    /// Reads the detail of `shown` again, as what became of it: another license where it was superseded. Whoever went
    /// on to a third one meanwhile stays there.
    pub(crate) fn follow(&mut self, shown: LicenseId, license: &License, requests: &mut Requests) -> Vec<Effect> {
        let detail = self.detail.as_mut().filter(|detail| detail.license().id == shown);
        detail.map(|detail| detail.follow(license, requests)).unwrap_or_default()
    }

    /// Opens the detail of a license.
    pub(crate) fn show(&mut self, license: License, requests: &mut Requests) -> Effect {
        let (detail, effect) = Detail::open(license, self.height, requests);
        self.detail = Some(detail);
        effect
    }

    /// Closes the detail of a license that is gone; false when it shows another one.
    pub(crate) fn close(&mut self, is_it: impl FnOnce(&Detail) -> bool) -> bool {
        self.detail.take_if(|detail| is_it(detail)).is_some()
    }

    /// How many lines the tab has on the screen.
    pub(crate) fn set_height(&mut self, height: usize) {
        self.height = height;
        self.list.set_height(height.saturating_sub(2));
        if let Some(detail) = &mut self.detail {
            detail.set_height(height);
        }
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
            return vec![self.load(requests)];
        }
        let list = self.list.want(requests).map(|ask| self.effect(&ask));
        let detail = self.detail.as_mut().map(|detail| detail.fill(requests));
        list.into_iter().chain(detail.into_iter().flatten()).collect()
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        if let Some(detail) = &mut self.detail {
            return detail.draw(frame, area, look);
        }
        let position = self.list.position();
        let rest = match &self.search {
            Some(search) => search.draw(frame, area, look, &self.about(), &position),
            None => head(frame, area, look, &self.title(), &position),
        };
        let rows = self.list.visible().map(|(selected, license)| (selected, cells(license, look)));
        table::draw(frame, rest, look, COLUMNS, rows);
        if self.list.is_empty() {
            nothing(frame, rest, look, self.empty_text());
        }
    }

    fn current(&self) -> Option<&License> {
        self.detail.as_ref().map(Detail::license).or_else(|| self.list.selected())
    }

    fn open(&mut self, license: License, cx: &mut Cx) -> Step {
        Step::Run(self.show(license, cx.requests))
    }

    fn effect(&self, ask: &Ask<LicenseId>) -> Effect {
        let Ask { request, after, limit } = *ask;
        Effect::LoadLicenses { request, filter: self.filter.clone(), after, limit }
    }

    fn title(&self) -> String {
        match &self.filter.subject {
            Some(subject) => format!("{}, subject contains \"{}\"", self.about(), clean(subject)),
            None => self.about(),
        }
    }

    /// What is shown, but for the subject.
    fn about(&self) -> String {
        let words = [self.filter.status.map(LicenseStatus::as_str), self.filter.validity.map(validity_word)];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        format!("Licenses: {}", if words.is_empty() { "all".to_owned() } else { words.join(", ") })
    }

    fn empty_text(&self) -> &'static str {
        if self.is_filtered() {
            "No license matches. Press F to see all of them."
        } else {
            "There is no license yet. Press n to issue the first one."
        }
    }
}

/// What holds comes first, then what needs care.
const VALIDITIES: [Validity; 4] = [Validity::Valid, Validity::Expiring, Validity::Expired, Validity::NotYetValid];

/// The next one in a round of all, of which none is the beginning.
fn after<T: Copy + PartialEq>(all: &[T], now: Option<T>) -> Option<T> {
    let Some(now) = now else { return all.first().copied() };
    all.iter().skip_while(|other| **other != now).nth(1).copied()
}

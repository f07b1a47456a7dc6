//! The wizard for a new license, and for an old one that is issued anew with changes: who, when, what, review.

mod identity;
mod machines;
mod read;
mod request;
mod steps;
mod twins;

use super::confirm::Confirm;
use super::discard::Discard;
use super::error::Explained;
use super::pick_probe::PickProbe;
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::Form;
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use identity::Names;
use licentia_core::{Explanation, Issuer, IssuerId, IssuerStatus, License, Timestamp};
use machines::Machines;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use request::Totp;
use steps::{Part, TEXTS, TRAIL, forms};
use twins::Twins;

/// See the module.
#[derive(Debug)]
pub(crate) struct Issue {
    /// One form for each step before the review.
    forms: [Form<Part>; 3],
    at: usize,
    /// The license that is issued anew.
    base: Option<License>,
    /// How the fields looked at first: what a reissue leaves alone is inherited as it is.
    first: Vec<(Part, String)>,
    /// What the choices of the issuer field stand for, after the first one.
    issuers: Vec<Issuer>,
    /// The issuer of the first choice.
    default_issuer: Option<Issuer>,
    /// Of the issuers, which come later.
    request: u64,
    issuers_known: bool,
    names: Names,
    machines: Machines,
    twins: Twins,
    waiting: bool,
}

impl Issue {
    /// Empty but for the audience.
    pub(crate) fn new(audience: &[String], requests: &mut Requests) -> Self {
        let first = TEXTS.iter().map(|part| (*part, String::new()));
        let mut first: Vec<(Part, String)> = first.collect();
        for (_, text) in first.iter_mut().filter(|(part, _)| *part == Part::Audience) {
            *text = read::written_list(audience);
        }
        Self::with(None, first, requests)
    }

    /// With everything that the license has.
    pub(crate) fn again(license: &License, requests: &mut Requests) -> Self {
        let first = TEXTS.iter().map(|part| (*part, read::written(license, *part))).collect();
        Self::with(Some(license.clone()), first, requests)
    }

    fn with(base: Option<License>, first: Vec<(Part, String)>, requests: &mut Requests) -> Self {
        let issuer = if base.is_some() { "as before" } else { "the active issuer" };
        Self {
            forms: forms(issuer, request::totp_options(base.as_ref()), &first, base.is_some()),
            at: 0,
            twins: Twins::but(base.as_ref().map(|license| license.id)),
            base,
            first,
            issuers: vec![],
            default_issuer: None,
            request: requests.next(),
            issuers_known: false,
            names: Names::default(),
            machines: Machines::default(),
            waiting: false,
        }
    }

    /// Opens it, and asks for what it offers.
    pub(crate) fn open(mut self, requests: &mut Requests) -> Vec<Step> {
        let request = self.request;
        let identity = self.text(Part::Identity).to_owned();
        let identity = self.names.look_for(identity, requests);
        let effects = std::iter::once(Effect::LoadIssuers { request }).chain(identity);
        std::iter::once(Step::open(self)).chain(effects.map(Step::Run)).collect()
    }

    /// Offers the issuers that may sign.
    pub(crate) fn issuers_loaded(&mut self, request: u64, answer: Answer<Vec<Issuer>>) -> Answer<()> {
        if request != self.request {
            return Ok(());
        }
        let mut signing: Vec<Issuer> =
            answer?.into_iter().filter(|issuer| issuer.can_sign && issuer.status != IssuerStatus::Retired).collect();
        // The one of before, while it signs; else the active one.
        let before = self.base.as_ref().map(|license| license.issuer_id);
        let default = signing
            .iter()
            .position(|issuer| Some(issuer.id) == before)
            .or_else(|| signing.iter().position(|issuer| issuer.status == IssuerStatus::Active));
        self.issuers_known = true;
        self.default_issuer = default.map(|at| signing.remove(at));
        self.issuers = signing;
        let first = match &self.default_issuer {
            Some(issuer) if Some(issuer.id) == before => format!("{} (as before)", clean(&issuer.name)),
            Some(issuer) => format!("{} (active)", clean(&issuer.name)),
            None => "no issuer is active".to_owned(),
        };
        let names = self.issuers.iter().map(|issuer| clean(&issuer.name));
        let options: Vec<String> = std::iter::once(first).chain(names).collect();
        for form in &mut self.forms {
            form.set_options(Part::Issuer, options.clone());
        }
        Ok(())
    }

    pub(crate) fn twins_loaded(
        &mut self,
        request: u64,
        answer: Answer<Vec<License>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        self.twins.loaded(request, answer, requests)
    }

    /// That the subject has an active license already.
    pub(crate) fn twin_warning(&self, look: Look) -> Option<String> {
        self.twins.warning(look)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let problems = self.problems(cx.look.now);
        match action {
            _ if self.waiting => {}
            Action::PickProbe if self.form_mut().has(Part::Machines) => return PickProbe::open(cx.requests),
            Action::NextField | Action::PreviousField => {
                // What is left here is read meanwhile.
                let reads = self.form_mut().is_at(Part::Machines).then(|| self.read_machines(cx.requests)).flatten();
                let problems = if reads.is_some() { without(Part::Machines, problems) } else { problems };
                self.form_mut().leave(&problems, action == Action::NextField);
                return reads.map(Step::Run).into_iter().collect();
            }
            Action::Submit => {
                let reads = self.read_machines(cx.requests);
                return if self.goes_on_later() {
                    reads.map(Step::Run).into_iter().collect()
                } else {
                    self.forwards(cx.look)
                };
            }
            Action::Back if self.at > 0 => self.at -= 1,
            Action::Back if self.is_touched() => return vec![Step::open(Discard)],
            Action::Back => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    /// Whoever has an active license already is looked for while the subject is typed, and so is the identity.
    pub(crate) fn typed(&mut self, cx: &mut Cx) -> Vec<Step> {
        self.stays();
        let (subject, identity) = (self.text(Part::Subject).to_owned(), self.text(Part::Identity).to_owned());
        let twins = self.twins.look_for(subject, cx.requests);
        let identity = self.names.look_for(identity, cx.requests);
        twins.into_iter().chain(identity).map(Step::Run).collect()
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// Whether what follows is the review.
    pub(crate) const fn is_at_the_end(&self) -> bool {
        self.at + 1 == self.forms.len()
    }

    /// The form of the step where one is.
    pub(crate) fn form_mut(&mut self) -> &mut Form<Part> {
        let [who, when, what] = &mut self.forms;
        match self.at {
            0 => who,
            1 => when,
            _ => what,
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = match &self.base {
            None => "Issue a license".to_owned(),
            Some(license) => format!("Reissue {} for {}", license.id.short(), clean(&license.subject)),
        };
        let columns = popup::columns(area, popup::WIDE);
        // As high as the highest step, so that it does not jump.
        let height = self.forms.iter().map(|form| form.height(columns)).max().unwrap_or(0);
        let warning = self.twin_warning(look).filter(|_| self.at == 0).unwrap_or_default();
        let warning = if warning.is_empty() { vec![] } else { paragraph(&warning, columns, Meaning::Warning, look) };
        // It has a line of its own, empty or not: the fields stay where they are while the subject is typed.
        let said = warning.len().max(1);
        let inner = popup::open(frame, area, popup::WIDE, 1 + said + height, &title, look);
        let lines = |lines: usize| Constraint::Max(u16::try_from(lines).unwrap_or(u16::MAX));
        let [top, below, middle] = Layout::vertical([lines(1), lines(said), Constraint::Fill(1)]).areas(inner);
        let trail = TRAIL.get(self.at).copied().unwrap_or_default();
        frame.render_widget(Line::styled(trail, look.style(Meaning::Muted)), top);
        for (row, line) in below.rows().zip(warning) {
            frame.render_widget(line, row);
        }
        self.form_mut().draw(frame, middle, look);
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self, now: Timestamp) -> Result<Effect, String> {
        if let Some((part, why)) = self.problems(now).first() {
            let name = self.forms.iter().find(|form| form.has(*part)).map_or("", |form| form.name(*part));
            return Err(in_the_way(name, why));
        }
        self.effect(now).ok_or_else(|| in_the_way("form", "it cannot be read"))
    }

    fn effect(&self, now: Timestamp) -> Option<Effect> {
        Some(match &self.base {
            None => Effect::Issue(self.new_license(now)?),
            Some(license) => Effect::Reissue { id: license.id, request: self.changes(now)? },
        })
    }

    /// To the next step, or to the review; not past a field that cannot be read.
    fn forwards(&mut self, look: Look) -> Vec<Step> {
        let problems = self.problems(look.now);
        let reached = self.at;
        for (at, form) in self.forms.iter_mut().enumerate().take(reached + 1) {
            let own: Vec<_> = problems.iter().filter(|(part, _)| form.has(*part)).cloned().collect();
            if !form.show(&own) {
                self.at = at;
                return vec![];
            }
        }
        if self.at + 1 < self.forms.len() {
            self.at += 1;
            return vec![];
        }
        self.review(look).into_iter().collect()
    }

    /// What is about to be signed, for reading once more; or the rule that it breaks.
    fn review(&self, look: Look) -> Option<Step> {
        if let Err(error) = self.new_license(look.now)?.check(look.now) {
            return Some(Step::open(Explained::from(Explanation::from(&error))));
        }
        let title = match &self.base {
            None => "Sign this license?",
            Some(_) => "Sign this license, and supersede the old one?",
        };
        let (facts, effect) = (self.facts(look)?, self.effect(look.now)?);
        let mut confirm = Confirm::new(title, facts, None, effect).after(TRAIL.last().copied().unwrap_or_default());
        if let Some(warning) = self.twin_warning(look) {
            confirm.warn(&warning);
        }
        let overlaps = !self.text(Part::Overlap).is_empty();
        if overlaps && self.base.as_ref().is_some_and(|base| base.status_list.is_none()) {
            confirm.warn("The old one has no status list, so an overlap changes nothing.");
        }
        if self.issuer().or(self.default_issuer.as_ref()).is_some_and(|issuer| issuer.status_url.is_none()) {
            confirm.warn("Its issuer has no address for revocations, so this license cannot be revoked in the field.");
        }
        Some(Step::open(confirm))
    }

    fn text(&self, part: Part) -> &str {
        self.forms.iter().find(|form| form.has(part)).map_or("", |form| form.text(part))
    }

    fn is_touched(&self) -> bool {
        self.issuer().is_some()
            || self.totp() != Totp::AsItIs
            || self.first.iter().any(|(part, text)| text.trim() != self.text(*part))
    }

    /// The issuer that was chosen in place of the first choice.
    fn issuer(&self) -> Option<&Issuer> {
        let chosen = self.forms.iter().find(|form| form.has(Part::Issuer)).map_or(0, |form| form.chosen(Part::Issuer));
        self.issuers.get(chosen.checked_sub(1)?)
    }

    /// The issuer that the review names: another one may be active by the time of the signing. A reissue stays with the
    /// one of before, unless told.
    fn issuer_id(&self) -> Option<IssuerId> {
        let default = self.default_issuer.as_ref().filter(|_| self.base.is_none());
        self.issuer().or(default).map(|issuer| issuer.id)
    }
}

/// What is being looked up is not wrong yet.
fn without(part: Part, mut problems: Vec<(Part, String)>) -> Vec<(Part, String)> {
    problems.retain(|(id, _)| *id != part);
    problems
}

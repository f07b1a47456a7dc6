//! Tab 2: the licenses, newest first, and one of them in detail.

use super::license::Detail;
use super::{Move, head, navigate, nothing};
use crate::dialog::batch::BatchForm;
use crate::dialog::confirm::Confirm;
use crate::dialog::issue::Issue;
use crate::dialog::revoke::Revoke;
use crate::dialog::subject::Subject;
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::Answer;
use crate::paging::{Ask, Paged, Requests};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::table::{self, Cell, Column};
use licentia_core::{License, LicenseFilter, LicenseId, LicenseStatus, Page, Validity};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};

/// The tab.
#[derive(Debug, Default)]
pub(crate) struct Licenses {
    list: Paged<License>,
    filter: LicenseFilter,
    detail: Option<Detail>,
}

impl Licenses {
    pub(crate) fn context(&self) -> Context {
        self.detail.as_ref().map_or(Context::Licenses, Detail::context)
    }

    /// Reads the list from its beginning.
    pub(crate) fn load(&mut self, requests: &mut Requests) -> Effect {
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
            if action == Action::Back && !detail.back() {
                self.detail = None;
                return vec![];
            }
            return detail.act(action, cx);
        }
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            return ask.map(|ask| Step::Run(self.effect(&ask))).into_iter().collect();
        }
        match action {
            Action::Open => self.open(cx),
            Action::Issue => {
                let request = cx.requests.next();
                vec![Step::open(Issue::new(request)), Step::Run(Effect::LoadIssuers { request })]
            }
            Action::Batch => vec![Step::open(BatchForm::new())],
            Action::FilterSubject => vec![Step::open(Subject::new(self.filter.subject.as_deref()))],
            Action::CycleStatus => {
                self.filter.status = next_status(self.filter.status);
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

    pub(crate) fn filter_subject(&mut self, subject: Option<String>, requests: &mut Requests) -> Effect {
        self.filter.subject = subject;
        self.load(requests)
    }

    pub(crate) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<License, LicenseId>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let ask = self.list.follow(request, answer, requests)?;
        Ok(ask.map(|ask| self.effect(&ask)))
    }

    pub(crate) fn is_filtered(&self) -> bool {
        self.filter != LicenseFilter::default()
    }

    pub(crate) fn detail_mut(&mut self) -> Option<&mut Detail> {
        self.detail.as_mut()
    }

    /// Shows a license as it is now, wherever it is on the screen.
    pub(crate) fn replace(&mut self, license: &License) {
        if let Some(row) = self.list.rows_mut().find(|row| row.id == license.id) {
            row.clone_from(license);
        }
    }

    /// Reads the detail again, of another license where the one that is shown was superseded.
    pub(crate) fn follow(&mut self, license: &License, requests: &mut Requests) -> Option<Effect> {
        self.detail.as_mut()?;
        let (detail, effect) = Detail::open(license.clone(), requests);
        self.detail = Some(detail);
        Some(effect)
    }

    /// Shows this license in detail.
    pub(crate) fn show(&mut self, license: License, requests: &mut Requests) -> Effect {
        let (detail, effect) = Detail::open(license, requests);
        self.detail = Some(detail);
        effect
    }

    /// How many lines the tab has on the screen.
    pub(crate) fn set_height(&mut self, height: usize) {
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
        let rest = head(frame, area, look, &self.title(), &self.list.position());
        let rows = self.list.visible().map(|(selected, license)| (selected, cells(license, look)));
        table::draw(frame, rest, look, COLUMNS, rows);
        if self.list.is_empty() {
            nothing(frame, rest, look, self.empty_text());
        }
    }

    fn current(&self) -> Option<&License> {
        self.detail.as_ref().map(Detail::license).or_else(|| self.list.selected())
    }

    fn open(&mut self, cx: &mut Cx) -> Vec<Step> {
        let Some(license) = self.list.selected() else { return vec![] };
        let (detail, effect) = Detail::open(license.clone(), cx.requests);
        self.detail = Some(detail);
        vec![Step::Run(effect)]
    }

    fn effect(&self, ask: &Ask<LicenseId>) -> Effect {
        let Ask { request, after, limit } = *ask;
        Effect::LoadLicenses { request, filter: self.filter.clone(), after, limit }
    }

    fn title(&self) -> String {
        let status = self.filter.status.map_or("all", LicenseStatus::as_str);
        match &self.filter.subject {
            Some(subject) => format!("Licenses: {status}, subject contains \"{}\"", clean(subject)),
            None => format!("Licenses: {status}"),
        }
    }

    fn empty_text(&self) -> &'static str {
        if self.is_filtered() {
            "No license is like that. Press F to see all of them."
        } else {
            "There is no license yet. Press n to issue the first one."
        }
    }
}

/// What can be done to a license, in the list and in its detail alike.
fn act_on(license: &License, action: Action, cx: &mut Cx) -> Option<Vec<Step>> {
    let revoked = license.status == LicenseStatus::Revoked;
    Some(match action {
        Action::Reissue if license.status == LicenseStatus::Active => {
            let request = cx.requests.next();
            vec![Step::open(Issue::again(license, request)), Step::Run(Effect::LoadIssuers { request })]
        }
        Action::Reissue => vec![Step::Notice("Only an active license can be issued anew.")],
        Action::Revoke if revoked => vec![Step::Notice("It is revoked already; u takes that back.")],
        Action::Revoke => vec![Step::open(Revoke::new(license))],
        Action::Unrevoke if revoked => vec![Step::open(Confirm::unrevoke(license))],
        Action::Unrevoke => vec![Step::Notice("It is not revoked.")],
        _ => return None,
    })
}

fn next_status(status: Option<LicenseStatus>) -> Option<LicenseStatus> {
    let Some(status) = status else { return LicenseStatus::ALL.first().copied() };
    LicenseStatus::ALL.iter().skip_while(|other| **other != status).nth(1).copied()
}

const COLUMNS: &[Column] = &[
    Column("id", Constraint::Length(8)),
    Column("subject", Constraint::Fill(2)),
    Column("status", Constraint::Length(10)),
    Column("validity", Constraint::Length(13)),
    Column("expires", Constraint::Length(10)),
    Column("audience", Constraint::Fill(1)),
];

fn cells(license: &License, look: Look) -> Vec<Cell> {
    let validity = Validity::of(license.not_before, license.not_after, look.now);
    vec![
        Cell::plain(license.id.short()),
        Cell::plain(&license.subject),
        Cell(license.status.to_string(), status_meaning(license.status)),
        Cell(validity_word(validity).to_owned(), validity_meaning(validity)),
        Cell::plain(license.not_after.map_or_else(|| "never".to_owned(), |at| look.date(at))),
        Cell::plain(license.audience.0.join(", ")),
    ]
}

pub(super) const fn status_meaning(status: LicenseStatus) -> Meaning {
    match status {
        LicenseStatus::Active => Meaning::Good,
        LicenseStatus::Suspended => Meaning::Warning,
        LicenseStatus::Superseded => Meaning::Muted,
        LicenseStatus::Revoked => Meaning::Danger,
    }
}

pub(super) const fn validity_word(validity: Validity) -> &'static str {
    match validity {
        Validity::NotYetValid => "not yet valid",
        other => other.as_str(),
    }
}

pub(super) const fn validity_meaning(validity: Validity) -> Meaning {
    match validity {
        Validity::Valid => Meaning::Good,
        Validity::NotYetValid => Meaning::Muted,
        Validity::Expiring => Meaning::Warning,
        Validity::Expired => Meaning::Danger,
    }
}

//! The form for a new license, and for an old one that is issued anew with changes.

mod read;
mod request;

use super::confirm::Confirm;
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use licentia_core::{Issuer, IssuerId, IssuerStatus, License, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Subject,
    Audience,
    Issuer,
    Term,
    NotBefore,
    Features,
    Limits,
    Payload,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Issue {
    pub(super) form: Form<Part>,
    /// The license that is issued anew, and how the form looked at first: what is left alone is inherited as it is.
    base: Option<(License, Vec<(Part, String)>)>,
    /// What the choices of the issuer field stand for, after the first one.
    issuers: Vec<Issuer>,
    /// The issuer of the first choice.
    default_issuer: Option<Issuer>,
    request: u64,
    waiting: bool,
}

impl Issue {
    /// An empty form. `request` is that of the issuers, which come later.
    pub(crate) fn new(request: u64) -> Self {
        let form = form("the active issuer", |_| String::new());
        Self { form, base: None, issuers: vec![], default_issuer: None, request, waiting: false }
    }

    /// A form with everything that the license has.
    pub(crate) fn again(license: &License, request: u64) -> Self {
        let first: Vec<(Part, String)> = TEXTS.iter().map(|part| (*part, read::written(license, *part))).collect();
        let form = form("as before", |part| {
            first.iter().find(|(id, _)| *id == part).map_or_else(String::new, |(_, text)| text.clone())
        });
        let base = Some((license.clone(), first));
        Self { form, base, issuers: vec![], default_issuer: None, request, waiting: false }
    }

    /// Offers the issuers that may sign.
    pub(crate) fn issuers_loaded(&mut self, request: u64, answer: Answer<Vec<Issuer>>) -> Answer<()> {
        if request != self.request {
            return Ok(());
        }
        let (default, others): (Vec<_>, Vec<_>) = answer?.into_iter().partition(|issuer| self.is_default(issuer));
        self.issuers =
            others.into_iter().filter(|issuer| issuer.can_sign && issuer.status != IssuerStatus::Retired).collect();
        self.default_issuer = default.into_iter().next();
        let first = match (&self.default_issuer, &self.base) {
            (Some(issuer), None) => format!("{} (active)", clean(&issuer.name)),
            (Some(issuer), Some(_)) => format!("{} (as before)", clean(&issuer.name)),
            (None, None) => "no issuer is active".to_owned(),
            (None, Some(_)) => "as before".to_owned(),
        };
        let names = self.issuers.iter().map(|issuer| clean(&issuer.name));
        self.form.set_options(Part::Issuer, std::iter::once(first).chain(names).collect());
        Ok(())
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&self.problems(cx.look.now), true),
            Action::PreviousField => self.form.leave(&self.problems(cx.look.now), false),
            Action::Submit => {
                if self.form.show(&self.problems(cx.look.now))
                    && let Some(confirm) = self.confirm(cx.look)
                {
                    return vec![Step::open(confirm)];
                }
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = match &self.base {
            None => "Issue a license".to_owned(),
            Some((license, _)) => format!("Issue {} anew", license.id.short()),
        };
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, &title, look);
        self.form.draw(frame, inner, look);
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self, now: Timestamp) -> Result<Effect, String> {
        if let Some((part, why)) = self.problems(now).first() {
            return Err(in_the_way(self.form.name(*part), why));
        }
        self.effect(now).ok_or_else(|| in_the_way("form", "it cannot be read"))
    }

    fn effect(&self, now: Timestamp) -> Option<Effect> {
        Some(match &self.base {
            None => Effect::Issue(self.new_license(now)?),
            Some((license, _)) => Effect::Reissue { id: license.id, request: self.changes(now)? },
        })
    }

    /// The review of what is about to be signed.
    fn confirm(&self, look: Look) -> Option<Confirm> {
        let facts = self.facts(look)?;
        let issuer = self.issuer().or(self.default_issuer.as_ref());
        let warning = issuer
            .filter(|issuer| issuer.status_url.is_none())
            .map(|_| "Its issuer has no address for revocations, so this license cannot be revoked in the field.");
        let title = match &self.base {
            None => "Sign this license?",
            Some(_) => "Sign this license, and supersede the old one?",
        };
        Some(Confirm::new(title, facts, warning, self.effect(look.now)?))
    }

    /// The issuer that was chosen in place of the first choice.
    fn issuer(&self) -> Option<&Issuer> {
        self.issuers.get(self.form.chosen(Part::Issuer).checked_sub(1)?)
    }

    fn issuer_id(&self) -> Option<IssuerId> {
        self.issuer().map(|issuer| issuer.id)
    }

    fn is_default(&self, issuer: &Issuer) -> bool {
        match &self.base {
            Some((license, _)) => issuer.id == license.issuer_id,
            None => issuer.status == IssuerStatus::Active,
        }
    }
}

const TEXTS: &[Part] =
    &[Part::Subject, Part::Audience, Part::Term, Part::NotBefore, Part::Features, Part::Limits, Part::Payload];

fn form(issuer: &str, text: impl Fn(Part) -> String) -> Form<Part> {
    let field = |part, name, hint| Field::text(part, name, &text(part), hint);
    Form::new(vec![
        field(Part::Subject, "subject", "Whom the license is for."),
        field(Part::Audience, "audience", "The products that accept it, joined by commas."),
        Field::choice(Part::Issuer, "issuer", vec![issuer.to_owned()], "Whose key signs it; left and right choose."),
        field(Part::Term, "term", "A number of days (365), an end (2027-01-31), or perpetual."),
        field(Part::NotBefore, "not before", "When it begins (2026-06-01). Empty: at once."),
        field(Part::Features, "features", "What is switched on, joined by commas, or a JSON array."),
        field(Part::Limits, "limits", "How much of it: seats=10, edition=pro; or a JSON object."),
        field(Part::Payload, "payload", "Any JSON that the product wants to know."),
    ])
}

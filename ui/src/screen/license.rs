//! One license: its fields, or its events in the audit log.

use super::events::Events;
use super::head;
use super::licenses::{status_meaning, validity_meaning, validity_word};
use crate::effect::{Effect, LicenseDetails};
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::{Pair, Scroll, pairs};
use licentia_core::{AuditRecord, License, Limit, Page, Revocation, Validity};
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Detail {
    license: License,
    request: u64,
    /// What the list does not know; none until it was read.
    more: Option<More>,
    scroll: Scroll,
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
}

impl Detail {
    /// Shows what is known already, and reads the rest.
    pub(crate) fn open(license: License, requests: &mut Requests) -> (Self, Effect) {
        let (request, id) = (requests.next(), license.id);
        let scroll = Scroll::default();
        let detail = Self { license, request, more: None, scroll, events: None, height: 10, stale: false };
        (detail, Effect::LoadLicense { request, id })
    }

    pub(crate) const fn license(&self) -> &License {
        &self.license
    }

    pub(crate) const fn context(&self) -> Context {
        if self.events.is_some() { Context::LicenseEvents } else { Context::License }
    }

    /// From the events to the fields; false when it shows the fields already.
    pub(crate) fn back(&mut self) -> bool {
        self.events.take().is_some()
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (action, &mut self.events) {
            (Action::ShowEvents, Some(_)) => {
                self.events = None;
                vec![]
            }
            (Action::ShowEvents, None) => {
                let (mut events, effect) = Events::open(self.license.id.to_string(), cx.requests);
                events.set_height(self.height);
                self.events = Some(events);
                vec![Step::Run(effect)]
            }
            (_, Some(events)) => events.act(action, cx),
            (Action::Refresh, None) => vec![Step::Run(self.load(cx.requests))],
            (_, None) => {
                self.scroll.act(action);
                vec![]
            }
        }
    }

    fn load(&mut self, requests: &mut Requests) -> Effect {
        self.stale = false;
        self.request = requests.next();
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
        let fields = self.stale.then(|| self.load(requests));
        let events = self.events.as_mut().and_then(|events| events.fill(requests));
        fields.into_iter().chain(events).collect()
    }

    pub(crate) fn loaded(&mut self, request: u64, answer: Answer<Box<LicenseDetails>>) -> Answer<()> {
        if request != self.request {
            return Ok(());
        }
        let LicenseDetails { license, issuer, revocation, history } = *answer?;
        self.license = license;
        self.more = Some(More { issuer, revocation, history });
        Ok(())
    }

    pub(crate) fn events_loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<AuditRecord, u64>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        match &mut self.events {
            Some(events) => events.loaded(request, answer, requests),
            None => Ok(None),
        }
    }

    /// Selects the event below or above.
    pub(crate) fn neighbour(&mut self, below: bool, requests: &mut Requests) -> (Option<&AuditRecord>, Option<Effect>) {
        self.events.as_mut().map_or((None, None), |events| events.neighbour(below, requests))
    }

    pub(crate) fn set_height(&mut self, height: usize) {
        self.height = height;
        if let Some(events) = &mut self.events {
            events.set_height(height);
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = format!("License {} for {}", self.license.id.short(), clean(&self.license.subject));
        if let Some(events) = &self.events {
            return events.draw(frame, area, look, &format!("{title}: audit"));
        }
        let rest = head(frame, area, look, &title, "");
        let rest = Rect { width: rest.width.saturating_sub(1), ..rest };
        let lines = pairs(&self.fields(look), rest.width.into(), look);
        self.scroll.draw(frame, rest, lines);
    }

    fn fields(&self, look: Look) -> Vec<Pair> {
        let license = &self.license;
        let validity = Validity::of(license.not_before, license.not_after, look.now);
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let mut fields = vec![
            Pair::new("id", license.id.to_string()),
            Pair::new("subject", &license.subject),
            Pair::new("audience", license.audience.0.join(", ")),
            Pair::new("status", license.status.as_str()).meaning(status_meaning(license.status)),
            Pair::new("validity", validity_word(validity)).meaning(validity_meaning(validity)),
        ];
        fields.extend(self.revocation(look));
        fields.extend([
            Pair::new(
                "not before",
                license.not_before.map_or_else(|| "from its issue".to_owned(), |at| look.zoned(at)),
            ),
            Pair::new("expires", license.not_after.map_or_else(|| "never".to_owned(), |at| look.zoned(at))),
            Pair::new("features", or_none(license.features.0.join(", "))),
            Pair::new("limits", or_none(limits(license))),
            Pair::lines("payload", &license.payload.as_ref().map_or_else(|| "none".to_owned(), pretty)),
        ]);
        if let Some(bindings) = &license.bindings {
            fields.push(Pair::lines("bindings", &pretty(bindings)));
        }
        if let Some(identity) = &license.identity_id {
            fields.push(Pair::new("identity", identity.to_string()));
        }
        let issuer = self.more.as_ref().map_or("reading…", |more| &more.issuer);
        fields.extend([
            Pair::new("issuer", format!("{issuer} ({})", license.issuer_id.short())),
            Pair::new("origin", license.origin.as_str()),
            Pair::new("issued", look.zoned(license.created_at)),
        ]);
        if license.jti != license.id.to_string() {
            fields.push(Pair::new("jti", &license.jti));
        }
        if let Some(replaces) = &license.replaces {
            fields.push(Pair::new("replaces", replaces.to_string()));
        }
        fields.extend(self.history());
        fields.push(match &license.status_list {
            Some(status) => Pair::new("status list", format!("{} at {}", status.idx, status.uri)),
            None => Pair::new("status list", "none: it cannot be revoked in the field").meaning(Meaning::Muted),
        });
        fields.push(Pair::new("token", &license.token));
        fields
    }

    fn revocation(&self, look: Look) -> Vec<Pair> {
        let Some(revocation) = self.more.as_ref().and_then(|more| more.revocation.as_ref()) else { return vec![] };
        let by = format!("{} by {}", look.zoned(revocation.revoked_at), revocation.actor);
        vec![
            Pair::new("reason", revocation.reason.as_str()).meaning(Meaning::Danger),
            Pair::new("note", revocation.note.as_deref().unwrap_or("none")),
            Pair::new("revoked", by),
        ]
    }

    fn history(&self) -> Option<Pair> {
        let history = self.more.as_ref().map(|more| &more.history).filter(|history| history.len() > 1)?;
        let steps: Vec<String> =
            history.iter().map(|license| format!("{} {}", license.id.short(), license.status)).collect();
        Some(Pair::new("reissues", steps.join(" → ")))
    }
}

fn limits(license: &License) -> String {
    let limits = license.limits.0.iter().map(|(name, limit)| match limit {
        Limit::Number(number) => format!("{name}={number}"),
        Limit::Text(text) => format!("{name}={text}"),
    });
    limits.collect::<Vec<_>>().join(", ")
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

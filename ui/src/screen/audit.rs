//! Tab 9: the audit log, newest first.

use super::events::{draw_list, open_selected};
use super::{Move, navigate};
use crate::dialog::audit_filter::{AuditFilterForm, AuditFilterText};
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::{Ask, Paged, Requests};
use crate::step::{Cx, Step};
use crate::text::clean;
use licentia_core::audit::AuditFilter;
use licentia_core::{AuditRecord, Page};
use ratatui::Frame;
use ratatui::layout::Rect;

/// The tab.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    list: Paged<AuditRecord>,
    filter: AuditFilter,
    /// The filter as it was typed.
    typed: AuditFilterText,
    /// A filter whose target is being looked up.
    resolving: Option<(u64, AuditFilterText)>,
}

impl Audit {
    /// Reads the list from its beginning.
    pub(crate) fn load(&mut self, requests: &mut Requests) -> Effect {
        let ask = self.list.restart(requests);
        self.effect(&ask)
    }

    /// Something was written since the list was read.
    pub(crate) const fn outdated(&mut self) {
        self.list.outdated();
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            return ask.map(|ask| Step::Run(self.effect(&ask))).into_iter().collect();
        }
        match action {
            Action::Open => open_selected(&self.list),
            Action::Filter => {
                let request = cx.requests.next();
                let form = AuditFilterForm::new(&self.typed, request);
                vec![Step::open(form), Step::Run(Effect::LoadKinds { request })]
            }
            Action::ClearFilter => vec![Step::FilterAudit(AuditFilterText::default())],
            Action::Refresh => vec![Step::Run(self.load(cx.requests))],
            _ => vec![],
        }
    }

    /// Takes a filter over. The target is looked up first, because people know it by a part of its id or by a name.
    pub(crate) fn apply(&mut self, typed: AuditFilterText, requests: &mut Requests) -> Effect {
        self.resolving = None;
        if typed.target.is_empty() {
            return self.show(typed, None, requests);
        }
        let (request, text) = (requests.next(), typed.target.clone());
        self.resolving = Some((request, typed));
        Effect::ResolveTarget { request, text }
    }

    pub(crate) fn target_resolved(
        &mut self,
        request: u64,
        answer: Answer<String>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let Some((_, typed)) = self.resolving.take_if(|(newest, _)| *newest == request) else { return Ok(None) };
        Ok(Some(self.show(typed, Some(answer?), requests)))
    }

    fn show(&mut self, typed: AuditFilterText, target: Option<String>, requests: &mut Requests) -> Effect {
        let kinds = typed.kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty());
        self.filter = AuditFilter {
            kinds: kinds.map(str::to_owned).collect(),
            actor: Some(typed.actor.clone()).filter(|actor| !actor.is_empty()),
            target,
            ..AuditFilter::default()
        };
        self.typed = typed;
        self.load(requests)
    }

    pub(crate) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<AuditRecord, u64>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let ask = self.list.follow(request, answer, requests)?;
        Ok(ask.map(|ask| self.effect(&ask)))
    }

    /// How many lines the tab has on the screen.
    pub(crate) fn set_height(&mut self, height: usize) {
        self.list.set_height(height.saturating_sub(2));
    }

    /// What is lacking: everything when it is first looked at, what changed, the page that a higher screen needs.
    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.list.never_read() {
            return Some(self.load(requests));
        }
        self.list.want(requests).map(|ask| self.effect(&ask))
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look) {
        let empty = if self.filter == AuditFilter::default() {
            "There is no entry."
        } else {
            "No entry is like that. Press F to see all of them."
        };
        draw_list(&self.list, frame, area, look, &self.title(), empty);
    }

    fn effect(&self, ask: &Ask<u64>) -> Effect {
        let Ask { request, after: before, limit } = *ask;
        Effect::LoadAudit { request, filter: self.filter.clone(), before, limit }
    }

    fn title(&self) -> String {
        let parts = [("kind", &self.typed.kinds), ("actor", &self.typed.actor), ("target", &self.typed.target)];
        let said: Vec<String> = parts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name} {}", clean(text)))
            .collect();
        if said.is_empty() { "Audit: all entries".to_owned() } else { format!("Audit: {}", said.join(", ")) }
    }
}

//! Tab 9: the audit log, newest first.

mod asking;

use super::events::Events;
use super::filter_bar::{AuditFilterText, FilterBar, Outcome};
use super::head;
use super::query_line::QueryLine;
use crate::dialog::confirm::Confirm;
use crate::dialog::counts::Counts;
use crate::dialog::saved_filters::SavedFilters;
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, LogStep, Step};
use crate::text::fit;
use crate::theme::Meaning;
use crossterm::event::KeyEvent;
use licentia_core::audit::{AuditFilter, Query, SavedFilter, VerifyRequest};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// The tab.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    events: Events,
    filter: AuditFilter,
    /// The filter as it was typed.
    typed: AuditFilterText,
    /// Open while the filter is being changed.
    bar: Option<FilterBar>,
    /// What else is asked of entries.
    query: Option<Query>,
    /// Open while a query is being typed.
    line: Option<Box<QueryLine>>,
    /// The saved queries, once they were read for the line, and the request for them.
    saved: Option<Vec<SavedFilter>>,
    saved_request: u64,
    /// The kinds that are in this log, as of the last time that the bar was opened.
    kinds: Vec<String>,
}

impl Audit {
    pub(crate) fn context(&self) -> Context {
        match (&self.bar, &self.line) {
            (Some(_), _) => Context::AuditFilter,
            (None, Some(_)) => Context::Query,
            (None, None) if self.events.is_searching() => Context::AuditSearching,
            (None, None) => Context::Audit,
        }
    }

    /// Something was written since the list was read.
    pub(crate) const fn outdated(&mut self) {
        self.events.outdated();
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        if self.bar.is_some() {
            return self.act_in_bar(action, cx).map(Step::Run).into_iter().collect();
        }
        if self.line.is_some() {
            return self.act_in_line(action, cx);
        }
        match action {
            Action::Query => vec![Step::Run(self.open_line(&self.query_text(), cx.requests))],
            Action::SavedFilters => SavedFilters::open(cx.requests),
            Action::SaveFilter => self.save(),
            Action::Count => Counts::open(self.search(), self.said(), cx.requests),
            Action::StopSearch => {
                self.events.stop();
                vec![Step::Notice("Stopped: older entries were not searched. End goes on.")]
            }
            // `now` is another moment by now.
            Action::Refresh if self.query.is_some() => {
                self.search_for(&self.query_text(), cx.look.now, cx.requests).into_iter().map(Step::Run).collect()
            }
            Action::Filter => {
                let request = cx.requests.next();
                self.bar = Some(FilterBar::new(&self.typed, &self.kinds, request));
                vec![Step::Run(Effect::LoadKinds { request })]
            }
            Action::ClearFilter => {
                self.query = None;
                vec![Step::Run(self.show(AuditFilterText::default(), None, cx.requests))]
            }
            Action::Verify => vec![Step::Log(LogStep::Verify(VerifyRequest::default()))],
            Action::VerifyFrom => vec![Step::Log(LogStep::VerifyFrom)],
            Action::RotateKey => vec![Step::open(Confirm::rotate_key())],
            Action::Export => {
                let mut said = self.typed.said();
                if self.query.is_some() {
                    said.push_str(". An export knows no query: what only the query leaves out is in it.");
                }
                let filter = self.filter.clone();
                vec![Step::Log(LogStep::Export { filter, said })]
            }
            action => self.events.act(action, cx),
        }
    }

    fn act_in_bar(&mut self, action: Action, cx: &mut Cx) -> Option<Effect> {
        match self.bar.as_mut()?.act(action, cx.requests) {
            Outcome::Stay => None,
            Outcome::Leave => {
                self.bar = None;
                None
            }
            Outcome::LookUp { request, text } => Some(Effect::ResolveTarget { request, text }),
            Outcome::Apply(typed) => Some(self.show(typed, None, cx.requests)),
        }
    }

    /// Takes a key that is not bound: in the bar, it is text.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        if let Some(bar) = &mut self.bar {
            bar.key(key);
        } else if let Some(line) = &mut self.line {
            line.key(key);
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(bar) = &mut self.bar {
            bar.paste(text);
        } else if let Some(line) = &mut self.line {
            line.paste(text);
        }
    }

    /// Shows what happened to one target, whose whole id this is.
    pub(crate) fn only_target(&mut self, target: String, requests: &mut Requests) -> Effect {
        (self.query, self.line) = (None, None);
        let typed = AuditFilterText { target: target.clone(), ..AuditFilterText::default() };
        self.show(typed, Some(target), requests)
    }

    pub(crate) fn kinds_loaded(&mut self, request: u64, answer: Answer<Vec<String>>) -> Answer<()> {
        if let Some(bar) = self.bar.as_mut().filter(|bar| bar.asked_for_kinds(request)) {
            self.kinds = answer?;
            bar.offer(&self.kinds);
        }
        Ok(())
    }

    /// The target was looked up. What is not clear is said at the field.
    pub(crate) fn target_resolved(
        &mut self,
        request: u64,
        answer: Answer<String>,
        requests: &mut Requests,
    ) -> Option<Effect> {
        let (typed, target) = self.bar.as_mut()?.target_resolved(request, answer)?;
        Some(self.show(typed, Some(target), requests))
    }

    fn show(&mut self, typed: AuditFilterText, target: Option<String>, requests: &mut Requests) -> Effect {
        self.bar = None;
        self.filter = typed.filter(target);
        self.typed = typed;
        self.events.show(self.search(), requests)
    }

    /// What is listed.
    pub(crate) const fn events_mut(&mut self) -> &mut Events {
        &mut self.events
    }

    /// How many lines the tab has on the screen.
    pub(crate) fn set_height(&mut self, height: usize) {
        self.events.set_height(height);
    }

    /// What is lacking.
    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Option<Effect> {
        self.events.fill(requests)
    }

    /// With what is known of witnesses above the list.
    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look, witnessed: &[(String, Meaning)]) {
        let position = self.events.position();
        let rest = if let Some(line) = &self.line {
            let lines = u16::try_from(line.height(area.width.into())).unwrap_or(u16::MAX);
            let [above, rest] = Layout::vertical([Constraint::Max(lines), Constraint::Fill(1)]).areas(area);
            line.draw(frame, above, look, &position);
            rest
        } else {
            head(frame, area, look, &format!("Audit: {}", self.said()), &position)
        };
        let lines = Constraint::Max(u16::try_from(witnessed.len()).unwrap_or(u16::MAX));
        let [above, rest] = Layout::vertical([lines, Constraint::Fill(1)]).areas(rest);
        for (row, (said, meaning)) in above.rows().zip(witnessed) {
            frame.render_widget(Span::styled(fit(said, row.width.into()), look.style(*meaning)), row);
        }
        let bar = self.bar.as_ref().map_or(0, |bar| bar.height(rest.width.into()));
        let bar = Constraint::Max(u16::try_from(bar).unwrap_or(u16::MAX));
        let [above, rest] = Layout::vertical([bar, Constraint::Fill(1)]).areas(rest);
        if let Some(bar) = &self.bar {
            bar.draw(frame, above, look);
        }
        // What stands above takes lines away from the list.
        self.events.set_height(usize::from(rest.height) + 1);
        self.events.draw_table(frame, rest, look, &self.empty_text());
    }

    fn empty_text(&self) -> String {
        if self.events.is_searching() {
            return "Nothing is found yet; the search goes on.".to_owned();
        }
        if let Some(at) = self.events.stopped_at() {
            return format!("Nothing is found in the entries from {at} on. End searches the older ones.");
        }
        if self.filter == AuditFilter::default() && self.query.is_none() {
            return "There is no entry.".to_owned();
        }
        // A kind that was misspelt would look as if nothing had happened.
        let is_there = |wanted: &&String| match wanted.strip_suffix('*') {
            Some(beginning) => self.kinds.iter().any(|kind| kind.starts_with(beginning)),
            None => self.kinds.contains(wanted),
        };
        let unknown: Vec<&str> = self.filter.kinds.iter().filter(|kind| !is_there(kind)).map(String::as_str).collect();
        if unknown.is_empty() || self.kinds.is_empty() {
            return "No entry matches. Press F to see all of them.".to_owned();
        }
        let unknown = crate::text::clean(&unknown.join(", "));
        format!("No entry matches: this log has no {unknown}. Press F to see all of them.")
    }
}

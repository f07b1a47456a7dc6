//! The saved queries, one of which is chosen.

use super::confirm::Confirm;
use crate::effect::{Effect, FilterChange};
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, LogStep, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::Pair;
use crate::widget::table::{self, Cell, Column};
use licentia_core::audit::SavedFilter;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Span;

/// See the module.
#[derive(Debug)]
pub(crate) struct SavedFilters {
    waiting: Option<u64>,
    rows: Vec<SavedFilter>,
    selected: usize,
    height: usize,
}

const COLUMNS: &[Column] = &[Column::new("name", Constraint::Max(24)), Column::new("query", Constraint::Fill(1))];

impl SavedFilters {
    pub(crate) fn open(requests: &mut Requests) -> Vec<Step> {
        let mut dialog = Self { waiting: None, rows: vec![], selected: 0, height: 10 };
        let effect = dialog.load(requests);
        vec![Step::open(dialog), Step::Run(effect)]
    }

    pub(crate) fn load(&mut self, requests: &mut Requests) -> Effect {
        let request = requests.next();
        self.waiting = Some(request);
        Effect::LoadFilters { request }
    }

    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.waiting == Some(request)
    }

    pub(crate) fn loaded(&mut self, answer: Answer<Vec<SavedFilter>>) -> Answer<()> {
        self.waiting = None;
        self.rows = answer?;
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        Ok(())
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        let last = self.rows.len().saturating_sub(1);
        let page = self.height.saturating_sub(1).max(1);
        let chosen = self.rows.get(self.selected);
        match action {
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::Down => self.selected = (self.selected + 1).min(last),
            Action::PageUp => self.selected = self.selected.saturating_sub(page),
            Action::PageDown => self.selected = (self.selected + page).min(last),
            Action::First => self.selected = 0,
            Action::Last => self.selected = last,
            Action::UseFilter => {
                let Some(chosen) = chosen else { return vec![] };
                return vec![Step::Close, Step::Log(LogStep::Query(chosen.query.clone()))];
            }
            Action::DeleteFilter => return chosen.map(|chosen| Step::open(forget(chosen))).into_iter().collect(),
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.rows.len().max(1) + 1;
        let inner = popup::open(frame, area, popup::WIDE, height, "Saved queries", look);
        if self.rows.is_empty() {
            let text = match self.waiting {
                Some(_) => "reading…",
                None => "No query is saved yet: / searches, and Ctrl-S in its line saves.",
            };
            let lines = crate::text::wrap(text, inner.width.into());
            for (row, line) in inner.rows().zip(lines) {
                frame.render_widget(Span::styled(line, look.style(Meaning::Muted)), row);
            }
            return;
        }
        self.height = usize::from(inner.height).saturating_sub(1);
        let first = (self.selected + 1).saturating_sub(self.height.max(1));
        let shown = self.rows.iter().enumerate().skip(first).take(self.height);
        let rows = shown
            .map(|(at, filter)| (at == self.selected, vec![Cell::plain(&filter.name), Cell::plain(&filter.query)]));
        table::draw(frame, inner, look, COLUMNS, rows);
    }
}

fn forget(filter: &SavedFilter) -> Confirm {
    let facts = vec![Pair::new("name", &filter.name), Pair::new("query", &filter.query)];
    let effect = Effect::ChangeFilter(FilterChange::Delete { name: filter.name.clone() });
    Confirm::new("Forget this query?", facts, Some("No entry is touched; the log records that it is gone."), effect)
}

//! A list of audit entries: of the whole log, or of one target.

use super::{Move, head, navigate, nothing};
use crate::dialog::entry::Entry;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::{Look, Zone};
use crate::message::Answer;
use crate::paging::{Ask, Paged, Requests};
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::table::{self, Cell, Column};
use licentia_core::{AuditRecord, Page};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};

/// The events of one target, newest first.
#[derive(Debug)]
pub(crate) struct Events {
    target: String,
    list: Paged<AuditRecord>,
}

impl Events {
    pub(crate) fn open(target: String, requests: &mut Requests) -> (Self, Effect) {
        let mut events = Self { target, list: Paged::default() };
        let ask = events.list.restart(requests);
        let effect = events.effect(&ask);
        (events, effect)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            return ask.map(|ask| Step::Run(self.effect(&ask))).into_iter().collect();
        }
        match action {
            Action::Open => open_selected(&self.list),
            Action::Refresh => {
                let ask = self.list.restart(cx.requests);
                vec![Step::Run(self.effect(&ask))]
            }
            _ => vec![],
        }
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

    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.list.waits_for(request)
    }

    pub(crate) const fn outdated(&mut self) {
        self.list.outdated();
    }

    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Option<Effect> {
        self.list.want(requests).map(|ask| self.effect(&ask))
    }

    pub(crate) fn set_height(&mut self, height: usize) {
        self.list.set_height(height.saturating_sub(2));
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look, title: &str) {
        draw_list(&self.list, frame, area, look, title, "There is no event.");
    }

    fn effect(&self, ask: &Ask<u64>) -> Effect {
        let Ask { request, after: before, limit } = *ask;
        Effect::LoadEvents { request, target: self.target.clone(), before, limit }
    }
}

/// The selected entry, in a dialog.
pub(super) fn open_selected(list: &Paged<AuditRecord>) -> Vec<Step> {
    list.selected().map(|record| Step::open(Entry::new(record.clone()))).into_iter().collect()
}

pub(super) fn draw_list(
    list: &Paged<AuditRecord>,
    frame: &mut Frame,
    area: Rect,
    look: Look,
    title: &str,
    empty: &str,
) {
    let rest = head(frame, area, look, title, &list.position());
    let rows = list.visible().map(|(selected, record)| (selected, cells(record, look)));
    table::draw(frame, rest, look, &columns(look), rows);
    if list.is_empty() {
        nothing(frame, rest, look, empty);
    }
}

const fn columns(look: Look) -> [Column; 5] {
    let time = match look.zone {
        Zone::Utc => "time (UTC)",
        Zone::Local(_) => "time (local)",
    };
    [
        Column("seq", Constraint::Length(8)),
        Column(time, Constraint::Length(19)),
        Column("kind", Constraint::Fill(5)),
        Column("actor", Constraint::Fill(4)),
        Column("target", Constraint::Fill(4)),
    ]
}

fn cells(record: &AuditRecord, look: Look) -> Vec<Cell> {
    let meaning = severity_meaning(record);
    // What needs attention has a mark, not just a colour.
    let mark = if meaning == Meaning::Text { "" } else { "! " };
    let target = match (&record.target_kind, &record.target_id) {
        (Some(kind), Some(id)) => format!("{} {kind}", short(id)),
        _ => String::new(),
    };
    vec![
        Cell::plain(record.seq.to_string()),
        Cell::plain(look.moment(record.recorded_at)),
        Cell(format!("{mark}{}", record.kind), meaning),
        Cell::plain(&record.actor),
        Cell::plain(target),
    ]
}

fn severity_meaning(record: &AuditRecord) -> Meaning {
    match (record.outcome.as_str(), record.severity.as_str()) {
        ("failure" | "denied", _) | (_, "error" | "critical") => Meaning::Danger,
        (_, "warning") => Meaning::Warning,
        _ => Meaning::Text,
    }
}

/// The last eight characters, as everywhere else.
fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

//! A list of audit entries: of the whole log, or of one target.

use super::{Move, head, navigate, nothing};
use crate::dialog::entry::Entry;
use crate::effect::{Effect, FoundEntries};
use crate::keymap::Action;
use crate::look::{Look, Zone};
use crate::message::Answer;
use crate::paging::{Ask, Paged, Requests};
use crate::step::{Cx, LogStep, Step};
use crate::theme::Meaning;
use crate::widget::table::{self, Cell, Column};
use licentia_core::audit::{AuditFilter, AuditSearch};
use licentia_core::{AuditRecord, Page};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};

/// Entries, newest first: those that a filter lets through, or those of one target.
#[derive(Debug, Default)]
pub(crate) struct Events {
    of: Of,
    list: Paged<AuditRecord>,
    /// What is found of a search goes up to this entry. None while that is not known.
    seen: Option<u64>,
    /// Somebody wrote since.
    grew: bool,
    /// The request for what came in since.
    newer: Option<u64>,
}

/// Which entries.
#[derive(Clone, Debug, PartialEq)]
enum Of {
    Log(AuditFilter),
    Found(AuditSearch),
    Target(String),
}

impl Default for Of {
    fn default() -> Self {
        Self::Log(AuditFilter::default())
    }
}

impl Events {
    /// The events of one target.
    pub(crate) fn open(target: String, requests: &mut Requests) -> (Self, Effect) {
        let mut events = Self { of: Of::Target(target), ..Self::default() };
        let effect = events.load(requests);
        (events, effect)
    }

    /// Shows what is searched for, from the newest on.
    pub(super) fn show(&mut self, search: AuditSearch, requests: &mut Requests) -> Effect {
        self.of = if search.query.is_some() { Of::Found(search) } else { Of::Log(search.filter) };
        self.load(requests)
    }

    /// Reads the list from its beginning.
    pub(super) fn load(&mut self, requests: &mut Requests) -> Effect {
        self.forget_how_far();
        let ask = self.list.restart(requests);
        self.effect(&ask)
    }

    /// A list that begins anew goes up to what is the last entry then.
    const fn forget_how_far(&mut self) {
        (self.seen, self.grew, self.newer) = (None, false, None);
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        if let Move::Done(ask) = navigate(&mut self.list, action, cx.requests) {
            if ask.is_some() && self.list.begins_anew() {
                self.forget_how_far();
            }
            return ask.map(|ask| Step::Run(self.effect(&ask))).into_iter().collect();
        }
        match action {
            Action::Open => self.selected().map(|record| Step::open(Entry::new(record.clone()))).into_iter().collect(),
            Action::FilterTarget => self.selected().map(LogStep::only_target).into_iter().collect(),
            Action::Refresh => vec![Step::Run(self.load(cx.requests))],
            _ => vec![],
        }
    }

    /// Selects the entry below or above; none where there is none.
    pub(crate) fn neighbour(&mut self, below: bool, requests: &mut Requests) -> (Option<&AuditRecord>, Option<Effect>) {
        let before = self.selected().map(|record| record.seq);
        if below {
            self.list.down(1);
        } else {
            self.list.up(1);
        }
        let effect = self.list.want(requests).map(|ask| self.effect(&ask));
        (self.selected().filter(|record| Some(record.seq) != before), effect)
    }

    pub(crate) fn selected(&self) -> Option<&AuditRecord> {
        self.list.selected()
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

    /// A log only grows: what was found stays, and only what came in since is searched.
    pub(crate) const fn outdated(&mut self) {
        if matches!(self.of, Of::Found(_)) {
            self.grew = true;
        } else {
            self.list.outdated();
        }
    }

    pub(super) fn searched(
        &mut self,
        request: u64,
        answer: Answer<FoundEntries>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        if !self.list.waits_for(request) {
            return Ok(None);
        }
        let answer = answer.map(|found| {
            self.seen.get_or_insert(found.size);
            Page { items: found.page.items, next: found.page.next }
        });
        let ask = self.list.follow(request, answer, requests)?;
        Ok(ask.map(|ask| self.effect(&ask)).or_else(|| self.search_newer(requests)))
    }

    pub(super) fn searched_newer(
        &mut self,
        request: u64,
        answer: Answer<(Vec<AuditRecord>, u64)>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        if self.newer.take_if(|newer| *newer == request).is_none() {
            return Ok(None);
        }
        let (records, last) = answer?;
        self.seen = Some(last);
        self.list.insert_above(records);
        Ok(self.fill(requests))
    }

    fn search_newer(&mut self, requests: &mut Requests) -> Option<Effect> {
        let (Of::Found(search), Some(after)) = (&self.of, self.seen) else { return None };
        if !self.grew || self.newer.is_some() {
            return None;
        }
        self.grew = false;
        let request = requests.next();
        self.newer = Some(request);
        Some(Effect::SearchNewer { request, search: search.clone(), after })
    }

    /// A search goes on by itself until a screen is full of what it found.
    pub(super) fn is_searching(&self) -> bool {
        matches!(self.of, Of::Found(_)) && self.list.is_reading() && !self.list.is_paused()
    }

    /// Gives the search up; what was found stays.
    pub(super) const fn stop(&mut self) {
        self.list.pause();
    }

    /// Where a search was given up.
    pub(super) fn stopped_at(&self) -> Option<u64> {
        self.list.reached().copied().filter(|_| self.list.is_paused())
    }

    /// What is lacking: everything when it is first looked at, what changed, the page that a higher screen needs.
    pub(crate) fn fill(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.list.never_read() {
            return Some(self.load(requests));
        }
        let newer = self.search_newer(requests);
        newer.or_else(|| self.list.want(requests).map(|ask| self.effect(&ask)))
    }

    /// How many lines there are, the title and the head of the table among them.
    pub(crate) fn set_height(&mut self, height: usize) {
        self.list.set_height(height.saturating_sub(2));
    }

    pub(crate) fn position(&self) -> String {
        let position = self.list.position();
        match self.list.reached() {
            Some(at) if self.is_searching() => format!("{position}  searching, at {at}…"),
            Some(at) if self.list.is_paused() => format!("{position}  stopped at {at}"),
            _ => position,
        }
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look, title: &str) {
        let rest = head(frame, area, look, title, &self.position());
        self.draw_table(frame, rest, look, "There is no event.");
    }

    /// Without a line above: whoever draws them has one.
    pub(super) fn draw_table(&self, frame: &mut Frame, area: Rect, look: Look, empty: &str) {
        // Of one target, all entries would say the same there.
        let targets = !matches!(self.of, Of::Target(_));
        draw_records(frame, area, look, self.list.visible(), targets);
        if self.list.is_empty() {
            nothing(frame, area, look, empty);
        }
    }

    fn effect(&self, ask: &Ask<u64>) -> Effect {
        let Ask { request, after: before, limit } = *ask;
        match &self.of {
            Of::Log(filter) => Effect::LoadAudit { request, filter: filter.clone(), before, limit },
            Of::Found(search) => {
                let whole = !self.list.takes_parts();
                Effect::Search { request, search: search.clone(), before, limit, whole }
            }
            Of::Target(target) => Effect::LoadEvents { request, target: target.clone(), before, limit },
        }
    }
}

/// From this width on a target is told by its name too.
const NAMED: u16 = 100;

/// A table of entries, with or without what they are about.
pub(super) fn draw_records<'a>(
    frame: &mut Frame,
    area: Rect,
    look: Look,
    records: impl Iterator<Item = (bool, &'a AuditRecord)>,
    targets: bool,
) {
    let named = targets && area.width >= NAMED;
    let rows = records.map(|(selected, record)| (selected, cells(record, look, named)));
    let columns = columns(look, named);
    let shown = columns.get(..columns.len() - usize::from(!targets)).unwrap_or_default();
    table::draw(frame, area, look, shown, rows);
}

const fn columns(look: Look, named: bool) -> [Column; 5] {
    let time = match look.zone {
        Zone::Utc => "time (UTC)",
        Zone::Local(_) => "time (local)",
    };
    [
        Column::new("seq", Constraint::Length(7)),
        Column::new(time, Constraint::Length(19)),
        // As long as the longest kind with its mark; where there is no room for it, it gives way before the time does.
        Column::new("kind", Constraint::Max(23)),
        Column::new("actor", if named { Constraint::Fill(2) } else { Constraint::Fill(1) }).from(70),
        Column::new("target", if named { Constraint::Fill(3) } else { Constraint::Length(8) }).from(60),
    ]
}

fn cells(record: &AuditRecord, look: Look, named: bool) -> Vec<Cell> {
    let meaning = severity_meaning(record);
    // What needs attention has a mark, not just a colour.
    let mark = if meaning == Meaning::Text { "" } else { "! " };
    let target = match &record.target_id {
        Some(id) if named => format!("{} {}", short(id), name(record).unwrap_or_default()),
        Some(id) => short(id),
        None => String::new(),
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

/// What people call the target, as the entry has it; else what kind of thing it is.
fn name(record: &AuditRecord) -> Option<String> {
    let payload = record.payload_value();
    let name = ["subject", "name", "label"].iter().find_map(|member| payload.get(member)?.as_str());
    name.or(record.target_kind.as_deref()).map(str::to_owned)
}

/// The last eight characters, as everywhere else.
fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

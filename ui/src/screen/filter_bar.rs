//! The lines above the audit log in which its filter is typed.

use crate::app::in_the_way;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::text::{clean, fit};
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crossterm::event::KeyEvent;
use licentia_core::Timestamp;
use licentia_core::audit::{AuditFilter, CountBy};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// The filter as it was typed. Empty parts let everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AuditFilterText {
    pub(crate) kinds: String,
    pub(crate) actor: String,
    pub(crate) target: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl AuditFilterText {
    /// What it lets through, in words.
    pub(crate) fn said(&self) -> String {
        let parts = [
            ("kind", &self.kinds),
            ("actor", &self.actor),
            ("target", &self.target),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let said = parts.iter().filter(|(_, text)| !text.is_empty());
        let said: Vec<String> = said.map(|(name, text)| format!("{name} {}", clean(text))).collect();
        if said.is_empty() { "all entries".to_owned() } else { said.join(", ") }
    }

    /// The same for the database. The target is its whole id, once it was looked up.
    pub(crate) fn filter(&self, target: Option<String>) -> AuditFilter {
        AuditFilter {
            kinds: words(&self.kinds).map(str::to_owned).collect(),
            actor: Some(self.actor.clone()).filter(|actor| !actor.is_empty()),
            target,
            since: self.from.parse().ok(),
            until: self.to.parse().ok(),
        }
    }
}

impl AuditFilterText {
    /// The same in the language of queries, to be saved. The target is its whole id.
    pub(crate) fn as_query(&self, target: Option<&str>) -> String {
        let kinds: Vec<&str> = words(&self.kinds).collect();
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let kind = |kind: &&str| match kind.strip_suffix('*') {
            Some(start) => format!("{start}*"),
            None => quoted(kind),
        };
        let mut parts = vec![];
        match kinds.as_slice() {
            [] => {}
            [one] => parts.push(format!("kind:{}", kind(one))),
            several => parts.push(format!("kind:({})", several.iter().map(kind).collect::<Vec<_>>().join(" OR "))),
        }
        let is = |name: &str, text: &str| (!text.is_empty()).then(|| format!("{name}:{}", quoted(text)));
        parts.extend(is("actor", &self.actor));
        parts.extend(is("target", target.unwrap_or(&self.target)));
        let time = |sign: &str, text: &str| (!text.is_empty()).then(|| format!("created_at:{sign}{}", quoted(text)));
        parts.extend(time(">=", &self.from));
        parts.extend(time("<", &self.to));
        parts.join(" AND ")
    }

    /// Adds that entries have this in common.
    pub(crate) fn narrow(&mut self, by: CountBy, key: String) {
        match by {
            CountBy::Kind => self.kinds = key,
            CountBy::Actor => self.actor = key,
            CountBy::Target => self.target = key,
            CountBy::Day => {
                let Ok(day) = key.parse::<Timestamp>() else { return };
                let next: String = day.plus_days(1).to_string().chars().take_while(|c| *c != 'T').collect();
                let typed = |text: &str| text.parse::<Timestamp>().ok();
                // What is narrower already stays.
                if typed(&self.from).is_none_or(|from| from < day) {
                    self.from = key;
                }
                if typed(&self.to).is_none_or(|to| to > day.plus_days(1)) {
                    self.to = next;
                }
            }
        }
    }
}

fn words(kinds: &str) -> impl Iterator<Item = &str> {
    kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Kinds,
    Actor,
    Target,
    From,
    To,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct FilterBar {
    form: Form<Part>,
    /// The request of the kinds.
    request: u64,
    /// The kinds that are in this log.
    kinds: Vec<String>,
    /// The request of the target that is being looked up, and the filter that waits for it.
    looking_up: Option<(u64, AuditFilterText)>,
}

/// What a key led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stay,
    Leave,
    /// People know a target by a part of its id or by a name.
    LookUp {
        request: u64,
        text: String,
    },
    Apply(AuditFilterText),
}

impl FilterBar {
    pub(crate) fn new(now: &AuditFilterText, kinds: &[String], request: u64) -> Self {
        let form = Form::new(vec![
            Field::text(Part::Kinds, "kind", &now.kinds, "Kinds, joined by commas; license.* means all that begin so."),
            Field::text(Part::Actor, "actor", &now.actor, "Who did it: the whole name, as the log has it."),
            Field::text(Part::Target, "target", &now.target, "A name or an id, or the beginning or the end of an id."),
            Field::text(Part::From, "from", &now.from, "From then on: 2026-05-20, or 2026-05-20T14:00:00Z; UTC."),
            Field::text(Part::To, "to", &now.to, "Before then: 2026-05-20 leaves that whole day out."),
        ]);
        Self { form, request, kinds: kinds.to_vec(), looking_up: None }
    }

    pub(crate) const fn asked_for_kinds(&self, request: u64) -> bool {
        self.request == request
    }

    pub(crate) fn offer(&mut self, kinds: &[String]) {
        self.kinds = kinds.to_vec();
    }

    pub(crate) fn act(&mut self, action: Action, requests: &mut Requests) -> Outcome {
        match action {
            Action::Complete if self.complete() => {}
            Action::Complete | Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if self.form.show(&self.problems()) => return self.submit(requests),
            Action::Cancel => return Outcome::Leave,
            _ => {}
        }
        Outcome::Stay
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        // What is typed now is another filter than the one whose target is being looked up.
        self.looking_up = None;
        self.form.key(key);
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.looking_up = None;
        self.form.paste(text);
    }

    fn submit(&mut self, requests: &mut Requests) -> Outcome {
        let typed = self.typed();
        if typed.target.is_empty() {
            return Outcome::Apply(typed);
        }
        let (request, text) = (requests.next(), typed.target.clone());
        self.looking_up = Some((request, typed));
        Outcome::LookUp { request, text }
    }

    /// The filter that waited for its target; none when it is not this one, or is not clear.
    pub(crate) fn target_resolved(
        &mut self,
        request: u64,
        answer: Answer<String>,
    ) -> Option<(AuditFilterText, String)> {
        let (_, typed) = self.looking_up.take_if(|(newest, _)| *newest == request)?;
        match answer {
            Ok(target) => Some((typed, target)),
            Err(why) => {
                let why = [Some(why.message), why.cause].into_iter().flatten().collect::<Vec<_>>().join(": ");
                self.form.show(&[(Part::Target, why)]);
                None
            }
        }
    }

    /// What it leads to, or which field cannot be read. A target is looked up by whoever is asked.
    pub(crate) fn leads_to(&self) -> Result<AuditFilter, String> {
        if let Some((part, why)) = self.problems().first() {
            return Err(in_the_way(self.form.name(*part), why));
        }
        let typed = self.typed();
        let target = Some(typed.target.clone()).filter(|target| !target.is_empty());
        Ok(typed.filter(target))
    }

    fn typed(&self) -> AuditFilterText {
        let [kinds, actor, target, from, to] =
            [Part::Kinds, Part::Actor, Part::Target, Part::From, Part::To].map(|part| self.form.text(part).to_owned());
        AuditFilterText { kinds, actor, target, from, to }
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let typed = self.typed();
        let mut problems = vec![];
        let mut time = |part, text: &str| -> Option<Timestamp> {
            if text.is_empty() {
                return None;
            }
            let time = text.parse().ok();
            if time.is_none() {
                problems.push((part, "a date like 2026-05-20, or a moment like 2026-05-20T14:00:00Z".to_owned()));
            }
            time
        };
        if let (Some(from), Some(to)) = (time(Part::From, &typed.from), time(Part::To, &typed.to))
            && to <= from
        {
            problems.push((Part::To, "nothing lies between: this is not after \"from\"".to_owned()));
        }
        problems
    }

    /// Ends the kind that is being typed with the first that begins so, or goes on to the next of them.
    fn complete(&mut self) -> bool {
        let all = self.form.text(Part::Kinds);
        let before = all.rfind(',').map_or(0, |comma| comma + 1);
        let (before, typed) = all.split_at(before);
        let typed = typed.trim();
        let next = match self.kinds.iter().position(|kind| kind == typed) {
            Some(at) => self.kinds.iter().cycle().nth(at + 1),
            None => self.offered(typed).next(),
        };
        let Some(next) = next.filter(|_| self.form.is_at(Part::Kinds)) else { return false };
        let blank = if before.is_empty() { "" } else { " " };
        let completed = format!("{before}{blank}{next}");
        self.form.set_text(Part::Kinds, &completed);
        true
    }

    /// The kinds that begin as this does.
    fn offered<'a>(&'a self, typed: &'a str) -> impl Iterator<Item = &'a String> {
        self.kinds.iter().filter(move |kind| kind.starts_with(typed.trim_end_matches('*')))
    }

    /// The line of kinds that fit what is being typed.
    fn offer_text(&self) -> String {
        if !self.form.is_at(Part::Kinds) || self.kinds.is_empty() {
            return String::new();
        }
        let typed = self.form.text(Part::Kinds).rsplit(',').next().unwrap_or_default().trim().to_owned();
        let whole = self.kinds.contains(&typed);
        let offered: Vec<&str> = self.offered(if whole { "" } else { &typed }).map(String::as_str).collect();
        match offered.as_slice() {
            [] => format!("No kind in this log begins so. It has: {}", self.kinds.join(", ")),
            offered => format!("↓ completes: {}", offered.join(", ")),
        }
    }

    /// How many lines it takes: the form, the kinds, and a blank line.
    pub(crate) fn height(&self, columns: usize) -> usize {
        self.form.height(columns) + 2
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look) {
        let form = u16::try_from(self.form.height(area.width.into())).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Max(form), Constraint::Fill(1)]).areas(area);
        self.form.draw(frame, top, look);
        let text = if self.looking_up.is_some() { "looking the target up…".to_owned() } else { self.offer_text() };
        if let Some(row) = bottom.rows().next() {
            let text = fit(&text, row.width.into());
            frame.render_widget(Span::styled(text, look.style(Meaning::Muted)), row);
        }
    }
}

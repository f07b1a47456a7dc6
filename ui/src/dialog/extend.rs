//! By how many days a license is extended: a reissue that changes nothing but the end.

use super::confirm::Confirm;
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::{Pair, pairs};
use licentia_core::{License, ReissueRequest, Term, Timestamp};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

/// See the module.
#[derive(Debug)]
pub(crate) struct Extend {
    pub(super) form: Form<()>,
    license: License,
    end: Timestamp,
    waiting: bool,
}

/// The last moment that a license can name: the end of the year 9999.
const LAST: i64 = 253_402_300_799;

impl Extend {
    pub(crate) fn new(license: &License, end: Timestamp) -> Self {
        let hint = "How many days longer. Counted from its end, or from now where that is over.";
        let form = Form::new(vec![Field::text((), "days", &days_of(license, end).to_string(), hint)]);
        Self { form, license: license.clone(), end, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Submit => match self.new_end(cx.look.now) {
                Ok(end) => return vec![Step::open(self.confirm(end, cx.look))],
                Err(why) => drop(self.form.show(&[((), why.to_owned())])),
            },
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) fn leads_to(&self, now: Timestamp) -> Result<Effect, String> {
        self.new_end(now).map(|end| self.effect(end)).map_err(|why| in_the_way("days", why))
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let end = self.new_end(look.now).map_or_else(|_| "not clear yet".to_owned(), |end| look.zoned(end));
        let facts = [Pair::new("ends now", look.zoned(self.end)), Pair::new("will end", end).meaning(Meaning::Good)];
        let lines = pairs(&facts, columns, look);
        let height = self.form.height(columns);
        let title = format!("Extend {} for {}", self.license.id.short(), clean(&self.license.subject));
        let inner = popup::open(frame, area, popup::WIDE, lines.len() + 1 + height, &title, look);
        let above = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Max(above), Constraint::Min(1)]).areas(inner);
        for (row, line) in top.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, bottom, look);
    }

    fn new_end(&self, now: Timestamp) -> Result<Timestamp, &'static str> {
        let days: i64 = match self.form.text(()).parse::<u32>() {
            Ok(0) | Err(_) => return Err("a number of days, at least 1"),
            Ok(days) => days.into(),
        };
        let end = self.end.max(now).plus_days(days).truncated_to_seconds();
        if end.seconds() > LAST { Err("that reaches beyond the calendar") } else { Ok(end) }
    }

    fn confirm(&self, end: Timestamp, look: Look) -> Confirm {
        let facts = vec![
            Pair::new("license", self.license.id.to_string()),
            Pair::new("subject", &self.license.subject),
            Pair::new("ends now", look.zoned(self.end)),
            Pair::new("will end", look.zoned(end)),
        ];
        let warning = "A new license is signed and this one superseded: the new one has to be handed out.";
        Confirm::new("Extend this license?", facts, Some(warning), self.effect(end))
    }

    fn effect(&self, end: Timestamp) -> Effect {
        let request = ReissueRequest { term: Some(Term::Until(end)), ..ReissueRequest::default() };
        Effect::Reissue { id: self.license.id, request }
    }
}

/// As long as it was given for, in whole days.
fn days_of(license: &License, end: Timestamp) -> i64 {
    const DAY: i64 = 86_400;
    let start = license.not_before.unwrap_or(license.created_at);
    let days = (end.seconds() - start.seconds() + DAY / 2) / DAY;
    if days > 0 { days } else { 365 }
}

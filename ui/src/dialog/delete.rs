//! Deleting a license: what will happen, and its subject typed by whoever means it.

use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use licentia_core::{License, LicenseStatus};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Way,
    Subject,
}

/// A longer subject is not typed by anybody.
const LONG: usize = 60;

/// See the module.
#[derive(Debug)]
pub(crate) struct Delete {
    pub(super) form: Form<Part>,
    license: License,
    waiting: bool,
}

impl Delete {
    pub(crate) fn new(license: &License) -> Self {
        let mut fields = vec![];
        if license.status != LicenseStatus::Revoked {
            let ways = ["revoke it, then delete it", "only delete it"].map(str::to_owned).to_vec();
            fields.push(Field::choice(Part::Way, "how", ways, "Left and right choose."));
        }
        fields.push(Field::text(Part::Subject, "confirm", "", "Nothing is deleted before this is typed."));
        let mut form = Form::new(fields);
        // Whoever types at once does not turn the choice by it.
        form.go_to(Part::Subject);
        Self { form, license: license.clone(), waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&[], true),
            Action::PreviousField => self.form.leave(&[], false),
            Action::Submit if self.form.show(&self.problems()) => {
                return vec![Step::Run(self.effect())];
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    /// What it asks for, whether it was confirmed already or not.
    pub(crate) fn effect(&self) -> Effect {
        Effect::DeleteLicense { id: self.license.id, revoke: self.revokes() }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let (consequence, meaning) = self.consequence();
        let mut lines = paragraph(&consequence, columns, meaning, look);
        lines.extend(paragraph("The audit log keeps what it said and what was done.", columns, Meaning::Text, look));
        lines.push(Line::default());
        lines.extend(paragraph(&self.demand(), columns, Meaning::Text, look));
        lines.push(Line::default());
        let form = self.form.height(columns);
        let title = format!("Delete {} for {}", self.license.id.short(), clean(&self.license.subject));
        let inner = popup::open(frame, area, popup::WIDE, lines.len() + form, &title, look);
        // On a small screen the text gives way, not the field.
        let form = u16::try_from(form).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Fill(1), Constraint::Max(form)]).areas(inner);
        for (row, line) in top.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, bottom, look);
    }

    fn revokes(&self) -> bool {
        self.form.has(Part::Way) && self.form.chosen(Part::Way) == 0
    }

    /// What becomes of what was handed out.
    fn consequence(&self) -> (String, Meaning) {
        let published = self.license.status_list.is_some();
        match (self.license.status, self.revokes()) {
            (LicenseStatus::Revoked, _) => {
                ("It stays revoked, also when it should be imported again.".to_owned(), Meaning::Text)
            }
            (_, true) if published => (
                "It will be revoked with the reason cessation, and stop in the field once the revocations are published."
                    .to_owned(),
                Meaning::Text,
            ),
            (_, true) => (
                "It will be revoked with the reason cessation. It has no status list: what was handed out goes on working."
                    .to_owned(),
                Meaning::Warning,
            ),
            (status @ (LicenseStatus::Suspended | LicenseStatus::Superseded), false) if published => (
                format!("It is {status} and will not be revoked: its status list goes on calling it {status}."),
                Meaning::Text,
            ),
            (status, false) => (
                format!("It is {status} and will not be revoked: what was handed out stays valid in the field."),
                Meaning::Warning,
            ),
        }
    }

    fn demand(&self) -> String {
        let end = self.license.id.short();
        if is_typed_easily(&self.license.subject) {
            format!("To confirm, type the subject: {}", clean(&self.license.subject))
        } else {
            format!("To confirm, type the end of the id: {end} (the subject is hard to type, and is taken too)")
        }
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let (typed, subject) = (self.form.text(Part::Subject), self.license.subject.trim());
        let by_id = !is_typed_easily(subject) && typed == self.license.id.short();
        if by_id || typed == subject {
            return vec![];
        }
        let why = if typed.is_empty() { "type it to confirm" } else { "that is something else" };
        vec![(Part::Subject, why.to_owned())]
    }
}

/// Every keyboard has these characters, and there are not too many of them.
fn is_typed_easily(subject: &str) -> bool {
    !subject.trim().is_empty() && subject.len() <= LONG && subject.chars().all(|c| c.is_ascii_graphic() || c == ' ')
}

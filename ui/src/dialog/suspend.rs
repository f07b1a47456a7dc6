//! A note on why a license is suspended.

use super::confirm::Confirm;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::Pair;
use licentia_core::License;
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Note,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Suspend {
    pub(super) form: Form<Part>,
    license: License,
    waiting: bool,
}

impl Suspend {
    pub(crate) fn new(license: &License) -> Self {
        let form = Form::new(vec![Field::text(Part::Note, "note", "", "For the audit log only. May stay empty.")]);
        Self { form, license: license.clone(), waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => vec![],
            Action::Submit => vec![Step::open(self.confirm())],
            Action::Cancel => vec![Step::Close],
            _ => vec![],
        }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let title = format!("Suspend {} for {}", self.license.id.short(), self.license.subject);
        let inner = popup::open(frame, area, popup::WIDE, height, &title, look);
        self.form.draw(frame, inner, look);
    }

    /// What it leads to.
    pub(crate) fn effect(&self) -> Effect {
        Effect::Suspend { id: self.license.id, note: self.form.optional(Part::Note) }
    }

    fn confirm(&self) -> Confirm {
        let note = self.form.optional(Part::Note);
        let facts = vec![
            Pair::new("license", self.license.id.to_string()),
            Pair::new("subject", &self.license.subject),
            Pair::new("note", note.as_deref().unwrap_or("none")),
        ];
        let warning = if self.license.status_list.is_some() {
            "It stops in the field once the status lists are published again, until it is reinstated."
        } else {
            "It has no status list: what was handed out goes on working in the field."
        };
        Confirm::new("Suspend?", facts, Some(warning), self.effect())
    }
}

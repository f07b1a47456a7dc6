//! Why a license is revoked.

use super::confirm::Confirm;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::Pair;
use licentia_core::{License, ReasonCode, RevokeRequest};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Reason,
    Note,
}

/// The one that accuses nobody stands first: whoever is in a hurry writes that.
const REASONS: [ReasonCode; 6] = [
    ReasonCode::Other,
    ReasonCode::Refund,
    ReasonCode::Cessation,
    ReasonCode::Superseded,
    ReasonCode::Breach,
    ReasonCode::KeyCompromise,
];

/// See the module.
#[derive(Debug)]
pub(crate) struct Revoke {
    pub(super) form: Form<Part>,
    license: License,
    waiting: bool,
}

impl Revoke {
    pub(crate) fn new(license: &License) -> Self {
        let reasons = REASONS.iter().map(|reason| reason.as_str().replace('_', " ")).collect();
        let form = Form::new(vec![
            Field::choice(
                Part::Reason,
                "reason",
                reasons,
                "Left and right choose; the reason goes into the audit log.",
            ),
            Field::text(Part::Note, "note", "", "For the audit log only. May stay empty."),
        ]);
        Self { form, license: license.clone(), waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&[], true),
            Action::PreviousField => self.form.leave(&[], false),
            Action::Submit => return vec![Step::open(self.confirm())],
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let title = format!("Revoke {} for {}", self.license.id.short(), self.license.subject);
        let inner = popup::open(frame, area, popup::WIDE, height, &title, look);
        self.form.draw(frame, inner, look);
    }

    /// What it leads to.
    pub(crate) fn effect(&self) -> Effect {
        let reason = REASONS.get(self.form.chosen(Part::Reason)).copied().unwrap_or(ReasonCode::Other);
        Effect::Revoke(RevokeRequest { license: self.license.id, reason, note: self.form.optional(Part::Note) })
    }

    fn confirm(&self) -> Confirm {
        let reason = REASONS.get(self.form.chosen(Part::Reason)).copied().unwrap_or(ReasonCode::Other);
        let note = self.form.optional(Part::Note);
        let facts = vec![
            Pair::new("license", self.license.id.to_string()),
            Pair::new("subject", &self.license.subject),
            Pair::new("reason", reason.as_str()),
            Pair::new("note", note.as_deref().unwrap_or("none")),
        ];
        let warning = if self.license.status_list.is_some() {
            "It stops in the field once the revocations are published again."
        } else {
            "It has no status list: what was handed out goes on working in the field."
        };
        Confirm::new("Revoke?", facts, Some(warning), self.effect())
    }
}

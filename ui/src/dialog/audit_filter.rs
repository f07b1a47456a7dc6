//! Which entries the audit tab shows: by kind, actor and target.

use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

/// The filter as it was typed. Empty parts let everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AuditFilterText {
    pub(crate) kinds: String,
    pub(crate) actor: String,
    pub(crate) target: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Kinds,
    Actor,
    Target,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct AuditFilterForm {
    pub(super) form: Form<Part>,
    request: u64,
    /// The kinds that are in this log.
    kinds: Vec<String>,
}

impl AuditFilterForm {
    pub(crate) fn new(now: &AuditFilterText, request: u64) -> Self {
        let form = Form::new(vec![
            Field::text(Part::Kinds, "kind", &now.kinds, "Kinds, joined by commas; license.* means all that begin so."),
            Field::text(Part::Actor, "actor", &now.actor, "Who did it: the whole name, as the log has it."),
            Field::text(Part::Target, "target", &now.target, "A name or an id, or the beginning or the end of an id."),
        ]);
        Self { form, request, kinds: vec![] }
    }

    pub(crate) fn kinds_loaded(&mut self, request: u64, answer: Answer<Vec<String>>) -> Answer<()> {
        if request == self.request {
            self.kinds = answer?;
        }
        Ok(())
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::NextField => self.form.leave(&[], true),
            Action::PreviousField => self.form.leave(&[], false),
            Action::Submit => return vec![Step::Close, Step::FilterAudit(self.text())],
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let known = format!("In this log: {}", clean(&self.kinds.join(", ")));
        let known = if self.kinds.is_empty() { vec![] } else { paragraph(&known, columns, Meaning::Muted, look) };
        let height = self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, height + known.len(), "Show only", look);
        let form = u16::try_from(height).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Max(form), Constraint::Fill(1)]).areas(inner);
        self.form.draw(frame, top, look);
        for (row, line) in bottom.rows().zip(known) {
            frame.render_widget(line, row);
        }
    }

    fn text(&self) -> AuditFilterText {
        let [kinds, actor, target] =
            [Part::Kinds, Part::Actor, Part::Target].map(|part| self.form.text(part).to_owned());
        AuditFilterText { kinds, actor, target }
    }
}

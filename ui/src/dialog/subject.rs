//! Which subjects the list of licenses shows.

use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(super) form: Form<()>,
}

impl Subject {
    pub(crate) fn new(now: Option<&str>) -> Self {
        let hint = "A part of the subject, in upper or lower case. Empty: all.";
        Self { form: Form::new(vec![Field::text((), "subject", now.unwrap_or_default(), hint)]) }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Submit => vec![Step::Close, Step::FilterSubject(self.form.optional(()))],
            Action::Cancel => vec![Step::Close],
            _ => vec![],
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::NARROW));
        let inner = popup::open(frame, area, popup::NARROW, height, "Show only", look);
        self.form.draw(frame, inner, look);
    }
}

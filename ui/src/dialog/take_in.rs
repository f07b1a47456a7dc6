//! Taking in a license from elsewhere: the path of its file, or its text.

use super::confirm::Confirm;
use super::verdict::Verdict;
use super::verdict::checks::{facts, refusal};
use crate::app::in_the_way;
use crate::effect::{Effect, Preview, is_license};
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct TakeIn {
    pub(super) form: Form<()>,
    /// What is being looked at.
    request: Option<u64>,
    waiting: bool,
}

impl Default for TakeIn {
    fn default() -> Self {
        let hint = "The path of a .lic file, or the license itself, pasted. ~ is your home.";
        Self { form: Form::new(vec![Field::text((), "license", "", hint)]), request: None, waiting: false }
    }
}

impl TakeIn {
    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Submit if self.form.show(&self.problems()) => {
                let (request, source) = (cx.requests.next(), self.form.text(()).to_owned());
                self.request = Some(request);
                return vec![Step::Run(Effect::Preview { request, source })];
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    /// The command for looking at it; the review has the one that takes it in.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match self.problems().first() {
            Some(((), why)) => Err(in_the_way("license", why)),
            None => Ok(Effect::Preview { request: 0, source: self.form.text(()).to_owned() }),
        }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// The question whether to take it in, or why it cannot be.
    pub(crate) fn previewed(&mut self, request: u64, answer: Answer<Box<Preview>>, look: Look) -> Answer<Option<Step>> {
        if self.request.take_if(|newest| *newest == request).is_none() {
            return Ok(None);
        }
        let Preview { text, found } = *answer?;
        let file = self.form.optional(()).filter(|source| !is_license(source));
        Ok(Some(match refusal(&found, look) {
            Some(_) => Step::open(Verdict::refused(found)),
            None => Step::open(Confirm::new(
                "Import this license?",
                facts(&found, look),
                None,
                Effect::ImportLicense { text, file },
            )),
        }))
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, "Import a license", look);
        self.form.draw(frame, inner, look);
    }

    fn problems(&self) -> Vec<((), String)> {
        let why = "a path, or the text between BEGIN LICENSE and END LICENSE";
        if self.form.text(()).is_empty() { vec![((), why.to_owned())] } else { vec![] }
    }
}

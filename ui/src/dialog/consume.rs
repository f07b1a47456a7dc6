//! What came back for a token: the token, and the file with the result.

use crate::app::in_the_way;
use crate::effect::{Effect, ProbeChange};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Token,
    Path,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Consume {
    pub(super) form: Form<Part>,
    waiting: bool,
}

impl Consume {
    pub(crate) fn new() -> Self {
        let form = Form::new(vec![
            Field::secret(Part::Token, "token", "Paste it, from lprobe_ to its end. It is used up by this."),
            Field::text(
                Part::Path,
                "result",
                "",
                "The path of the file that came back: a JSON object, at most 64 KiB.",
            ),
        ]);
        Self { form, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if self.form.show(&self.problems()) => {
                let Some(token) = self.form.secret(Part::Token) else { return vec![] };
                let path = self.form.text(Part::Path).to_owned();
                return vec![Step::Run(Effect::ChangeProbe(ProbeChange::Consume { token, path }))];
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// What it leads to. No command line says it: the token is a secret.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        let token = self.form.secret(Part::Token).ok_or_else(|| in_the_way("token", "it is needed"))?;
        let path = self.form.text(Part::Path).to_owned();
        Ok(Effect::ChangeProbe(ProbeChange::Consume { token, path }))
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, "Take in a result", look);
        self.form.draw(frame, inner, look);
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let mut problems = vec![];
        match self.form.secret(Part::Token) {
            None => problems.push((Part::Token, "the token is needed".to_owned())),
            Some(token) if !token.0.trim().starts_with("lprobe_") => {
                problems.push((Part::Token, "a token begins with lprobe_".to_owned()));
            }
            Some(_) => {}
        }
        if self.form.text(Part::Path).is_empty() {
            problems.push((Part::Path, "which file?".to_owned()));
        }
        problems
    }
}

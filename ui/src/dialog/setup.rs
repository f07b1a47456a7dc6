//! The first start: a passphrase, typed twice, and the first issuer.

use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use licentia_core::Founding;
use licentia_core::secret::Passphrase;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Passphrase,
    Again,
    Issuer,
    Vendor,
    StatusUrl,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(super) form: Form<Part>,
    home: String,
    waiting: bool,
}

impl Setup {
    /// `has_passphrase`: one was handed in already.
    pub(crate) fn new(home: &str, has_passphrase: bool) -> Self {
        let mut fields = vec![];
        if !has_passphrase {
            fields.push(Field::secret(
                Part::Passphrase,
                "passphrase",
                "At least 8 characters. Nobody can recover it: write it down.",
            ));
            fields.push(Field::secret(Part::Again, "again", "The same passphrase once more."));
        }
        fields.extend([
            Field::text(Part::Issuer, "issuer", "main", "A name for the first key that signs licenses."),
            Field::text(
                Part::Vendor,
                "vendor",
                "",
                "Who you are in every license, such as your domain. Empty: an id is made up.",
            ),
            Field::text(
                Part::StatusUrl,
                "status address",
                "",
                "Where you will publish revocations. Empty: licenses cannot be revoked in the field.",
            ),
        ]);
        Self { form: Form::new(fields), home: home.to_owned(), waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Abandon if !self.waiting => return vec![Step::Quit],
            Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if !self.waiting && self.form.show(&self.problems()) => {
                return vec![Step::Run(self.effect())];
            }
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let said = if self.waiting {
            "Setting up…".to_owned()
        } else {
            format!(
                "There is nothing yet in {}. This makes a database there, a vault that the passphrase opens, and a \
                 first key that signs licenses. To go on from a backup instead, leave and run: licentia restore FILE",
                clean(&self.home)
            )
        };
        let intro = paragraph(&said, columns, Meaning::Muted, look);
        let above = u16::try_from(intro.len() + 1).unwrap_or(u16::MAX);
        let height = self.form.height(columns) + intro.len() + 1;
        let inner = popup::open(frame, area, popup::WIDE, height, "Welcome to Licentia", look);
        let [top, rest] = Layout::vertical([Constraint::Max(above), Constraint::Min(3)]).areas(inner);
        for (row, line) in top.rows().zip(intro) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, rest, look);
    }

    /// What it leads to, as far as a command line would say it.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match self.problems().iter().find(|(part, _)| !matches!(part, Part::Passphrase | Part::Again)) {
            Some((part, why)) => Err(in_the_way(self.form.name(*part), why)),
            None => Ok(self.effect()),
        }
    }

    fn effect(&self) -> Effect {
        let founding = Founding {
            vendor: self.form.optional(Part::Vendor),
            issuer: self.form.text(Part::Issuer).to_owned(),
            status_url: self.form.optional(Part::StatusUrl),
            throwaway: false,
        };
        Effect::Found { passphrase: self.form.secret(Part::Passphrase), founding }
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let mut problems = vec![];
        if self.form.has(Part::Passphrase) {
            let typed = self.form.secret(Part::Passphrase);
            let text = typed.as_ref().map(|typed| typed.0.to_string()).unwrap_or_default();
            if let Err(error) = Passphrase::new(text).and_then(|passphrase| passphrase.check_new()) {
                problems.push((Part::Passphrase, error.to_string()));
            } else if typed != self.form.secret(Part::Again) {
                problems.push((Part::Again, "this is not what was typed above".to_owned()));
            }
        }
        if self.form.text(Part::Issuer).is_empty() {
            problems.push((Part::Issuer, "a name is needed".to_owned()));
        }
        problems
    }
}

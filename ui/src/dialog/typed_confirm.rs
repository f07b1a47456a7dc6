//! The last question before something that cannot be taken back: it is answered by typing a name.

use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

/// Holds the very effect that it asks about, as [`super::confirm::Confirm`] does.
#[derive(Debug)]
pub(crate) struct TypedConfirm {
    pub(super) form: Form<()>,
    title: &'static str,
    facts: Vec<Pair>,
    warning: String,
    /// What has to be typed.
    name: String,
    effect: Effect,
    scroll: Scroll,
    waiting: bool,
}

impl TypedConfirm {
    pub(crate) fn new(title: &'static str, facts: Vec<Pair>, warning: &str, name: &str, effect: Effect) -> Self {
        let hint = "Type the name as it stands above, and press Enter.";
        Self {
            form: Form::new(vec![Field::text((), "name", "", hint)]),
            title,
            facts,
            warning: clean(warning),
            name: name.to_owned(),
            effect,
            scroll: Scroll::default(),
            waiting: false,
        }
    }

    pub(crate) const fn effect(&self) -> &Effect {
        &self.effect
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Confirm if self.form.show(&self.problems()) => return vec![Step::Run(self.effect.clone())],
            Action::Cancel => return vec![Step::Close],
            _ => self.scroll.act(action),
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let mut lines = pairs(&self.facts, columns, look);
        lines.push(Line::default());
        lines.extend(paragraph(&self.warning, columns, Meaning::Warning, look));
        lines.push(Line::default());
        let form = self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, lines.len() + form, self.title, look);
        // The field stays in sight; what does not fit above it scrolls.
        let form = Constraint::Length(u16::try_from(form).unwrap_or(u16::MAX));
        let [top, bottom] = Layout::vertical([Constraint::Fill(1), form]).areas(inner);
        self.scroll.draw(frame, top, lines);
        self.form.draw(frame, bottom, look);
    }

    fn problems(&self) -> Vec<((), String)> {
        let typed = self.form.text(());
        // Blanks around it are not seen, so they are not asked for; and what hides in it stands there in other letters.
        let is_it = typed == self.name.trim() || typed == clean(&self.name).trim();
        if is_it { vec![] } else { vec![((), "this is not the name".to_owned())] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::Requests;
    use crate::tests::support::look;
    use crossterm::event::{KeyCode, KeyEvent};

    #[test]
    fn only_the_whole_name_is_an_answer() {
        let mut dialog = TypedConfirm::new("Delete?", vec![], "It is gone then.", "till ", Effect::Lock);
        let mut requests = Requests::default();
        let mut cx = Cx { requests: &mut requests, look: look() };
        dialog.form.paste("til");
        assert!(dialog.act(Action::Confirm, &mut cx).is_empty());
        dialog.form.key(KeyEvent::from(KeyCode::Char('l')));
        assert!(matches!(dialog.act(Action::Confirm, &mut cx).as_slice(), [Step::Run(Effect::Lock)]));
        let mut hidden = TypedConfirm::new("Delete?", vec![], "", "a\u{7}", Effect::Lock);
        hidden.form.paste("a\\u{7}");
        assert_eq!(hidden.act(Action::Confirm, &mut cx).len(), 1, "as it stands there");
        dialog.wait(true);
        assert!(dialog.act(Action::Confirm, &mut cx).is_empty(), "it is asked once");
        assert!(dialog.act(Action::Cancel, &mut cx).is_empty());
    }
}

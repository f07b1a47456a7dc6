//! The name under which a query is saved.

use crate::app::in_the_way;
use crate::effect::{Effect, FilterChange};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use licentia_core::Explanation;
use licentia_core::audit::SavedFilter;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

/// See the module.
#[derive(Debug)]
pub(crate) struct SaveFilter {
    pub(super) form: Form<()>,
    query: String,
    waiting: bool,
}

impl SaveFilter {
    pub(crate) fn new(query: String) -> Self {
        let hint = "One plain word, typed as @NAME to search with it. One of this name is replaced.";
        Self { form: Form::new(vec![Field::text((), "name", "", hint)]), query, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Submit if self.form.show(&self.problems()) => return vec![Step::Run(self.effect())],
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// What it leads to, or why the name cannot be one.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match self.problems().first() {
            Some(((), why)) => Err(in_the_way("name", why)),
            None => Ok(self.effect()),
        }
    }

    fn effect(&self) -> Effect {
        Effect::ChangeFilter(FilterChange::Save { name: self.form.text(()).to_owned(), query: self.query.clone() })
    }

    fn problems(&self) -> Vec<((), String)> {
        match SavedFilter::checked_name(self.form.text(())) {
            Ok(_) => vec![],
            Err(error) => {
                let why = Explanation::from(&error);
                vec![((), why.cause.unwrap_or(why.message))]
            }
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let query = paragraph(&clean(&self.query), columns, Meaning::Text, look);
        // A long one must not push the name away.
        let above = query.len().min(6) + 1;
        let height = above + self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, height, "Save this query", look);
        let above = Constraint::Max(u16::try_from(above).unwrap_or(u16::MAX));
        let [top, rest] = Layout::vertical([above, Constraint::Min(3)]).areas(inner);
        let rows = top.rows().take(usize::from(top.height).saturating_sub(1));
        for (row, line) in rows.zip(query) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, rest, look);
    }
}

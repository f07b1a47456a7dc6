//! Where the status lists are published to, and what they will say.

use super::confirm::Confirm;
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::{Pair, pairs};
use licentia_core::ListToPublish;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

/// See the module.
#[derive(Debug)]
pub(crate) struct Publish {
    pub(super) form: Form<()>,
    /// Of the counts that are waited for.
    request: u64,
    /// None until they are counted.
    lists: Option<Vec<ListToPublish>>,
    /// The directory is known from the start: the question follows as soon as it can be asked.
    asks_at_once: bool,
    waiting: bool,
}

const HINT: &str = "The directory that a web server hands out; made where it is missing. Lists that are there already \
                    are replaced.";

impl Publish {
    /// Opens it, and has the lists counted. The directory may be empty.
    pub(crate) fn open(directory: &str, requests: &mut Requests) -> [Step; 2] {
        let form = Form::new(vec![Field::text((), "directory", directory, HINT)]);
        let (request, asks_at_once) = (requests.next(), !directory.is_empty());
        let dialog = Self { form, request, lists: None, asks_at_once, waiting: false };
        [Step::open(dialog), Step::Run(Effect::CountLists { request })]
    }

    pub(crate) const fn waits_for(&self, request: u64) -> bool {
        self.request == request
    }

    /// Takes the counts in; the question, where nothing else has to be asked first.
    pub(crate) fn counted(&mut self, answer: Answer<Vec<ListToPublish>>) -> Answer<Option<Confirm>> {
        self.lists = Some(answer?);
        Ok(if std::mem::take(&mut self.asks_at_once) { self.confirm() } else { None })
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Submit if self.form.show(&self.problems()) => {
                return match self.confirm() {
                    Some(confirm) => vec![Step::open(confirm)],
                    None => vec![Step::Notice("The lists are still being counted; go on in a moment.")],
                };
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match self.problems().first() {
            Some(((), why)) => Err(in_the_way("directory", why)),
            None => Ok(self.effect()),
        }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let lines = match &self.lists {
            Some(lists) => pairs(&facts(lists), columns, look),
            None => pairs(&[Pair::new("lists", "counting…").meaning(Meaning::Muted)], columns, look),
        };
        let height = self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, lines.len() + 1 + height, "Publish the status lists", look);
        // Of many lists as many as have room: the question after this one scrolls.
        let below = u16::try_from(height).unwrap_or(u16::MAX);
        let above = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Max(above), Constraint::Min(below)]).areas(inner);
        for (row, line) in top.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, bottom, look);
    }

    fn problems(&self) -> Vec<((), String)> {
        let empty = self.form.text(()).is_empty();
        empty.then(|| ((), "where to?".to_owned())).into_iter().collect()
    }

    fn effect(&self) -> Effect {
        Effect::Publish { directory: self.form.text(()).to_owned() }
    }

    fn confirm(&self) -> Option<Confirm> {
        let mut all = vec![Pair::new("directory", self.form.text(()))];
        all.extend(facts(self.lists.as_ref()?));
        let warning =
            "Everybody can read a list, and count in it how many licenses are revoked, suspended and superseded.";
        Some(Confirm::new("Publish the status lists?", all, Some(warning), self.effect()))
    }
}

/// Each list, and of how many licenses it says what.
fn facts(lists: &[ListToPublish]) -> Vec<Pair> {
    let one = |list: &ListToPublish| {
        let ListToPublish { uri, issuer, revoked, suspended, superseded } = list;
        let counts = format!("{revoked} revoked, {suspended} suspended, {superseded} superseded");
        Pair::lines("list", &format!("{}\nof {}: {counts}", clean(uri), clean(issuer)))
    };
    lists.iter().map(one).collect()
}

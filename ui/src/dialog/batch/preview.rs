//! What is in the file, row by row, and the signing of all of it.

mod words;

use super::{Far, file_name};
use crate::dialog::confirm::Confirm;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::step::{Cx, Step};
use crate::text::{clean, fit, wrap};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::Pair;
use crate::widget::table;
use crate::widget::window::Window;
use licentia_core::{Batch, BatchRow, Explanation};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(crate) struct BatchPreview {
    batch: Arc<Batch>,
    /// The places of the rows that cannot be issued.
    refused: Vec<usize>,
    only_refused: bool,
    window: Window,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    /// The file is being read again, under this number.
    Reading(u64, Far),
    /// It was asked to be signed, under this number.
    Signing(u64, Far),
}

impl BatchPreview {
    pub(crate) fn new(batch: Batch) -> Self {
        let refused = refused(&batch);
        let batch = Arc::new(batch);
        Self { batch, refused, only_refused: false, window: Window::default(), doing: Doing::Nothing }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (action, self.doing) {
            (Action::Back, Doing::Reading(request, _)) => {
                self.doing = Doing::Nothing;
                return vec![Step::Run(Effect::Stop { request })];
            }
            // The signing goes on, and its end is told wherever one is by then.
            (Action::Back, _) => return vec![Step::Close],
            (Action::ToggleRefused, _) => self.toggle_refused(),
            (Action::SignBatch | Action::Refresh, Doing::Signing(..)) => {
                return vec![Step::Notice("These licenses are being signed.")];
            }
            (Action::Refresh, Doing::Nothing) => {
                let request = cx.requests.next();
                self.doing = Doing::Reading(request, Far::default());
                return vec![Step::Run(Effect::ReadBatch { request, path: self.batch.path.clone() })];
            }
            (Action::SignBatch, Doing::Nothing) if self.refused.is_empty() => {
                return vec![Step::open(self.confirm(cx.requests.next()))];
            }
            (Action::SignBatch, Doing::Nothing) => {
                return vec![Step::Notice("It is all or nothing: correct these rows, and press F5 to read it again.")];
            }
            (action, _) => self.window.act(action, self.rows()),
        }
        vec![]
    }

    /// What the last question's answer leads to is under way, or was given up.
    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.doing = match (waiting, self.doing) {
            (false, Doing::Signing(..)) => Doing::Nothing,
            (_, doing) => doing,
        };
    }

    /// The signing of this batch has begun.
    pub(crate) fn signs(&mut self, request: u64, batch: &Arc<Batch>) {
        if Arc::ptr_eq(&self.batch, batch) {
            self.doing = Doing::Signing(request, Far::default());
        }
    }

    pub(crate) const fn is_signing(&self) -> bool {
        matches!(self.doing, Doing::Signing(..))
    }

    /// Takes the file in as it is now. False when this answer is not waited for.
    pub(crate) fn read_again(&mut self, request: u64, answer: Answer<Batch>) -> Result<bool, Explanation> {
        match self.doing {
            Doing::Reading(waiting, _) if waiting == request => self.doing = Doing::Nothing,
            _ => return Ok(false),
        }
        let batch = answer?;
        self.refused = refused(&batch);
        self.batch = Arc::new(batch);
        self.only_refused &= !self.refused.is_empty();
        self.window.select(self.window.selected(), self.rows());
        Ok(true)
    }

    pub(crate) fn progressed(&mut self, request: u64, far: Far) {
        if let Doing::Reading(waiting, seen) | Doing::Signing(waiting, seen) = &mut self.doing
            && *waiting == request
        {
            *seen = far;
        }
    }

    /// With a row that is refused, the command can only say so.
    pub(crate) fn leads_to(&self) -> Effect {
        if self.refused.is_empty() {
            Effect::IssueBatch { request: 0, batch: Arc::clone(&self.batch) }
        } else {
            Effect::ReadBatch { request: 0, path: self.batch.path.clone() }
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = format!("Issue licenses from {}", file_name(&self.batch.path));
        let inner = popup::open(frame, area, area.width, area.height.into(), &title, look);
        let columns = usize::from(inner.width);
        let selected = self.row(self.window.selected()).map(|row| words::said_of(row, look));
        let more = selected.map_or_else(Vec::new, |(text, meaning)| {
            wrap(&text, columns).into_iter().take(MOST_LINES).map(|line| (line, meaning)).collect()
        });
        let below = u16::try_from(more.len() + 1).unwrap_or(0);
        let [head, table, foot] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(2), Constraint::Max(below)]).areas(inner);
        self.draw_head(frame, head, look);
        self.window.set_height(usize::from(table.height).saturating_sub(1), self.rows());
        let rows = self.window.visible(self.rows()).filter_map(|at| {
            let row = self.row(at)?;
            Some((at == self.window.selected(), words::cells(row, look)))
        });
        table::draw(frame, table, look, words::COLUMNS, rows);
        for (row, (line, meaning)) in foot.rows().skip(1).zip(more) {
            frame.render_widget(Span::styled(line, look.style(meaning)), row);
        }
    }

    fn draw_head(&self, frame: &mut Frame, area: Rect, look: Look) {
        let position = self.window.position(self.rows());
        let room = u16::try_from(crate::text::width(&position)).unwrap_or(u16::MAX);
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(room)]).spacing(2).areas(area);
        let (said, meaning) = self.summary();
        frame.render_widget(Span::styled(fit(&said, left.width.into()), look.style(meaning)), left);
        frame.render_widget(Span::styled(position, look.style(Meaning::Muted)), right);
    }

    fn summary(&self) -> (String, Meaning) {
        let (rows, refused) = (self.batch.rows.len(), self.refused.len());
        match self.doing {
            Doing::Reading(_, far) => {
                (format!("Reading it again{}…  Esc gives it up.", far.percent()), Meaning::Warning)
            }
            Doing::Signing(_, far) if far.total > 0 && far.done == far.total => {
                (format!("{rows} licenses are signed; writing them…"), Meaning::Warning)
            }
            Doing::Signing(_, far) => {
                (format!("Signing{}…  Esc lets it go on behind.", far.counted()), Meaning::Warning)
            }
            Doing::Nothing if refused == 0 => (format!("{} can be signed.", words::licenses(rows)), Meaning::Good),
            Doing::Nothing => {
                let so = if self.only_refused { "; only these are shown." } else { ", so nothing will be signed." };
                (format!("{refused} of {rows} rows are refused{so}"), Meaning::Danger)
            }
        }
    }

    fn confirm(&self, request: u64) -> Confirm {
        let first = self.batch.rows.iter().find_map(|row| row.verdict.as_ref().ok());
        let last = self.batch.rows.last().map_or("", |row| row.subject.as_str());
        let facts = vec![
            Pair::new("file", self.batch.path.to_string_lossy()),
            Pair::new("licenses", self.batch.rows.len().to_string()),
            Pair::new("first", first.map_or("", |request| request.subject.as_str())),
            Pair::new("last", last),
        ];
        let warning = "All of them are written at once, or none is.";
        let effect = Effect::IssueBatch { request, batch: Arc::clone(&self.batch) };
        Confirm::new("Sign all of these?", facts, Some(warning), effect)
    }

    fn toggle_refused(&mut self) {
        let row = if self.only_refused {
            self.refused.get(self.window.selected()).copied().unwrap_or(0)
        } else {
            let at = self.window.selected();
            self.refused.iter().position(|place| *place >= at).unwrap_or(0)
        };
        self.only_refused = !self.only_refused && !self.refused.is_empty();
        self.window.select(row, self.rows());
    }

    fn rows(&self) -> usize {
        if self.only_refused { self.refused.len() } else { self.batch.rows.len() }
    }

    fn row(&self, at: usize) -> Option<&BatchRow> {
        let at = if self.only_refused { *self.refused.get(at)? } else { at };
        self.batch.rows.get(at)
    }
}

/// How much is said of the selected row.
const MOST_LINES: usize = 3;

fn refused(batch: &Batch) -> Vec<usize> {
    batch.rows.iter().enumerate().filter(|(_, row)| row.verdict.is_err()).map(|(at, _)| at).collect()
}

/// What is told of a whole file in a word.
pub(super) fn counted(licenses: usize) -> String {
    clean(&words::licenses(licenses))
}

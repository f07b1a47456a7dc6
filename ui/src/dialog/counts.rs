//! How many entries there are of what is shown: by kind, actor, target or day, as bars.

use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, LogStep, Step};
use crate::text::{clean, fit, fit_end, width};
use crate::theme::Meaning;
use crate::widget::popup;
use licentia_core::audit::{AuditSearch, CountBy};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

const ALL: [(CountBy, &str); 4] =
    [(CountBy::Kind, "kind"), (CountBy::Actor, "actor"), (CountBy::Target, "target"), (CountBy::Day, "day")];

/// See the module.
#[derive(Debug)]
pub(crate) struct Counts {
    search: AuditSearch,
    /// The same in words.
    said: String,
    by: CountBy,
    /// The request that is waited for.
    waiting: Option<u64>,
    /// None while they are counted, and where that failed.
    rows: Option<Vec<(String, u64)>>,
    selected: usize,
    height: usize,
}

impl Counts {
    /// By kind, and what is to be counted.
    pub(crate) fn open(search: AuditSearch, said: String, requests: &mut Requests) -> Vec<Step> {
        let by = CountBy::Kind;
        let mut counts = Self { search, said, by, waiting: None, rows: None, selected: 0, height: 10 };
        let effect = counts.count(by, requests);
        vec![Step::open(counts), Step::Run(effect)]
    }

    fn count(&mut self, by: CountBy, requests: &mut Requests) -> Effect {
        let request = requests.next();
        (self.by, self.waiting, self.rows, self.selected) = (by, Some(request), None, 0);
        Effect::CountEntries { request, search: self.search.clone(), by }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let last = self.rows().len().saturating_sub(1);
        let page = self.height.saturating_sub(1).max(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => (self.selected + page).min(last),
            Action::First => 0,
            Action::Last => last,
            Action::CountBy => return self.turn(1, cx.requests),
            Action::CountByPrevious => return self.turn(ALL.len() - 1, cx.requests),
            Action::Narrow => {
                let Some((key, _)) = self.rows().get(self.selected) else { return vec![] };
                return vec![Step::Close, Step::Log(LogStep::Narrow { by: self.by, key: key.clone() })];
            }
            Action::Cancel => return std::iter::once(Step::Close).chain(self.stop()).collect(),
            _ => self.selected,
        };
        vec![]
    }

    fn turn(&mut self, on: usize, requests: &mut Requests) -> Vec<Step> {
        let now = ALL.iter().position(|(by, _)| *by == self.by).unwrap_or(0);
        let Some((by, _)) = ALL.get((now + on) % ALL.len()) else { return vec![] };
        let stop = self.stop();
        let count = self.count(*by, requests);
        stop.into_iter().chain([Step::Run(count)]).collect()
    }

    /// What is counted for nobody is given up.
    fn stop(&mut self) -> Option<Step> {
        self.waiting.take().map(|request| Step::Run(Effect::Stop { request }))
    }

    fn rows(&self) -> &[(String, u64)] {
        self.rows.as_deref().unwrap_or_default()
    }

    pub(crate) fn waits_for(&self, request: u64) -> bool {
        self.waiting == Some(request)
    }

    /// The most frequent first; of days the newest.
    pub(crate) fn counted(&mut self, answer: Answer<Vec<(String, u64)>>) -> Answer<()> {
        self.waiting = None;
        let mut rows = answer?;
        if self.by == CountBy::Day {
            rows.reverse();
        } else {
            rows.sort_by_key(|(_, entries)| std::cmp::Reverse(*entries));
        }
        self.rows = Some(rows);
        Ok(())
    }

    pub(crate) fn leads_to(&self) -> Effect {
        Effect::CountEntries { request: 0, search: self.search.clone(), by: self.by }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        // As high as it can be: it must not jump when something else is counted.
        let title = format!("Count: {}", clean(&self.said));
        let inner = popup::open(frame, area, popup::WIDE, area.height.into(), &title, look);
        let [top, _, rest] =
            Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
        frame.render_widget(self.head(look), top);
        self.height = rest.height.into();
        let rows = self.rows();
        if rows.is_empty() {
            let text = match (self.waiting, &self.rows) {
                (Some(_), _) => "counting…",
                (None, None) => "It could not be counted.",
                (None, Some(_)) => "There is nothing to count.",
            };
            frame.render_widget(Span::styled(text, look.style(Meaning::Muted)), rest);
            return;
        }
        let first = (self.selected + 1).saturating_sub(self.height.max(1));
        let most = rows.iter().map(|(_, entries)| *entries).max().unwrap_or(1);
        let columns: usize = rest.width.into();
        let shown = rows.iter().enumerate().skip(first).take(self.height);
        let names = shown.clone().map(|(_, (key, _))| width(&clean(key))).max().unwrap_or(0).min(columns / 2);
        let numbers = most.to_string().len();
        for (row, (at, (key, entries))) in rest.rows().zip(shown) {
            // Of an id it is the end that tells it from others.
            let name = if self.by == CountBy::Target { fit_end(&clean(key), names) } else { fit(key, names) };
            let pad = " ".repeat(names.saturating_sub(width(&name)));
            let mark = if at == self.selected { ">" } else { " " };
            let text = format!("{mark} {name}{pad} {entries:>numbers$} ");
            let bar = bar(*entries, most, columns.saturating_sub(width(&text)));
            let line = Line::from(vec![Span::raw(text), Span::styled(bar, look.style(Meaning::Good))]);
            frame.render_widget(line, row);
            if at == self.selected {
                frame.buffer_mut().set_style(row, look.style(Meaning::Selected));
            }
        }
    }

    /// By what, and how much there is of it.
    fn head(&self, look: Look) -> Line<'static> {
        let mut spans = vec![Span::raw("by ")];
        for (by, name) in ALL {
            // Brackets as well as the colour, for a plain terminal.
            spans.push(if by == self.by {
                Span::styled(format!("[{name}]"), look.style(Meaning::Selected))
            } else {
                Span::raw(format!(" {name} "))
            });
        }
        if let Some(rows) = &self.rows {
            let entries = rows.iter().map(|(_, entries)| entries).fold(0u64, |sum, more| sum.saturating_add(*more));
            let said = format!("  {} of them, {entries} entries", rows.len());
            spans.push(Span::styled(said, look.style(Meaning::Muted)));
        }
        Line::from(spans)
    }
}

/// As long as its share of the longest one; what is there at all is seen.
fn bar(entries: u64, most: u64, room: usize) -> String {
    let share = u128::from(entries) * u128::try_from(room).unwrap_or(0) / u128::from(most.max(1));
    "█".repeat(usize::try_from(share).unwrap_or(room).max(1).min(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_longer_than_its_place() {
        let length = |entries, most, room| bar(entries, most, room).chars().count();
        assert_eq!((length(10, 10, 40), length(5, 10, 40), length(1, 1_000_000, 40)), (40, 20, 1));
        assert_eq!((length(u64::MAX, u64::MAX, 7), length(3, 3, 0), length(1, 0, 5)), (7, 0, 5));
    }
}

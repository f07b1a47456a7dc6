//! What the tabs show.

mod actions;
pub(crate) mod audit;
pub(crate) mod dashboard;
pub(crate) mod events;
pub(crate) mod filter_bar;
pub(crate) mod identities;
pub(crate) mod issuers;
pub(crate) mod license;
pub(crate) mod licenses;
mod noun;
pub(crate) mod nouns;
pub(crate) mod probes;
pub(crate) mod query_line;
pub(crate) mod search;

use crate::keymap::Action;
use crate::look::Look;
use crate::paging::{Ask, Paged, Requests, Row};
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// What became of a key that may move in a list.
enum Move<K> {
    /// It is for something else.
    Other,
    /// It moved. A page may have to be read.
    Done(Option<Ask<K>>),
}

fn navigate<T: Row>(list: &mut Paged<T>, action: Action, requests: &mut Requests) -> Move<T::Key> {
    match action {
        Action::Up => list.up(1),
        Action::Down => list.down(1),
        Action::PageUp => list.up(list.page()),
        Action::PageDown => list.down(list.page()),
        Action::First => {
            if let Some(ask) = list.first(requests) {
                return Move::Done(Some(ask));
            }
        }
        Action::Last => list.last(),
        _ => return Move::Other,
    }
    Move::Done(list.want(requests))
}

/// The line above a list: what it shows on the left, where one is on the right. Returns what is left for the list.
fn head(frame: &mut Frame, area: Rect, look: Look, left: &str, position: &str) -> Rect {
    let [line, rest] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let room = u16::try_from(crate::text::width(position)).unwrap_or(u16::MAX);
    let [left_area, right_area] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(room)]).spacing(2).areas(line);
    let left = crate::text::fit(left, left_area.width.into());
    frame.render_widget(Span::styled(left, look.style(Meaning::Title)), left_area);
    frame.render_widget(Span::styled(position, look.style(Meaning::Muted)), right_area);
    rest
}

/// What stands in the place of an empty list.
fn nothing(frame: &mut Frame, area: Rect, look: Look, text: &str) {
    let lines = crate::text::wrap(text, area.width.into());
    for (row, line) in area.rows().skip(1).zip(lines) {
        frame.render_widget(Span::styled(line, look.style(Meaning::Muted)), row);
    }
}

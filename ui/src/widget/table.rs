//! A table that is handed only the rows that it shows.

use crate::look::Look;
use crate::text::fit;
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// A column: its head and how wide it is.
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Constraint);

/// A cell: what it says and what that means. It is cleaned and cut when it is drawn.
pub(crate) struct Cell(pub(crate) String, pub(crate) Meaning);

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self(text.into(), Meaning::Text)
    }
}

/// Draws the head and then one row a line.
pub(crate) fn draw(
    frame: &mut Frame,
    area: Rect,
    look: Look,
    columns: &[Column],
    rows: impl Iterator<Item = (bool, Vec<Cell>)>,
) {
    let [mark, rest] = Layout::horizontal([Constraint::Length(2), Constraint::Fill(1)]).areas(area);
    // Once for all rows: dividing a line is by far the dearest part of drawing it.
    let places = Layout::horizontal(columns.iter().map(|column| column.1)).spacing(1).split(rest);
    let heads = columns.iter().map(|column| Cell(column.0.to_owned(), Meaning::Heading)).collect();
    let lines = std::iter::once((false, heads)).chain(rows);
    for (line, (selected, cells)) in area.rows().zip(lines) {
        for (cell, place) in cells.into_iter().zip(places.iter()) {
            let text = fit(&cell.0, place.width.into());
            let place = Rect { y: line.y, height: 1, ..*place };
            frame.render_widget(Span::styled(text, look.style(cell.1)), place);
        }
        if selected {
            // The mark as well as the colour: a plain terminal shows the selection too.
            frame.render_widget(Span::raw(">"), Rect { y: line.y, height: 1, ..mark });
            frame.buffer_mut().set_style(line, look.style(Meaning::Selected));
        }
    }
}

//! A table that is handed only the rows that it shows.

use crate::look::Look;
use crate::text::fit;
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// A column: its head, how wide it is, and from which width of the table on it is shown.
pub(crate) struct Column(&'static str, Constraint, u16);

impl Column {
    pub(crate) const fn new(head: &'static str, width: Constraint) -> Self {
        Self(head, width, 0)
    }

    /// Left out of a narrower table: a column cut to nothing takes room from those that can be read.
    pub(crate) const fn from(self, columns: u16) -> Self {
        Self(self.0, self.1, columns)
    }
}

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
    let shown = |column: &Column| column.2 <= area.width;
    // Once for all rows: dividing a line is by far the dearest part of drawing it.
    let widths = columns.iter().filter(|column| shown(column)).map(|column| column.1);
    let places = Layout::horizontal(widths).spacing(1).split(rest);
    let heads = columns.iter().map(|column| Cell(column.0.to_owned(), Meaning::Heading)).collect();
    let lines = std::iter::once((false, heads)).chain(rows);
    for (line, (selected, cells)) in area.rows().zip(lines) {
        let cells = columns.iter().zip(cells).filter(|(column, _)| shown(column)).map(|(_, cell)| cell);
        for (cell, place) in cells.zip(places.iter()) {
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

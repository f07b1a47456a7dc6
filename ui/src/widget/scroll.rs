//! Text that may be longer than the place it is shown in.

use crate::keymap::Action;
use crate::look::Look;
use crate::text::{clean, width, wrap};
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// How far a text is scrolled.
#[derive(Debug, Default)]
pub(crate) struct Scroll {
    offset: usize,
    height: usize,
}

impl Scroll {
    /// Follows a key; the end is found when the text is drawn.
    pub(crate) fn act(&mut self, action: Action) {
        let page = self.height.saturating_sub(1).max(1);
        self.offset = match action {
            Action::Up => self.offset.saturating_sub(1),
            Action::Down => self.offset.saturating_add(1),
            Action::PageUp => self.offset.saturating_sub(page),
            Action::PageDown => self.offset.saturating_add(page),
            Action::First => 0,
            Action::Last => usize::MAX,
            _ => self.offset,
        };
    }

    /// Draws the part that is scrolled to. Arrows in the column on its right say where there is more.
    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, lines: Vec<Line<'_>>) {
        self.height = area.height.into();
        let last = lines.len().saturating_sub(self.height);
        self.offset = self.offset.min(last);
        let edge = Rect { x: area.right(), width: 1, ..area }.intersection(frame.area());
        if self.offset > 0
            && let Some(row) = edge.rows().next()
        {
            frame.render_widget(Span::raw("↑"), row);
        }
        if self.offset < last
            && let Some(row) = edge.rows().next_back()
        {
            frame.render_widget(Span::raw("↓"), row);
        }
        for (row, line) in area.rows().zip(lines.into_iter().skip(self.offset)) {
            frame.render_widget(line, row);
        }
    }
}

/// A named value of a detail view.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) meaning: Meaning,
}

impl Pair {
    /// A value of one line, from wherever it comes.
    pub(crate) fn new(name: &'static str, value: impl AsRef<str>) -> Self {
        Self { name, value: clean(value.as_ref()), meaning: Meaning::Text }
    }

    /// A value whose line feeds stay.
    pub(crate) fn lines(name: &'static str, value: &str) -> Self {
        Self { name, value: licentia_core::text::printable_lines(value), meaning: Meaning::Text }
    }

    pub(crate) fn meaning(self, meaning: Meaning) -> Self {
        Self { meaning, ..self }
    }
}

/// Names on the left, values on the right, wrapped below one another.
pub(crate) fn pairs(pairs: &[Pair], columns: usize, look: Look) -> Vec<Line<'static>> {
    let names = pairs.iter().map(|pair| width(pair.name)).max().unwrap_or(0);
    let room = columns.saturating_sub(names + 2).max(1);
    let mut lines = vec![];
    for pair in pairs {
        for (at, text) in wrap(&pair.value, room).into_iter().enumerate() {
            let name = if at == 0 { pair.name } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("{name:names$}  "), look.style(Meaning::Heading)),
                Span::styled(text, look.style(pair.meaning)),
            ]));
        }
    }
    lines
}

/// Clean text as wrapped lines of one meaning.
pub(crate) fn paragraph(text: &str, columns: usize, meaning: Meaning, look: Look) -> Vec<Line<'static>> {
    wrap(text, columns).into_iter().map(|line| Line::styled(line, look.style(meaning))).collect()
}

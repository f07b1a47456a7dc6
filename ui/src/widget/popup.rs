//! A framed box above everything else.

use crate::look::Look;
use crate::text::fit;
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

/// The widest box that is still pleasant to read.
pub(crate) const WIDE: u16 = 100;
/// For short questions.
pub(crate) const NARROW: u16 = 64;

/// How many columns of text fit into a box of `width`, on a screen as wide as `area`.
pub(crate) fn columns(area: Rect, width: u16) -> usize {
    width.min(area.width).saturating_sub(4).into()
}

/// Clears room for `height` lines in the middle and returns where they go.
pub(crate) fn open(frame: &mut Frame, area: Rect, width: u16, height: usize, title: &str, look: Look) -> Rect {
    let height = u16::try_from(height).unwrap_or(u16::MAX).saturating_add(2);
    let place = area.centered(Constraint::Length(width.min(area.width)), Constraint::Length(height.min(area.height)));
    let title = fit(title, place.width.saturating_sub(4).into());
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(look.style(Meaning::Border))
        .title(Span::styled(format!(" {title} "), look.style(Meaning::Title)));
    let inner = block.inner(place);
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    Rect { x: inner.x.saturating_add(1).min(inner.right()), width: inner.width.saturating_sub(2), ..inner }
}

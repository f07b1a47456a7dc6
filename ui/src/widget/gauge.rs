//! How far something is, as a bar.

use crate::look::Look;
use crate::theme::Meaning;
use ratatui::text::{Line, Span};

/// `████████░░░░░░░░  50 %`, in `columns` columns.
pub(crate) fn line(done: u64, total: u64, columns: usize, look: Look) -> Line<'static> {
    let share = |of: u64| {
        let part = u128::from(done.min(total)) * u128::from(of);
        u64::try_from(part.checked_div(total.into()).unwrap_or(0)).unwrap_or(of)
    };
    let room = columns.saturating_sub(6).min(60);
    let full = usize::try_from(share(u64::try_from(room).unwrap_or(0))).unwrap_or(room);
    Line::from(vec![
        Span::styled("█".repeat(full), look.style(Meaning::Good)),
        Span::styled("░".repeat(room.saturating_sub(full)), look.style(Meaning::Muted)),
        Span::raw(format!(" {:>3} %", share(100))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::look;

    #[test]
    fn is_full_at_the_end_and_never_fuller() {
        let text = |done, total| line(done, total, 16, look()).to_string();
        assert_eq!(text(0, 0), "░░░░░░░░░░   0 %");
        assert_eq!(text(5, 10), "█████░░░░░  50 %");
        assert_eq!(text(u64::MAX, u64::MAX), "██████████ 100 %");
        assert_eq!(text(12, 10), "██████████ 100 %");
        assert_eq!(line(1, 2, 0, look()).to_string(), "  50 %");
    }
}

//! A TOTP secret that was just made, as a QR code: it is seen this once, and any key takes it away.
//!
//! The secret is in this dialog and nowhere else on the screen's side, and is wiped when the dialog goes.

use crate::app::FRAME_LINES;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::{clean, width};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use licentia_core::{TotpFactor, qr};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Clear;
use zeroize::Zeroizing;

/// See the module.
#[derive(Debug)]
pub(crate) struct Factor {
    factor: TotpFactor,
}

/// Beside a code, text needs at least so many columns to be read.
const NARROWEST: usize = 24;

impl Factor {
    pub(crate) const fn new(factor: TotpFactor) -> Self {
        Self { factor }
    }

    /// Every key closes it, bound or not: see `App::key`.
    #[expect(clippy::unused_self, reason = "as every dialog")]
    pub(crate) fn act(&mut self, _action: Action, _cx: &mut Cx) -> Vec<Step> {
        vec![Step::Close]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let uri = self.factor.uri();
        let code = qr::half_blocks(&uri).map(Zeroizing::new);
        let code: Vec<&str> = code.as_ref().map(|code| code.lines().collect()).unwrap_or_default();
        let across = code.first().map_or(0, |line| width(line));
        let beside = usize::from(area.width).saturating_sub(across + 1);
        let fits = !code.is_empty() && code.len() <= area.height.into() && beside >= NARROWEST;
        if fits {
            // Without a frame: on a small screen each line counts.
            frame.render_widget(Clear, area);
            let across = u16::try_from(across).unwrap_or(u16::MAX);
            let [left, right] =
                Layout::horizontal([Constraint::Length(across), Constraint::Fill(1)]).spacing(1).areas(area);
            for (row, line) in left.rows().zip(code) {
                frame.render_widget(Line::styled(line, look.style(Meaning::Text)), row);
            }
            return draw_lines(frame, right, self.lines(&uri, right.width.into(), look));
        }
        let columns = popup::columns(area, popup::WIDE);
        let mut lines = self.lines(&uri, columns, look);
        let needed = format!(
            "The QR code needs a window of {} columns and {} lines: make this one larger, and it is here.",
            across + 1 + NARROWEST,
            code.len() + FRAME_LINES
        );
        if !code.is_empty() {
            lines.push(Line::default());
            lines.extend(paragraph(&needed, columns, Meaning::Warning, look));
        }
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "The TOTP secret", look);
        draw_lines(frame, inner, lines);
    }

    fn lines(&self, uri: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
        let mut lines = paragraph(&clean(&self.factor.subject), columns, Meaning::Title, look);
        lines.push(Line::default());
        lines.extend(paragraph(ADVICE, columns, Meaning::Warning, look));
        lines.push(Line::default());
        lines.extend(paragraph(&self.factor.secret.to_base32(), columns, Meaning::Good, look));
        lines.push(Line::default());
        lines.extend(paragraph(&clean(uri), columns, Meaning::Text, look));
        lines
    }
}

fn draw_lines(frame: &mut Frame, area: Rect, lines: Vec<Line<'static>>) {
    for (row, line) in area.rows().zip(lines) {
        frame.render_widget(line, row);
    }
}

const ADVICE: &str = "This TOTP secret is shown this once: the next key takes it away. Let an authenticator read it now. \
                      `licentia license totp ID` shows it again, and the log records that.";

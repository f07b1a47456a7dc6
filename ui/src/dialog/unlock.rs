//! Asks for the passphrase. Who does not have it goes on as a reviewer.

use super::error;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::{clean, fit};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use crate::widget::secret::Secret;
use licentia_core::Explanation;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// See the module.
#[derive(Debug)]
pub(crate) struct Unlock {
    pub(super) secret: Secret,
    actor: String,
    problem: Option<Explanation>,
    waiting: bool,
}

impl Unlock {
    pub(crate) fn new(actor: &str) -> Self {
        Self { secret: Secret::default(), actor: clean(actor), problem: None, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Unlock if !self.waiting && !self.secret.is_empty() => {
                self.waiting = true;
                self.problem = None;
                vec![Step::Run(Effect::Unlock { passphrase: self.secret.typed() })]
            }
            Action::Review if !self.waiting => vec![Step::Close, Step::Review],
            _ => vec![],
        }
    }

    pub(crate) fn failed(&mut self, why: Explanation) {
        self.waiting = false;
        self.secret.clear();
        self.problem = Some(why);
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::NARROW);
        let mut lines = if let Some(why) = &self.problem {
            error::lines(why, columns, look)
        } else {
            let text = format!(
                "You will act as {}. Esc goes on without: everything can be read, nothing changed.",
                self.actor
            );
            paragraph(&text, columns, Meaning::Muted, look)
        };
        lines.push(Line::default());
        let before = lines.len();
        let dots = fit(&self.secret.dots(), columns.saturating_sub(14));
        let used = crate::text::width(&dots);
        lines.push(Line::from(vec![
            Span::styled("passphrase  ", look.style(Meaning::Heading)),
            Span::raw(if self.waiting { "opening the vault…".to_owned() } else { dots }),
        ]));
        let inner = popup::open(frame, area, popup::NARROW, lines.len(), "Unlock", look);
        let cursor = Position::new(
            inner.x.saturating_add(u16::try_from(12 + used).unwrap_or(0)),
            inner.y.saturating_add(u16::try_from(before).unwrap_or(0)),
        );
        for (row, line) in inner.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        if inner.contains(cursor) {
            frame.set_cursor_position(cursor);
        }
    }
}

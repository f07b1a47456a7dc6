//! What the keys do in one place. Made from the keymap alone.

use crate::keymap::{Action, Context, all};
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// See the module.
#[derive(Debug)]
pub(crate) struct Help {
    of: Context,
    scroll: Scroll,
}

impl Help {
    pub(crate) fn new(of: Context) -> Self {
        Self { of, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        if action == Action::Close {
            return vec![Step::Close];
        }
        self.scroll.act(action);
        vec![]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = lines(self.of, look);
        let inner = popup::open(frame, area, 78, lines.len(), "Keys", look);
        self.scroll.draw(frame, inner, lines);
    }
}

/// Keys, the name of what they do, and what that is.
pub(crate) fn lines(of: Context, look: Look) -> Vec<Line<'static>> {
    let line = |binding: &crate::keymap::Binding| {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        Line::from(vec![
            Span::styled(format!("{:12} ", keys.join(" ")), look.style(Meaning::Key)),
            Span::styled(format!("{:15} ", binding.action.name()), look.style(Meaning::Muted)),
            Span::raw(binding.action.about()),
        ])
    };
    all(of).map(line).collect()
}

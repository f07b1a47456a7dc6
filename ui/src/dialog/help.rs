//! What the keys do in one place. Made from the keymap alone.

use super::close_or_scroll;
use crate::keymap::{Action, Binding, Context, all};
use crate::look::Look;
use crate::session::Session;
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
    session: Session,
    scroll: Scroll,
}

impl Help {
    pub(crate) fn new(of: Context, session: &Session) -> Self {
        Self { of, session: session.clone(), scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = lines(self.of, &self.session, look, area.width >= WIDTH);
        let inner = popup::open(frame, area, WIDTH, lines.len(), "Keys", look);
        self.scroll.draw(frame, inner, lines);
    }
}

/// So wide that the longest line fits. On a smaller screen the names give way, not what they mean.
const WIDTH: u16 = 78;

/// Keys, the name of what they do, and what that is. What cannot be done now stands last, with the reason.
pub(crate) fn lines(of: Context, session: &Session, look: Look, names: bool) -> Vec<Line<'static>> {
    let line = |binding: &Binding, meaning: Option<Meaning>| {
        let keys = all(of).filter(|other| other.action == binding.action).flat_map(|other| other.keys);
        let keys: Vec<String> = keys.map(ToString::to_string).collect();
        let name = match binding.action {
            Action::ToggleLock => session.toggle().unwrap_or(binding.action.name()),
            action => action.name(),
        };
        let style = |usual| look.style(meaning.unwrap_or(usual));
        Line::from(vec![
            Span::styled(format!("{:12} ", keys.join(" ")), style(Meaning::Key)),
            Span::styled(if names { format!("{name:15} ") } else { String::new() }, style(Meaning::Muted)),
            Span::styled(binding.action.about(), style(Meaning::Text)),
        ])
    };
    let barred = session.bar();
    // Two bindings of one action are one line.
    let first = |binding: &&Binding| {
        let same = all(of).find(|other| other.action == binding.action);
        same.is_some_and(|same| std::ptr::eq(same, *binding))
    };
    let (changes, others): (Vec<&Binding>, Vec<&Binding>) =
        all(of).filter(first).partition(|binding| barred.is_some() && binding.action.is_change());
    let mut lines: Vec<Line> = others.into_iter().map(|binding| line(binding, None)).collect();
    if let Some(why) = barred.filter(|_| !changes.is_empty()) {
        lines.extend([Line::default(), Line::styled(why, look.style(Meaning::Warning))]);
        lines.extend(changes.into_iter().map(|binding| line(binding, Some(Meaning::Muted))));
    }
    if matches!(of, Context::Audit | Context::Dashboard) {
        lines.extend([Line::default(), Line::styled(RESTORE, look.style(Meaning::Muted))]);
    }
    lines
}

/// What no key does: the screen itself holds the home open.
const RESTORE: &str = "A backup is restored with every screen closed: licentia restore FILE";

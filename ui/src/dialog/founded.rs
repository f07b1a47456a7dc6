//! What a new home says once, and what somebody should write down.

use super::close_or_scroll;
use crate::effect::FoundedHome;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Founded {
    home: FoundedHome,
    scroll: Scroll,
}

impl Founded {
    pub(crate) fn new(home: FoundedHome) -> Self {
        Self { home, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let facts = [Pair::new("vendor", &self.home.vendor), Pair::new("issuer", &self.home.issuer)];
        let mut lines = pairs(&facts, columns, look);
        lines.push(Line::default());
        // In a line of its own, where it is whole: it is to be written down.
        lines.extend(paragraph("fingerprint of the log", columns, Meaning::Heading, look));
        lines.extend(paragraph(&self.home.fingerprint, columns, Meaning::Good, look));
        lines.push(Line::default());
        lines.extend(paragraph(ADVICE, columns, Meaning::Text, look));
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "The home is set up", look);
        self.scroll.draw(frame, inner, lines);
    }
}

const ADVICE: &str = "Write the fingerprint down outside of this machine: whoever verifies the log starts from it. \
There is no way back into the vault without the passphrase.";

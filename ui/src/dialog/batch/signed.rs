//! What was signed, and the offer to write the tokens out.

use super::{Tokens, preview};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Scroll, paragraph};
use licentia_core::License;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(crate) struct BatchSigned {
    licenses: Arc<Vec<License>>,
    scroll: Scroll,
}

impl BatchSigned {
    pub(crate) fn new(licenses: Vec<License>) -> Self {
        Self { licenses: Arc::new(licenses), scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Close => return vec![Step::Close],
            Action::WriteTokens => return vec![Step::open(Tokens::new(Arc::clone(&self.licenses)))],
            _ => self.scroll.act(action),
        }
        vec![]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::NARROW);
        let count = self.licenses.len();
        let said = format!("{} signed.", preview::counted(count));
        let mut lines = paragraph(&said, columns, Meaning::Good, look);
        if self.licenses.iter().any(|license| license.status_list.is_none()) {
            lines.push(Line::default());
            lines.extend(paragraph(IRREVOCABLE, columns, Meaning::Warning, look));
        }
        lines.push(Line::default());
        lines.extend(paragraph(OFFER, columns, Meaning::Text, look));
        let inner = popup::open(frame, area, popup::NARROW, lines.len(), "The batch is signed", look);
        self.scroll.draw(frame, inner, lines);
    }
}

const OFFER: &str =
    "Press w to write what the customers get into files. Later each license can be written out by itself.";

const IRREVOCABLE: &str =
    "An issuer of these has no address for revocations: what it signed cannot be revoked in the field.";

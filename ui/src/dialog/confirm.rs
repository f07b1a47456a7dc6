//! The last question before something is written. It holds the very effect that it asks about.

use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use licentia_core::License;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// See the module.
#[derive(Debug)]
pub(crate) struct Confirm {
    title: &'static str,
    facts: Vec<Pair>,
    /// What should be known before.
    warnings: Vec<String>,
    /// The steps that led here.
    trail: Option<&'static str>,
    effect: Effect,
    scroll: Scroll,
}

impl Confirm {
    pub(crate) fn new(title: &'static str, facts: Vec<Pair>, warning: Option<&str>, effect: Effect) -> Self {
        let warnings = warning.map(clean).into_iter().collect();
        Self { title, facts, warnings, trail: None, effect, scroll: Scroll::default() }
    }

    /// One more thing that should be known before; said once.
    pub(crate) fn warn(&mut self, warning: &str) {
        let warning = clean(warning);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// As the last of some steps.
    pub(crate) fn after(self, trail: &'static str) -> Self {
        Self { trail: Some(trail), ..self }
    }

    pub(crate) fn unrevoke(license: &License) -> Self {
        let facts = vec![Pair::new("license", license.id.to_string()), Pair::new("subject", &license.subject)];
        let effect = Effect::Unrevoke { id: license.id };
        let warning = if license.status_list.is_some() {
            "It works again in the field once the revocations are published again."
        } else {
            "It has no status list, so in the field nothing changes."
        };
        Self::new("Take the revocation back?", facts, Some(warning), effect)
    }

    pub(crate) fn reinstate(license: &License) -> Self {
        let facts = vec![Pair::new("license", license.id.to_string()), Pair::new("subject", &license.subject)];
        let effect = Effect::Reinstate { id: license.id };
        let warning = if license.status_list.is_some() {
            "It works again in the field once the status lists are published again."
        } else {
            "It has no status list, so in the field nothing changes."
        };
        Self::new("End the suspension?", facts, Some(warning), effect)
    }

    pub(crate) fn rotate_key() -> Self {
        let facts = vec![
            Pair::new("signs from then on", "a new key; the old one signs it in"),
            Pair::new("stays", "the fingerprint, every entry, every license"),
        ];
        let warning = "The old key is gone then. Whoever else has this vault open has to unlock again.";
        Self::new("Give the log a new key?", facts, Some(warning), Effect::RotateKey)
    }

    pub(crate) const fn effect(&self) -> &Effect {
        &self.effect
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Confirm => vec![Step::Close, Step::Run(self.effect.clone())],
            Action::Cancel => vec![Step::Close],
            _ => {
                self.scroll.act(action);
                vec![]
            }
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let mut lines = vec![];
        if let Some(trail) = self.trail {
            lines.extend(paragraph(trail, columns, Meaning::Muted, look));
            lines.push(Line::default());
        }
        lines.extend(pairs(&self.facts, columns, look));
        for warning in &self.warnings {
            lines.push(Line::default());
            lines.extend(paragraph(warning, columns, Meaning::Warning, look));
        }
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), self.title, look);
        self.scroll.draw(frame, inner, lines);
    }
}

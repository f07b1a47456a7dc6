//! Where the tokens of what was just signed go.

use super::{Far, path};
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use licentia_core::License;
use ratatui::Frame;
use ratatui::layout::Rect;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(in crate::dialog) form: Form<()>,
    licenses: Arc<Vec<License>>,
    /// They are being written, under this number.
    writing: Option<(u64, Far)>,
}

const HINT: &str = "A new .jsonl file with a license on each line, or a new directory with a .lic file for each.";

impl Tokens {
    pub(crate) fn new(licenses: Arc<Vec<License>>) -> Self {
        Self { form: Form::new(vec![Field::text((), "write to", "", HINT)]), licenses, writing: None }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (action, self.writing) {
            (Action::Cancel, Some((request, _))) => {
                self.writing = None;
                return vec![Step::Run(Effect::Stop { request }), Step::Notice("Given up: nothing was written.")];
            }
            (Action::Cancel, None) => return vec![Step::Close],
            (Action::Submit, None) => {
                let problems: Vec<_> = self.problem().map(|why| ((), why)).into_iter().collect();
                if self.form.show(&problems)
                    && let Ok(Effect::WriteTokens { licenses, out, .. }) = self.leads_to()
                {
                    let request = cx.requests.next();
                    self.writing = Some((request, Far::default()));
                    return vec![Step::Run(Effect::WriteTokens { request, licenses, out })];
                }
            }
            _ => {}
        }
        vec![]
    }

    /// Whether this is the answer that is waited for; if so it is waited for no more.
    pub(crate) fn answered(&mut self, request: u64) -> bool {
        self.writing.take_if(|(waiting, _)| *waiting == request).is_some()
    }

    pub(crate) fn progressed(&mut self, request: u64, far: Far) {
        if let Some((waiting, seen)) = &mut self.writing
            && *waiting == request
        {
            *seen = far;
        }
    }

    pub(crate) const fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match (self.problem(), path(self.form.text(()))) {
            (None, Some(out)) => Ok(Effect::WriteTokens { request: 0, licenses: Arc::clone(&self.licenses), out }),
            (why, _) => Err(in_the_way("write to", &why.unwrap_or_default())),
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let height = self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, height, "Write the licenses out", look);
        let Some((_, far)) = self.writing else { return self.form.draw(frame, inner, look) };
        let said = format!("Writing{}…  Esc gives it up.", far.counted());
        for (row, line) in inner.rows().zip(paragraph(&said, columns, Meaning::Warning, look)) {
            frame.render_widget(line, row);
        }
    }

    fn problem(&self) -> Option<String> {
        self.form.text(()).is_empty().then(|| "where to?".to_owned())
    }
}

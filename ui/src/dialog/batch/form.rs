//! Which file.

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
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct BatchForm {
    pub(in crate::dialog) form: Form<()>,
    /// The file is being read, under this number.
    reading: Option<(u64, Far)>,
}

const HINT: &str = "A .csv or .jsonl file; its columns are the option names of `license issue`. It is read and checked, \
and shown to you before anything is signed.";

impl BatchForm {
    pub(crate) fn new() -> Self {
        Self { form: Form::new(vec![Field::text((), "file", "", HINT)]), reading: None }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match (action, self.reading) {
            (Action::Cancel, Some((request, _))) => {
                self.reading = None;
                return vec![Step::Run(Effect::Stop { request }), Step::Notice("The file was not read to its end.")];
            }
            (Action::Cancel, None) => return vec![Step::Close],
            (Action::Submit, None) => {
                let problems: Vec<_> = self.problem().map(|why| ((), why)).into_iter().collect();
                if self.form.show(&problems)
                    && let Some(path) = path(self.form.text(()))
                {
                    let request = cx.requests.next();
                    self.reading = Some((request, Far::default()));
                    return vec![Step::Run(Effect::ReadBatch { request, path })];
                }
            }
            _ => {}
        }
        vec![]
    }

    /// Whether this is the answer that is waited for; if so it is waited for no more.
    pub(crate) fn answered(&mut self, request: u64) -> bool {
        self.reading.take_if(|(waiting, _)| *waiting == request).is_some()
    }

    pub(crate) fn progressed(&mut self, request: u64, far: Far) {
        if let Some((waiting, seen)) = &mut self.reading
            && *waiting == request
        {
            *seen = far;
        }
    }

    /// While it is read, what was typed stays as it is.
    pub(crate) const fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match (self.problem(), path(self.form.text(()))) {
            (None, Some(path)) => Ok(Effect::ReadBatch { request: 0, path }),
            (why, _) => Err(in_the_way("file", &why.unwrap_or_default())),
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let height = self.form.height(columns);
        let title = "Issue licenses from a file";
        let inner = popup::open(frame, area, popup::WIDE, height, title, look);
        let Some((_, far)) = self.reading else { return self.form.draw(frame, inner, look) };
        let said = format!("Reading{}…  Esc gives it up.", far.percent());
        for (row, line) in inner.rows().zip(paragraph(&said, columns, Meaning::Warning, look)) {
            frame.render_widget(line, row);
        }
    }

    fn problem(&self) -> Option<String> {
        self.form.text(()).is_empty().then(|| "which file?".to_owned())
    }
}

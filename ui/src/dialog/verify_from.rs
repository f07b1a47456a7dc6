//! The fingerprint that somebody wrote down, to verify the log from.

use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, LogStep, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use licentia_core::audit::VerifyRequest;
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct VerifyFrom {
    pub(super) form: Form<()>,
}

impl VerifyFrom {
    pub(crate) fn new() -> Self {
        let hint = "The log's fingerprint from outside this machine: blake3: and 64 hexadecimal digits.";
        Self { form: Form::new(vec![Field::text((), "fingerprint", "", hint)]) }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Submit if self.form.show(&self.problems()) => {
                let request = VerifyRequest { fingerprint: self.form.optional(()), ..VerifyRequest::default() };
                vec![Step::Close, Step::Log(LogStep::Verify(request))]
            }
            Action::Cancel => vec![Step::Close],
            _ => vec![],
        }
    }

    /// What it leads to, or why it cannot be read.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        if let Some(((), why)) = self.problems().first() {
            return Err(in_the_way("fingerprint", why));
        }
        let verify = VerifyRequest { fingerprint: self.form.optional(()), ..VerifyRequest::default() };
        Ok(Effect::Verify { request: 0, verify })
    }

    fn problems(&self) -> Vec<((), String)> {
        let digits = self.form.text(()).strip_prefix("blake3:").unwrap_or_default();
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return vec![];
        }
        vec![((), "this is not blake3: and 64 hexadecimal digits".to_owned())]
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, "Verify the audit log from its fingerprint", look);
        self.form.draw(frame, inner, look);
    }
}

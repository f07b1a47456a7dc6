//! Where a license is saved to.

use super::save::PATH;
use crate::app::in_the_way;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use licentia_core::{License, LicenseId};
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct SaveLicense {
    pub(super) form: Form<()>,
    id: LicenseId,
    title: String,
    waiting: bool,
}

impl SaveLicense {
    pub(crate) fn new(license: &License) -> Self {
        let form = Form::new(vec![Field::text((), "file", &file_name(license), PATH)]);
        let title = format!("Save {} for {}", license.id.short(), clean(&license.subject));
        Self { form, id: license.id, title, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::Submit if self.form.show(&self.problems()) => {
                let path = self.form.text(()).to_owned();
                return vec![Step::Run(Effect::SaveLicense { id: self.id, path })];
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        match self.problems().first() {
            Some(((), why)) => Err(in_the_way("file", why)),
            None => Ok(Effect::SaveLicense { id: self.id, path: self.form.text(()).to_owned() }),
        }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, &self.title, look);
        self.form.draw(frame, inner, look);
    }

    fn problems(&self) -> Vec<((), String)> {
        if self.form.text(()).is_empty() { vec![((), "a path is needed".to_owned())] } else { vec![] }
    }
}

/// `alice-example.com-5d2f09ab.lic`: whoever looks for the file later looks for the subject.
fn file_name(license: &License) -> String {
    let mut name = String::new();
    for c in license.subject.chars().take(40) {
        let kept = c.is_alphanumeric() || matches!(c, '.' | '_');
        if kept {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    // A name that begins with a dot is a hidden file.
    let name = name.trim_matches(['.', '-']);
    let end = license.id.short();
    if name.is_empty() { format!("{end}.lic") } else { format!("{name}-{end}.lic") }
}

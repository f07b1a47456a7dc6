//! Where something is written to: a public key, the bytes of an identity, a token. Nothing is ever overwritten.

use crate::app::in_the_way;
use crate::effect::{Effect, IdentityChange, KeyForm, Saving};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::paragraph;
use crate::widget::secret::Typed;
use crossterm::event::KeyEvent;
use licentia_core::{Identity, IdentityId, Issuer, IssuerId};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Form,
    Path,
}

#[derive(Debug)]
enum What {
    PublicKey(IssuerId),
    Identity(IdentityId),
    Token(Typed),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Save {
    form: Form<Part>,
    title: String,
    warning: Option<&'static str>,
    what: What,
    /// What the file is called unless told, without its ending.
    stem: String,
    waiting: bool,
}

/// Of every file that is written.
pub(super) const PATH: &str =
    "A new file: nothing is ever overwritten. It begins where Licentia was started; ~ is your home.";

impl Save {
    pub(crate) fn public_key(issuer: &Issuer) -> Self {
        let forms = vec![
            "PEM, as OpenSSL writes it".to_owned(),
            "JSON Web Key".to_owned(),
            "the keys of all issuers (JWKS)".to_owned(),
        ];
        let stem = file_name(&issuer.name);
        let form = Form::new(vec![
            Field::choice(Part::Form, "form", forms, "How it is written; left and right choose."),
            Field::text(Part::Path, "file", &format!("{stem}.pem"), PATH),
        ]);
        let title = format!("Save the public key of {}", clean(&issuer.name));
        Self { form, title, warning: None, what: What::PublicKey(issuer.id), stem, waiting: false }
    }

    pub(crate) fn identity(identity: &Identity) -> Self {
        let warning = "Whoever has these 32 bytes can pass for the program. That they leave the vault is recorded.";
        let title = format!("Export the identity {}", clean(&identity.name));
        Self::only_path(title, warning, What::Identity(identity.id), &identity.name, "key")
    }

    pub(crate) fn token(label: &str, token: Typed) -> Self {
        let warning = "Whoever has the token can send a result for it. Only you will be able to read the file.";
        let title = format!("Save the token for {}", clean(label));
        Self::only_path(title, warning, What::Token(token), label, "token")
    }

    fn only_path(title: String, warning: &'static str, what: What, name: &str, ending: &str) -> Self {
        let stem = file_name(name);
        let form = Form::new(vec![Field::text(Part::Path, "file", &format!("{stem}.{ending}"), PATH)]);
        Self { form, title, warning: Some(warning), what, stem, waiting: false }
    }

    /// Takes a key in. The name that was proposed goes along with the form that is chosen.
    pub(super) fn key(&mut self, key: KeyEvent) {
        let before = self.proposed();
        self.form.key(key);
        let after = self.proposed();
        if before != after && self.form.text(Part::Path) == before {
            self.form.set_text(Part::Path, &after);
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.form.paste(text);
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if self.form.show(&self.problems()) => return vec![Step::Run(self.effect())],
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(super) const fn has_one_field(&self) -> bool {
        self.form.is_single()
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let warning = self.warning.map_or_else(Vec::new, |text| paragraph(text, columns, Meaning::Warning, look));
        let above = if warning.is_empty() { 0 } else { warning.len() + 1 };
        let height = self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, above + height, &self.title, look);
        let [top, rest] =
            Layout::vertical([Constraint::Max(u16::try_from(above).unwrap_or(u16::MAX)), Constraint::Min(3)])
                .areas(inner);
        for (row, line) in top.rows().zip(warning) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, rest, look);
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        if let Some((part, why)) = self.problems().first() {
            return Err(in_the_way(self.form.name(*part), why));
        }
        Ok(self.effect())
    }

    fn effect(&self) -> Effect {
        let path = self.form.text(Part::Path).to_owned();
        let saving = match &self.what {
            What::Identity(id) => return Effect::ChangeIdentity(IdentityChange::Export { id: *id, path }),
            What::Token(token) => Saving::Token(token.clone()),
            What::PublicKey(id) => Saving::PublicKey { id: *id, form: self.chosen() },
        };
        Effect::Save { saving, path }
    }

    fn chosen(&self) -> KeyForm {
        match self.form.chosen(Part::Form) {
            0 => KeyForm::Pem,
            1 => KeyForm::Jwk,
            _ => KeyForm::AllJwks,
        }
    }

    /// What the file would be called.
    fn proposed(&self) -> String {
        match self.chosen() {
            KeyForm::Pem => format!("{}.pem", self.stem),
            KeyForm::Jwk => format!("{}.jwk", self.stem),
            KeyForm::AllJwks => "issuers.jwks".to_owned(),
        }
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let missing = self.form.text(Part::Path).is_empty();
        if missing { vec![(Part::Path, "which file?".to_owned())] } else { vec![] }
    }
}

/// A name as part of a file's name: nothing in it that a shell or another system would trip over.
fn file_name(name: &str) -> String {
    let simple = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.chars().take(40).map(simple).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "export".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_harmless_file_name() {
        for (name, file) in [
            ("main 2027", "main-2027"),
            ("../../etc", "etc"),
            ("\u{1b}[31m", "31m"),
            ("日本", "日本"),
            ("//", "export"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}

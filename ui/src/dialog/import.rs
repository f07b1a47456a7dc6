//! A key from elsewhere: its file, or a public key as text. What it is is shown before it is taken in.

use super::confirm::Confirm;
use crate::app::in_the_way;
use crate::effect::{Effect, IssuerChange, KeySource};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use crate::widget::scroll::Pair;
use licentia_core::KeyFacts;
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Name,
    Passphrase,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Import {
    pub(super) form: Form<Part>,
    /// The number under which the key is being looked at.
    request: Option<u64>,
    waiting: bool,
}

impl Import {
    pub(crate) fn new() -> Self {
        let form = Form::new(vec![
            Field::text(
                Part::Key,
                "key",
                "",
                "The path of a PEM file (PKCS#8 or public) or of a public JWK; or paste a public key.",
            ),
            Field::text(Part::Name, "name", "", "What to call it. Empty: the end of the key's thumbprint."),
            Field::secret(Part::Passphrase, "passphrase", "That of the key file, if it is encrypted."),
        ]);
        Self { form, request: None, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if self.request.is_none() && self.form.show(&self.problems()) => {
                let Ok(source) = self.source() else { return vec![] };
                let request = cx.requests.next();
                self.request = Some(request);
                let passphrase = self.form.secret(Part::Passphrase);
                return vec![Step::Run(Effect::InspectKey { request, source, passphrase })];
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn is_looking(&self, request: u64) -> bool {
        self.request == Some(request)
    }

    /// It could not be read; the form stays as it is.
    pub(crate) const fn failed(&mut self) {
        self.request = None;
    }

    /// What the key is: the question whether to take it in, unless it is here already.
    pub(crate) fn looked(&mut self, facts: &KeyFacts) -> Option<Confirm> {
        self.request = None;
        if let Some(known) = &facts.known {
            self.form.show(&[(Part::Key, format!("this key is here already, as {}", clean(&known.name)))]);
            return None;
        }
        let source = self.source().ok()?;
        let name = self.form.optional(Part::Name);
        let end: String = facts.kid.chars().skip(facts.kid.chars().count().saturating_sub(8)).collect();
        let from = match &source {
            KeySource::Path(path) => path.clone(),
            KeySource::Text(_) => "the text that was given".to_owned(),
        };
        let (kind, warning) = if facts.can_sign {
            let warning =
                "Its private key goes into the vault. The file stays where it is: look after it, or delete it.";
            (Pair::new("kind", "a private key: it can sign").meaning(Meaning::Good), warning)
        } else {
            let warning = "Licenses signed with it can be taken in, and none can be signed.";
            (Pair::new("kind", "a public key: it only verifies"), warning)
        };
        let pairs = vec![
            Pair::new("from", from),
            kind,
            Pair::new("key id", &facts.kid),
            Pair::new("name", name.clone().unwrap_or_else(|| format!("imported-{end}"))),
        ];
        let passphrase = self.form.secret(Part::Passphrase);
        let change = IssuerChange::Import { source, name, passphrase, kid: facts.kid.clone() };
        Some(Confirm::new("Import this key?", pairs, Some(warning), Effect::ChangeIssuer(change)))
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        if let Some((part, why)) = self.problems().first() {
            return Err(in_the_way(self.form.name(*part), why));
        }
        let source = self.source()?;
        let name = self.form.optional(Part::Name);
        Ok(Effect::ChangeIssuer(IssuerChange::Import { source, name, passphrase: None, kid: String::new() }))
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, "Import a key", look);
        self.form.draw(frame, inner, look);
    }

    fn problems(&self) -> Vec<(Part, String)> {
        self.source().err().map(|why| (Part::Key, why.to_owned())).into_iter().collect()
    }

    /// A private key is not pasted: it would stand on the screen.
    fn source(&self) -> Result<KeySource, &'static str> {
        const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";
        let text = self.form.text(Part::Key);
        if text.is_empty() {
            return Err("which file?");
        }
        let is_private = text.starts_with('{') && text.contains("\"d\"");
        if (text.starts_with('{') && !is_private) || text.starts_with(PUBLIC) {
            // The lines that the field has joined.
            let text = text.replace(PUBLIC, &format!("{PUBLIC}\n")).replace("-----END", "\n-----END");
            return Ok(KeySource::Text(text));
        }
        if text.starts_with("-----BEGIN") || is_private {
            return Err("only a public key can be pasted; of another one give the path");
        }
        Ok(KeySource::Path(text.to_owned()))
    }
}

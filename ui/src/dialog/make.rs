//! What a new issuer, identity or probe is made of.

use crate::app::in_the_way;
use crate::effect::{Effect, IdentityChange, IssuerChange, ProbeChange};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::form::{Field, Form};
use crate::widget::popup;
use licentia_core::{NewIssuer, NewProbe};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    StatusUrl,
    Ttl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Issuer,
    Identity,
    Probe,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Make {
    pub(super) form: Form<Part>,
    what: What,
    waiting: bool,
}

impl Make {
    pub(crate) fn issuer() -> Self {
        Self::new(
            What::Issuer,
            vec![
                Field::text(Part::Name, "name", "", "What to call it. It signs once it is activated, or named."),
                Field::text(
                    Part::StatusUrl,
                    "status address",
                    "",
                    "Where its revocations will be published; frozen with its first license. Empty: its licenses \
                     cannot be revoked in the field.",
                ),
            ],
        )
    }

    pub(crate) fn identity() -> Self {
        let hint = "What to call it. Its 32 random bytes stay in the vault until they are exported.";
        Self::new(What::Identity, vec![Field::text(Part::Name, "name", "", hint)])
    }

    pub(crate) fn probe() -> Self {
        Self::new(
            What::Probe,
            vec![
                Field::text(Part::Name, "label", "", "Which machine it is for."),
                Field::text(Part::Ttl, "usable for", "24h", "90s, 15m, 24h or 7d; from a minute to 90 days."),
            ],
        )
    }

    fn new(what: What, fields: Vec<Field<Part>>) -> Self {
        Self { form: Form::new(fields), what, waiting: false }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting => {}
            Action::NextField => self.form.leave(&self.problems(), true),
            Action::PreviousField => self.form.leave(&self.problems(), false),
            Action::Submit if self.form.show(&self.problems()) => {
                return self.effect().map(Step::Run).into_iter().collect();
            }
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let title = match self.what {
            What::Issuer => "New issuer",
            What::Identity => "New identity",
            What::Probe => "New probe: a token for a machine",
        };
        let height = self.form.height(popup::columns(area, popup::WIDE));
        let inner = popup::open(frame, area, popup::WIDE, height, title, look);
        self.form.draw(frame, inner, look);
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        if let Some((part, why)) = self.problems().first() {
            return Err(in_the_way(self.form.name(*part), why));
        }
        self.effect().ok_or_else(|| in_the_way("form", "it cannot be read"))
    }

    /// None while a field cannot be read.
    fn effect(&self) -> Option<Effect> {
        let name = self.form.text(Part::Name).to_owned();
        Some(match self.what {
            What::Issuer => {
                let new = NewIssuer { name, status_url: self.form.optional(Part::StatusUrl) };
                Effect::ChangeIssuer(IssuerChange::Create(new))
            }
            What::Identity => Effect::ChangeIdentity(IdentityChange::Create { name }),
            What::Probe => {
                let ttl_seconds = ttl(self.form.text(Part::Ttl)).ok()?;
                Effect::ChangeProbe(ProbeChange::Create(NewProbe { label: name, ttl_seconds }))
            }
        })
    }

    fn problems(&self) -> Vec<(Part, String)> {
        let mut problems = vec![];
        if self.form.text(Part::Name).is_empty() {
            let why = if self.what == What::Probe { "which machine is it for?" } else { "a name is needed" };
            problems.push((Part::Name, why.to_owned()));
        }
        if self.form.has(Part::Ttl) {
            problems.extend(ttl(self.form.text(Part::Ttl)).err().map(|why| (Part::Ttl, why.to_owned())));
        }
        problems
    }
}

/// Seconds from `90s`, `15m`, `24h` or `7d`, as the command line reads them.
fn ttl(text: &str) -> Result<i64, &'static str> {
    const HOW: &str = "a number and its unit, without a blank: 90s, 15m, 24h or 7d";
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.strip_prefix(number) {
        Some("s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        _ => return Err(HOW),
    };
    let seconds = number.parse::<i64>().ok().and_then(|many| many.checked_mul(unit)).ok_or(HOW)?;
    if (60..=90 * 86_400).contains(&seconds) { Ok(seconds) } else { Err("from a minute (1m) to 90 days (90d)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit_and_keeps_within_bounds() {
        let read = ["60s", "15m", "24h", "7d", "90d"].map(ttl);
        assert_eq!(read, [Ok(60), Ok(900), Ok(86_400), Ok(604_800), Ok(7_776_000)]);
        for wrong in ["", "24", "h", "59s", "91d", "0h", "-1h", "1.5h", "24 h", "1w", "99999999999999999d", "日"] {
            assert!(ttl(wrong).is_err(), "{wrong}");
        }
    }
}

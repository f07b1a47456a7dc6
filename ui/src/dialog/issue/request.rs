//! From the fields of the form to what is asked of the service.

use super::Issue;
use super::read::{self, Read};
use super::steps::{Part, TEXTS};
use crate::look::Look;
use crate::widget::scroll::Pair;
use licentia_core::{ClearField, IssueRequest, License, ReissueRequest, Term, Timestamp};

impl Issue {
    /// What is wrong, field by field.
    pub(super) fn problems(&self, now: Timestamp) -> Vec<(Part, String)> {
        let mut problems = vec![];
        let mut check = |part, result: Read<()>| problems.extend(result.err().map(|why| (part, why)));
        check(Part::Subject, required(self.text(Part::Subject), "whom is it for?"));
        check(Part::Audience, self.audience().map(drop));
        check(Part::Identity, self.identity().map(drop));
        check(Part::Machines, self.named_machines().map(drop));
        check(Part::Require, self.require().map(drop));
        check(Part::Issuer, self.check_issuer());
        check(Part::Term, self.check_term(now));
        check(Part::NotBefore, self.not_before().map(drop));
        check(Part::Overlap, read::overlap(self.text(Part::Overlap)).map(drop));
        check(Part::Features, read::list(self.text(Part::Features)).map(drop));
        check(Part::Limits, read::limits(self.text(Part::Limits)).map(drop));
        check(Part::Payload, read::payload(self.text(Part::Payload)).map(drop));
        problems
    }

    /// The license to be signed. None while a field cannot be read.
    pub(super) fn new_license(&self, now: Timestamp) -> Option<IssueRequest> {
        self.check_term(now).ok()?;
        Some(IssueRequest {
            subject: self.text(Part::Subject).to_owned(),
            audience: self.audience().ok()?,
            issuer: self.issuer_id(),
            not_before: self.not_before().ok()?,
            term: read::term(self.text(Part::Term)).ok()?,
            features: read::list(self.text(Part::Features)).ok()?,
            limits: read::limits(self.text(Part::Limits)).ok()?,
            payload: read::payload(self.text(Part::Payload)).ok()?,
            identity: self.identity().ok()?,
            machines: self.bound_machines().ok()?,
            totp: self.totp() == Totp::New,
        })
    }

    /// What a reissue changes: the fields that look different now. An emptied field is dropped from the license.
    pub(super) fn changes(&self, now: Timestamp) -> Option<ReissueRequest> {
        let new = self.new_license(now)?;
        let mut request = ReissueRequest {
            issuer: new.issuer,
            totp: new.totp,
            overlap: read::overlap(self.text(Part::Overlap)).ok()?,
            ..ReissueRequest::default()
        };
        if self.totp() == Totp::Dropped {
            request.clear.push(ClearField::Totp);
        }
        for part in TEXTS.iter().filter(|part| self.changed(**part)) {
            let empty = self.text(*part).is_empty();
            match part {
                Part::Subject => request.subject = Some(new.subject.clone()),
                Part::Audience => request.audience = Some(new.audience.clone()),
                Part::Term if new.term == Term::Perpetual => request.clear.push(ClearField::Expires),
                Part::Term => request.term = Some(new.term),
                Part::NotBefore if empty => request.clear.push(ClearField::NotBefore),
                Part::NotBefore => request.not_before = new.not_before,
                Part::Features if empty => request.clear.push(ClearField::Features),
                Part::Features => request.features = Some(new.features.clone()),
                Part::Limits if empty => request.clear.push(ClearField::Limits),
                Part::Limits => request.limits = Some(new.limits.clone()),
                Part::Payload if empty => request.clear.push(ClearField::Payload),
                Part::Payload => request.payload.clone_from(&new.payload),
                Part::Identity if empty => request.clear.push(ClearField::Identity),
                Part::Identity => request.identity = new.identity,
                Part::Machines if empty => request.clear.push(ClearField::Machines),
                Part::Machines => request.machines = Some(self.named_machines().ok()?.to_vec()),
                Part::Require => request.require = self.require().ok()?,
                Part::Issuer | Part::Totp | Part::Overlap => {}
            }
        }
        Some(request)
    }

    /// What will be signed, for reading once more. A change is marked.
    pub(super) fn facts(&self, look: Look) -> Option<Vec<Pair>> {
        let new = self.new_license(look.now)?;
        let start = new.not_before.unwrap_or(look.now);
        let end = match new.term {
            Term::Perpetual => "never".to_owned(),
            Term::Until(end) => look.zoned(end),
            Term::Days(days) => format!("{}, after {days} days", look.zoned(start.plus_days(days.into()))),
        };
        let begin = new.not_before.map_or_else(|| "at once".to_owned(), |start| look.zoned(start));
        let issuer = self.issuer().or(self.default_issuer.as_ref()).map_or("the active one", |issuer| &issuer.name);
        let fact = |part, name, value: &str| {
            let mark = if self.base.is_some() && self.changed(part) { "  (changed)" } else { "" };
            Pair::new(name, format!("{}{mark}", if value.is_empty() { "none" } else { value }))
        };
        let text = |part| self.text(part);
        let mut facts = vec![
            fact(Part::Subject, "subject", text(Part::Subject)),
            fact(Part::Audience, "audience", text(Part::Audience)),
            fact(Part::Identity, "identity", &self.identity_name()),
        ];
        facts.extend(self.machine_facts());
        if let Some(require) = self.require().ok()? {
            facts.push(Pair::new("agreeing", format!("{require} components of a machine at least")));
        }
        facts.push(Pair::new("TOTP", self.totp_fact()));
        facts.extend([
            fact(Part::NotBefore, "begins", &begin),
            fact(Part::Term, "expires", &end),
            fact(Part::Issuer, "issuer", issuer),
            fact(Part::Features, "features", text(Part::Features)),
            fact(Part::Limits, "limits", text(Part::Limits)),
            fact(Part::Payload, "payload", text(Part::Payload)),
        ]);
        if let Some(days) = read::overlap(text(Part::Overlap)).ok()? {
            let end = look.zoned(look.now.plus_days(days.into()));
            facts.push(Pair::new("overlap", format!("the list calls the old one valid until {end}")));
        }
        Some(facts)
    }

    /// What the choice of the TOTP field stands for.
    pub(super) fn totp(&self) -> Totp {
        let chosen = self.forms.iter().find(|form| form.has(Part::Totp)).map_or(0, |form| form.chosen(Part::Totp));
        match chosen {
            0 => Totp::AsItIs,
            1 => Totp::New,
            _ => Totp::Dropped,
        }
    }

    fn totp_fact(&self) -> &'static str {
        match (self.totp(), self.base.as_ref().is_some_and(has_totp)) {
            (Totp::New, _) => "a new secret is made, and shown once",
            (Totp::Dropped, _) => "none any more",
            (Totp::AsItIs, true) => "the secret of before",
            (Totp::AsItIs, false) => "none",
        }
    }

    fn audience(&self) -> Read<Vec<String>> {
        let text = self.text(Part::Audience);
        required(text, "which product is it for?")?;
        let audience = read::list(text)?;
        required(audience.first().map_or("", String::as_str), "which product is it for?")?;
        Ok(audience)
    }

    fn not_before(&self) -> Read<Option<Timestamp>> {
        let text = self.text(Part::NotBefore);
        if text.is_empty() { Ok(None) } else { read::time(text).map(Some) }
    }

    fn check_issuer(&self) -> Read<()> {
        let nobody = self.issuers_known && self.default_issuer.is_none();
        if nobody && self.issuer().is_none() {
            return Err("no issuer is active: choose one, or activate one first".to_owned());
        }
        Ok(())
    }

    fn check_term(&self, now: Timestamp) -> Read<()> {
        let start = self.not_before().ok().flatten();
        match read::term(self.text(Part::Term))? {
            Term::Until(end) if end <= now => Err("that is over already".to_owned()),
            Term::Until(end) if start.is_some_and(|start| end <= start) => Err("it ends before it begins".to_owned()),
            _ => Ok(()),
        }
    }

    pub(super) fn changed(&self, part: Part) -> bool {
        if part == Part::Issuer {
            return self.issuer().is_some();
        }
        let first = self.first.iter().find(|(id, _)| *id == part);
        first.is_none_or(|(_, text)| text.trim() != self.text(part))
    }
}

/// What becomes of the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Totp {
    /// As before: none of a new license.
    AsItIs,
    New,
    Dropped,
}

/// What can be chosen of it, in the order of [`Totp`].
pub(super) fn totp_options(base: Option<&License>) -> &'static [&'static str] {
    if base.is_some_and(has_totp) { &["as before", "a new secret", "none"] } else { &["no", "yes, a new secret"] }
}

fn has_totp(license: &License) -> bool {
    license.bindings.as_ref().is_some_and(|bindings| bindings.get("totp").is_some())
}

fn required(text: &str, why: &str) -> Read<()> {
    if text.is_empty() { Err(why.to_owned()) } else { Ok(()) }
}

//! Answers about issuers, identities and probes.

use super::super::App;
use crate::dialog::Dialog;
use crate::dialog::token::Token;
use crate::effect::{Effect, IdentityDone, Inboxed, IssuerDone, ProbeDone};
use crate::message::Answer;
use crate::screen::nouns::One;
use crate::text::clean;
use licentia_core::KeyFacts;
use std::path::Path;

/// What is said of a row that somebody else deleted while it was shown.
const GONE: &str = "It is not there any more.";

impl App {
    /// What is shown in detail was read, and what is to be read next; or it is gone.
    pub(super) fn one_loaded(&mut self, one: One) -> Option<Effect> {
        match one {
            One::Here(effect) => effect.map(|effect| *effect),
            One::Gone => {
                self.notice = Some(GONE.to_owned());
                None
            }
        }
    }

    /// A key was looked at: the form says what is wrong with it, or what it is.
    pub(super) fn key_inspected(&mut self, request: u64, answer: Answer<Box<KeyFacts>>) -> Answer<Option<Effect>> {
        let form = self.find(|dialog| match dialog {
            Dialog::Import(form) if form.is_looking(request) => Some(form),
            _ => None,
        });
        // Whoever closed the form meanwhile does not want to know.
        let Some(form) = form else { return Ok(None) };
        let facts = answer.inspect_err(|_| form.failed())?;
        if let Some(confirm) = form.looked(&facts) {
            self.dialogs.push(confirm.into());
        }
        Ok(None)
    }

    pub(super) fn saved(&mut self, path: &Path) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(saved_to(path));
        vec![]
    }

    pub(super) fn issuer_changed(&mut self, done: &IssuerDone) -> Vec<Effect> {
        self.close_asking();
        let (notice, new) = match done {
            IssuerDone::Created(issuer) => (
                format!("Issuer {} is made. a lets it sign what names no other.", clean(&issuer.name)),
                Some(issuer.id),
            ),
            IssuerDone::Imported(issuer) => (format!("Issuer {} is imported.", clean(&issuer.name)), Some(issuer.id)),
            IssuerDone::Activated(issuer) => (format!("Issuer {} is active.", clean(&issuer.name)), None),
            IssuerDone::Retired(issuer) => (format!("Issuer {} is retired.", clean(&issuer.name)), None),
            IssuerDone::Deleted(issuer) => {
                self.issuers.close_detail();
                (format!("Issuer {} is deleted.", clean(&issuer.name)), None)
            }
        };
        self.notice = Some(notice);
        self.mark_outdated();
        let shown = new.map(|id| self.issuers.show(id, &mut self.requests));
        shown.into_iter().chain(self.fill()).collect()
    }

    pub(super) fn identity_changed(&mut self, done: &IdentityDone) -> Vec<Effect> {
        self.close_asking();
        let (notice, new) = match done {
            IdentityDone::Created(identity) => (
                format!("Identity {} is made. o hands its bytes out to the program.", clean(&identity.name)),
                Some(identity.id),
            ),
            IdentityDone::Regenerated(identity, 0) => {
                (format!("Identity {} has new bytes.", clean(&identity.name)), None)
            }
            IdentityDone::Regenerated(identity, licenses) => {
                let matching = if *licenses == 1 { "license matches" } else { "licenses match" };
                (format!("Identity {} has new bytes; {licenses} {matching} it no more.", clean(&identity.name)), None)
            }
            IdentityDone::Deleted(identity) => {
                self.identities.close_detail();
                (format!("Identity {} is deleted.", clean(&identity.name)), None)
            }
            IdentityDone::Exported(_, path) => (saved_to(path), None),
        };
        self.notice = Some(notice);
        self.mark_outdated();
        let shown = new.map(|id| self.identities.show(id, &mut self.requests));
        shown.into_iter().chain(self.fill()).collect()
    }

    /// Says what came into the inbox since it was last looked into, wherever one is on the screen.
    pub(super) fn inbox_looked(&mut self, answer: Answer<Inboxed>) {
        let inbox = match answer {
            Ok(inbox) => inbox,
            Err(why) => return self.complain(why),
        };
        let before = std::mem::replace(&mut *self.inbox, inbox);
        let new = self.inbox.arrived.iter().find(|arrived| !before.arrived.contains(arrived));
        let refused = self.inbox.refused.iter().find(|refused| !before.refused.contains(refused));
        let said = match (new, refused) {
            (Some((label, key)), _) => {
                Some(format!("A result for {} has arrived. Its key: {key}. t on tab 5 takes it in.", clean(label)))
            }
            (None, Some((name, why))) => Some(format!("{} in the inbox stays there. {}", clean(name), clean(why))),
            (None, None) => None,
        };
        self.notice = said.or(self.notice.take());
        let (first, more) = (self.inbox.refused.first(), self.inbox.refused.len().saturating_sub(1));
        let more = if more == 0 { String::new() } else { format!(" And {more} more.") };
        self.probes.set_note(
            first.map(|(name, why)| format!("! {} in the inbox cannot be taken in. {}{more}", clean(name), clean(why))),
        );
    }

    pub(super) fn probe_changed(&mut self, done: ProbeDone) -> Vec<Effect> {
        self.close_asking();
        let new = match done {
            ProbeDone::Created(probe, token) => {
                let id = probe.id;
                // It is seen this once: whoever was about to leave sees it first.
                self.stay();
                self.dialogs.push(Token::new(probe, token).into());
                Some(id)
            }
            ProbeDone::Consumed(probe) => {
                let said = format!("The result for {} is taken in. Enter shows it.", clean(&probe.label));
                self.notice = Some(said);
                Some(probe.id)
            }
            ProbeDone::ConsumedBefore(probe) => {
                let label = clean(&probe.label);
                self.notice = Some(format!("A result for {label} was taken in before. The file was moved aside."));
                Some(probe.id)
            }
            ProbeDone::SetAside(probe, path) => {
                let to = clean(&path.display().to_string());
                self.notice = Some(format!("The file for {} was moved to {to}.", clean(&probe.label)));
                Some(probe.id)
            }
            ProbeDone::Cancelled(probe) => {
                self.notice = Some(format!("Probe {} is cancelled.", probe.id.short()));
                None
            }
        };
        self.mark_outdated();
        let shown = new.map(|id| self.probes.show(id, &mut self.requests));
        shown.into_iter().chain(self.fill()).collect()
    }
}

fn saved_to(path: &Path) -> String {
    format!("Saved to {}", path.display())
}

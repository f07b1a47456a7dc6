//! Whoever gets a license may have an active one already. That is said while the subject is typed.

use crate::effect::Effect;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use licentia_core::{License, LicenseId};

/// See the module. One question at a time: of what is typed meanwhile, only the last is asked.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// The license that is superseded is none.
    but: Option<LicenseId>,
    subject: String,
    /// What was asked, and is not answered yet.
    asked: Option<(u64, String)>,
    found: Vec<License>,
}

impl Twins {
    pub(super) fn but(id: Option<LicenseId>) -> Self {
        Self { but: id, ..Self::default() }
    }

    pub(super) fn look_for(&mut self, subject: String, requests: &mut Requests) -> Option<Effect> {
        if subject == self.subject {
            return None;
        }
        self.found.clear();
        self.subject = subject;
        self.ask(requests)
    }

    fn ask(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.asked.is_some() || self.subject.is_empty() {
            return None;
        }
        let (request, subject) = (requests.next(), self.subject.clone());
        self.asked = Some((request, subject.clone()));
        Some(Effect::LoadTwins { request, subject })
    }

    pub(super) fn loaded(
        &mut self,
        request: u64,
        answer: Answer<Vec<License>>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        let Some((_, asked)) = self.asked.take_if(|(newest, _)| *newest == request) else { return Ok(None) };
        if asked != self.subject {
            return Ok(self.ask(requests));
        }
        self.found = answer?;
        self.found.retain(|license| Some(license.id) != self.but);
        Ok(None)
    }

    pub(super) fn warning(&self, look: Look) -> Option<String> {
        let (first, others) = self.found.split_first()?;
        let end = first.not_after.map_or_else(|| "for ever".to_owned(), |end| format!("until {}", look.date(end)));
        let others = if others.is_empty() { String::new() } else { format!(", and {} more", others.len()) };
        Some(format!("This subject already has {}, active {end}{others}.", first.id.short()))
    }
}

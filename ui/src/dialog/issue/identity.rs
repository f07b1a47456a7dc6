//! The identity that a license names: typed as a name or a part of an id, as everywhere, and looked up meanwhile.

use super::Issue;
use super::read::Read;
use super::steps::Part;
use crate::effect::Effect;
use crate::message::Answer;
use crate::paging::Requests;
use licentia_core::{Identity, IdentityId};

/// What was looked up last. One question at a time: of what is typed meanwhile, only the last is asked.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    asked: Option<(u64, String)>,
    /// What `text` stands for; none until that is known.
    found: Option<Answer<Identity>>,
}

impl Names {
    pub(super) fn look_for(&mut self, text: String, requests: &mut Requests) -> Option<Effect> {
        if text == self.text {
            return None;
        }
        self.found = None;
        self.text = text;
        self.ask(requests)
    }

    fn ask(&mut self, requests: &mut Requests) -> Option<Effect> {
        if self.asked.is_some() || self.text.is_empty() {
            return None;
        }
        let (request, text) = (requests.next(), self.text.clone());
        self.asked = Some((request, text.clone()));
        Some(Effect::ResolveIdentity { request, text })
    }

    pub(super) fn loaded(&mut self, request: u64, answer: Answer<Identity>, requests: &mut Requests) -> Option<Effect> {
        let (_, asked) = self.asked.take_if(|(newest, _)| *newest == request)?;
        if asked != self.text {
            return self.ask(requests);
        }
        self.found = Some(answer);
        None
    }

    fn of(&self, text: &str) -> Read<&Identity> {
        match self.found.as_ref().filter(|_| self.text == text) {
            Some(Ok(identity)) => Ok(identity),
            Some(Err(why)) => Err(why.message.clone()),
            None => Err("still being looked up; go on in a moment".to_owned()),
        }
    }
}

impl Issue {
    /// The identity that the license will name.
    pub(super) fn identity(&self) -> Read<Option<IdentityId>> {
        match (self.text(Part::Identity), &self.base) {
            ("", _) => Ok(None),
            (_, Some(base)) if !self.changed(Part::Identity) => Ok(base.identity_id),
            (text, _) => self.names.of(text).map(|identity| Some(identity.id)),
        }
    }

    /// Its name, where that is known.
    pub(super) fn identity_name(&self) -> String {
        let text = self.text(Part::Identity);
        self.names.of(text).map_or_else(|_| text.to_owned(), |identity| identity.name.clone())
    }

    /// Takes in what an identity is called. That of a reissue is shown by its name, unless somebody types there
    /// already.
    pub(crate) fn identity_loaded(
        &mut self,
        request: u64,
        answer: Answer<Identity>,
        requests: &mut Requests,
    ) -> Option<Effect> {
        let effect = self.names.loaded(request, answer, requests);
        if self.base.as_ref().is_some_and(|base| base.identity_id.is_some())
            && !self.changed(Part::Identity)
            && let Some(Ok(identity)) = &self.names.found
        {
            let name = identity.name.clone();
            self.names.text.clone_from(&name);
            for (_, text) in self.first.iter_mut().filter(|(part, _)| *part == Part::Identity) {
                text.clone_from(&name);
            }
            for form in &mut self.forms {
                form.set_text(Part::Identity, &name);
            }
        }
        effect
    }
}

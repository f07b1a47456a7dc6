//! How the state follows what is answered to the dialogs of the Licenses tab.

use crate::app::App;
use crate::dialog::Dialog;
use crate::effect::{Effect, Preview, Verification};
use crate::message::Answer;
use crate::screen::license::Detail;
use licentia_core::{Deleted, Identity, License};

impl App {
    /// What was shown is not there any more: that is news, not an error.
    pub(super) fn license_gone(&mut self, request: u64) -> Vec<Effect> {
        let shown = self.licenses.detail_mut().map(|detail| detail.license().id.short());
        if !self.licenses.close(|detail| detail.asked(request)) {
            return vec![];
        }
        self.notice = shown.map(|id| format!("License {id} was deleted meanwhile."));
        self.licenses.outdated();
        self.fill()
    }

    pub(super) fn license_verified(
        &mut self,
        request: u64,
        answer: Answer<Box<Verification>>,
    ) -> Answer<Option<Effect>> {
        let shown = self.find(|dialog| match dialog {
            Dialog::Verdict(verdict) => Some(verdict),
            _ => None,
        });
        let Some(verdict) = shown else { return Ok(None) };
        let loaded = verdict.loaded(request, answer);
        if loaded.is_err() {
            // There is nothing to show in it.
            self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Verdict(_)));
        }
        loaded.map(|()| None)
    }

    pub(super) fn previewed(&mut self, request: u64, answer: Answer<Box<Preview>>) -> Answer<Option<Effect>> {
        let look = self.look();
        let asking = self.find(|dialog| match dialog {
            Dialog::TakeIn(import) => Some(import),
            _ => None,
        });
        let step = asking.map_or(Ok(None), |import| import.previewed(request, answer, look))?;
        Ok(step.and_then(|step| self.step(step).pop()))
    }

    pub(super) fn twins_loaded(&mut self, request: u64, answer: Answer<Vec<License>>) -> Answer<Option<Effect>> {
        let look = self.look();
        let Self { dialogs, requests, .. } = self;
        let wizard = dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Issue(wizard) => Some(wizard),
            _ => None,
        });
        let Some(wizard) = wizard else { return Ok(None) };
        let effect = wizard.twins_loaded(request, answer, requests)?;
        // In the form, and again in the review where that is open already.
        if let Some(warning) = wizard.twin_warning(look)
            && let Some(Dialog::Confirm(review)) =
                dialogs.iter_mut().find(|dialog| matches!(dialog, Dialog::Confirm(_)))
        {
            review.warn(&warning);
        }
        Ok(effect)
    }

    pub(super) fn identity_resolved(&mut self, request: u64, answer: Answer<Identity>) -> Option<Effect> {
        let Self { dialogs, requests, .. } = self;
        let wizard = dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Issue(wizard) => Some(wizard),
            _ => None,
        });
        wizard.and_then(|wizard| wizard.identity_loaded(request, answer, requests))
    }

    pub(super) fn license_saved(&mut self, path: &str) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(format!("Saved as {path}"));
        vec![]
    }

    pub(super) fn license_deleted(&mut self, deleted: &Deleted) -> Vec<Effect> {
        self.close_asking();
        let id = deleted.license.id;
        let field = if deleted.still_valid_in_the_field { " What was handed out stays valid." } else { "" };
        self.notice = Some(format!("License {} is deleted.{field}", id.short()));
        self.licenses.close(|detail: &Detail| detail.license().id == id);
        self.licenses.outdated();
        self.audit.outdated();
        self.fill()
    }

    pub(super) fn license_imported(&mut self, license: &License) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(format!("License {} is imported; it is {}.", license.id.short(), license.status));
        // It may have come back with the id of before, and so to anywhere in the list: it is shown.
        let list = self.licenses.load(&mut self.requests);
        let mut effects = vec![list, self.licenses.show(license.clone(), &mut self.requests)];
        effects.extend(self.log_grew());
        effects
    }
}

//! Publishing the status lists, and the dialogs that wait for what they asked.

use super::App;
use crate::dialog::Dialog;
use crate::dialog::factor::Factor;
use crate::dialog::publish::Publish;
use crate::effect::{Effect, ReadMachines};
use crate::message::Answer;
use crate::step::Cx;
use crate::text::clean;
use licentia_core::{Explanation, ListToPublish, Page, ProbeToken, ProbeTokenId, Publication, TotpFactor};
use std::path::Path;

/// So many seconds the date of a list may be ahead of the clock before products take notice.
const LEEWAY: i64 = 60;

impl App {
    pub(super) fn publish(&mut self) -> Vec<Effect> {
        let steps = Publish::open(&self.publish_to, &mut self.requests);
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    pub(super) fn lists_counted(&mut self, request: u64, answer: Answer<Vec<ListToPublish>>) -> Answer<Option<Effect>> {
        let asking = self.find(|dialog| match dialog {
            Dialog::Publish(form) if form.waits_for(request) => Some(form),
            _ => None,
        });
        let Some(form) = asking else { return Ok(None) };
        match form.counted(answer) {
            Ok(Some(confirm)) => self.dialogs.push(confirm.into()),
            Ok(None) => {}
            Err(why) => {
                // There is nothing that could be published.
                self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Publish(_)));
                return Err(why);
            }
        }
        Ok(None)
    }

    pub(super) fn published(&mut self, directory: &Path, publication: &Publication) -> Vec<Effect> {
        self.close_asking();
        let until = self.look().zoned(publication.expires_at);
        let lists = match publication.lists.len() {
            1 => "The status list is".to_owned(),
            many => format!("{many} status lists are"),
        };
        let directory = clean(&directory.display().to_string());
        self.notice = Some(format!("{lists} published, good until {until}, in {directory}"));
        if publication.issued_at.seconds() > self.now.seconds().saturating_add(LEEWAY) {
            self.complain(ahead(publication));
        }
        self.mark_outdated();
        self.fill()
    }

    pub(super) fn machines_read(&mut self, request: u64, answer: Answer<ReadMachines>) -> Vec<Effect> {
        let look = self.look();
        let Self { dialogs, requests, .. } = self;
        let wizard = dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Issue(wizard) => Some(wizard),
            _ => None,
        });
        let Some(wizard) = wizard else { return vec![] };
        let steps = wizard.machines_read(request, answer, &mut Cx { requests, look });
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    pub(super) fn results_loaded(
        &mut self,
        request: u64,
        answer: Answer<Page<ProbeToken, ProbeTokenId>>,
    ) -> Answer<Option<Effect>> {
        let list = self.find(|dialog| match dialog {
            Dialog::PickProbe(list) if list.waits_for(request) => Some(list),
            _ => None,
        });
        list.map_or(Ok(()), |list| list.loaded(answer)).map(|()| None)
    }

    /// A machine was picked for the wizard below.
    pub(super) fn take_machine(&mut self, text: &str) {
        let wizard = self.find(|dialog| match dialog {
            Dialog::Issue(wizard) => Some(wizard),
            _ => None,
        });
        if let Some(wizard) = wizard {
            wizard.add_machine(text);
        }
    }

    /// Shows a secret that was made. It is seen this once: whoever was about to leave sees it first.
    pub(super) fn show_factor(&mut self, factor: Option<TotpFactor>) {
        if let Some(factor) = factor {
            self.stay();
            self.dialogs.push(Factor::new(factor).into());
        }
    }
}

fn ahead(publication: &Publication) -> Explanation {
    Explanation {
        message: format!("products refuse the lists until {}", publication.issued_at),
        cause: Some(
            "the lists of before were dated just before that, and each has to be later: the clock of this machine was \
             wrong then, or is now"
                .to_owned(),
        ),
        hint: Some("set the clock right, and publish again when that time has come".to_owned()),
    }
}

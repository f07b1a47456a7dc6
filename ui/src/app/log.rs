//! What is done with the audit log from several places: verifying, exporting, going from an entry to its target.

use super::App;
use crate::dialog::Dialog;
use crate::dialog::export::{Export, ExportDone};
use crate::dialog::report::Report;
use crate::dialog::verify_from::VerifyFrom;
use crate::dialog::verifying::Verifying;
use crate::effect::{Effect, Exported, Target};
use crate::message::Answer;
use crate::session::Session;
use crate::step::{LogStep, Step};
use crate::tab::TabId;
use crate::verification::{Running, Verified, verdict};
use licentia_core::License;
use licentia_core::audit::{VerifyReport, VerifyRequest};

/// The target of an entry that is being looked for.
#[derive(Debug)]
pub(super) struct Jump {
    request: u64,
    id: String,
}

impl App {
    pub(super) fn log_step(&mut self, step: LogStep) -> Vec<Effect> {
        match step {
            LogStep::Verify(request) => return self.verify(request),
            LogStep::VerifyFrom if self.verification.running.is_some() => self.show_progress(),
            LogStep::VerifyFrom => self.dialogs.push(VerifyFrom::new().into()),
            LogStep::GiveUp { request } => return self.give_up(request).into_iter().collect(),
            LogStep::Export { filter, said } => {
                let recorded = matches!(self.session, Session::Unlocked { .. });
                let day = self.look().date(self.now);
                return self.step(Step::open(Export::new(filter, said, recorded, &day)));
            }
            LogStep::Neighbour { below } => return self.neighbour(below).into_iter().collect(),
            LogStep::Jump { kind, id } => {
                let request = self.requests.next();
                self.jump = Some(Jump { request, id: id.clone() });
                return vec![Effect::FindTarget { request, kind, id }];
            }
            LogStep::OnlyTarget(id) => return vec![self.only_target(id)],
            LogStep::Query(text) => return self.audit.search_for(&text, self.now, &mut self.requests),
            LogStep::Narrow { by, key } => return vec![self.audit.narrow(by, key, &mut self.requests)],
            LogStep::Show(license) => return self.show_license(*license),
            LogStep::Nothing(why) => self.notice = Some(why.to_owned()),
        }
        vec![]
    }

    /// One at a time: while it runs, the same key shows how far it is.
    fn verify(&mut self, verify: VerifyRequest) -> Vec<Effect> {
        if self.verification.running.is_some() {
            self.show_progress();
            return vec![];
        }
        let request = self.requests.next();
        self.verification.running = Some(Running { request, began: self.now, done: 0, total: 0 });
        self.show_progress();
        vec![Effect::Verify { request, verify }]
    }

    fn show_progress(&mut self) {
        if let Some(running) = self.verification.running {
            self.dialogs.push(Verifying::new(running).into());
        }
    }

    fn give_up(&mut self, request: u64) -> Option<Effect> {
        self.verification.running.take_if(|running| running.request == request)?;
        self.notice = Some("Given up: nothing is known from this about the log.".to_owned());
        Some(Effect::Stop { request })
    }

    pub(super) fn log_progressed(&mut self, request: u64, done: u64, total: u64) {
        if let Some(running) = self.verification.running.as_mut().filter(|running| running.request == request) {
            (running.done, running.total) = (done, total);
        }
        let running = self.verification.running;
        for dialog in &mut self.dialogs {
            match (dialog, running) {
                (Dialog::Verifying(dialog), Some(running)) => dialog.progress(running),
                (Dialog::Export(dialog), _) => dialog.progress(request, done, total),
                _ => {}
            }
        }
    }

    /// The report opens, but below whatever else is open: nobody's typing is taken away.
    pub(super) fn verified(&mut self, request: u64, answer: Answer<Box<VerifyReport>>) {
        if self.verification.running.take_if(|running| running.request == request).is_none() {
            return;
        }
        self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Verifying(_)));
        match answer {
            Ok(report) => {
                let verified = Verified { at: self.now, report: *report };
                if !self.dialogs.is_empty() {
                    let (verdict, _) = verdict(&verified.report);
                    self.notice = Some(format!("The audit log is {verdict}. The report follows."));
                }
                self.dialogs.insert(0, Report::new(verified.clone()).into());
                self.verification.ended(verified);
                self.fit();
            }
            Err(why) => self.complain(why),
        }
    }

    /// Of what nobody asked for only what does not hold is news. Only a verification by hand takes the alarm back.
    pub(super) fn checked(&mut self, answer: Answer<Box<VerifyReport>>) {
        match answer {
            Ok(report) if report.verified => self.verification.held = Some((self.now, report.level)),
            Ok(report) => {
                self.verification.last = Some(Verified { at: self.now, report: *report });
                self.fit();
            }
            Err(why) => self.notice = Some(format!("The audit log could not be checked: {}.", why.message)),
        }
    }

    pub(super) fn exported(&mut self, exported: Exported) -> Vec<Effect> {
        self.close_asking();
        let recorded = exported.report.recorded_as.is_some();
        self.dialogs.push(ExportDone::new(exported).into());
        if recorded { self.log_grew() } else { vec![] }
    }

    pub(super) fn key_rotated(&mut self, key: &str) -> Vec<Effect> {
        self.notice = Some(format!("The log has a new key: {key}."));
        self.log_grew()
    }

    /// From an entry to the one below or above it in the list that it came from.
    fn neighbour(&mut self, below: bool) -> Option<Effect> {
        self.jump = None;
        let events = match self.tab {
            TabId::Audit => Some(self.audit.events_mut()),
            TabId::Licenses => self.licenses.events_mut(),
            TabId::Issuers => self.issuers.events_mut(),
            TabId::Identities => self.identities.events_mut(),
            TabId::Probes => self.probes.events_mut(),
            TabId::Dashboard => None,
        };
        let (record, effect) = events.map_or((None, None), |events| events.neighbour(below, &mut self.requests));
        match (record, self.dialogs.last_mut()) {
            (Some(record), Some(Dialog::Entry(entry))) => entry.show(record.clone()),
            _ if below => self.notice = Some("This is the oldest entry of the list.".to_owned()),
            _ => self.notice = Some("This is the newest entry of the list.".to_owned()),
        }
        effect
    }

    pub(super) fn target_found(&mut self, request: u64, answer: Answer<Target>) -> Answer<Vec<Effect>> {
        let Some(jump) = self.jump.take_if(|jump| jump.request == request) else { return Ok(vec![]) };
        // Whoever closed the entry meanwhile is somewhere else, and stays there.
        if !self.dialogs.iter().any(|dialog| matches!(dialog, Dialog::Entry(_))) {
            return Ok(vec![]);
        }
        match answer? {
            Target::License(license) => Ok(self.show_license(*license)),
            Target::Issuer(issuer) => {
                let effect = self.issuers.show_detail(*issuer, &mut self.requests);
                Ok(self.show_on(TabId::Issuers, effect))
            }
            Target::Identity(identity) => {
                let effect = self.identities.show_detail(*identity, &mut self.requests);
                Ok(self.show_on(TabId::Identities, effect))
            }
            Target::Probe(probe) => {
                let effect = self.probes.show_detail(*probe, &mut self.requests);
                Ok(self.show_on(TabId::Probes, effect))
            }
            Target::Gone => {
                self.notice = Some("It is not there any more. This is what the log knows of it.".to_owned());
                Ok(vec![self.only_target(jump.id)])
            }
            Target::Unseen => {
                self.notice = Some("There is no page of it. This is what the log knows of it.".to_owned());
                Ok(vec![self.only_target(jump.id)])
            }
        }
    }

    fn show_license(&mut self, license: License) -> Vec<Effect> {
        let effect = self.licenses.show(license, &mut self.requests);
        self.show_on(TabId::Licenses, effect)
    }

    /// Goes to a tab that shows one row in detail.
    fn show_on(&mut self, tab: TabId, effect: Effect) -> Vec<Effect> {
        self.close_entry();
        self.tab = tab;
        let mut effects = vec![effect];
        effects.extend(self.fill());
        effects
    }

    fn only_target(&mut self, id: String) -> Effect {
        self.close_entry();
        self.tab = TabId::Audit;
        self.audit.only_target(id, &mut self.requests)
    }

    fn close_entry(&mut self) {
        self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Entry(_)));
    }
}

//! How the state follows the answers of the services.

mod batch;
mod keys;
mod license;

use super::App;
use crate::dialog::Dialog;
use crate::dialog::founded::Founded;
use crate::effect::{Effect, FoundedHome};
use crate::message::{Answer, Msg};
use crate::session::{Session, Why};
use crate::tab::TabId;
use licentia_core::{Explanation, Issued, License, Page, Reissued, RevokedLicense};

impl App {
    pub(super) fn answer(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Unlocked(answer) => self.unlocked(answer),
            Msg::Locked(answer) => return self.locked(answer),
            Msg::LockedOut => {
                self.session = Session::Reviewer(Why::NotUnlocked);
                self.notice = Some("The log got another key meanwhile: press L and unlock again.".to_owned());
            }
            Msg::Progress { request, done, total } => {
                self.log_progressed(request, done, total);
                self.progressed(request, done, total);
            }
            Msg::Verified { request, answer } => self.verified(request, answer),
            Msg::Checked(answer) => self.checked(answer),
            Msg::LookedForChanges(changed) => {
                self.looking = false;
                return match self.tab {
                    _ if changed => {
                        self.index_is_due();
                        self.outdated()
                    }
                    // Nobody wrote, but time goes on.
                    TabId::Dashboard => self.fill(),
                    _ => vec![],
                };
            }
            Msg::OverviewLoaded { request, answer } => {
                if let Ok(overview) = &answer {
                    self.witnessing.learn(overview.vouched.clone());
                }
                let followed = self.dashboard.overview_loaded(request, answer);
                return self.then_fill(followed);
            }
            Msg::LicensesCounted { request, answer } => {
                let followed = self.dashboard.counted(request, answer);
                return self.then_fill(followed);
            }
            Msg::VouchedLoaded(answer) => return self.vouched_loaded(answer),
            Msg::TargetFound { request, answer } => {
                let followed = self.target_found(request, answer);
                return followed.unwrap_or_else(|why| {
                    self.complain(why);
                    vec![]
                });
            }
            Msg::Checkpointed(answer) => return self.signed(answer),
            Msg::InboxLooked(answer) => self.inbox_looked(answer),
            Msg::LogSigned => return self.ask_witnesses().into_iter().collect(),
            Msg::NotSigned(why) => self.complain(why),
            Msg::WitnessesAsked { request, answer } => return self.witnesses_asked(request, answer),
            Msg::IndexFollowed(more) => return self.index_followed(more).into_iter().collect(),
            Msg::MachinesRead { request, answer } => return self.machines_read(request, answer),
            Msg::LicenseGone { request } => return self.license_gone(request),
            load_or_change => return self.loaded(load_or_change),
        }
        vec![]
    }

    /// An answer to a load goes to whoever asked for it.
    fn loaded(&mut self, msg: Msg) -> Vec<Effect> {
        let requests = &mut self.requests;
        let followed = match msg {
            Msg::LicensesLoaded { request, answer } => self.licenses.loaded(request, answer, requests),
            Msg::LicenseLoaded { request, answer } => match self.licenses.detail_mut() {
                Some(detail) => detail.loaded(request, answer, requests),
                None => Ok(None),
            },
            Msg::IssuersLoaded { request, answer } if self.issuers.waits_for(request) => {
                let answer = answer.map(|items| Page { items, next: None });
                self.issuers.loaded(request, answer, requests)
            }
            Msg::IssuerLoaded { request, answer } => {
                self.issuers.one_loaded(request, answer, requests).map(|one| self.one_loaded(one))
            }
            Msg::IdentitiesLoaded { request, answer } => self.identities.loaded(request, answer, requests),
            Msg::IdentityLoaded { request, answer } => {
                self.identities.one_loaded(request, answer, requests).map(|one| self.one_loaded(one))
            }
            Msg::ProbesLoaded { request, answer } => self.probes.loaded(request, answer, requests),
            Msg::ProbeLoaded { request, answer } => {
                self.probes.one_loaded(request, answer, requests).map(|one| self.one_loaded(one))
            }
            Msg::KeyInspected { request, answer } => self.key_inspected(request, answer),
            Msg::EventsLoaded { request, answer } => {
                let shown = [
                    self.licenses.events_mut(),
                    self.issuers.events_mut(),
                    self.identities.events_mut(),
                    self.probes.events_mut(),
                ];
                let asked = shown.into_iter().flatten().find(|events| events.waits_for(request));
                asked.map_or(Ok(None), |events| events.loaded(request, answer, requests))
            }
            Msg::LicensesMoved { request } => Ok(self.licenses.moved(request, requests)),
            Msg::LicenseVerified { request, answer } => self.license_verified(request, answer),
            Msg::Previewed { request, answer } => self.previewed(request, answer),
            Msg::TwinsLoaded { request, answer } => self.twins_loaded(request, answer),
            Msg::IdentityResolved { request, answer } => Ok(self.identity_resolved(request, answer)),
            Msg::AuditLoaded { request, answer } => self.audit.events_mut().loaded(request, answer, requests),
            Msg::Searched { request, answer } => self.audit.searched(request, answer, requests),
            Msg::SearchedNewer { request, answer } => self.audit.searched_newer(request, answer, requests),
            Msg::EntriesCounted { request, answer } => self.entries_counted(request, answer).map(|()| None),
            Msg::FiltersLoaded { request, answer } => self.filters_loaded(request, answer).map(|()| None),
            Msg::TargetResolved { request, answer } => Ok(self.audit.target_resolved(request, answer, requests)),
            Msg::KindsLoaded { request, answer } => self.audit.kinds_loaded(request, answer).map(|()| None),
            Msg::IssuersLoaded { request, answer } => self
                .find(|dialog| match dialog {
                    Dialog::Issue(form) => Some(form),
                    _ => None,
                })
                .map_or(Ok(()), |form| form.issuers_loaded(request, answer))
                .map(|()| None),
            Msg::ListsCounted { request, answer } => self.lists_counted(request, answer),
            Msg::ResultsLoaded { request, answer } => self.results_loaded(request, answer),
            Msg::BatchRead { request, answer } => self.batch_read(request, answer),
            Msg::TokensWritten { request, answer } => return self.tokens_written(request, answer),
            write => return self.written(write),
        };
        match followed {
            Ok(effect) => effect.into_iter().collect(),
            Err(why) => {
                self.complain(why);
                vec![]
            }
        }
    }

    /// A change was written, or was not. Whoever waits to leave leaves now, unless there is an error to read.
    fn written(&mut self, msg: Msg) -> Vec<Effect> {
        self.writing = false;
        self.signing = None;
        self.index_is_due();
        let followed = match msg {
            Msg::Founded(answer) => answer.map(|home| self.founded(*home)),
            Msg::LicenseSaved(answer) => answer.map(|path| self.license_saved(&path)),
            Msg::LicenseDeleted(answer) => answer.map(|deleted| self.license_deleted(&deleted)),
            Msg::LicenseImported(answer) => answer.map(|license| self.license_imported(&license)),
            Msg::Issued(answer) => answer.map(|issued| self.issued(*issued)),
            Msg::Reissued(answer) => answer.map(|reissued| self.reissued(*reissued)),
            Msg::Published(answer) => answer.map(|done| self.published(&done.0, &done.1)),
            Msg::Revoked(answer) => answer.map(|revoked| self.revoked(&revoked)),
            Msg::Unrevoked(answer) | Msg::Reinstated(answer) => answer.map(|license| self.given_back(&license)),
            Msg::Suspended(answer) => answer.map(|license| self.suspended(&license)),
            Msg::Saved(answer) => answer.map(|path| self.saved(&path)),
            Msg::BatchIssued(answer) => answer.map(|licenses| self.batch_issued(licenses)),
            Msg::AuditExported(answer) => answer.map(|exported| self.exported(*exported)),
            Msg::KeyRotated(answer) => answer.map(|key| self.key_rotated(&key)),
            Msg::IssuerChanged(answer) => answer.map(|done| self.issuer_changed(&done)),
            Msg::IdentityChanged(answer) => answer.map(|done| self.identity_changed(&done)),
            Msg::FilterChanged(answer) => answer.map(|done| self.filter_changed(&done)),
            Msg::ProbeChanged(answer) => answer.map(|done| self.probe_changed(*done)),
            _ => Ok(vec![]),
        };
        self.wait(false);
        let effects = followed.unwrap_or_else(|why| {
            self.stay();
            self.complain(why);
            vec![]
        });
        // What else follows is not looked at by anybody.
        if self.leaving.is_wanted() { self.leave() } else { effects }
    }

    fn founded(&mut self, home: FoundedHome) -> Vec<Effect> {
        self.close_asking();
        self.session = Session::Unlocked { actor: home.actor.clone() };
        self.sign_in_an_hour();
        self.fingerprint = Some(home.fingerprint.clone());
        self.dialogs.push(Founded::new(home).into());
        self.fill()
    }

    fn issued(&mut self, issued: Issued) -> Vec<Effect> {
        let Issued { license, totp } = issued;
        self.close_asking();
        self.show_factor(totp);
        let hint = if self.licenses.is_filtered() { "" } else { " Enter shows it, o saves it, c copies it." };
        self.notice = Some(format!("License {} is signed.{hint}", license.id.short()));
        // It was asked for here or on the dashboard: it is handed out from here.
        self.licenses.close(|_| true);
        self.tab = TabId::Licenses;
        let mut effects = vec![self.licenses.load(&mut self.requests)];
        effects.extend(self.log_grew());
        effects
    }

    fn reissued(&mut self, reissued: Reissued) -> Vec<Effect> {
        let Reissued { license: new, superseded: old, superseded_from, totp, .. } = reissued;
        self.close_asking();
        self.show_factor(totp);
        let when =
            superseded_from.map_or_else(String::new, |from| format!(", on its list from {}", self.look().zoned(from)));
        self.notice = Some(format!("License {} is signed, {} is superseded{when}.", new.id.short(), old.id.short()));
        let mut effects = vec![self.licenses.load(&mut self.requests)];
        effects.extend(self.licenses.follow(old.id, &new, &mut self.requests));
        effects.extend(self.log_grew());
        effects
    }

    fn revoked(&mut self, revoked: &RevokedLicense) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(format!("License {} is revoked.", revoked.license.id.short()));
        self.changed(&revoked.license)
    }

    fn suspended(&mut self, license: &License) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(format!("License {} is suspended.", license.id.short()));
        self.changed(license)
    }

    fn given_back(&mut self, license: &License) -> Vec<Effect> {
        self.notice = Some(format!("License {} is {} again.", license.id.short(), license.status));
        self.changed(license)
    }

    fn changed(&mut self, license: &License) -> Vec<Effect> {
        self.licenses.replace(license);
        let mut effects = self.licenses.follow(license.id, license, &mut self.requests);
        effects.extend(self.log_grew());
        effects
    }

    /// Somebody wrote. What is seen is read again at once, the rest when it is looked at.
    fn outdated(&mut self) -> Vec<Effect> {
        self.mark_outdated();
        self.fill()
    }

    pub(super) fn mark_outdated(&mut self) {
        self.dashboard.outdated();
        self.licenses.outdated();
        self.audit.outdated();
        self.witnessing.outdated();
        self.issuers.outdated();
        self.identities.outdated();
        self.probes.outdated();
    }

    pub(super) fn log_grew(&mut self) -> Vec<Effect> {
        self.dashboard.outdated();
        self.audit.outdated();
        self.witnessing.outdated();
        // Licenses count for their issuer and their identity.
        self.issuers.outdated();
        self.identities.outdated();
        match self.tab {
            TabId::Audit | TabId::Dashboard => self.fill(),
            _ => vec![],
        }
    }

    /// What was written while the answer was on its way is read now.
    fn then_fill(&mut self, followed: Answer<()>) -> Vec<Effect> {
        if let Err(why) = followed {
            self.complain(why);
        }
        if self.tab == TabId::Dashboard { self.fill() } else { vec![] }
    }

    fn unlocked(&mut self, answer: Answer<String>) {
        self.unlocking = false;
        match answer {
            Ok(actor) => {
                self.session = Session::Unlocked { actor };
                self.sign_in_an_hour();
                self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Unlock(_)));
            }
            Err(why) => self.not_unlocked(why),
        }
    }

    /// Shown in the prompt, where the next try is typed.
    fn not_unlocked(&mut self, why: Explanation) {
        match self.find(|dialog| match dialog {
            Dialog::Unlock(prompt) => Some(prompt),
            _ => None,
        }) {
            Some(prompt) => prompt.failed(why),
            None => self.complain(why),
        }
    }

    /// Closes the form that asked for what was done.
    pub(super) fn close_asking(&mut self) {
        self.dialogs.retain(|dialog| !dialog.asks_for_change());
    }

    pub(super) fn find<D>(&mut self, is: impl Fn(&mut Dialog) -> Option<&mut D>) -> Option<&mut D> {
        self.dialogs.iter_mut().rev().find_map(is)
    }
}

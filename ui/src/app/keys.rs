//! What keys do: they are bound to an action, or they are text for whatever is typed into.

use super::App;
use crate::dialog::Dialog;
use crate::dialog::help::Help;
use crate::dialog::unlock::Unlock;
use crate::effect::Effect;
use crate::keymap::{Action, resolve};
use crate::paging::Requests;
use crate::screen::audit::Audit;
use crate::screen::licenses::Licenses;
use crate::step::{Cx, Step};
use crate::tab::TabId;
use crossterm::event::KeyEvent;

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if matches!(self.dialogs.last(), Some(Dialog::Factor(_))) {
            // A secret goes away with the next key, whichever that is; what was said of the license is read then.
            self.dialogs.pop();
            return vec![];
        }
        self.notice = None;
        if let Some(action) = resolve(self.context(), key) {
            return self.act(action);
        }
        self.type_into(
            |dialog| dialog.key(key),
            |licenses, requests| licenses.key(key, requests),
            |audit| audit.key(key),
        )
    }

    /// What is typed goes into the dialog on top, or else into the tab.
    pub(super) fn type_into(
        &mut self,
        dialog: impl FnOnce(&mut Dialog),
        licenses: impl FnOnce(&mut Licenses, &mut Requests) -> Vec<Step>,
        audit: impl FnOnce(&mut Audit),
    ) -> Vec<Effect> {
        let look = self.look();
        let steps = match (self.dialogs.last_mut(), self.tab) {
            // A form whose change is being written is no more typed into.
            (Some(top), _) if self.writing && top.asks_for_change() => vec![],
            (Some(top), _) => {
                dialog(top);
                top.typed(&mut Cx { requests: &mut self.requests, look })
            }
            (None, TabId::Licenses) => licenses(&mut self.licenses, &mut self.requests),
            (None, TabId::Audit) => {
                audit(&mut self.audit);
                vec![]
            }
            (None, _) => vec![],
        };
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Quit => return self.quit(),
            Action::Help => {
                if !matches!(self.dialogs.last(), Some(Dialog::Help(_))) {
                    self.dialogs.push(Help::new(self.context(), &self.session).into());
                }
                return vec![];
            }
            Action::OpenTab(tab) => return self.open_tab(tab),
            Action::ShowCommand => {
                self.show_command();
                return vec![];
            }
            Action::ToggleLock => return self.toggle_lock(),
            Action::ToggleZone => {
                self.zone = self.zone.other();
                self.notice = Some(format!("Times are {} now.", self.zone.name()));
                return vec![];
            }
            _ => {}
        }
        if action.is_change()
            && let Some(why) = self.refusal()
        {
            self.notice = Some(why.to_owned());
            return vec![];
        }
        if action == Action::Publish {
            return self.publish();
        }
        let look = self.look();
        let mut cx = Cx { requests: &mut self.requests, look };
        let steps = match (self.dialogs.last_mut(), self.tab) {
            (Some(dialog), _) => dialog.act(action, &mut cx),
            (None, TabId::Dashboard) if action == Action::Issue => self.licenses.issue(&mut cx),
            (None, TabId::Dashboard) => self.dashboard.act(action, &mut cx),
            (None, TabId::Licenses) => self.licenses.act(action, &mut cx),
            (None, TabId::Audit) => self.audit.act(action, &mut cx),
            (None, TabId::Issuers) => self.issuers.act(action, &mut cx),
            (None, TabId::Identities) => self.identities.act(action, &mut cx),
            (None, TabId::Probes) => self.probes.act(action, &mut cx),
        };
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    fn open_tab(&mut self, tab: TabId) -> Vec<Effect> {
        self.tab = tab;
        // How far a verification is needs no window to go on.
        self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Verifying(_)));
        self.fill()
    }

    fn toggle_lock(&mut self) -> Vec<Effect> {
        if self.session.can_unlock() {
            self.dialogs.push(Unlock::new(&self.actor).into());
            return vec![];
        }
        match self.session.refusal() {
            None if self.writing => self.say_busy(),
            None => return vec![self.lock()],
            Some(why) => self.notice = Some(why.to_owned()),
        }
        vec![]
    }
}

//! Leaving: no change is lost by it, and what came to light at the end is told afterwards.

use super::{App, not_signed};
use crate::Farewell;
use crate::dialog::Dialog;
use crate::effect::{Effect, WITNESSES_AT_THE_END};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    /// The user wants to leave, and a change is still being written.
    wanted: bool,
    /// The screen is over. Only what was begun comes to its end.
    over: bool,
    /// The terminal is gone: nobody reads anything any more.
    hung_up: bool,
    told: Vec<Farewell>,
}

impl Leaving {
    pub(super) const fn is_wanted(&self) -> bool {
        self.wanted
    }

    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Said once the terminal is given back.
    pub(super) fn tell(&mut self, farewell: Farewell) {
        self.told.push(farewell);
    }
}

impl App {
    /// Whether leaving now could lose a change.
    pub(crate) fn is_writing(&self) -> bool {
        self.writing || self.dialogs.iter().any(|dialog| matches!(dialog, Dialog::Tokens(form) if form.is_writing()))
    }

    /// Whether something is still waited for after the screen was left: a change, the log's being signed, and for a
    /// moment the witnesses.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_writing() || self.is_signing() || (self.leaving.over && self.witnessing.is_asking())
    }

    /// Nothing but a change is waited for any longer.
    pub(crate) fn end_now(&mut self) {
        if let Some(why) = self.give_up_signing() {
            self.leaving.tell(not_signed(why));
        }
        self.witnessing.give_up();
    }

    /// What has to be told to whoever left.
    pub(crate) fn farewells(self) -> Vec<Farewell> {
        self.leaving.told
    }

    /// Leaves at once, or as soon as the change that is being written is written.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        self.leaving.wanted = true;
        self.leave()
    }

    pub(super) fn hang_up(&mut self) -> Vec<Effect> {
        self.leaving.hung_up = true;
        self.quit()
    }

    /// Whoever wants to leave does so once nothing is being written any more.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        if !self.leaving.wanted || self.is_writing() {
            return vec![];
        }
        (self.leaving.wanted, self.leaving.over) = (false, true);
        let sign = self.sign_at_end();
        // Who is being asked already gets no more time than who would be asked now.
        let asks = !self.is_signing() && self.witnessing.is_asking();
        let ask = if asks { self.ask_witnesses() } else { None };
        sign.into_iter().chain(ask).chain([Effect::Quit]).collect()
    }

    /// There is something to be read before leaving, unless nobody is there to read.
    pub(super) const fn stay(&mut self) {
        self.leaving.wanted = self.leaving.hung_up;
    }

    /// What the end waits for, in the status line.
    pub(super) fn ends_with(&self) -> Option<String> {
        match (self.leaving.over, self.is_writing()) {
            (true, _) if self.is_signing() => Some("signing the log…".to_owned()),
            (true, _) if self.witnessing.is_asking() => {
                Some(format!("asking the witnesses, for {} seconds…", WITNESSES_AT_THE_END.as_secs()))
            }
            _ if self.leaving.wanted => Some("waiting for a change to be written…".to_owned()),
            _ => None,
        }
    }
}

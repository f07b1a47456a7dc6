//! When the log is signed while the screen is open: every hour, and when the unlocked session ends, which it does by being
//! locked or left.

use super::App;
use crate::Farewell;
use crate::effect::{Effect, too_slow};
use crate::message::Answer;
use crate::session::{Session, Why};
use licentia_core::audit::CheckpointReason;
use licentia_core::{Explanation, Timestamp};

/// See the module.
#[derive(Debug)]
pub(super) struct Signing {
    /// When it is due again.
    next: Timestamp,
    /// It is under way.
    running: bool,
    /// The session is being locked, and that is under way too.
    locking: bool,
}

/// An hour, in seconds.
const HOUR: i64 = 3_600;

impl Signing {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { next: after_an_hour(now), running: false, locking: false }
    }
}

impl App {
    /// Whether the log is being signed: that is waited for before the program ends.
    pub(crate) const fn is_signing(&self) -> bool {
        self.signing_log.running || self.signing_log.locking
    }

    /// Why the log is not signed, where it was going to be.
    pub(super) fn give_up_signing(&mut self) -> Option<Explanation> {
        self.is_signing().then(|| {
            (self.signing_log.running, self.signing_log.locking) = (false, false);
            too_slow()
        })
    }

    /// Somebody unlocked: an hour from now it is due.
    pub(super) const fn sign_in_an_hour(&mut self) {
        self.signing_log.next = after_an_hour(self.now);
    }

    pub(super) fn sign_hourly(&mut self) -> Option<Effect> {
        let hour = after_an_hour(self.now);
        // A clock that was set back must not put it off for longer.
        self.signing_log.next = self.signing_log.next.min(hour);
        (self.signing_log.next <= self.now).then(|| self.signing_log.next = hour)?;
        self.sign(CheckpointReason::Hourly)
    }

    pub(super) fn sign_at_end(&mut self) -> Option<Effect> {
        self.sign(CheckpointReason::End)
    }

    fn sign(&mut self, reason: CheckpointReason) -> Option<Effect> {
        let unlocked = matches!(self.session, Session::Unlocked { .. });
        (unlocked && self.is_founded() && !self.signing_log.running).then(|| {
            self.signing_log.running = true;
            Effect::Checkpoint { reason }
        })
    }

    /// From here on it is locked, whatever becomes of the signing.
    pub(super) fn lock(&mut self) -> Effect {
        self.session = Session::Reviewer(Why::NotUnlocked);
        self.signing_log.locking = true;
        Effect::Lock
    }

    pub(super) fn locked(&mut self, answer: Answer<()>) -> Vec<Effect> {
        self.signing_log.locking = false;
        self.then_ask(answer)
    }

    pub(super) fn signed(&mut self, answer: Answer<()>) -> Vec<Effect> {
        self.signing_log.running = false;
        self.then_ask(answer)
    }

    /// Changes that were made stay made where the log could not be signed; but whoever sits there has to know.
    fn then_ask(&mut self, answer: Answer<()>) -> Vec<Effect> {
        let ask = match answer {
            Ok(()) => self.ask_witnesses(),
            Err(why) if self.leaving.is_over() => {
                self.leaving.tell(not_signed(why));
                None
            }
            Err(why) => {
                self.complain(why);
                None
            }
        };
        if self.leaving.is_over() {
            return ask.into_iter().collect();
        }
        self.dashboard.outdated();
        ask.into_iter().chain(self.fill()).collect()
    }
}

/// For whoever has left.
pub(crate) fn not_signed(why: Explanation) -> Farewell {
    Farewell { what: "what was done is done, but the log could not be signed after it".to_owned(), why }
}

const fn after_an_hour(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_add(HOUR * 1_000_000))
}

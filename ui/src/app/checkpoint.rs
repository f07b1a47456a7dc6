//! When the log is signed while the screen is open: every hour, and at the end, as long as somebody is unlocked.

use super::App;
use crate::effect::Effect;
use crate::message::Answer;
use crate::session::Session;
use licentia_core::audit::CheckpointReason;
use licentia_core::{Explanation, Timestamp};

/// See the module.
#[derive(Debug)]
pub(super) struct Signing {
    /// When it is due again.
    next: Timestamp,
    /// It is under way.
    running: bool,
}

/// An hour, in seconds.
const HOUR: i64 = 3_600;

impl Signing {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { next: after_an_hour(now), running: false }
    }
}

impl App {
    /// Whether the log is being signed: that is waited for before the program ends.
    pub(crate) const fn is_signing(&self) -> bool {
        self.signing_log.running
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

    pub(super) fn signed(&mut self, answer: Answer<()>) -> Vec<Effect> {
        self.signing_log.running = false;
        match answer {
            Ok(()) => self.dashboard.outdated(),
            Err(why) => self.not_signed(why),
        }
        self.fill()
    }

    /// The change that was made stays made; but whoever sits there has to know.
    pub(super) fn not_signed(&mut self, why: Explanation) {
        self.complain(why);
    }
}

const fn after_an_hour(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_add(HOUR * 1_000_000))
}

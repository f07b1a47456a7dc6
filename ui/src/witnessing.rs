//! What is known of those who vouch for the log: how far they do, and who did not sign when they were asked.

use crate::effect::Effect;
use crate::look::Look;
use crate::text::clean;
use crate::theme::Meaning;
use licentia_core::witness::Witnessed;
use licentia_core::{Explanation, Timestamp};

/// See the module.
#[derive(Debug)]
pub(crate) struct Witnessing {
    /// None until it was read.
    vouched: Option<Vouched>,
    /// It is being read.
    reading: bool,
    /// Something was written since.
    stale: bool,
    /// The request for asking the witnesses, while that is under way.
    asking: Option<u64>,
    /// The log was signed meanwhile: they are asked once more.
    again: bool,
    /// Who did not sign when they were asked the last time.
    missed: Vec<Missed>,
    asked: Timestamp,
}

/// One that was asked and did not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missed {
    pub(crate) witness: String,
    pub(crate) why: Explanation,
    /// It knows another history of this log than the one that is here.
    pub(crate) contradicts: bool,
}

/// So many that did not sign are named.
const SAID: usize = 2;

/// What the file says, as far as the keys of the witnesses signed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vouched {
    /// The names of the witnesses that are known.
    pub(crate) known: Vec<String>,
    pub(crate) latest: Option<Witnessed>,
}

impl Default for Witnessing {
    fn default() -> Self {
        Self {
            vouched: None,
            reading: false,
            stale: true,
            asking: None,
            again: false,
            missed: vec![],
            asked: Timestamp(0),
        }
    }
}

impl Witnessing {
    pub(crate) const fn outdated(&mut self) {
        self.stale = true;
    }

    /// Reads it when it may have changed, one question at a time.
    pub(crate) fn fill(&mut self) -> Option<Effect> {
        if self.reading || !std::mem::take(&mut self.stale) {
            return None;
        }
        self.reading = true;
        Some(Effect::LoadVouched)
    }

    pub(crate) const fn answered(&mut self) {
        self.reading = false;
    }

    pub(crate) fn learn(&mut self, vouched: Vouched) {
        self.vouched = Some(vouched);
    }

    pub(crate) const fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// They are being asked under this number. Whoever was asked before is not listened to any more.
    pub(crate) const fn asks(&mut self, request: u64) {
        self.asking = Some(request);
    }

    /// Whatever they answer now comes too late.
    pub(crate) const fn give_up(&mut self) {
        self.asking = None;
    }

    pub(crate) const fn ask_again(&mut self) {
        self.again = true;
    }

    /// Takes in who did not sign, unless it is not the answer that is waited for; whether to ask once more.
    pub(crate) fn asked(&mut self, request: u64, missed: Vec<Missed>, now: Timestamp) -> Option<bool> {
        self.asking.take_if(|asking| *asking == request)?;
        (self.missed, self.asked, self.stale) = (missed, now, true);
        Some(std::mem::take(&mut self.again))
    }

    /// In a few lines, the most important first; none where nobody is known who could vouch.
    pub(crate) fn said(&self, look: Look) -> Vec<(String, Meaning)> {
        let mut lines: Vec<_> = self.vouched.iter().filter_map(|vouched| vouched.said(look)).collect();
        if lines.is_empty() {
            return lines;
        }
        let ago = look.ago(self.asked);
        // Who was removed since has nothing to sign any more.
        let known = |missed: &&Missed| self.vouched.iter().any(|vouched| vouched.known.contains(&missed.witness));
        lines.extend(self.missed.iter().filter(known).take(SAID).map(|missed| {
            let why = clean(&missed.why.message);
            if missed.contradicts {
                (format!("! {why}"), Meaning::Danger)
            } else {
                (format!("! {ago}: {why}"), Meaning::Warning)
            }
        }));
        lines
    }
}

impl Vouched {
    fn said(&self, look: Look) -> Option<(String, Meaning)> {
        match (&self.latest, self.known.len()) {
            (_, 0) => None,
            (Some(latest), _) => Some((latest.words(look.now), Meaning::Text)),
            (None, 1) => Some(("not witnessed yet, though a witness is known".to_owned(), Meaning::Warning)),
            (None, many) => Some((format!("not witnessed yet, though {many} witnesses are known"), Meaning::Warning)),
        }
    }
}

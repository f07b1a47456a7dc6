//! What is known of those who vouch for the log: how far they do, and who did not sign when they were asked.

use crate::effect::Effect;
use crate::look::Look;
use crate::theme::Meaning;
use licentia_core::witness::Witnessed;

/// See the module.
#[derive(Debug)]
pub(crate) struct Witnessing {
    /// None until it was read.
    vouched: Option<Vouched>,
    /// It is being read.
    reading: bool,
    /// Something was written since.
    stale: bool,
}

/// What the file says, as far as the keys of the witnesses signed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vouched {
    /// So many witnesses are known.
    pub(crate) known: usize,
    pub(crate) latest: Option<Witnessed>,
}

impl Default for Witnessing {
    fn default() -> Self {
        Self { vouched: None, reading: false, stale: true }
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

    /// In a few lines, the most important first; none where nobody is known who could vouch.
    pub(crate) fn said(&self, look: Look) -> Vec<(String, Meaning)> {
        self.vouched.iter().filter_map(|vouched| vouched.said(look)).collect()
    }
}

impl Vouched {
    fn said(&self, look: Look) -> Option<(String, Meaning)> {
        let none = |why: String| (format!("not witnessed: {why}"), Meaning::Warning);
        match (&self.latest, self.known) {
            (_, 0) => None,
            (Some(latest), _) => Some((latest.words(look.now), Meaning::Text)),
            (None, 1) => Some(none("the witness that is known has signed nothing yet".to_owned())),
            (None, many) => Some(none(format!("none of the {many} witnesses has signed anything yet"))),
        }
    }
}

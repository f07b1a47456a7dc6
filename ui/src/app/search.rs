//! Searching the log: what answers lead to, and the index of words that follows while nobody waits.

use super::App;
use crate::dialog::Dialog;
use crate::effect::{Effect, FilterDone};
use crate::message::Answer;
use crate::session::{Session, Why};
use licentia_core::audit::SavedFilter;

/// How it is with the index of words.
#[derive(Debug)]
pub(super) struct Following {
    /// A step is under way.
    under_way: bool,
    /// There may be entries that it has not reached.
    due: bool,
}

impl Default for Following {
    fn default() -> Self {
        Self { under_way: false, due: true }
    }
}

impl App {
    /// The log may have grown.
    pub(super) const fn index_is_due(&mut self) {
        self.following.due = true;
    }

    /// The next step of the index, one at a time and never while a change is being written.
    pub(super) fn follow_index(&mut self) -> Option<Effect> {
        let writable = !matches!(self.session, Session::Reviewer(Why::NoVault | Why::ReadOnly));
        let ready = self.following.due && !self.following.under_way && !self.is_writing() && !self.leaving.is_wanted();
        if !writable || !ready || !self.is_founded() {
            return None;
        }
        (self.following.due, self.following.under_way) = (false, true);
        Some(Effect::FollowIndex)
    }

    pub(super) fn index_followed(&mut self, more: bool) -> Option<Effect> {
        self.following.under_way = false;
        self.following.due |= more;
        if more { self.follow_index() } else { None }
    }

    pub(super) fn entries_counted(&mut self, request: u64, answer: Answer<Vec<(String, u64)>>) -> Answer<()> {
        let counts = self.find(|dialog| match dialog {
            Dialog::Counts(counts) if counts.waits_for(request) => Some(counts),
            _ => None,
        });
        counts.map_or(Ok(()), |counts| counts.counted(answer))
    }

    pub(super) fn filters_loaded(&mut self, request: u64, answer: Answer<Vec<SavedFilter>>) -> Answer<()> {
        let dialog = self.find(|dialog| match dialog {
            Dialog::SavedFilters(filters) if filters.waits_for(request) => Some(filters),
            _ => None,
        });
        match dialog {
            Some(dialog) => dialog.loaded(answer),
            None => self.audit.filters_loaded(request, answer),
        }
    }

    pub(super) fn filter_changed(&mut self, done: &FilterDone) -> Vec<Effect> {
        self.close_asking();
        self.notice = Some(match done {
            FilterDone::Saved(filter) => format!("Saved: @{} in a query stands for it.", filter.name),
            FilterDone::Deleted(filter) => format!("The query {} is forgotten.", crate::text::clean(&filter.name)),
        });
        let mut effects = self.log_grew();
        for dialog in &mut self.dialogs {
            if let Dialog::SavedFilters(filters) = dialog {
                effects.push(filters.load(&mut self.requests));
            }
        }
        effects.extend(self.audit.load_filters(&mut self.requests));
        effects
    }
}

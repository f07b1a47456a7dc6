//! Tab 1: how things stand, at a glance.

mod draw;

use crate::effect::{Effect, Overview};
use crate::keymap::Action;
use crate::loaded::Loaded;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, LogStep, Step};
use licentia_core::audit::VerifyRequest;
use licentia_core::{License, LicenseCounts, Timestamp};

pub(crate) use draw::Around;

/// The tab. It is drawn at once, and fills in as the answers come: counting takes longest.
#[derive(Debug, Default)]
pub(crate) struct Dashboard {
    overview: Loaded<Overview>,
    counts: Loaded<LicenseCounts>,
    /// Which of the licenses that end soon.
    selected: usize,
    /// When it was last asked for.
    asked: Option<Timestamp>,
}

/// After so many seconds it is read again: what ends soon is a matter of the clock.
const OLD: i64 = 60;

impl Dashboard {
    /// Something was written since it was read.
    pub(crate) const fn outdated(&mut self) {
        self.overview.outdated();
        self.counts.outdated();
    }

    /// What is lacking, or was read long ago.
    pub(crate) fn fill(&mut self, now: Timestamp, requests: &mut Requests) -> Vec<Effect> {
        // A clock that was set back says nothing about how long ago that was.
        let recent = |asked: Timestamp| (0..OLD).contains(&now.seconds().saturating_sub(asked.seconds()));
        if !self.asked.is_some_and(recent) {
            self.asked = Some(now);
            self.outdated();
        }
        let overview = self.overview.ask(requests).map(|request| Effect::LoadOverview { request });
        let counts = self.counts.ask(requests).map(|request| Effect::CountLicenses { request });
        overview.into_iter().chain(counts).collect()
    }

    /// The selection stays on its license.
    pub(crate) fn overview_loaded(&mut self, request: u64, answer: Answer<Box<Overview>>) -> Answer<()> {
        let selected = self.selected().map(|license| license.id);
        self.overview.follow(request, answer.map(|overview| *overview))?;
        let expiring = self.expiring();
        let at = expiring.iter().position(|license| Some(license.id) == selected);
        self.selected = at.unwrap_or(self.selected).min(expiring.len().saturating_sub(1));
        Ok(())
    }

    pub(crate) fn counted(&mut self, request: u64, answer: Answer<LicenseCounts>) -> Answer<()> {
        self.counts.follow(request, answer)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let last = self.expiring().len().saturating_sub(1);
        match action {
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::Down => self.selected = (self.selected + 1).min(last),
            Action::First | Action::PageUp => self.selected = 0,
            Action::Last | Action::PageDown => self.selected = last,
            Action::Open => {
                let show = |license: &License| Step::Log(LogStep::Show(Box::new(license.clone())));
                return self.selected().map(show).into_iter().collect();
            }
            Action::Verify => return vec![Step::Log(LogStep::Verify(VerifyRequest::default()))],
            Action::VerifyFrom => return vec![Step::Log(LogStep::VerifyFrom)],
            Action::Refresh => {
                self.outdated();
                return self.fill(cx.look.now, cx.requests).into_iter().map(Step::Run).collect();
            }
            _ => {}
        }
        vec![]
    }

    fn expiring(&self) -> &[License] {
        self.overview.value().map_or(&[], |overview| &overview.expiring)
    }

    fn selected(&self) -> Option<&License> {
        self.expiring().get(self.selected)
    }
}

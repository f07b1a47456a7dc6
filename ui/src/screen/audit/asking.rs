//! What is asked of the log in tab 9: the query line, saved queries, and what a bar adds.

use super::Audit;
use crate::dialog::save_filter::SaveFilter;
use crate::dialog::saved_filters::SavedFilters;
use crate::effect::{Effect, FoundEntries};
use crate::keymap::Action;
use crate::message::Answer;
use crate::paging::Requests;
use crate::screen::filter_bar::AuditFilterText;
use crate::screen::query_line::QueryLine;
use crate::step::{Cx, Step};
use crate::text::clean;
use licentia_core::AuditRecord;
use licentia_core::Timestamp;
use licentia_core::audit::{AuditSearch, CountBy, Query, SavedFilter};

impl Audit {
    pub(super) fn act_in_line(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        let Some(line) = &mut self.line else { return vec![] };
        let understood = |line: &QueryLine| line.understood(cx.look.now, self.saved.as_deref());
        match action {
            Action::Submit => match understood(line) {
                Ok(query) => return vec![Step::Run(self.ask(query, cx.requests))],
                Err(mistake) => line.show(mistake),
            },
            Action::SaveFilter => match understood(line) {
                Ok(Some(query)) => return vec![Step::open(SaveFilter::new(query.text().trim().to_owned()))],
                Ok(None) => return vec![Step::Notice("There is no query yet.")],
                Err(mistake) => line.show(mistake),
            },
            Action::SavedFilters => return SavedFilters::open(cx.requests),
            Action::Cancel => self.line = None,
            _ => {}
        }
        vec![]
    }

    /// Saves what is shown: the query and the filter as one query.
    pub(super) fn save(&self) -> Vec<Step> {
        let filter = self.typed.as_query(self.filter.target.as_deref());
        let query = match (&self.query, filter.is_empty()) {
            (None, true) => return vec![Step::Notice("Everything is shown: there is nothing to save.")],
            (None, false) => filter,
            (Some(query), true) => query.text().trim().to_owned(),
            (Some(query), false) => format!("({}) AND {filter}", query.text().trim()),
        };
        vec![Step::open(SaveFilter::new(query))]
    }

    pub(super) fn open_line(&mut self, text: &str, requests: &mut Requests) -> Effect {
        self.line = Some(Box::new(QueryLine::new(text)));
        self.saved_request = requests.next();
        Effect::LoadFilters { request: self.saved_request }
    }

    /// Searches with this text; where it cannot be understood, the line opens and says so.
    pub(crate) fn search_for(&mut self, text: &str, now: Timestamp, requests: &mut Requests) -> Vec<Effect> {
        match Query::parse(text, now) {
            Ok(query) => vec![self.ask(Some(query), requests)],
            Err(mistake) => {
                let effect = self.open_line(text, requests);
                if let Some(line) = &mut self.line {
                    line.show(mistake);
                }
                vec![effect]
            }
        }
    }

    fn ask(&mut self, query: Option<Query>, requests: &mut Requests) -> Effect {
        self.line = None;
        self.query = query;
        self.events.show(self.search(), requests)
    }

    /// Adds to the filter that entries have this in common.
    pub(crate) fn narrow(&mut self, by: CountBy, key: String, requests: &mut Requests) -> Effect {
        let target = if by == CountBy::Target { Some(key.clone()) } else { self.filter.target.clone() };
        let mut typed = self.typed.clone();
        typed.narrow(by, key);
        self.show(typed, target, requests)
    }

    pub(super) fn search(&self) -> AuditSearch {
        AuditSearch { filter: self.filter.clone(), query: self.query.clone() }
    }

    pub(super) fn query_text(&self) -> String {
        self.query.as_ref().map_or_else(String::new, |query| query.text().trim().to_owned())
    }

    /// What is shown, in words.
    pub(super) fn said(&self) -> String {
        match &self.query {
            None => self.typed.said(),
            Some(query) if self.typed == AuditFilterText::default() => format!("query {}", clean(query.text().trim())),
            Some(query) => format!("{}, query {}", self.typed.said(), clean(query.text().trim())),
        }
    }

    /// What would show this in another place: what is typed, or else what is shown.
    pub(crate) fn leads_to(&self, now: Timestamp) -> Result<Effect, String> {
        let mut search = self.search();
        if let Some(bar) = &self.bar {
            search.filter = bar.leads_to()?;
        } else if let Some(line) = &self.line {
            search.query = line
                .understood(now, self.saved.as_deref())
                .map_err(|mistake| format!("The query stands in the way: {}.", mistake.wrong))?;
        }
        Ok(Effect::Search { request: 0, search, before: None, limit: 0, whole: false })
    }

    /// Asks for the saved queries again, where the line may need them.
    pub(crate) fn load_filters(&mut self, requests: &mut Requests) -> Option<Effect> {
        self.line.as_ref()?;
        self.saved_request = requests.next();
        Some(Effect::LoadFilters { request: self.saved_request })
    }

    pub(crate) fn filters_loaded(&mut self, request: u64, answer: Answer<Vec<SavedFilter>>) -> Answer<()> {
        if request == self.saved_request && self.line.is_some() {
            self.saved = Some(answer?);
        }
        Ok(())
    }

    pub(crate) fn searched(
        &mut self,
        request: u64,
        answer: Answer<FoundEntries>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        self.events.searched(request, answer, requests)
    }

    pub(crate) fn searched_newer(
        &mut self,
        request: u64,
        answer: Answer<(Vec<AuditRecord>, u64)>,
        requests: &mut Requests,
    ) -> Answer<Option<Effect>> {
        self.events.searched_newer(request, answer, requests)
    }
}

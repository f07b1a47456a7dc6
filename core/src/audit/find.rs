//! Searching, following and counting the log. None of it needs the passphrase; the index of words is only a help.

use super::{Audit, AuditFilter, Query};
use crate::{AuditRecord, Error, Page, Result};
use licentia_storage::{Column, Condition, CountBy, Fit, IndexState, SearchPage};

/// What is searched for: a filter and a query, joined by *and*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSearch {
    pub filter: AuditFilter,
    pub query: Option<Query>,
}

/// What a query begins with that stands for a saved one.
const SAVED: char = '@';

/// Entries that are followed in one go.
const FOLLOWED: u64 = 1_000;

impl AuditSearch {
    pub(super) fn condition(&self) -> Condition {
        let query = self.query.as_ref().map_or_else(Condition::everything, |query| query.condition().clone());
        self.filter.condition().and(query)
    }

    /// Whether the words of entries are searched, so that the index of words is of use.
    #[must_use]
    pub fn asks_for_words(&self) -> bool {
        self.query.as_ref().is_some_and(|query| query.condition().asks_for_words())
    }
}

impl AuditFilter {
    fn condition(&self) -> Condition {
        let is = |column, word: &String| Condition::Word(column, Fit::Is(word.clone()));
        let kinds = self.kinds.iter().map(|kind| match kind.strip_suffix('*') {
            Some(start) => Condition::Word(Column::Kind, Fit::Begins(start.to_owned())),
            None => is(Column::Kind, kind),
        });
        let kinds: Vec<Condition> = kinds.collect();
        let mut all = Vec::new();
        if !kinds.is_empty() {
            all.push(Condition::Any(kinds));
        }
        all.extend(self.actor.as_ref().map(|actor| is(Column::Actor, actor)));
        all.extend(self.target.as_ref().map(|target| is(Column::Target, target)));
        if self.since.is_some() || self.until.is_some() {
            all.push(Condition::Time { since: self.since, until: self.until });
        }
        Condition::All(all)
    }
}

impl Audit<'_> {
    /// Reads a query as it was typed; `@NAME` is one that was saved.
    pub async fn understand(&self, text: &str) -> Result<Query> {
        let saved = match text.trim().strip_prefix(SAVED) {
            Some(name) => Some(self.filter_named(name).await?.query),
            None => None,
        };
        Query::parse(saved.as_deref().unwrap_or(text), self.0.ambient().now()).map_err(Error::Query)
    }

    /// A whole page of what fits, newest first; `before` is the seq where the page before ended.
    pub async fn search(
        &self,
        search: &AuditSearch,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Page<AuditRecord, u64>> {
        let condition = search.condition();
        let (mut items, mut from) = (Vec::new(), before);
        // One more than a page, to know whether there is another.
        let wanted = limit.saturating_add(1);
        loop {
            let found = u64::try_from(items.len()).unwrap_or(u64::MAX);
            let page = self.0.reader().search_entries(&condition, from, wanted.saturating_sub(found)).await?;
            items.extend(page.items);
            from = page.next;
            if from.is_none() || u64::try_from(items.len()).unwrap_or(u64::MAX) >= wanted {
                return Ok(Page::cut(items, limit, |last| last.seq));
            }
        }
    }

    /// What can be found in a moment: the page may be short and go on all the same, before `next`.
    pub async fn search_for_a_moment(
        &self,
        search: &AuditSearch,
        before: Option<u64>,
        limit: u64,
    ) -> Result<SearchPage> {
        Ok(self.0.reader().search_entries(&search.condition(), before, limit).await?)
    }

    /// What fits among the entries after one, oldest first, and the last entry that was looked at.
    pub async fn newer(&self, search: &AuditSearch, after: u64) -> Result<(Vec<AuditRecord>, u64)> {
        let last = self.0.reader().audit_size().await?;
        let mut found = Vec::new();
        let mut start = after.saturating_add(1);
        while start <= last {
            let to = last.min(start.saturating_add(FOLLOWED - 1));
            let condition = Condition::Seq { from: start, to }.and(search.condition());
            let mut before = None;
            let mut some = Vec::new();
            loop {
                let page = self.0.reader().search_entries(&condition, before, FOLLOWED).await?;
                some.extend(page.items);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            found.extend(some.into_iter().rev());
            start = to.saturating_add(1);
        }
        Ok((found, last.max(after)))
    }

    /// How many entries fit, by what they are about, in the order of the keys.
    pub async fn count(&self, search: &AuditSearch, by: CountBy) -> Result<Vec<(String, u64)>> {
        Ok(self.0.reader().count_entries(&search.condition(), by).await?)
    }

    /// How far the index of words reaches.
    pub async fn index_state(&self) -> Result<IndexState> {
        Ok(self.0.reader().search_index().await?)
    }

    /// Brings the index of words up to the log, so many entries further at most; does nothing to a file that is only
    /// read. What it has not reached is searched all the same.
    pub async fn follow_with_index(&self, at_most: u64) -> Result<IndexState> {
        Ok(self.0.store().follow_with_index(at_most).await?)
    }

    /// Throws the index of words away, so that it is built again.
    pub async fn drop_index(&self) -> Result<()> {
        Ok(self.0.store().drop_index().await?)
    }
}

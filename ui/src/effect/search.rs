//! Effects that search and count the log, and those about the queries that are saved.

use super::read::{explained, open};
use super::write::unlocked;
use crate::message::Answer;
use crate::services::Services;
use licentia_core::audit::{AuditSearch, CountBy, SavedFilter, SearchPage};
use licentia_core::{AuditRecord, Licentia, Result};

/// A change of a saved query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FilterChange {
    Save { name: String, query: String },
    Delete { name: String },
}

/// What such a change led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FilterDone {
    Saved(SavedFilter),
    Deleted(SavedFilter),
}

/// What was found, and how long the log was when the search began.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) page: SearchPage,
    pub(crate) size: u64,
}

pub(super) async fn entries(
    services: &Services,
    search: &AuditSearch,
    before: Option<u64>,
    limit: u64,
    whole: bool,
) -> Answer<Found> {
    let licentia = open(services)?;
    found(&licentia, search, before, limit, whole).await.map_err(explained)
}

async fn found(
    licentia: &Licentia,
    search: &AuditSearch,
    before: Option<u64>,
    limit: u64,
    whole: bool,
) -> Result<Found> {
    let size = licentia.audit().index_state().await?.size;
    // What comes in from here on is searched later, as what came in since.
    let before = before.or(Some(size.saturating_add(1)));
    let page = if whole {
        let page = licentia.audit().search(search, before, limit).await?;
        SearchPage { items: page.items, next: page.next }
    } else {
        licentia.audit().search_for_a_moment(search, before, limit).await?
    };
    Ok(Found { page, size })
}

/// Newest first, and the last entry that was looked at.
pub(super) async fn newer(services: &Services, search: &AuditSearch, after: u64) -> Answer<(Vec<AuditRecord>, u64)> {
    let (mut items, last) = open(services)?.audit().newer(search, after).await.map_err(explained)?;
    items.reverse();
    Ok((items, last))
}

pub(super) async fn counts(services: &Services, search: &AuditSearch, by: CountBy) -> Answer<Vec<(String, u64)>> {
    open(services)?.audit().count(search, by).await.map_err(explained)
}

pub(super) async fn filters(services: &Services) -> Answer<Vec<SavedFilter>> {
    open(services)?.audit().filters().await.map_err(explained)
}

pub(super) async fn change(services: &Services, change: FilterChange) -> Answer<Box<FilterDone>> {
    let (licentia, operator) = unlocked(services)?;
    let done = match change {
        FilterChange::Save { name, query } => {
            licentia.audit().save_filter(&operator, &name, &query).await.map(FilterDone::Saved)
        }
        FilterChange::Delete { name } => {
            licentia.audit().delete_filter(&operator, &name).await.map(FilterDone::Deleted)
        }
    };
    done.map(Box::new).map_err(explained)
}

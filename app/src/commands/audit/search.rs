//! What `audit list`, `audit tail` and `audit count` share: a query, and an index of words that keeps up.

use super::filter::Filter;
use crate::context::Context;
use crate::failure::Result;
use clap::Args;
use licentia_core::Licentia;
use licentia_core::audit::AuditSearch;

/// So many entries are taken into the index before a search, at most: about a second's work.
const BEFORE: u64 = 20_000;

/// An index that is further behind than this makes a search slow.
const FAR_BEHIND: u64 = 20_000;

#[derive(Debug, Args)]
pub(super) struct Search {
    #[command(flatten)]
    filter: Filter,

    /// Only what fits this query, or the saved one for `@NAME`; docs/QUERY.md tells the language.
    #[arg(long, value_name = "QUERY", help_heading = "Filters")]
    query: Option<String>,
}

impl Search {
    /// Opens the database and searches. Only where words are asked for it is opened for writing, if it can be, so that
    /// their index keeps up; nothing else is written, and no passphrase is needed.
    pub(super) async fn run<T>(
        self,
        context: &Context,
        work: impl AsyncFnOnce(&Licentia, &AuditSearch) -> Result<T>,
    ) -> Result<T> {
        let (filter, query) = (self.filter, self.query);
        let searched = async |licentia: &Licentia| {
            let query = match &query {
                Some(text) => Some(licentia.audit().understand(text).await?),
                None => None,
            };
            let filter = filter.resolve(licentia).await?;
            let search = AuditSearch { filter, query };
            super::list::note_unknown_kinds(context, &search.filter.kinds, &licentia.audit().kinds().await?);
            if search.asks_for_words() {
                keep_up(context, licentia).await?;
            }
            work(licentia, &search).await
        };
        if query.is_some() { context.read_and_index(searched).await } else { context.read(searched).await }
    }
}

async fn keep_up(context: &Context, licentia: &Licentia) -> Result {
    // An index that cannot be written is no reason not to search.
    let state = match licentia.audit().follow_with_index(BEFORE).await {
        Ok(state) => state,
        Err(_) => licentia.audit().index_state().await?,
    };
    if state.behind() > FAR_BEHIND {
        context.output.note(&format!(
            "The index of words is {} entries behind, so they are read one by one, which is slower. \
             Where the database can be written, `licentia audit index` brings it up.",
            state.behind()
        ));
    }
    Ok(())
}

//! What `audit list`, `audit tail`, `audit count` and `audit export` share: filters and a query; and for the first three
//! an index of words that keeps up.

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
pub(crate) struct Search {
    #[command(flatten)]
    filter: Filter,

    /// Only what fits this query, or the saved one for `@NAME`; docs/QUERY.md tells the language.
    #[arg(long, value_name = "QUERY", help_heading = "Filters")]
    query: Option<String>,
}

impl Search {
    /// Whether it lets everything through.
    pub(super) fn is_empty(&self) -> bool {
        self.filter.is_empty() && self.query.is_none()
    }

    /// What is searched for in this database. Kinds that it does not have are said.
    pub(super) async fn resolve(self, context: &Context, licentia: &Licentia) -> Result<AuditSearch> {
        let query = match &self.query {
            Some(text) => Some(licentia.audit().understand(text).await?),
            None => None,
        };
        let filter = self.filter.resolve(licentia).await?;
        super::list::note_unknown_kinds(context, &filter.kinds, &licentia.audit().kinds().await?);
        Ok(AuditSearch { filter, query })
    }

    /// Opens the database and searches. Only where words are asked for it is opened for writing, if it can be, so that
    /// their index keeps up; nothing else is written, and no passphrase is needed.
    pub(super) async fn run<T>(
        self,
        context: &Context,
        work: impl AsyncFnOnce(&Licentia, &AuditSearch) -> Result<T>,
    ) -> Result<T> {
        let queried = self.query.is_some();
        let searched = async |licentia: &Licentia| {
            let search = self.resolve(context, licentia).await?;
            if search.asks_for_words() {
                keep_up(context, licentia).await?;
            }
            work(licentia, &search).await
        };
        if queried { context.read_and_index(searched).await } else { context.read(searched).await }
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

//! `licentia audit count`

use super::search::Search;
use crate::args::Format;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Column, Object};
use crate::view;
use clap::{Args, ValueEnum};
use licentia_core::audit::CountBy;
use serde_json::json;

/// Count entries by kind, actor, target or day.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia audit count --by kind --since 2026-05-01
  licentia audit count --by day --query 'kind:license.revoke AND payload.reason:refund' --format json")]
pub(crate) struct Count {
    /// What entries are counted by.
    #[arg(long, value_name = "WHAT")]
    by: By,

    /// The most frequent so many; of days, the last.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    #[command(flatten)]
    search: Search,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    Kind,
    Actor,
    /// The id of what it happened to; entries about nothing are left out.
    Target,
    /// The day in UTC.
    Day,
}

/// The longest bar.
const WIDEST: u64 = 40;

pub(crate) async fn run(context: &Context, args: Count) -> Result {
    let (by, title, member) = match args.by {
        By::Kind => (CountBy::Kind, "KIND", "kind"),
        By::Actor => (CountBy::Actor, "ACTOR", "actor"),
        By::Target => (CountBy::Target, "TARGET", "target_id"),
        By::Day => (CountBy::Day, "DAY", "day"),
    };
    let mut counts =
        args.search.run(context, async |licentia, search| Ok(licentia.audit().count(search, by).await?)).await?;
    let all = counts.len();
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    if by == CountBy::Day {
        counts.drain(..all.saturating_sub(limit));
    } else {
        counts.sort_by_key(|(_, entries)| std::cmp::Reverse(*entries));
        counts.truncate(limit);
    }
    let most = counts.iter().map(|(_, entries)| *entries).max().unwrap_or(0);
    let rows: Vec<Object> = counts
        .iter()
        .map(|(key, entries)| {
            let mut row = view::object(json!({ member: key, "entries": entries }));
            if context.output.format == Format::Table {
                row.insert("bar".to_owned(), json!(bar(*entries, most)));
            }
            row
        })
        .collect();
    let columns = [Column::text(title, member), Column::text("ENTRIES", "entries"), Column::text("", "bar")];
    context.output.list(&columns, &[member, "entries"], &rows)?;
    if all > counts.len() {
        context.output.note(&format!("There are {all}: more are shown with --limit {all}"));
    }
    Ok(())
}

/// As long as its share of the longest one; what is there at all is seen.
fn bar(entries: u64, most: u64) -> String {
    let length = (entries.saturating_mul(WIDEST) / most.max(1)).max(1);
    "█".repeat(usize::try_from(length).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let length = |entries, most| bar(entries, most).chars().count();
        assert_eq!((length(10, 10), length(5, 10), length(1, 1_000_000)), (40, 20, 1));
        assert_eq!(length(u64::MAX, u64::MAX), 1, "no overflow");
    }
}

//! `licentia audit list`

use super::search::Search;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::audit::COLUMNS;
use licentia_core::text::printable;

/// List what happened, newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia audit list --kind 'license.*' --since 2026-05-01
  licentia audit list --target 5d2f09ab --format jsonl
  licentia audit list --query 'payload.reason:refund AND created_at:[now-24h TO now]'")]
pub(crate) struct List {
    #[command(flatten)]
    search: Search,

    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Go on before this entry.
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,
}

pub(crate) async fn run(context: &Context, args: List) -> Result {
    let (before, limit) = (args.before, args.limit);
    let page = args
        .search
        .run(context, async |licentia, search| Ok(licentia.audit().search(search, before, limit).await?))
        .await?;
    let rows = view::entries(&page.items, context.output.format);
    context.output.list(&view::ENTRY_COLUMNS, &COLUMNS, &rows)?;
    context.output.go_on("--before", page.next);
    Ok(())
}

/// A kind that was misspelt would look as if nothing had happened.
pub(super) fn note_unknown_kinds(context: &Context, asked: &[String], present: &[String]) {
    for kind in asked {
        let known = match kind.strip_suffix('*') {
            Some(beginning) => present.iter().any(|one| one.starts_with(beginning)),
            None => present.contains(kind),
        };
        if !known {
            context.output.note(&format!(
                "There is no {} in this log. It has: {}",
                printable(kind),
                present.join(", ")
            ));
        }
    }
}

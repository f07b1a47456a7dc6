//! `licentia audit tail`

use super::search::Search;
use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use licentia_core::audit::{AuditSearch, COLUMNS};
use licentia_core::{AuditRecord, Licentia};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Show the last entries, oldest first, and follow the log as it grows.
#[derive(Debug, Args)]
#[command(after_help = "\
Following ends with Ctrl-C, or when nobody reads any more.

Examples:
  licentia audit tail -f --format jsonl
  licentia audit tail -f --query 'severity:(warning OR error OR critical)'")]
pub(crate) struct Tail {
    /// Go on, and show what is written from now on.
    #[arg(short, long)]
    follow: bool,

    /// Begin with so many.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: u64,

    #[command(flatten)]
    search: Search,
}

/// How often it is looked whether anybody wrote.
const PAUSE: Duration = Duration::from_millis(200);

pub(crate) async fn run(context: &Context, args: Tail) -> Result {
    if args.follow && context.output.format == Format::Json {
        return Err(Failure::usage("a JSON array has no end while the log is followed")
            .because("With --format json there is one array, closed when all is there.")
            .hint("Give --format jsonl: one object a line."));
    }
    let Tail { follow, limit, search } = args;
    search
        .run(context, async |licentia, search| {
            // What is written from here on is watched for; what is there by now is listed.
            let mut watch = licentia.watch().await?;
            let size = licentia.audit().identity().await?.size;
            let mut last = licentia.audit().search(search, size.checked_add(1), limit).await?.items;
            last.reverse();
            print(context, &last, true)?;
            let result = if follow { until_the_end(context, licentia, search, size, &mut watch).await } else { Ok(()) };
            watch.close().await;
            result
        })
        .await
}

async fn until_the_end(
    context: &Context,
    licentia: &Licentia,
    search: &AuditSearch,
    mut seen: u64,
    watch: &mut licentia_core::Watch,
) -> Result {
    let caught = |kind| signal(kind).map_err(|error| Failure::new("signals cannot be received").because(error));
    let (mut interrupt, mut terminate) = (caught(SignalKind::interrupt())?, caught(SignalKind::terminate())?);
    let mut changed = true;
    loop {
        if changed {
            let (newer, last) = licentia.audit().newer(search, seen).await?;
            print(context, &newer, false)?;
            seen = last;
        }
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
        changed = watch.changed().await.map_err(licentia_core::Error::from)?;
    }
}

fn print(context: &Context, entries: &[AuditRecord], first: bool) -> Result {
    let rows = view::entries(entries, context.output.format);
    if first {
        context.output.list(&view::ENTRY_COLUMNS, &COLUMNS, &rows)?;
    } else {
        context.output.more(&view::ENTRY_COLUMNS, &COLUMNS, &rows)?;
    }
    context.output.flush()
}

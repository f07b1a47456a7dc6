//! `licentia audit checkpoints`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// List the checkpoints of the log, largest first, and which witnesses signed them too.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia audit checkpoints --format json")]
pub(crate) struct Checkpoints {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Go on before this size.
    #[arg(long, value_name = "SIZE")]
    before: Option<u64>,
}

pub(crate) async fn run(context: &Context, args: Checkpoints) -> Result {
    let page = context.read(async |licentia| Ok(licentia.audit().checkpoints(args.before, args.limit).await?)).await?;
    let rows: Vec<_> = page.items.iter().map(|kept| view::checkpoint(&kept.checkpoint, &kept.cosignatures)).collect();
    context.output.list(&view::CHECKPOINT_COLUMNS, &view::CHECKPOINT, &rows)?;
    context.output.go_on("--before", page.next);
    Ok(())
}

//! `licentia audit checkpoint`

use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::Result;
use crate::{file, view};
use clap::Args;
use licentia_core::audit::CheckpointReason;
use std::path::PathBuf;

/// Sign the log as it is now: how many entries it has, and the root of the tree over them.
///
/// Every entry since the last checkpoint is checked again first. Where nothing came since, the last one is shown.
#[derive(Debug, Args)]
#[command(after_help = "\
The note is a C2SP checkpoint; `audit key` shows the key that verifies it. Hand it to whoever should be able to tell
later that nothing before it was changed.

Example:
  licentia audit checkpoint --out may.checkpoint")]
pub(crate) struct Checkpoint {
    /// Write the note into a file too, which must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Checkpoint) -> Result {
    let written = context
        .change(&Acting::default(), async |licentia, operator| {
            Ok(licentia.audit().checkpoint(operator, CheckpointReason::Asked).await?)
        })
        .await?;
    if let Some(out) = &args.out {
        file::write_new(out, written.note.as_bytes())?;
    }
    match context.output.format {
        Format::Table => context.output.text(&written.note),
        _ => context.output.thing(&view::checkpoint(&written, &[])),
    }
}

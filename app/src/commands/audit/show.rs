//! `licentia audit show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Show one entry of the log.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its number.
    seq: u64,
}

pub(crate) async fn run(context: &Context, args: Show) -> Result {
    let entry = context.read(async |licentia| Ok(licentia.audit().get(args.seq).await?)).await?;
    context.output.thing(&view::entry(&entry))
}

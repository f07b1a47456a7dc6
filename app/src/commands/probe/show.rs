//! `licentia probe show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Show a probe token and what came back for it.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id.
    id: String,
}

pub(crate) async fn run(context: &Context, args: Show) -> Result {
    let probe = context.read(async |licentia| Ok(licentia.probes().resolve(&args.id).await?)).await?;
    context.output.thing(&view::probe(&probe, context.now()))
}

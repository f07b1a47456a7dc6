//! `licentia probe cancel`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Make a token useless that was not used yet.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// Its id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Cancel) -> Result {
    let probe = context
        .change(&args.acting, async |licentia, operator| {
            let probe = licentia.probes().resolve(&args.id).await?;
            Ok(licentia.probes().cancel(operator, probe.id).await?)
        })
        .await?;
    context.output.thing(&view::probe(&probe, context.now()))
}

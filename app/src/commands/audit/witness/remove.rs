//! `licentia audit witness remove`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Ask a witness no more. What it signed stays in the log's file, but is believed no longer.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Its name.
    name: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Remove) -> Result {
    let witness = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.witnesses().remove(operator, &args.name).await?))
        .await?;
    context.output.thing(&view::witness(&witness, None))
}

//! `licentia license reinstate`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// End a suspension: the license is active again.
#[derive(Debug, Args)]
pub(crate) struct Reinstate {
    /// The id of the license.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Reinstate) -> Result {
    let license = context
        .change(&args.acting, async |licentia, operator| {
            let license = licentia.licenses().resolve(&args.id).await?;
            Ok(licentia.licenses().reinstate(operator, license.id).await?)
        })
        .await?;
    context.output.thing(&view::license(&license, context.now()))
}

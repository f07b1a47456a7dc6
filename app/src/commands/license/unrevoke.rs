//! `licentia license unrevoke`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Take a revocation back: the license is again what it was before.
#[derive(Debug, Args)]
pub(crate) struct Unrevoke {
    /// The id of the license.
    id: String,

    /// In words, for whoever reads the log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Unrevoke) -> Result {
    let license = context
        .change(&args.acting, async |licentia, operator| {
            let license = licentia.licenses().resolve(&args.id).await?;
            Ok(licentia.revocations().unrevoke(operator, license.id, args.note).await?)
        })
        .await?;
    context.output.thing(&view::license(&license, context.now()))
}

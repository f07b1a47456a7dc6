//! `licentia issuer retire`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Let an issuer sign no new license; it goes on signing its status lists.
#[derive(Debug, Args)]
pub(crate) struct Retire {
    /// Its name or id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Retire) -> Result {
    let issuer = context
        .change(&args.acting, async |licentia, operator| {
            let issuer = licentia.issuers().resolve(&args.id).await?;
            Ok(licentia.issuers().retire(operator, issuer.id).await?)
        })
        .await?;
    context.output.thing(&view::issuer(&issuer))
}

//! `licentia issuer activate`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Let an issuer sign what names no other; the one before goes on signing what names it.
#[derive(Debug, Args)]
pub(crate) struct Activate {
    /// Its name or id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Activate) -> Result {
    let issuer = context
        .change(&args.acting, async |licentia, operator| {
            let issuer = licentia.issuers().resolve(&args.id).await?;
            Ok(licentia.issuers().set_active(operator, issuer.id).await?)
        })
        .await?;
    context.output.thing(&view::issuer(&issuer))
}

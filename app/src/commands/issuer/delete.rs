//! `licentia issuer delete`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Delete an issuer that never signed a license.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name or id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Delete) -> Result {
    let issuer = context
        .change(&args.acting, async |licentia, operator| {
            let issuer = licentia.issuers().resolve(&args.id).await?;
            Ok(licentia.issuers().delete(operator, issuer.id).await?)
        })
        .await?;
    context.output.thing(&view::issuer(&issuer))
}

//! `licentia issuer show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Show one issuer.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its name or id.
    id: String,
}

pub(crate) async fn run(context: &Context, args: Show) -> Result {
    let issuer = context.read(async |licentia| Ok(licentia.issuers().resolve(&args.id).await?)).await?;
    context.output.thing(&view::issuer(&issuer))
}

//! `licentia identity show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Show one identity; its bytes stay in the vault.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its name or id.
    id: String,
}

pub(crate) async fn run(context: &Context, args: Show) -> Result {
    let identity = context
        .read(async |licentia| {
            let identity = licentia.identities().resolve(&args.id).await?;
            let licenses = licentia.identities().usage(identity.id).await?;
            Ok(view::identity(&identity, licenses))
        })
        .await?;
    context.output.thing(&identity)
}

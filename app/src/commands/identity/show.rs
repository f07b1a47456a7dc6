//! `licentia identity show`

use crate::context::Context;
use crate::failure::Result;
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
            super::counted(licentia, &identity).await
        })
        .await?;
    context.output.thing(&identity)
}

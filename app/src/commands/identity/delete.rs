//! `licentia identity delete`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Delete an identity that no license names.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name or id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Delete) -> Result {
    let identity = context
        .change(&args.acting, async |licentia, operator| {
            let identity = licentia.identities().resolve(&args.id).await?;
            Ok(licentia.identities().delete(operator, identity.id).await?)
        })
        .await?;
    context.output.thing(&view::identity(&identity, 0))
}

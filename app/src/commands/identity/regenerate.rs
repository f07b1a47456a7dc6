//! `licentia identity regenerate`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Make new bytes under the same name; licenses that name the old ones match no more.
#[derive(Debug, Args)]
pub(crate) struct Regenerate {
    /// Its name or id.
    id: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Regenerate) -> Result {
    let regenerated = context
        .change(&args.acting, async |licentia, operator| {
            let identity = licentia.identities().resolve(&args.id).await?;
            Ok(licentia.identities().regenerate(operator, identity.id).await?)
        })
        .await?;
    if regenerated.licenses > 0 {
        context.output.note(&format!(
            "{} licenses name the bytes from before and match no more; `license reissue` makes new ones.",
            regenerated.licenses
        ));
    }
    context.output.thing(&view::identity(&regenerated.identity, regenerated.licenses))
}

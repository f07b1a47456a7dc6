//! `licentia license show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::checkpoint_in;

/// Show one license with its token.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the license.
    id: String,
}

pub(crate) async fn run(context: &Context, args: Show) -> Result {
    let (license, revocation) = context
        .read(async |licentia| {
            let license = licentia.licenses().resolve(&args.id).await?;
            let revocation = licentia.revocations().get(license.id).await?;
            Ok((license, revocation))
        })
        .await?;
    let mut shown = view::license_with_token(&license, context.now());
    if let Some(revocation) = &revocation {
        shown.insert("revocation".to_owned(), view::revocation(revocation).into());
    }
    if let Some(carried) = checkpoint_in(&license.token) {
        shown.insert("log".to_owned(), view::carried_checkpoint(carried.checkpoint()).into());
    }
    context.output.thing(&shown)
}

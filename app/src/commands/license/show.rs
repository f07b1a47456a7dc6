//! `licentia license show`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::checkpoint_in;
use serde_json::Value;

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
    let log = checkpoint_in(&license.token).map(|carried| view::carried_checkpoint(carried.checkpoint()).into());
    shown.insert("log".to_owned(), log.unwrap_or(Value::Null));
    context.output.thing(&shown)
}

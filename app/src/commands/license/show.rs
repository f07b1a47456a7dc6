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
    let (license, revocation, superseded_from, machines) = context
        .read(async |licentia| {
            let license = licentia.licenses().resolve(&args.id).await?;
            let revocation = licentia.revocations().get(license.id).await?;
            let superseded_from = licentia.licenses().superseded_from(license.id).await?;
            let machines = licentia.licenses().machines(license.id).await?;
            Ok((license, revocation, superseded_from, machines))
        })
        .await?;
    let mut shown = view::license_with_token(&license, context.now());
    if let Some(revocation) = &revocation {
        shown.insert("revocation".to_owned(), view::revocation(revocation).into());
    }
    if let Some(from) = superseded_from {
        shown.insert("superseded_from".to_owned(), from.to_string().into());
    }
    if !machines.is_empty() {
        let machines = machines.iter().map(view::machine).collect::<Vec<_>>();
        shown.insert("machines".to_owned(), machines.into());
    }
    if let Some(carried) = checkpoint_in(&license.token) {
        shown.insert("log".to_owned(), view::carried_checkpoint(carried.checkpoint()).into());
    }
    context.output.thing(&shown)
}

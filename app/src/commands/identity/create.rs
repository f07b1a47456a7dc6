//! `licentia identity create`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Make 32 random bytes that a licensed program carries and its licenses name.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What to call it.
    name: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Create) -> Result {
    let identity = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.identities().create(operator, &args.name).await?))
        .await?;
    context.output.thing(&view::identity(&identity, 0))
}

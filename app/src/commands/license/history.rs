//! `licentia license history`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// List the chain of reissues that a license is part of, oldest first.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The id of any license in the chain.
    id: String,
}

pub(crate) async fn run(context: &Context, args: History) -> Result {
    let chain = context
        .read(async |licentia| {
            let license = licentia.licenses().resolve(&args.id).await?;
            Ok(licentia.licenses().history(license.id).await?)
        })
        .await?;
    let now = context.now();
    let rows: Vec<_> = chain.iter().map(|license| view::license(license, now)).collect();
    context.output.list(&view::LICENSE_COLUMNS, view::LICENSE_IN_LIST, &rows)
}

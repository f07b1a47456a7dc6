//! `licentia identity list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// List all identities.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let rows = context
        .read(async |licentia| {
            let mut rows = Vec::new();
            for identity in licentia.identities().list().await? {
                let licenses = licentia.identities().usage(identity.id).await?;
                rows.push(view::identity(&identity, licenses));
            }
            Ok(rows)
        })
        .await?;
    context.output.list(&view::IDENTITY_COLUMNS, &view::IDENTITY, &rows)
}

//! `licentia identity list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::Licentia;

/// List all identities.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let rows = async |licentia: &Licentia| {
        let mut rows = Vec::new();
        for identity in licentia.identities().list().await? {
            rows.push(super::counted(licentia, &identity).await?);
        }
        Ok(rows)
    };
    context.list(&view::IDENTITY_COLUMNS, &view::IDENTITY, rows).await
}

//! `licentia issuer list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// List all issuers.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let issuers = context.read(async |licentia| Ok(licentia.issuers().list().await?)).await?;
    let rows: Vec<_> = issuers.iter().map(view::issuer).collect();
    context.output.list(&view::ISSUER_COLUMNS, &view::ISSUER, &rows)
}

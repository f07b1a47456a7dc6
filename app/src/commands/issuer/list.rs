//! `licentia issuer list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::Licentia;

/// List all issuers.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let rows = async |licentia: &Licentia| Ok(licentia.issuers().list().await?.iter().map(view::issuer).collect());
    context.list(&view::ISSUER_COLUMNS, &view::ISSUER, rows).await
}

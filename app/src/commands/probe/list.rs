//! `licentia probe list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::Licentia;

/// List all probe tokens.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let now = context.now();
    let rows =
        async |licentia: &Licentia| Ok(licentia.probes().collect(|probe| Some(view::probe(&probe, now))).await?);
    context.list(&view::PROBE_COLUMNS, &view::PROBE, rows).await
}

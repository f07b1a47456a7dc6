//! `licentia probe list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// List all probe tokens.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let probes = context.read(async |licentia| Ok(licentia.probes().list().await?)).await?;
    let now = context.now();
    let rows: Vec<_> = probes.iter().map(|probe| view::probe(probe, now)).collect();
    context.output.list(&view::PROBE_COLUMNS, &view::PROBE, &rows)
}

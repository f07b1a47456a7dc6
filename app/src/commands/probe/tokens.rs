//! `licentia probe tokens`

use crate::context::Context;
use crate::failure::Result;
use crate::probe::tokens::line;
use clap::Args;

/// Write the hashes of the tokens that wait, for a server that cannot see the home.
///
/// A line for each: the hash, and until when the token can be used. No token can be made of it. Write it anew whenever
/// tokens are made or cancelled.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia probe tokens > open.new && mv open.new open.txt")]
pub(crate) struct Tokens {}

pub(crate) async fn run(context: &Context, Tokens {}: Tokens) -> Result {
    let now = context.now();
    let lines = context.read(async |licentia| Ok(licentia.probes().collect(|probe| line(&probe, now)).await?)).await?;
    context.output.text(&lines.concat())
}

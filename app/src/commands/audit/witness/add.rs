//! `licentia audit witness add`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::witness::NewWitness;

/// Make a witness known, to which checkpoints of this log are sent.
///
/// Tell whoever runs it the verifier key of this log, which `licentia audit key` shows.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  licentia audit witness add --name acme-witness --url https://witness.example.com --key VKEY")]
pub(crate) struct Add {
    /// What to call it here.
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Where it is; `/add-checkpoint` comes behind it.
    #[arg(long, value_name = "URL")]
    url: String,

    /// Its verifier key, as `licentia witness keygen` printed it.
    #[arg(long, value_name = "VKEY")]
    key: String,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, Add { name, url, key, acting }: Add) -> Result {
    let new = NewWitness { name, url, verifier_key: key };
    let witness =
        context.change(&acting, async |licentia, operator| Ok(licentia.witnesses().add(operator, new).await?)).await?;
    context.output.thing(&view::witness(&witness, None))
}

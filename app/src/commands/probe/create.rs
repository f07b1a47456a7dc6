//! `licentia probe create`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::{parse, view};
use clap::Args;
use licentia_core::NewProbe;

/// Make a one-time token; it is shown this once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia probe create --label \"build server of ACME\" --ttl 7d")]
pub(crate) struct Create {
    /// Which machine it is for.
    #[arg(long)]
    label: String,

    /// How long it can be used: 90s, 15m, 24h or 7d.
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = parse::ttl)]
    ttl: i64,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Create) -> Result {
    let new = NewProbe { label: args.label, ttl_seconds: args.ttl };
    let created = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.probes().new_token(operator, new).await?))
        .await?;
    context.output.note("The token is shown this once; only its hash is kept.");
    let mut probe = view::probe(&created.probe, context.now());
    probe.insert("token".to_owned(), created.token.into());
    context.output.thing(&probe)
}

//! `licentia probe create`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::file::NewFile;
use crate::{parse, view};
use clap::Args;
use licentia_core::NewProbe;
use std::path::PathBuf;

/// Make a one-time token; it is shown this once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia probe create --label \"build server of ACME\" --ttl 7d --out probe.token")]
pub(crate) struct Create {
    /// Which machine it is for.
    #[arg(long)]
    label: String,

    /// How long it can be used: 90s, 15m, 24h or 7d.
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = parse::ttl)]
    ttl: i64,

    /// Write the token to this file, readable by you alone, with the vendor's id below it: what `probe run` needs.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Create) -> Result {
    let new = NewProbe { label: args.label, ttl_seconds: args.ttl };
    let (created, vendor) = context
        .change(&args.acting, async |licentia, operator| {
            let out = args.out.as_deref().map(NewFile::reserve).transpose()?;
            let vendor = licentia.vault().vendor().await?;
            let created = licentia.probes().new_token(operator, new).await?;
            if let Some(out) = out {
                out.finish(format!("{}\nvendor: {vendor}\n", created.token).as_bytes())?;
            }
            Ok((created, vendor))
        })
        .await?;
    let mut probe = view::probe(&created.probe, context.now());
    probe.insert("vendor".to_owned(), vendor.into());
    if let Some(path) = &args.out {
        probe.insert("path".to_owned(), path.display().to_string().into());
    } else {
        context.output.note("The token is shown this once; only its hash is kept.");
        probe.insert("token".to_owned(), created.token.into());
    }
    context.output.thing(&probe)
}

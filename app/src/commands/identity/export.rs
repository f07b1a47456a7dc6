//! `licentia identity export`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::file::NewFile;
use crate::view;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Write the 32 bytes for the licensed program; recorded in the audit log.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Its name or id.
    id: String,

    /// The file to write, readable by you alone; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Export) -> Result {
    let identity = context
        .change(&args.acting, async |licentia, operator| {
            let identity = licentia.identities().resolve(&args.id).await?;
            let out = NewFile::reserve(&args.out)?;
            let bytes = licentia.identities().export(operator, identity.id).await?;
            out.finish(&bytes)?;
            Ok(identity)
        })
        .await?;
    context.output.thing(&view::object(json!({
        "id": identity.id,
        "name": identity.name,
        "digest": identity.digest,
        "path": args.out,
    })))
}

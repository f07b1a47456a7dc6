//! `licentia license export`

use crate::context::Context;
use crate::failure::Result;
use crate::{file, view};
use clap::Args;
use licentia_core::Licenses;
use serde_json::json;
use std::path::PathBuf;

/// Write the .lic text: what the customer gets.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The id of the license.
    id: String,

    /// The file to write, readable by you alone; it must not exist yet. Else standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Export) -> Result {
    let license = context.read(async |licentia| Ok(licentia.licenses().resolve(&args.id).await?)).await?;
    let text = Licenses::armored(&license);
    let Some(out) = args.out else {
        return context.output.text(&text);
    };
    file::write_new(&out, text.as_bytes())?;
    context.output.thing(&view::object(json!({ "id": license.id, "path": out })))
}

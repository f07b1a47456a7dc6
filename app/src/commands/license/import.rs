//! `licentia license import`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use std::path::PathBuf;

/// Take in a license that an issuer we know has signed.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The .lic file; `-` is standard input.
    file: PathBuf,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Import) -> Result {
    let text = context.license_text(&args.file)?;
    let license = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.licenses().import(operator, &text).await?))
        .await?;
    context.output.thing(&view::license(&license, context.now()))
}

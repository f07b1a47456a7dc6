//! `licentia license suspend`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Suspend a license for the time being; `reinstate` ends that.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia license suspend 5d2f09ab --note \"invoice 4711 is open\"")]
pub(crate) struct Suspend {
    /// The id of the license.
    id: String,

    /// In words, for whoever reads the log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Suspend) -> Result {
    let license = context
        .change(&args.acting, async |licentia, operator| {
            let license = licentia.licenses().resolve(&args.id).await?;
            Ok(licentia.licenses().suspend(operator, license.id, args.note).await?)
        })
        .await?;
    super::fields::note_if_irrevocable(context, &license);
    context.output.thing(&view::license(&license, context.now()))
}

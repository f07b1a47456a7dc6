//! `licentia probe consume`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use std::path::PathBuf;

/// Take in what came back for a token, which is used up by it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia probe consume --token-file token.txt --file result.json")]
pub(crate) struct Consume {
    /// The token; a file keeps it out of the list of processes.
    #[arg(required_unless_present = "token_file", conflicts_with = "token_file")]
    token: Option<String>,

    /// A file whose first line is the token.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// The result, a JSON object of at most 64 KiB; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Consume) -> Result {
    let token = match &args.token_file {
        Some(path) => context.text(path)?,
        None => args.token.unwrap_or_default(),
    };
    let token = token.lines().next().unwrap_or_default().trim();
    let result = context.text(&args.file)?;
    let probe = context
        .change(&args.acting, async |licentia, operator| {
            Ok(licentia.probes().consume_token(operator, token, &result).await?)
        })
        .await?;
    context.output.thing(&view::probe(&probe, context.now()))
}

//! `licentia vault …`

use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::Result;
use crate::passphrase::{self, Question};
use crate::view;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Vault {
    ChangePassphrase(ChangePassphrase),
}

/// Change the passphrase; secrets and licenses stay as they are.
///
/// A copy of the database that was made before still opens with the old passphrase.
#[derive(Debug, Args)]
pub(crate) struct ChangePassphrase {
    /// A file whose first line is the new passphrase; else it is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn dispatch(context: &Context, verb: Vault) -> Result {
    match verb {
        Vault::ChangePassphrase(args) => change_passphrase(context, args).await,
    }
}

async fn change_passphrase(context: &Context, args: ChangePassphrase) -> Result {
    context
        .change(&args.acting, async |licentia, operator| {
            let question = Question::new("New passphrase: ", "The same again: ");
            let file = args.new_passphrase_file.as_deref();
            let new = passphrase::other(context, file, &question, "--new-passphrase-file FILE")?;
            Ok(licentia.vault().change_passphrase(operator, &new).await?)
        })
        .await?;
    if context.output.format != Format::Table {
        context.output.thing(&view::object(json!({ "changed": true })))?;
    }
    context.output.note("The passphrase is changed. Copies made before still open with the old one.");
    Ok(())
}

//! `licentia issuer export-private`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::file::NewFile;
use crate::passphrase::{self, Question};
use crate::view;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Write the private key, encrypted with a passphrase of its own; recorded in the audit log.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  licentia issuer export-private main --out main.pem --export-passphrase-file secret.txt"
)]
pub(crate) struct ExportPrivate {
    /// Its name or id.
    id: String,

    /// The file to write, encrypted PKCS#8; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// A file whose first line encrypts the key; else it is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    export_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: ExportPrivate) -> Result {
    let issuer = context
        .change(&args.acting, async |licentia, operator| {
            let issuer = licentia.issuers().resolve(&args.id).await?;
            let question = Question::new("Passphrase for the exported key: ", "The same again: ");
            let file = args.export_passphrase_file.as_deref();
            let passphrase = passphrase::other(context, file, &question, "--export-passphrase-file FILE")?;
            let out = NewFile::reserve(&args.out)?;
            let pem = licentia.issuers().export_private(operator, issuer.id, &passphrase).await?;
            out.finish(pem.as_bytes())?;
            Ok(issuer)
        })
        .await?;
    context.output.thing(&view::object(json!({
        "id": issuer.id,
        "name": issuer.name,
        "path": args.out,
    })))
}

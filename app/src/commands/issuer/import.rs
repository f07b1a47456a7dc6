//! `licentia issuer import`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::passphrase::{self, Question};
use crate::view;
use clap::Args;
use licentia_core::ImportKey;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Take in an Ed25519 key: PKCS#8, plain or encrypted, or a public key (PEM, JWK), which only verifies.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The key file; `-` is standard input.
    file: PathBuf,

    /// What to call it; the key's thumbprint unless told.
    #[arg(long)]
    name: Option<String>,

    /// A file whose first line opens an encrypted key; else it is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Import) -> Result {
    let text = Zeroizing::new(context.text(&args.file)?);
    let file = args.key_passphrase_file.as_deref();
    let passphrase = if file.is_some() || text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        let question = Question::existing("Passphrase of the key: ");
        Some(passphrase::other(context, file, &question, "--key-passphrase-file FILE")?)
    } else {
        None
    };
    let issuer = context
        .change(&args.acting, async |licentia, operator| {
            let key = ImportKey { text: &text, name: args.name, passphrase: passphrase.as_ref() };
            Ok(licentia.issuers().import(operator, key).await?)
        })
        .await?;
    if !issuer.can_sign {
        context.output.note("This is a public key: licenses of this issuer can be taken in, and none can be signed.");
    }
    context.output.thing(&view::issuer(&issuer))
}

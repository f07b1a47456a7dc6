//! `licentia issuer export`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::escaped;
use clap::{Args, ValueEnum};

/// Write the public key: what a licensed product trusts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia issuer export --as jwks > keys.json
  licentia issuer export main --as pem > main.pem")]
pub(crate) struct Export {
    /// Its name or id; `jwks` without one is all issuers.
    id: Option<String>,

    /// How the key is written.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// SPKI, as OpenSSL writes it.
    Pem,
    /// One JSON Web Key.
    Jwk,
    /// A set of JSON Web Keys.
    Jwks,
}

pub(crate) async fn run(context: &Context, args: Export) -> Result {
    let missing = || {
        Failure::usage("an issuer is needed")
            .because("`pem` and `jwk` hold one key.")
            .hint("Name the issuer, or use `--as jwks` for the keys of all issuers.")
    };
    let text = context
        .read(async |licentia| {
            let issuers = licentia.issuers();
            let id = match &args.id {
                Some(id) => Some(issuers.resolve(id).await?.id),
                None => None,
            };
            Ok(match args.form {
                Form::Pem => issuers.export_public_pem(id.ok_or_else(missing)?).await?,
                Form::Jwk => json(context, &issuers.export_public_jwk(id.ok_or_else(missing)?).await?),
                Form::Jwks => match id {
                    Some(id) => {
                        let key = issuers.export_public_jwk(id).await?;
                        json(context, &serde_json::json!({ "keys": [key] }))
                    }
                    None => json(context, &issuers.export_jwks().await?),
                },
            })
        })
        .await?;
    context.output.text(&text)
}

fn json(context: &Context, value: &serde_json::Value) -> String {
    match context.output.format {
        Format::Jsonl => escaped(format!("{value}\n")),
        _ => escaped(format!("{value:#}\n")),
    }
}

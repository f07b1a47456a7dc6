//! `licentia license totp`, and how a TOTP secret is shown.

use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::Result;
use crate::file::NewFile;
use crate::output::Object;
use crate::view;
use clap::Args;
use licentia_core::{TotpFactor, qr};
use serde_json::json;
use std::path::PathBuf;

/// Show the TOTP secret of a license once more; recorded in the audit log.
#[derive(Debug, Args)]
#[command(after_help = "\
The secret is for the people who use the license and for the host that checks their codes, never for the license file.

Examples:
  licentia license totp 5d2f09ab
  licentia license totp 5d2f09ab --out host.totp")]
pub(crate) struct Totp {
    /// The id of the license.
    id: String,

    /// Write the secret in Base32 to a file, readable by you alone, and show nothing; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Totp) -> Result {
    let (id, factor) = context
        .change(&args.acting, async |licentia, operator| {
            let license = licentia.licenses().resolve(&args.id).await?;
            let out = args.out.as_deref().map(NewFile::reserve).transpose()?;
            let factor = licentia.licenses().reveal_totp(operator, license.id).await?;
            if let Some(out) = out {
                let mut line = factor.secret.to_base32();
                line.push('\n');
                out.finish(line.as_bytes())?;
            }
            Ok((license.id, factor))
        })
        .await?;
    let mut shown = view::object(json!({
        "id": id,
        "subject": factor.subject,
        "digest": factor.digest,
        "period": factor.period,
    }));
    match args.out {
        Some(out) => {
            shown.insert("path".to_owned(), json!(out));
            context.output.thing(&shown)
        }
        None => show_with(context, shown, Some(&factor)),
    }
}

/// Prints a thing, and with it a secret if there is one: for people as a QR code too.
pub(super) fn show_with(context: &Context, mut shown: Object, factor: Option<&TotpFactor>) -> Result {
    let Some(factor) = factor else { return context.output.thing(&shown) };
    context.output.note("The TOTP secret is shown now; `licentia license totp ID` shows it again and records that.");
    let uri = factor.uri();
    shown.insert("totp_secret".to_owned(), factor.secret.to_base32().as_str().into());
    shown.insert("totp_uri".to_owned(), uri.as_str().into());
    context.output.thing(&shown)?;
    match (context.output.format, qr::half_blocks(&uri)) {
        (Format::Table, Some(code)) => context.output.text(&format!("\n{code}")),
        _ => Ok(()),
    }
}

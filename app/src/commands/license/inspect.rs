//! `licentia license inspect`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Object;
use crate::view;
use clap::Args;
use licentia_core::LicenseStatus;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Show what a license file says and whether it holds; takes nothing in.
///
/// Without a home only the file is looked at, and nothing of it is proven.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The .lic file; `-` is standard input.
    file: PathBuf,
}

pub(crate) async fn run(context: &Context, args: Inspect) -> Result {
    let text = context.license_text(&args.file)?;
    let shown = if context.place()?.database.exists() {
        with_home(context, &text).await?
    } else {
        context.output.note("There is no home, so no key to check this license with: anybody can write what it says.");
        document_only(context, &text)?
    };
    context.output.thing(&shown)
}

async fn with_home(context: &Context, text: &str) -> Result<Object> {
    let found = context.read(async |licentia| Ok(licentia.licenses().inspect(text).await?)).await?;
    // What the file says may hold while this home knows better.
    let (code, message) = match (found.invalid, &found.known) {
        (Some((code, message)), _) => (Some(code), Some(message)),
        (None, Some(known)) if known.status != LicenseStatus::Active => {
            (Some(known.status.to_string()), Some(format!("the license is {} in this home", known.status)))
        }
        (None, _) => (None, None),
    };
    Ok(view::object(json!({
        "valid": code.is_none(),
        "code": code,
        "message": message,
        "kid": found.kid,
        "claims": view::claims(&found.claims, context.output.format),
        "issuer": found.issuer.map(|issuer| json!({ "id": issuer.id, "name": issuer.name })),
        "known_as": found.known.map(|license| json!({ "id": license.id, "status": license.status })),
    })))
}

fn document_only(context: &Context, text: &str) -> Result<Object> {
    let found = licentia_license::inspect(text)
        .map_err(|why| Failure::new("this is not a license that can be shown").because(&why).hint(why.hint()))?;
    Ok(view::object(json!({
        "valid": Value::Null,
        "code": Value::Null,
        "message": "not checked: there is no home with keys",
        "kid": found.header.kid,
        "claims": view::claims(&found.claims, context.output.format),
        "issuer": Value::Null,
        "known_as": Value::Null,
    })))
}

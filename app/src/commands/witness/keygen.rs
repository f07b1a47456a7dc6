//! `licentia witness keygen`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::{file, view};
use clap::Args;
use licentia_core::witness::WitnessKey;
use serde_json::json;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Make the key of a witness, and print what those need who shall believe it.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  licentia witness keygen --name witness.example.com/one --out witness.key")]
pub(crate) struct Keygen {
    /// The name that its signatures carry, best a URL without `https://`; no space and no `+`.
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Where the private key is written, for this user alone; the file must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(context: &Context, args: &Keygen) -> Result {
    let new = file::NewFile::reserve(&args.out)?;
    let seed = Zeroizing::new(context.ambient.bytes::<32>());
    let key = WitnessKey::new(&args.name, &seed).map_err(|error| {
        Failure::new("this cannot be the name of a key").because(error).hint("Choose one without spaces and `+`.")
    })?;
    new.finish(key.to_text().as_bytes())?;
    context.output.thing(&view::object(json!({
        "name": key.name(),
        "verifier_key": key.verifier_key().to_string(),
        "key_file": args.out,
    })))
}

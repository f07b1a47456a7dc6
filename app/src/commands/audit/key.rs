//! `licentia audit key`

use crate::context::Context;
use crate::failure::Result;
use crate::{file, view};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// Show what identifies the log: its id, fingerprint and public key, and the key that verifies its checkpoints.
#[derive(Debug, Args)]
pub(crate) struct Key {
    /// Write it as JSON too, for `audit verify --log FILE` elsewhere; the file must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Key) -> Result {
    let (identity, key) = context
        .read(async |licentia| Ok((licentia.audit().identity().await?, licentia.audit().verifier_key().await?)))
        .await?;
    let mut log = view::log(&identity);
    log.insert("verifier_key".to_owned(), key.to_string().into());
    if let Some(out) = &args.out {
        let text = format!("{:#}\n", Value::Object(log.clone()));
        file::write_new(out, text.as_bytes())?;
    }
    context.output.thing(&log)
}

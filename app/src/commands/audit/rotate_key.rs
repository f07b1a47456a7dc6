//! `licentia audit rotate-key`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use serde_json::json;

/// Give the log a new key; the old one signs that, and is gone then.
///
/// The fingerprint stays. Every other Licentia that has the vault open has to unlock again.
#[derive(Debug, Args)]
pub(crate) struct RotateKey {
    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: RotateKey) -> Result {
    let rotated = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.audit().rotate_key(operator).await?))
        .await?;
    context.output.thing(&view::object(json!({
        "key_id": rotated.new_key,
        "public_key": view::base64url(&rotated.public_key),
        "epoch": rotated.epoch,
        "old_key_id": rotated.old_key,
    })))?;
    context.output.note("Copies of the database made before hold the old key, which signs nothing here any more.");
    Ok(())
}

//! `licentia audit index`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::StoreError;
use serde_json::json;

/// Bring the index of words up to the log.
///
/// It follows by itself, a little with every command; this takes in all that is left. It is derived from the log and
/// proves nothing: what is found through it is read from the log. No passphrase is needed.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Throw it away first, and build it anew.
    #[arg(long)]
    rebuild: bool,
}

/// Entries between two looks at the progress.
const STEP: u64 = 10_000;

pub(crate) async fn run(context: &Context, args: Index) -> Result {
    let progress = context.progress("indexing");
    let state = context
        .read_and_index(async |licentia| {
            if !licentia.is_writable() {
                return Err(licentia_core::Error::from(StoreError::ReadOnly).into());
            }
            if args.rebuild {
                licentia.audit().drop_index().await?;
            }
            loop {
                let state = licentia.audit().follow_with_index(STEP).await?;
                progress(state.reached, state.size);
                if state.behind() == 0 {
                    return Ok(state);
                }
            }
        })
        .await?;
    context.output.thing(&view::object(json!({ "reached": state.reached, "size": state.size })))
}

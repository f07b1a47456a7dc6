//! `licentia backup`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use licentia_core::Backup as What;
use serde_json::json;
use std::path::PathBuf;

/// Copy the database, consistent and verified, while others go on working.
///
/// Needs no passphrase. Opening a whole copy takes the passphrase that holds now.
#[derive(Debug, Args)]
#[command(after_help = "\
A copy for review still has the fingerprints of machines, and what probes brought back. Whoever
has a fingerprint can pretend to be that machine: give the copy to somebody who may know them.

Examples:
  licentia backup --out /mnt/safe/licentia-2026-05-20.db
  licentia backup --out for-the-auditor.db --for-review")]
pub(crate) struct Backup {
    /// The copy; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Leave out the vault and every secret: for somebody who only reads.
    #[arg(long)]
    for_review: bool,
}

pub(crate) async fn run(context: &Context, args: Backup) -> Result {
    let what = if args.for_review { What::ForReview } else { What::Whole };
    let progress = context.progress("copying");
    let report = context.read(async |licentia| Ok(licentia.backup(&args.out, what, progress).await?)).await?;
    context.output.thing(&view::object(json!({
        "path": report.path,
        "bytes": report.bytes,
        "entries": report.entries,
        "fingerprint": report.fingerprint,
        "verified": report.verified.verified,
        "for_review": args.for_review,
    })))?;
    if report.verified.verified { Ok(()) } else { Err(Failure::No) }
}

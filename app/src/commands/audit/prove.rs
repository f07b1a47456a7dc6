//! `licentia audit prove`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::{ArgGroup, Args};
use licentia_core::audit::Subject;
use serde_json::json;
use std::path::PathBuf;

/// Write a proof that an entry is in the log: a small file that needs no database.
///
/// It leads from the entry to the latest checkpoint, and holds the entry with its payload and the log's keys. Where no
/// checkpoint covers the entry, one is written first if a passphrase came by file or environment.
#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  licentia audit prove --license acme.lic --out acme.tlog-proof
  licentia audit prove --entry 42 --out entry-42.tlog-proof
  licentia audit verify --proof acme.tlog-proof --license acme.lic --log blake3:1f0c…",
    group(ArgGroup::new("subject").required(true))
)]
pub(crate) struct Prove {
    /// A license that was issued here: the proof is of the entry about its issue.
    #[arg(long, value_name = "FILE", group = "subject")]
    license: Option<PathBuf>,

    /// The number of an entry.
    #[arg(long, value_name = "SEQ", group = "subject")]
    entry: Option<u64>,

    /// The file to write; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) async fn run(context: &Context, args: Prove) -> Result {
    let subject = match &args.license {
        Some(file) => Subject::License(context.license_text(file)?),
        None => Subject::Entry(args.entry.unwrap_or_default()),
    };
    let progress = context.progress("proving");
    let proven = context
        .record_if_unlocked(&Acting::default(), async |licentia, operator| {
            Ok(licentia.audit().prove(&subject, &args.out, operator, progress).await?)
        })
        .await?;
    context.output.thing(&view::object(json!({
        "path": args.out,
        "seq": proven.seq,
        "kind": proven.kind,
        "size": proven.size,
    })))
}

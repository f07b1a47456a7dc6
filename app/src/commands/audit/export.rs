//! `licentia audit export`

use super::search::Search;
use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::{ArgGroup, Args};
use licentia_core::audit::{CheckpointReason, ExportFormat};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Write entries to a file, oldest first, with a manifest beside it.
///
/// `--format` is that of the file, jsonl or csv. The export records itself where a passphrase came by file or
/// environment; else its manifest says that it did not.
///
/// A bundle is all of the log in one tar file, for somebody who trusts nobody: `audit verify --bundle` needs nothing else.
#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  licentia audit export --out may.jsonl --since 2026-05-01 --until 2026-06-01
  licentia audit export --out refunds.csv --format csv --query 'payload.reason:refund'
  licentia audit export --bundle acme-log.tar",
    group(ArgGroup::new("file").required(true))
)]
pub(crate) struct Export {
    /// The file to write; it must not exist yet.
    #[arg(long, value_name = "FILE", group = "file")]
    out: Option<PathBuf>,

    /// Write all of the log as a bundle: entries, payloads, checkpoints, keys and a manifest, which is signed where a
    /// passphrase came.
    #[arg(long, value_name = "FILE", group = "file")]
    bundle: Option<PathBuf>,

    #[command(flatten)]
    search: Search,
}

pub(crate) async fn run(context: &Context, args: Export) -> Result {
    match (args.out, args.bundle) {
        (_, Some(out)) => bundle(context, &out, &args.search).await,
        (Some(out), None) => entries(context, &out, args.search).await,
        (None, None) => Err(Failure::usage("an export needs --out FILE or --bundle FILE")),
    }
}

async fn entries(context: &Context, out: &Path, search: Search) -> Result {
    let format = match context.global.format {
        None | Some(Format::Jsonl) => ExportFormat::Jsonl,
        Some(Format::Csv) => ExportFormat::Csv,
        Some(Format::Table | Format::Json) => {
            return Err(
                Failure::usage("an export is written as jsonl or csv").hint("Give --format jsonl or --format csv.")
            );
        }
    };
    let progress = context.progress("exporting");
    let report = context
        .record_if_unlocked(&Acting::default(), async |licentia, operator| {
            let search = search.resolve(context, licentia).await?;
            Ok(licentia.audit().export_found(&search, format, out, operator, progress).await?)
        })
        .await?;
    if report.recorded_as.is_none() {
        context.output.note("The log does not record this export, and its manifest says so: without a passphrase, or in a file that cannot be written, nothing is recorded.");
    }
    context.output.thing(&view::object(json!({
        "path": out,
        "manifest": report.manifest,
        "entries": report.entries,
        "recorded_as": report.recorded_as,
    })))
}

async fn bundle(context: &Context, out: &Path, search: &Search) -> Result {
    if !search.is_empty() {
        return Err(Failure::usage("a bundle takes no filters and no query")
            .because("A bundle is whole or it proves nothing: a part of the log could not be verified.")
            .hint("Leave them out, or write the entries that they let through with --out FILE."));
    }
    let progress = context.progress("exporting");
    let report = context
        .record_if_unlocked(&Acting::default(), async |licentia, operator| {
            if let Some(operator) = operator {
                licentia.sign_by_the_way(operator, CheckpointReason::Export).await;
            }
            Ok(licentia.audit().export_bundle(out, operator, progress).await?)
        })
        .await?;
    if !report.signed {
        context.output.note("The manifest is not signed, and says so: without a passphrase, or in a file that cannot be written, nobody vouches that the bundle goes on to its end.");
    }
    if !report.verified {
        context.output.note("WARNING: the database does not verify. It was written out as it is, and the manifest says what was found. Run `licentia audit verify`.");
    }
    context.output.thing(&view::object(json!({
        "path": out,
        "entries": report.entries,
        "signed": report.signed,
        "verified": report.verified,
        "last_checkpoint": report.last_checkpoint,
        "recorded_as": report.recorded_as,
    })))
}

//! `licentia audit export`

use super::filter::Filter;
use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use licentia_core::audit::ExportFormat;
use serde_json::json;
use std::path::PathBuf;

/// Write entries to a file, oldest first, with a manifest beside it.
///
/// `--format` is that of the file, jsonl or csv. The export records itself where a passphrase came by file or
/// environment; else its manifest says that it did not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia audit export --out may.jsonl --since 2026-05-01 --until 2026-06-01")]
pub(crate) struct Export {
    /// The file to write; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    filter: Filter,
}

pub(crate) async fn run(context: &Context, args: Export) -> Result {
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
            let filter = args.filter.resolve(licentia).await?;
            Ok(licentia.audit().export(&filter, format, &args.out, operator, progress).await?)
        })
        .await?;
    if report.recorded_as.is_none() {
        context.output.note("The log does not record this export, and its manifest says so: without a passphrase, or in a file that cannot be written, nothing is recorded.");
    }
    context.output.thing(&view::object(json!({
        "path": args.out,
        "manifest": report.manifest,
        "entries": report.entries,
        "recorded_as": report.recorded_as,
    })))
}

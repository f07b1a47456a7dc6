//! `licentia man`

use crate::args::{Cli, Format};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::{Args, CommandFactory};
use serde_json::json;
use std::path::PathBuf;

/// Write the manual, one page for each command.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The directory for the pages; made where it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(context: &Context, Man { out }: &Man) -> Result {
    let failed = |error| Failure::io("write the manual to", out, &error);
    std::fs::create_dir_all(out).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), out).map_err(failed)?;
    if context.output.format != Format::Table {
        context.output.thing(&view::object(json!({ "path": out })))?;
    }
    context.output.note(&format!("The manual is in {}.", out.display()));
    Ok(())
}

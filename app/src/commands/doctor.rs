//! `licentia doctor`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result, in_one_line};
use crate::view;
use clap::Args;
use licentia_core::text::printable;
use licentia_core::{Check, CheckState, Diagnosis, Error, Explanation, Licentia, StoreError};
use std::fmt::Write;

/// Check versions, modes, schema, integrity, keys, log and pin, and say what to do.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 when all is in order, 1 when something has to be done.")]
pub(crate) struct Doctor {}

pub(crate) async fn run(context: &Context, Doctor {}: Doctor) -> Result {
    let diagnosis = match Licentia::open_for_reading(context.place()?, context.ambient.clone()).await {
        Ok(licentia) => {
            let diagnosis = licentia.diagnose().await;
            licentia.close().await;
            diagnosis?
        }
        Err(error @ Error::Store(StoreError::Missing(_))) => return Err(error.into()),
        Err(error) => not_opened(&Explanation::from(&error)),
    };
    let diagnosis = with_config(context, diagnosis);
    match context.output.format {
        Format::Json | Format::Jsonl => context.output.thing(&view::serialized(&diagnosis))?,
        Format::Csv => {
            let rows: Vec<_> = diagnosis.checks.iter().map(view::serialized).collect();
            context.output.list(&[], &["name", "state", "found", "advice"], &rows)?;
        }
        Format::Table => context.output.text(&for_people(&diagnosis))?,
    }
    if diagnosis.healthy { Ok(()) } else { Err(Failure::NotInOrder) }
}

/// The configuration is the program's, not the database's, so it is looked at here.
fn with_config(context: &Context, mut diagnosis: Diagnosis) -> Diagnosis {
    let check = match context.config() {
        Ok(_) => Check { name: "config", state: CheckState::Ok, found: "readable, or absent".to_owned(), advice: None },
        Err(failure) => {
            diagnosis.healthy = false;
            let why = failure.explanation();
            Check {
                name: "config",
                state: CheckState::Failed,
                found: why.map_or_else(|| "unreadable".to_owned(), in_one_line),
                advice: why.and_then(|why| why.hint.clone()),
            }
        }
    };
    diagnosis.checks.push(check);
    diagnosis
}

fn not_opened(why: &Explanation) -> Diagnosis {
    Diagnosis {
        healthy: false,
        checks: vec![Check {
            name: "open",
            state: CheckState::Failed,
            found: in_one_line(why),
            advice: why.hint.clone(),
        }],
    }
}

/// A line for each check, and what to do below those that are not in order.
fn for_people(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    let width = diagnosis.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &diagnosis.checks {
        let state = match check.state {
            CheckState::Ok => "ok",
            CheckState::Warning => "warning",
            CheckState::Failed => "FAILED",
        };
        let _ = writeln!(out, "{state:7}  {:width$}  {}", check.name, printable(&check.found));
        if let Some(advice) = &check.advice {
            let _ = writeln!(out, "{:7}  {:width$}  {}", "", "", printable(advice));
        }
    }
    out
}

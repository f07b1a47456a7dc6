//! `licentia doctor`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Column;
use crate::view;
use clap::Args;
use licentia_core::{Check, CheckState, Diagnosis, Error, Explanation, Licentia, StoreError};

/// Check versions, modes, schema, integrity, keys and pin, and say what to do.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 when all is in order, 1 when something has to be done.")]
pub(crate) struct Doctor {}

const COLUMNS: [Column; 4] = [
    Column::text("CHECK", "name"),
    Column::text("STATE", "state"),
    Column::text("FOUND", "found"),
    Column::text("WHAT TO DO", "advice"),
];

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
    match context.output.format {
        Format::Json | Format::Jsonl => context.output.thing(&view::serialized(&diagnosis))?,
        Format::Table | Format::Csv => {
            let rows: Vec<_> = diagnosis.checks.iter().map(view::serialized).collect();
            context.output.list(&COLUMNS, &["name", "state", "found", "advice"], &rows)?;
        }
    }
    if diagnosis.healthy { Ok(()) } else { Err(Failure::NotInOrder) }
}

fn not_opened(why: &Explanation) -> Diagnosis {
    let found = [Some(&why.message), why.cause.as_ref()];
    Diagnosis {
        healthy: false,
        checks: vec![Check {
            name: "open",
            state: CheckState::Failed,
            found: found.into_iter().flatten().cloned().collect::<Vec<_>>().join(": "),
            advice: why.hint.clone(),
        }],
    }
}

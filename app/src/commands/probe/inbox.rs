//! `licentia probe inbox`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::{Failure, Result, in_one_line};
use crate::output::Object;
use crate::view;
use clap::Args;
use licentia_core::probe::{Arrival, Inbox as Directory, TakenIn};
use licentia_core::{Error, Explanation, Licentia, Operator, ProbeState};
use std::path::PathBuf;

/// List the results that wait in the inbox, or take them in.
///
/// Compare the fingerprint of the key with the one that the machine showed before you rely on a result.
#[derive(Debug, Args)]
#[command(after_help = "\
A file that cannot be taken in is named and stays as it is. One whose token was used up before is moved aside.

Example:
  licentia probe inbox
  licentia probe inbox --dir /srv/probes/inbox --consume")]
pub(crate) struct Inbox {
    /// Only what came for this probe.
    id: Option<String>,

    /// The inbox; else `inbox` under `[probe]` in `config.toml`, else the directory `inbox` in the home.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Take in everything that can be.
    #[arg(long)]
    consume: bool,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Inbox) -> Result {
    let directory = Directory::at(match args.dir {
        Some(directory) => directory,
        None => context.inbox()?,
    });
    if !directory.directory().is_dir() {
        context.output.note(&format!("There is no {}.", directory.directory().display()));
    }
    let rows = if args.consume {
        context
            .change(&args.acting, async |licentia, operator| {
                let arrivals = waiting(licentia, &directory, args.id.as_deref()).await?;
                take_in(context, licentia, operator, arrivals, &directory).await
            })
            .await
    } else {
        context
            .read(async |licentia| {
                Ok(waiting(licentia, &directory, args.id.as_deref()).await?.iter().map(listed).collect())
            })
            .await
    }?;
    context.output.list(&view::ARRIVAL_COLUMNS, &view::ARRIVAL, &rows)
}

/// What is there, or only what came for one probe.
async fn waiting(licentia: &Licentia, directory: &Directory, id: Option<&str>) -> Result<Vec<Arrival>> {
    let mut arrivals = licentia.probes().inbox(directory).await?;
    if let Some(id) = id {
        let probe = licentia.probes().resolve(id).await?.id;
        arrivals.retain(|arrival| arrival.found.as_ref().is_ok_and(|arrived| arrived.probe.id == probe));
        if arrivals.is_empty() {
            return Err(Failure::new(format!("nothing waits for the probe {probe}"))
                .because(format!("In {} is no result for it that can be taken in.", directory.directory().display()))
                .hint("`licentia probe inbox` shows what is there."));
        }
    }
    Ok(arrivals)
}

fn listed(arrival: &Arrival) -> Object {
    match &arrival.found {
        Ok(arrived) => view::arrival(&arrival.name, Some(arrived), "waiting", None),
        Err(error) => view::arrival(&arrival.name, None, "refused", Some(&in_one_line(&Explanation::from(error)))),
    }
}

async fn take_in(
    context: &Context,
    licentia: &Licentia,
    operator: &Operator,
    arrivals: Vec<Arrival>,
    directory: &Directory,
) -> Result<Vec<Object>> {
    let mut rows = Vec::new();
    for arrival in arrivals {
        let (arrived, shown) = match &arrival.found {
            Ok(arrived) => (Some(arrived), Some(arrived.result.key_fingerprint())),
            // It was taken in, and its file is still here: taking it in moves it aside.
            Err(Error::ProbeClosed(ProbeState::Consumed)) => (None, None),
            Err(_) => {
                rows.push(listed(&arrival));
                continue;
            }
        };
        let taken = licentia.probes().take_in(operator, directory, &arrival.name, shown.as_deref()).await;
        rows.push(match taken {
            Ok(TakenIn::Now { left, .. }) => {
                if let Some(error) = left {
                    context.warn("its file is still in the inbox", &Explanation::from(&error));
                }
                view::arrival(&arrival.name, arrived, "taken in", None)
            }
            Ok(TakenIn::Before { aside, .. }) => {
                let why = format!("A result for this token was taken in before. It is now {}.", aside.display());
                view::arrival(&arrival.name, arrived, "moved aside", Some(&why))
            }
            // What stands in the way of this one may not stand in the way of the next.
            Err(error @ (Error::Invalid { .. } | Error::ProbeClosed(_) | Error::ProbeResult(_))) => {
                let why = in_one_line(&Explanation::from(&error));
                view::arrival(&arrival.name, arrived, "refused", Some(&why))
            }
            Err(error) => return Err(error.into()),
        });
    }
    Ok(rows)
}

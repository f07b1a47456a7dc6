//! `licentia probe inbox`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::{Failure, Result, in_one_line};
use crate::output::Object;
use crate::view;
use clap::Args;
use licentia_core::probe::{Arrival, Arrived, Delivery, Inbox as Directory, TakenIn};
use licentia_core::{Error, Explanation, Licentia, Operator};
use std::path::PathBuf;

/// List the results that wait in the inbox, or take them in.
///
/// Compare the fingerprint of the key with the one that the machine showed before you rely on a result.
#[derive(Debug, Args)]
#[command(after_help = "\
A file that cannot be taken in is named and stays as it is; with --consume the exit status is 1 then.
One that was taken in before is moved aside. Another result for a token that was used may be somebody
else's: it stays too; and of two for a token that was not used, both do.

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
    let id = args.id.as_deref();
    let (rows, refused) = if args.consume {
        context
            .change(&args.acting, async |licentia, operator| {
                let arrivals = found(licentia, &directory, id).await?;
                take_in(licentia, operator, &arrivals, &directory).await
            })
            .await?
    } else {
        let rows = async |licentia: &Licentia| Ok(found(licentia, &directory, id).await?.iter().map(listed).collect());
        (context.read(rows).await?, 0)
    };
    context.output.list(&view::ARRIVAL_COLUMNS, &view::ARRIVAL, &rows)?;
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("{refused} of {} files could not be taken in", rows.len()))
        .because("The list says of each why. They stay where they are.")
        .hint("Put right what is said there, or move those files out of the inbox; then run the command again."))
}

/// What is there, or only what came for one probe.
async fn found(licentia: &Licentia, directory: &Directory, id: Option<&str>) -> Result<Vec<Arrival>> {
    let mut arrivals = licentia.probes().inbox(directory).await?;
    if let Some(id) = id {
        let probe = licentia.probes().resolve(id).await?.id;
        arrivals.retain(|arrival| arrival.arrived().is_some_and(|arrived| arrived.probe.id == probe));
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
        Delivery::Waits(arrived) => view::arrival(&arrival.name, Some(arrived), "waiting", None),
        Delivery::Used { arrived, same: true } => {
            let why = "This result was taken in before. `--consume` moves its file aside.";
            view::arrival(&arrival.name, Some(arrived), "refused", Some(why))
        }
        Delivery::Contested(arrived) => refused(arrival, Some(arrived), &Error::ProbeContested),
        Delivery::Used { arrived, same: false } => refused(arrival, Some(arrived), &Error::ProbeUsedByOther),
        Delivery::Refused(error) => refused(arrival, None, error),
    }
}

fn refused(arrival: &Arrival, arrived: Option<&Arrived>, error: &Error) -> Object {
    view::arrival(&arrival.name, arrived, "refused", Some(&in_one_line(&Explanation::from(error))))
}

/// What became of each file, and how many could not be taken in. One that is gone was somebody else's, who was quicker.
async fn take_in(
    licentia: &Licentia,
    operator: &Operator,
    arrivals: &[Arrival],
    directory: &Directory,
) -> Result<(Vec<Object>, usize)> {
    let (mut rows, mut not_taken) = (Vec::new(), 0);
    for arrival in arrivals {
        let arrived = match &arrival.found {
            Delivery::Waits(arrived) | Delivery::Used { arrived, same: true } => arrived,
            Delivery::Contested(_) | Delivery::Used { arrived: _, same: false } | Delivery::Refused(_) => {
                rows.push(listed(arrival));
                not_taken += 1;
                continue;
            }
        };
        let row = |state, why: Option<String>| view::arrival(&arrival.name, Some(arrived), state, why.as_deref());
        let shown = arrived.result.key_fingerprint();
        rows.push(match licentia.probes().take_in(operator, directory, &arrival.name, Some(&shown)).await {
            Ok(TakenIn::Now { probe: _, left }) => {
                let why = left.map(|error| in_one_line(&Explanation::from(&error)));
                row("taken in", why.map(|why| format!("Its file is still in the inbox: {why}")))
            }
            Ok(TakenIn::Before { probe: _, aside }) => {
                row("moved aside", Some(format!("It was taken in before. Its file is now {}.", aside.display())))
            }
            Err(error) if error.is_file_gone() => continue,
            Err(error) if is_of_one_file(&error) => {
                not_taken += 1;
                refused(arrival, Some(arrived), &error)
            }
            Err(error) => return Err(error.into()),
        });
    }
    Ok((rows, not_taken))
}

/// What stands in the way of this one may not stand in the way of the next.
const fn is_of_one_file(error: &Error) -> bool {
    matches!(
        error,
        Error::Io { .. }
            | Error::Invalid { .. }
            | Error::ProbeClosed(_)
            | Error::ProbeResult(_)
            | Error::ProbeTokenUnknown
            | Error::ProbeOfOtherVendor { .. }
            | Error::ProbeUsedByOther
    )
}

//! `licentia audit witness ask`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use crate::witness::client;
use clap::Args;
use licentia_core::witness::{Asked, Post};
use licentia_core::{Error, Explanation, Licentia, Witness};

/// Send the latest checkpoint to the witnesses, and keep what they sign.
///
/// Nothing in the log changes, so no passphrase is needed.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 when every one that was asked signed, 1 when one could not be asked or refused,
3 when one has seen another history than this log's.")]
pub(crate) struct Ask {
    /// Only this one.
    name: Option<String>,
}

pub(crate) async fn run(context: &Context, Ask { name }: Ask) -> Result {
    let licentia = Licentia::open(context.place()?, context.ambient.clone()).await?;
    context.warn_of_pin(&licentia).await;
    let outcomes = ask(&licentia, name.as_deref(), client::post()).await;
    licentia.close().await;
    let outcomes = outcomes?;
    if let ([(_, Err(error))], true) = (outcomes.as_slice(), name.is_some())
        && !contradicts(error)
    {
        return Err(Failure::Refused(Explanation::from(error)));
    }
    let rows: Vec<_> = outcomes.iter().map(|(witness, outcome)| view::asked(witness, outcome)).collect();
    context.output.list(&view::ASKED_COLUMNS, &view::ASKED, &rows)?;
    let mut status = Ok(());
    for (_, outcome) in &outcomes {
        let Err(error) = outcome else { continue };
        let why = Explanation::from(error);
        // A script gets one error, the worst; the rows say what else there is.
        if context.output.format.is_json() {
            status = match status {
                Err(Failure::Stopped(_)) => status,
                _ if contradicts(error) => Err(Failure::Stopped(why)),
                Err(_) => status,
                Ok(()) => Err(Failure::Refused(why)),
            };
            continue;
        }
        for line in [Some(format!("warning: {}", why.message)), why.cause, why.hint].into_iter().flatten() {
            context.output.note(&line);
        }
        status = match status {
            Err(Failure::No) => status,
            _ if contradicts(error) => Err(Failure::No),
            _ => Err(Failure::NotInOrder),
        };
    }
    status
}

async fn ask(licentia: &Licentia, name: Option<&str>, post: Post) -> Result<Vec<(Witness, Result<Asked, Error>)>> {
    let witnesses = licentia.witnesses();
    let Some(name) = name else {
        let outcomes = witnesses.ask_all(post).await?;
        if outcomes.is_empty() {
            return Err(Failure::new("there is no witness to ask")
                .because("None was made known.")
                .hint("`licentia audit witness add --name NAME --url URL --key VKEY` makes one known."));
        }
        return Ok(outcomes);
    };
    let witness = witnesses.get(name).await?;
    let outcome = witnesses.ask(&witness, post).await;
    Ok(vec![(witness, outcome)])
}

fn contradicts(error: &Error) -> bool {
    matches!(error, Error::Witness(error) if error.contradicts())
}

//! `licentia probe …`

mod cancel;
mod consume;
mod create;
mod list;
mod show;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Probe {
    Create(create::Create),
    List(list::List),
    Show(show::Show),
    Cancel(cancel::Cancel),
    Consume(consume::Consume),
}

pub(crate) async fn dispatch(context: &Context, verb: Probe) -> Result {
    match verb {
        Probe::Create(args) => create::run(context, args).await,
        Probe::List(args) => list::run(context, args).await,
        Probe::Show(args) => show::run(context, args).await,
        Probe::Cancel(args) => cancel::run(context, args).await,
        Probe::Consume(args) => consume::run(context, args).await,
    }
}

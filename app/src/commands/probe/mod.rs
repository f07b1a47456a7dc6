//! `licentia probe …`

mod cancel;
mod consume;
mod create;
mod inbox;
mod list;
mod run;
mod serve;
mod show;
mod tokens;

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
    Inbox(inbox::Inbox),
    Run(run::Run),
    Serve(serve::Serve),
    Tokens(tokens::Tokens),
}

pub(crate) async fn dispatch(context: &Context, verb: Probe) -> Result {
    match verb {
        Probe::Create(args) => create::run(context, args).await,
        Probe::List(args) => list::run(context, args).await,
        Probe::Show(args) => show::run(context, args).await,
        Probe::Cancel(args) => cancel::run(context, args).await,
        Probe::Consume(args) => consume::run(context, args).await,
        Probe::Inbox(args) => inbox::run(context, args).await,
        Probe::Run(args) => run::run(context, args).await,
        Probe::Serve(args) => serve::run(context, args).await,
        Probe::Tokens(args) => tokens::run(context, args).await,
    }
}

//! `licentia audit witness …`

mod add;
mod ask;
mod list;
mod remove;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    Add(add::Add),
    List(list::List),
    Remove(remove::Remove),
    #[command(visible_alias = "submit")]
    Ask(ask::Ask),
}

pub(crate) async fn dispatch(context: &Context, verb: Witness) -> Result {
    match verb {
        Witness::Add(args) => add::run(context, args).await,
        Witness::List(args) => list::run(context, args).await,
        Witness::Remove(args) => remove::run(context, args).await,
        Witness::Ask(args) => ask::run(context, args).await,
    }
}

//! `licentia revocation …`

mod publish;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Revocation {
    Publish(publish::Publish),
}

pub(crate) async fn dispatch(context: &Context, verb: Revocation) -> Result {
    match verb {
        Revocation::Publish(args) => publish::run(context, args).await,
    }
}

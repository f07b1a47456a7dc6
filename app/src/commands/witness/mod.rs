//! `licentia witness …`

mod keygen;
mod serve;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    Serve(serve::Serve),
    Keygen(keygen::Keygen),
}

pub(crate) async fn dispatch(context: &Context, verb: Witness) -> Result {
    match verb {
        Witness::Serve(args) => serve::run(context, args).await,
        Witness::Keygen(args) => keygen::run(context, &args),
    }
}

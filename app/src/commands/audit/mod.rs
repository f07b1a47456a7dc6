//! `licentia audit …`

mod export;
mod filter;
mod key;
mod list;
mod prove;
mod show;
mod verify;
mod verify_proof;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    List(list::List),
    Show(show::Show),
    Export(export::Export),
    Verify(verify::Verify),
    Prove(prove::Prove),
    Key(key::Key),
}

pub(crate) async fn dispatch(context: &Context, verb: Audit) -> Result {
    match verb {
        Audit::List(args) => list::run(context, args).await,
        Audit::Show(args) => show::run(context, args).await,
        Audit::Export(args) => export::run(context, args).await,
        Audit::Verify(args) => verify::run(context, args).await,
        Audit::Prove(args) => prove::run(context, args).await,
        Audit::Key(args) => key::run(context, args).await,
    }
}

//! `licentia audit …`

mod accept;
mod export;
mod filter;
mod key;
mod list;
mod rotate_key;
mod show;
mod verify;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    List(list::List),
    Show(show::Show),
    Export(export::Export),
    Verify(verify::Verify),
    Key(key::Key),
    RotateKey(rotate_key::RotateKey),
    Accept(accept::Accept),
}

pub(crate) async fn dispatch(context: &Context, verb: Audit) -> Result {
    match verb {
        Audit::List(args) => list::run(context, args).await,
        Audit::Show(args) => show::run(context, args).await,
        Audit::Export(args) => export::run(context, args).await,
        Audit::Verify(args) => verify::run(context, args).await,
        Audit::Key(args) => key::run(context, args).await,
        Audit::RotateKey(args) => rotate_key::run(context, args).await,
        Audit::Accept(args) => Box::pin(accept::run(context, args)).await,
    }
}

//! `licentia audit …`

mod accept;
mod checkpoint;
mod checkpoints;
mod count;
mod export;
mod filter;
mod index;
mod key;
mod list;
mod prove;
mod rotate_key;
mod saved;
mod search;
mod show;
mod tail;
mod verify;
mod verify_proof;
mod witness;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    List(list::List),
    Tail(tail::Tail),
    Count(count::Count),
    Show(show::Show),
    Export(export::Export),
    Verify(verify::Verify),
    Prove(prove::Prove),
    Key(key::Key),
    /// Look after those who sign the log's checkpoints too.
    #[command(subcommand)]
    Witness(witness::Witness),
    Checkpoint(checkpoint::Checkpoint),
    Checkpoints(checkpoints::Checkpoints),
    /// Keep queries under a name, for `--query @NAME`.
    #[command(subcommand)]
    Filter(saved::Saved),
    Index(index::Index),
    RotateKey(rotate_key::RotateKey),
    Accept(accept::Accept),
}

pub(crate) async fn dispatch(context: &Context, verb: Audit) -> Result {
    match verb {
        Audit::List(args) => list::run(context, args).await,
        Audit::Tail(args) => tail::run(context, args).await,
        Audit::Count(args) => count::run(context, args).await,
        Audit::Show(args) => show::run(context, args).await,
        Audit::Export(args) => export::run(context, args).await,
        Audit::Verify(args) => verify::run(context, args).await,
        Audit::Prove(args) => prove::run(context, args).await,
        Audit::Key(args) => key::run(context, args).await,
        Audit::Witness(verb) => witness::dispatch(context, verb).await,
        Audit::Checkpoint(args) => checkpoint::run(context, args).await,
        Audit::Checkpoints(args) => checkpoints::run(context, args).await,
        Audit::Filter(verb) => saved::dispatch(context, verb).await,
        Audit::Index(args) => index::run(context, args).await,
        Audit::RotateKey(args) => rotate_key::run(context, args).await,
        Audit::Accept(args) => Box::pin(accept::run(context, args)).await,
    }
}

//! `licentia license …`

mod batch;
mod delete;
mod export;
mod fields;
mod history;
mod import;
mod inspect;
mod issue;
mod list;
mod reinstate;
mod reissue;
mod revoke;
mod show;
mod suspend;
mod totp;
mod unrevoke;
mod verify;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum License {
    Issue(Box<issue::Issue>),
    Import(import::Import),
    Inspect(inspect::Inspect),
    List(list::List),
    Show(show::Show),
    History(history::History),
    Reissue(Box<reissue::Reissue>),
    Revoke(revoke::Revoke),
    Unrevoke(unrevoke::Unrevoke),
    Suspend(suspend::Suspend),
    Reinstate(reinstate::Reinstate),
    Delete(delete::Delete),
    Export(export::Export),
    Totp(totp::Totp),
    Verify(verify::Verify),
}

pub(crate) async fn dispatch(context: &Context, verb: License) -> Result {
    match verb {
        License::Issue(args) => issue::run(context, *args).await,
        License::Import(args) => import::run(context, args).await,
        License::Inspect(args) => inspect::run(context, args).await,
        License::List(args) => list::run(context, args).await,
        License::Show(args) => show::run(context, args).await,
        License::History(args) => history::run(context, args).await,
        License::Reissue(args) => reissue::run(context, *args).await,
        License::Revoke(args) => revoke::run(context, args).await,
        License::Unrevoke(args) => unrevoke::run(context, args).await,
        License::Suspend(args) => suspend::run(context, args).await,
        License::Reinstate(args) => reinstate::run(context, args).await,
        License::Delete(args) => delete::run(context, args).await,
        License::Export(args) => export::run(context, args).await,
        License::Totp(args) => totp::run(context, args).await,
        License::Verify(args) => verify::run(context, &args),
    }
}

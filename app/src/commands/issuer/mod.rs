//! `licentia issuer …`

mod activate;
mod create;
mod delete;
mod export;
mod export_private;
mod import;
mod list;
mod retire;
mod show;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Issuer {
    Create(create::Create),
    Import(import::Import),
    List(list::List),
    Show(show::Show),
    Activate(activate::Activate),
    Retire(retire::Retire),
    Delete(delete::Delete),
    Export(export::Export),
    ExportPrivate(export_private::ExportPrivate),
}

pub(crate) async fn dispatch(context: &Context, verb: Issuer) -> Result {
    match verb {
        Issuer::Create(args) => create::run(context, args).await,
        Issuer::Import(args) => import::run(context, args).await,
        Issuer::List(args) => list::run(context, args).await,
        Issuer::Show(args) => show::run(context, args).await,
        Issuer::Activate(args) => activate::run(context, args).await,
        Issuer::Retire(args) => retire::run(context, args).await,
        Issuer::Delete(args) => delete::run(context, args).await,
        Issuer::Export(args) => export::run(context, args).await,
        Issuer::ExportPrivate(args) => export_private::run(context, args).await,
    }
}

//! `licentia identity …`

mod create;
mod delete;
mod export;
mod list;
mod regenerate;
mod show;

use crate::context::Context;
use crate::failure::Result;
use crate::output::Object;
use crate::view;
use clap::Subcommand;
use licentia_core::Licentia;

#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    Create(create::Create),
    List(list::List),
    Show(show::Show),
    Regenerate(regenerate::Regenerate),
    Delete(delete::Delete),
    Export(export::Export),
}

/// An identity with the number of licenses that name it.
async fn counted(licentia: &Licentia, identity: &licentia_core::Identity) -> Result<Object> {
    Ok(view::identity(identity, licentia.identities().usage(identity.id).await?))
}

pub(crate) async fn dispatch(context: &Context, verb: Identity) -> Result {
    match verb {
        Identity::Create(args) => create::run(context, args).await,
        Identity::List(args) => list::run(context, args).await,
        Identity::Show(args) => show::run(context, args).await,
        Identity::Regenerate(args) => regenerate::run(context, args).await,
        Identity::Delete(args) => delete::run(context, args).await,
        Identity::Export(args) => export::run(context, args).await,
    }
}

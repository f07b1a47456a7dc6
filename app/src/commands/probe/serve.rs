//! `licentia probe serve`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::http::running;
use crate::http::server::Door;
use crate::http::tls::{Tls, scheme};
use crate::probe::server::{self, Post};
use crate::probe::tokens::Tokens;
use crate::{probe, view};
use clap::Args;
use licentia_core::probe::Inbox;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Take results of probes in over HTTP, and put them into an inbox. It holds no key and changes no database.
///
/// Whoever has a passphrase takes them from the inbox, on the Probes tab or with `licentia probe inbox --consume`.
/// Beyond this machine it speaks TLS only.
#[derive(Debug, Args)]
#[command(after_help = "\
Which tokens wait is looked up in the home, read only, for each result: one that was cancelled takes nothing from then
on. A server that cannot see the home gets a file from `licentia probe tokens`.

Example:
  licentia probe serve --inbox inbox
  licentia probe serve --inbox inbox --listen 0.0.0.0:7381 --tls-cert probes.pem --tls-key probes.key --tokens open.txt")]
pub(crate) struct Serve {
    /// The directory that results are put into; made if it is not there.
    #[arg(long, value_name = "DIR")]
    inbox: PathBuf,

    /// The address and the port to listen on; port 0 is any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7381")]
    listen: String,

    #[command(flatten)]
    tls: Tls,

    /// The hashes of the tokens that wait, from `licentia probe tokens`; read anew for each result.
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Serve) -> Result {
    let tls = args.tls.acceptor()?;
    if tls.is_none() {
        refuse_beyond_this_machine(&args.listen).await?;
    }
    let tokens = match args.tokens.clone() {
        Some(path) => Tokens::File(path),
        None => Tokens::Home { place: context.place()?, ambient: context.ambient.clone() },
    };
    // That it cannot be looked up is better known at the start than at the first result.
    tokens.find(&[0; 32], context.now()).await?;
    let inbox = Inbox::at(&args.inbox);
    inbox.make()?;
    let (listener, address) = running::listen(&args.listen).await?;
    let says = view::object(json!({
        "listening": format!("{}://{address}{}", scheme(tls.as_ref()), probe::PATH),
        "inbox": args.inbox,
        "tokens": args.tokens,
    }));
    let post = Arc::new(Post::new(inbox, tokens, context.ambient.clone()));
    let door = Door::new(listener, tls);
    running::run(context, "the server", &says, |journal, end| server::serve(door, post, journal, end)).await
}

async fn refuse_beyond_this_machine(listen: &str) -> Result {
    let failed = |error| Failure::new(format!("cannot listen on {listen}")).because(error).hint("Choose another port.");
    let mut addresses = tokio::net::lookup_host(listen).await.map_err(failed)?;
    if addresses.all(|address| address.ip().is_loopback()) {
        return Ok(());
    }
    Err(Failure::usage(format!("{listen} can be reached from other machines"))
        .because("Without TLS everybody on the way could read a token, and use it.")
        .hint("Give `--tls-cert FILE` and `--tls-key FILE`, or listen on 127.0.0.1 behind a server with TLS."))
}

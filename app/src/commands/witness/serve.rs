//! `licentia witness serve`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::http::running;
use crate::http::server::Door;
use crate::http::tls::{Tls, scheme};
use crate::witness::desk::Desk;
use crate::witness::server;
use crate::{file, view};
use clap::Args;
use licentia_core::tlog::VerifierKey;
use licentia_core::witness::{Log, WitnessKey};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Be a witness for other logs: sign their checkpoints, as long as each follows from the one before.
///
/// It speaks C2SP's tlog-witness, over plain HTTP unless it is given a certificate: what it says is public, and signed. It
/// needs no home and no passphrase.
#[derive(Debug, Args)]
#[command(after_help = "\
The directory of --state is what a witness knows. Never put an older copy of it back: it would sign a second history.
If it is lost, make a new key.

Example:
  licentia witness keygen --name witness.example.com/one --out witness.key
  licentia witness serve --listen 127.0.0.1:7380 --state state --key witness.key --logs logs.txt")]
pub(crate) struct Serve {
    /// The address and the port to listen on; port 0 is any free one.
    #[arg(long, value_name = "ADDR")]
    listen: String,

    /// Where it keeps what it has seen; made if it is not there.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,

    /// The private key, from `licentia witness keygen`.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The verifier key of a log, as `licentia audit key` shows it. After a rotation of its key, the old one and the new.
    #[arg(long, value_name = "VKEY")]
    log: Vec<String>,

    /// A file with one verifier key of a log on each line; empty lines and those that begin with # are passed over.
    #[arg(long, value_name = "FILE")]
    logs: Option<PathBuf>,

    #[command(flatten)]
    tls: Tls,
}

pub(crate) async fn run(context: &Context, args: Serve) -> Result {
    let logs = logs(context, &args)?;
    let desk = Arc::new(Desk::open(&args.state, key(context, &args.key)?, logs)?);
    let tls = args.tls.acceptor()?;
    let (listener, address) = running::listen(&args.listen).await?;
    let says = view::object(json!({
        "listening": format!("{}://{address}", scheme(tls.as_ref())),
        "name": desk.key().name(),
        "verifier_key": desk.key().verifier_key().to_string(),
        "logs": desk.origins().collect::<Vec<_>>(),
    }));
    let (door, ambient) = (Door::new(listener, tls), context.ambient.clone());
    running::run(context, "the witness", &says, |journal, end| server::serve(door, desk, ambient, journal, end)).await
}

fn key(context: &Context, path: &Path) -> Result<WitnessKey> {
    if file::is_readable_by_others(path) {
        return Err(Failure::new(format!("others on this machine can read {}", path.display()))
            .because("Whoever has this key can sign in the witness's name.")
            .hint(format!("If you are sure that nobody did, run `chmod 600 {}`.", path.display())));
    }
    let text = Zeroizing::new(context.text(path)?);
    WitnessKey::parse(&text).map_err(|error| {
        Failure::new(format!("{} is not the key of a witness", path.display()))
            .because(error)
            .hint("`licentia witness keygen --name NAME --out FILE` makes one.")
    })
}

fn logs(context: &Context, args: &Serve) -> Result<Vec<Log>> {
    let mut texts = args.log.clone();
    if let Some(path) = &args.logs {
        let lines = context.text(path)?;
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        texts.extend(lines.map(str::to_owned));
    }
    let mut keys = Vec::new();
    for text in &texts {
        let wrong = |error| Failure::new(format!("{text} is no verifier key of a log")).because(error).hint(SHOWN);
        keys.push(text.parse::<VerifierKey>().map_err(wrong)?);
    }
    if keys.is_empty() {
        return Err(Failure::usage("no log is named")
            .because("A witness signs only for logs that it knows.")
            .hint("Name them with --log VKEY or --logs FILE. `licentia audit key` shows the verifier key of a log."));
    }
    Log::gather(keys).map_err(|error| Failure::new("the logs cannot be used").because(error).hint(SHOWN))
}

const SHOWN: &str = "`licentia audit key` shows the verifier key of a log.";

//! `licentia probe run`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::file::NewFile;
use crate::probe::client;
use crate::view;
use clap::Args;
use licentia_core::SignedResult;
use licentia_core::probe::{ProbeReport, ProbedHost};
use licentia_license::machine::{Component, Fingerprint};
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// On the machine to be licensed: show what would be sent, ask, and then write it to a file or post it.
///
/// It needs no home and no passphrase, downloads nothing, and runs nothing that came from elsewhere. What identifies
/// this machine is read here and stays here: only what Argon2id makes of it leaves.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --url and --out it writes probe-result.json. Compare the fingerprint of the key that it shows with the one that
the vendor sees: then nobody has put another result in the place of yours.

Example:
  licentia probe run --token-file probe.token
  licentia probe run --token-file probe.token --url https://probes.example.com/probe")]
pub(crate) struct Run {
    /// A file whose first line is the token, as the vendor gave it; else it is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// The vendor that the result is for; else the line `vendor: ID` of the token file.
    #[arg(long, value_name = "ID")]
    vendor: Option<String>,

    /// Post the result to this address.
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// Write the result to this file, readable by you alone; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

const DEFAULT_OUT: &str = "probe-result.json";

pub(crate) async fn run(context: &Context, args: Run) -> Result {
    args.url.as_deref().map(client::check).transpose()?;
    if !args.yes && !context.can_confirm() {
        return Err(Failure::usage("nobody can be asked whether this may be sent")
            .because("Standard input is no terminal.")
            .hint("Give `--yes` if it may; `--out FILE` writes what would be sent, for reading it first."));
    }
    let (token, vendor) = token(context, &args)?;
    let out = match (&args.out, &args.url) {
        (Some(out), _) => Some(out.as_path()),
        (None, Some(_)) => None,
        (None, None) => Some(Path::new(DEFAULT_OUT)),
    };
    let new = out.map(NewFile::reserve).transpose()?;

    let found = context.machine();
    let fingerprint = found.fingerprint(&vendor, None).map_err(|error| {
        Failure::new("this machine cannot be told from others")
            .because(error)
            .hint("Nothing that identifies it could be read; as an administrator more can be.")
    })?;
    let host = ProbedHost {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        licentia: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let report = ProbeReport { fingerprint, host, made_at: context.now().truncated_to_seconds() };
    let seed = Zeroizing::new(context.ambient.bytes::<32>());
    let result = SignedResult::make(report, &token, &seed);

    let place = match (&args.url, out) {
        (Some(url), Some(out)) => format!("posted to {url}, and written to {}", out.display()),
        (Some(url), None) => format!("posted to {url}"),
        (None, out) => format!("written to {}", out.unwrap_or(Path::new(DEFAULT_OUT)).display()),
    };
    let shown = in_plain_words(&result, found.container(), &place, args.url.is_some());
    if args.yes {
        context.output.note(&shown);
    } else if !context.confirms(&format!("{shown}\nGo on?"))? {
        return Err(Failure::new("nothing was sent")
            .because("It was not agreed to.")
            .hint("Nothing was written either. The token can still be used."));
    }
    if let Some(new) = new {
        new.finish(format!("{}\n", result.text()).as_bytes())?;
    }
    if let Some(url) = args.url.clone() {
        let (token, text) = (token.clone(), result.text().to_owned());
        tokio::task::spawn_blocking(move || client::post(&url, &token, &text))
            .await
            .map_err(|error| Failure::new("the result was not sent").because(error))??;
    }
    context.output.thing(&view::object(json!({
        "key_fingerprint": result.key_fingerprint(),
        "vendor": vendor,
        "path": out,
        "url": args.url,
    })))
}

/// The token, and for whom it is.
fn token(context: &Context, args: &Run) -> Result<(Zeroizing<String>, String)> {
    let text = match &args.token_file {
        Some(path) => Zeroizing::new(context.text(path)?),
        None => match context.ask("Token: ") {
            Some(typed) => {
                Zeroizing::new(typed.map_err(|error| Failure::new("the token could not be read").because(error))?)
            }
            None => {
                return Err(Failure::usage("no token was given")
                    .because("A result is made for one token, which the vendor gives.")
                    .hint("Name its file with `--token-file FILE`."));
            }
        },
    };
    let token = text.lines().next().unwrap_or_default().trim();
    if !token.starts_with("lprobe_") {
        return Err(Failure::new("this is no token of a probe")
            .because("It begins with `lprobe_`, and stands on the first line.")
            .hint("Copy it again, from its first letter to its last."));
    }
    let named = text.lines().find_map(|line| line.strip_prefix("vendor:")).map(str::trim);
    let vendor = args.vendor.as_deref().or(named).filter(|vendor| !vendor.is_empty()).ok_or_else(|| {
        Failure::usage("no vendor was given")
            .because("What is sent is made for one vendor, so that two of them cannot compare it.")
            .hint("Name it with `--vendor ID`, or use the token file as the vendor made it.")
    })?;
    Ok((Zeroizing::new(token.to_owned()), vendor.to_owned()))
}

/// Every member that is sent, what was read for it, and what stays here.
fn in_plain_words(result: &SignedResult, container: Option<&str>, place: &str, posted: bool) -> String {
    let ProbeReport { fingerprint, host, made_at } = result.report();
    let names = |kinds: Vec<Component>| kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
    let read = names(fingerprint.components().keys().copied().collect());
    let mut lines = vec![
        format!("This is going to be {place}:"),
        String::new(),
        format!("  vendor      {}: nobody else can compare it with theirs", fingerprint.vendor()),
    ];
    lines.extend(fingerprint.components().keys().map(|kind| told(*kind, fingerprint, container)));
    lines.extend([
        format!("  system      {}, {}", host.os, host.arch),
        format!("  program     licentia {}", host.licentia),
        format!("  time        {made_at}"),
        "  token       a hash of it".to_owned(),
        "  key         one that was made for this and is thrown away, and its signature of all that".to_owned(),
    ]);
    if posted {
        lines.push("The token itself goes along in the head of the request, and is used up by it.".to_owned());
    }
    lines.extend([
        String::new(),
        format!("Read on this machine: {read}."),
        "None of these leaves it: each was stretched with Argon2id, for this vendor, and only those digests are sent."
            .to_owned(),
        String::new(),
        format!("Fingerprint of the key: {}", result.key_fingerprint()),
        "The vendor's program shows one too. Read it out to them: only if they are the same, they have your result."
            .to_owned(),
    ]);
    lines.join("\n")
}

fn told(kind: Component, fingerprint: &Fingerprint, container: Option<&str>) -> String {
    let doubt = if fingerprint.not_trusted().contains(&kind) {
        format!(", not to be trusted: it comes from the container ({})", container.unwrap_or("unknown"))
    } else {
        String::new()
    };
    format!("  {:<11} a digest of 32 bytes{doubt}", kind.name())
}

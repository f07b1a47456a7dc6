//! `licentia license verify`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Object;
use crate::{parse, view};
use clap::Args;
use licentia_core::Timestamp;
use licentia_license::{Evidence, Invalid, InvalidList, License, TrustedKeys, Unchecked, Verdict};
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Verify a license offline, as a licensed product does; needs no home.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when it is valid, 3 when it is not; the code says why.

Example:
  licentia license verify acme.lic --keys keys.json --audience editor
  licentia license verify acme.lic --keys keys.json --status-list 3f0a52 --grace 14")]
pub(crate) struct Verify {
    /// The .lic file; `-` is standard input.
    file: PathBuf,

    /// The keys to trust: JWKS, JWK, PEM, or 32 bytes in hex or base64url.
    #[arg(long, value_name = "JWKS")]
    keys: PathBuf,

    /// The product that the license has to be for.
    #[arg(long, value_name = "PRODUCT")]
    audience: Option<String>,

    /// The status list that the license names, as it was fetched from there.
    #[arg(long, value_name = "FILE")]
    status_list: Option<PathBuf>,

    /// Refuse a license that names a status list when none is given.
    #[arg(long)]
    require_status_list: bool,

    /// Refuse a status list that was issued before this: the time of the last one that was accepted.
    #[arg(long, value_name = "TIME", value_parser = parse::time, requires = "status_list")]
    status_list_since: Option<Timestamp>,

    /// The identity that the program carries: a file of 32 bytes.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,

    /// For how many days a license is still in grace after its end, or after its status list was due.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16))]
    grace: Option<u16>,

    /// The latest time that was ever seen here: a clock before it was set back.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    latest_seen: Option<Timestamp>,

    /// As if it were this time.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &Verify) -> Result {
    let keys = TrustedKeys::from_text(&context.text(&args.keys)?).map_err(|error| {
        Failure::new(format!("the keys in {} cannot be used", args.keys.display()))
            .because(error)
            .hint("`licentia issuer export --as jwks` writes the keys of all issuers.")
    })?;
    let text = context.license_text(&args.file)?;
    let now = args.at.unwrap_or_else(|| context.now()).seconds();
    let files = Files::read(context, args)?;
    let verdict = License::verify(&text, &keys, &files.evidence(args), now);
    context.output.thing(&report(context.output.format, &verdict))?;
    if matches!(verdict, Verdict::Invalid { .. }) { Err(Failure::No) } else { Ok(()) }
}

/// What the files say that the command line names.
struct Files {
    list: Option<String>,
    identity: Option<Zeroizing<[u8; 32]>>,
}

impl Files {
    fn read(context: &Context, args: &Verify) -> Result<Self> {
        Ok(Self {
            list: args.status_list.as_ref().map(|path| context.license_text(path)).transpose()?,
            identity: args.identity.as_ref().map(|path| identity(context, path)).transpose()?,
        })
    }

    fn evidence<'a>(&'a self, args: &'a Verify) -> Evidence<'a> {
        const DAY: i64 = 86_400;
        let mut evidence = Evidence::new().grace(i64::from(args.grace.unwrap_or_default()) * DAY);
        if let Some(product) = &args.audience {
            evidence = evidence.audience(product);
        }
        if let Some(time) = args.latest_seen {
            evidence = evidence.latest_seen(time.seconds());
        }
        if let Some(identity) = &self.identity {
            evidence = evidence.identity(identity);
        }
        if let Some(list) = &self.list {
            evidence = evidence.status_list(list);
        }
        if args.require_status_list {
            evidence = evidence.require_status_list();
        }
        if let Some(time) = args.status_list_since {
            evidence = evidence.newest_status_list(time.seconds());
        }
        evidence
    }
}

fn identity(context: &Context, path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(context.bytes(path)?);
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
        Failure::new(format!("{} is not an identity", path.display()))
            .because(format!("It has {} bytes instead of 32.", bytes.len()))
            .hint("`licentia identity export` writes the file that a program carries.")
    })?;
    Ok(Zeroizing::new(bytes))
}

/// The claims are shown only where the signature proves them.
fn report(format: Format, verdict: &Verdict) -> Object {
    let claims = verdict.license().map(|license| view::claims(&license.claims, format));
    let code = verdict.why().map(Invalid::code);
    match verdict {
        Verdict::Invalid { why, .. } => view::object(json!({
            "valid": false,
            "verdict": verdict.code(),
            "code": code,
            "message": in_dates(why),
            "hint": why.hint(),
            "claims": claims,
        })),
        Verdict::Valid(license) | Verdict::InGrace { license, .. } => {
            let unchecked = license.unchecked.iter().map(|left| match format {
                Format::Table => in_words(*left),
                _ => left.code(),
            });
            let until = match verdict {
                Verdict::InGrace { until, .. } => Some(Timestamp::from_seconds(*until)),
                _ => None,
            };
            view::object(json!({
                "valid": true,
                "verdict": verdict.code(),
                "code": code,
                "message": usable_in_words(verdict),
                "grace_until": until,
                "unchecked": unchecked.collect::<Vec<_>>(),
                "kid": license.kid,
                "claims": claims,
            }))
        }
    }
}

fn usable_in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::InGrace { why, until, .. } => {
            format!("{}; it is in grace until {}", in_dates(why), Timestamp::from_seconds(*until))
        }
        _ => "the license is valid".to_owned(),
    }
}

/// Times as the command line writes them.
fn in_dates(why: &Invalid) -> String {
    let date = |seconds: i64| Timestamp::from_seconds(seconds);
    match why {
        Invalid::Expired { exp, .. } => format!("the license expired at {}", date(*exp)),
        Invalid::NotYetValid { from, .. } => format!("the license is not valid before {}", date(*from)),
        Invalid::ClockRolledBack { now, latest, .. } => {
            format!("the clock says {}, and has said {} before", date(*now), date(*latest))
        }
        Invalid::StatusList(InvalidList::NotYetValid { from, .. }) => {
            format!("the status list does not hold before {}", date(*from))
        }
        Invalid::StatusList(InvalidList::Stale { until, .. }) => {
            format!("the status list could be relied on until {} only", date(*until))
        }
        Invalid::StatusList(InvalidList::RolledBack { issued, newest, .. }) => {
            format!("the status list was issued at {}, and a newer one of {} was seen", date(*issued), date(*newest))
        }
        other => other.to_string(),
    }
}

fn in_words(left: Unchecked) -> &'static str {
    match left {
        Unchecked::Audience => "for which product it is (--audience)",
        Unchecked::Time => "whether its time has come",
        Unchecked::StatusList => "whether it was revoked (--status-list)",
        Unchecked::Identity => "whether the program carries its identity (--identity)",
        _ => left.code(),
    }
}

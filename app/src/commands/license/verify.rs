//! `licentia license verify`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Object;
use crate::{parse, view};
use clap::Args;
use licentia_core::Timestamp;
use licentia_license::status_list::{Freshness, StatusList, WithoutList};
use licentia_license::{Claims, Expectation, Invalid, InvalidList, TrustedKeys, Unchecked, Verified};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Verify a license offline, as a licensed product does; needs no home.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when it is valid, 3 when it is not; the code says why.

Example:
  licentia license verify acme.lic --keys keys.json --audience editor
  licentia license verify acme.lic --keys keys.json --status-list 3f0a52")]
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
    let expect = match &args.audience {
        Some(audience) => Expectation::new(audience, now),
        None => Expectation::any_audience(now),
    };
    let list = args.status_list.as_ref().map(|path| context.license_text(path)).transpose()?;
    let newest_seen = args.status_list_since.map(Timestamp::seconds);
    let fresh = Freshness { newest_seen, ..Freshness::at(now) };
    let without = if args.require_status_list { WithoutList::Refuse } else { WithoutList::Accept };
    // The license first: what does not hold has no status.
    let said = licentia_license::verify(&text, &keys, &expect).and_then(|license| {
        let list = list.as_ref().map(|text| StatusList::verify(text, &keys, &fresh)).transpose()?;
        license.check_status(list.as_ref(), without)
    });
    match said {
        Ok(verified) => context.output.thing(&valid(context.output.format, &verified)),
        Err(why) => {
            let proven = licentia_license::verify_signature(&text, &keys).ok();
            context.output.thing(&invalid(
                context.output.format,
                &why,
                proven.as_ref().map(|proven| &proven.claims),
            ))?;
            Err(Failure::No)
        }
    }
}

fn valid(format: Format, verified: &Verified) -> Object {
    let unchecked = verified.unchecked.iter().map(|left| match format {
        Format::Table => in_words(*left),
        _ => left.code(),
    });
    view::object(json!({
        "valid": true,
        "code": Value::Null,
        "message": "the license is valid",
        "unchecked": unchecked.collect::<Vec<_>>(),
        "kid": verified.kid,
        "claims": view::claims(&verified.claims, format),
    }))
}

/// The claims are shown only where the signature proves them.
fn invalid(format: Format, why: &Invalid, proven: Option<&Claims>) -> Object {
    view::object(json!({
        "valid": false,
        "code": why.code(),
        "message": in_dates(why),
        "hint": why.hint(),
        "claims": proven.map(|claims| view::claims(claims, format)),
    }))
}

/// Times as the command line writes them.
fn in_dates(why: &Invalid) -> String {
    let date = |seconds: i64| Timestamp::from_seconds(seconds);
    match why {
        Invalid::Expired { exp, .. } => format!("the license expired at {}", date(*exp)),
        Invalid::NotYetValid { from, .. } => format!("the license is not valid before {}", date(*from)),
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
        Unchecked::Identity => "whether the program carries its identity",
        _ => left.code(),
    }
}

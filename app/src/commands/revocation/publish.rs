//! `licentia revocation publish`

use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::{Column, Object};
use crate::{parse, view};
use clap::Args;
use licentia_core::{Publication, PublishRequest};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Write the signed status lists: what products in the field learn of revocations from.
///
/// A list for every issuer with an address for it, also for one that is retired. Put the files where the addresses lead;
/// their names are the ends of the addresses. Files of an earlier publication are replaced, each at once. Publish again
/// after every revocation, and before the time of `--valid-for` is over: after it products take the lists no more.
#[derive(Debug, Args)]
#[command(after_help = "\
Everybody can read a list, and count in it how many licenses are revoked, suspended and superseded.

Example:
  licentia revocation publish --out /var/www/status")]
pub(crate) struct Publish {
    /// The directory for the files, made where it is missing; else the one that `config.toml` names.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// For how long products may rely on the lists: 12h or 30d.
    #[arg(long, value_name = "SPAN", default_value = VALID_FOR, value_parser = parse::ttl)]
    valid_for: i64,

    /// After how long products should fetch them again.
    #[arg(long, value_name = "SPAN", default_value = TTL, value_parser = parse::ttl)]
    ttl: i64,

    #[command(flatten)]
    acting: Acting,
}

/// What the screen publishes with as well, in words.
const VALID_FOR: &str = "30d";
const TTL: &str = "12h";

const MEMBERS: [&str; 8] = ["file", "uri", "issuer_id", "revoked", "suspended", "superseded", "bytes", "blake3"];

const COLUMNS: [Column; 6] = [
    Column::text("FILE", "file"),
    Column::id("ISSUER", "issuer_id"),
    Column::text("REVOKED", "revoked"),
    Column::text("SUSPENDED", "suspended"),
    Column::text("SUPERSEDED", "superseded"),
    Column::text("BYTES", "bytes"),
];

/// So far the date of a list may be ahead of the clock before products take notice.
const LEEWAY: i64 = licentia_license::DEFAULT_LEEWAY;

pub(crate) async fn run(context: &Context, args: Publish) -> Result {
    let out = match args.out {
        Some(out) => out,
        None => context.publish_to()?.ok_or_else(nowhere)?,
    };
    let request = PublishRequest { directory: out.clone(), valid_for: args.valid_for, ttl: args.ttl };
    let published = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.revocations().publish(operator, request).await?))
        .await?;
    if published.issued_at.seconds() > context.now().seconds().saturating_add(LEEWAY) {
        context.output.note(&format!(
            "WARNING: the lists are dated {}, because the last ones were dated just before that and each has to be later. Products refuse them until then. The clock of this machine was wrong then, or is now.",
            published.issued_at
        ));
    }
    let lists: Vec<Object> = published.lists.iter().map(|list| view::object(json!(list))).collect();
    match context.output.format {
        Format::Table | Format::Csv => {
            context.output.list(&COLUMNS, &MEMBERS, &lists)?;
            context.output.note(&format!("Products may rely on them until {}.", published.expires_at));
            Ok(())
        }
        Format::Json | Format::Jsonl => context.output.thing(&whole(&out, &published, lists)),
    }
}

fn nowhere() -> Failure {
    Failure::usage("it is not said where the lists go")
        .hint("Give --out DIR, or write `out = \"DIR\"` under `[revocation]` into config.toml in the home.")
}

fn whole(out: &std::path::Path, published: &Publication, lists: Vec<Object>) -> Object {
    view::object(json!({
        "path": out,
        "issued_at": published.issued_at.to_string(),
        "expires_at": published.expires_at.to_string(),
        "ttl": published.ttl,
        "lists": lists.into_iter().map(Value::Object).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_nothing_publishes_what_the_screen_does() {
        assert_eq!(parse::ttl(VALID_FOR), Ok(PublishRequest::VALID_FOR));
        assert_eq!(parse::ttl(TTL), Ok(PublishRequest::TTL));
    }
}

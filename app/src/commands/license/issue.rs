//! `licentia license issue`

use super::batch;
use super::fields::{self, Fields};
use crate::args::Acting;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use licentia_core::{BoundMachine, IssueRequest};
use std::path::PathBuf;

/// Sign a license, or a whole file of them.
#[derive(Debug, Args)]
#[command(after_help = "\
A batch is all or nothing. Its columns (CSV) or members (JSON lines) are the option names; \
lists are split by `;` in CSV and are arrays in JSON; a machine is its line of text. \
TOTP secrets are made one at a time. \
Every row that cannot be issued is named with its line.

Examples:
  licentia license issue --subject alice@example.com --audience editor --days 365 --limit seats=5
  licentia license issue --subject ACME --audience editor --perpetual --out acme.lic
  licentia license issue --subject ACME --audience editor --days 365 --machine build7.json --totp
  licentia license issue --from customers.csv --dry-run")]
pub(crate) struct Issue {
    #[command(flatten)]
    fields: Fields,

    /// Issue every row of a .csv or .jsonl file, all or nothing.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "subject", "audience", "issuer", "not_before", "expires", "days", "perpetual", "feature", "limit",
            "payload", "identity", "machine", "require", "totp", "out",
        ]
    )]
    from: Option<PathBuf>,

    /// Say what is wrong with a batch, and issue nothing.
    #[arg(long, requires = "from")]
    dry_run: bool,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Issue) -> Result {
    if let Some(from) = &args.from {
        return batch::run(context, from, args.dry_run, &args.acting).await;
    }
    // `requires` does not see to it where another option stands in the way of --from.
    if args.dry_run {
        return Err(Failure::usage("--dry-run is for a batch")
            .because("A single license is checked when it is issued.")
            .hint("Give the batch with --from, or leave --dry-run out."));
    }
    let Fields { subject, audience, .. } = &args.fields;
    let subject = subject
        .clone()
        .ok_or_else(|| Failure::usage("a license needs a subject").hint("Give --subject, or a batch with --from."))?;
    let term = args.fields.term.term().ok_or_else(|| {
        Failure::usage("it is not said how long the license is valid")
            .hint("Give one of --expires TIME, --days N and --perpetual.")
    })?;
    let audience = audience_or_default(context, audience)?;
    let limits = args.fields.limits()?;
    let payload = args.fields.payload(context)?;

    let require = args.fields.require;
    if require.is_some() && args.fields.machine.is_empty() {
        return Err(Failure::usage("--require is about machines").hint("Name a machine with --machine."));
    }

    let (issued, written) = context
        .change(&args.acting, async |licentia, operator| {
            fields::set_log_claim(context, licentia)?;
            let machines = fields::machines(context, licentia, &args.fields.machine).await?;
            let request = IssueRequest {
                subject,
                audience,
                issuer: fields::issuer(licentia, args.fields.issuer.as_deref()).await?,
                not_before: args.fields.not_before,
                term,
                features: args.fields.feature.clone(),
                limits,
                payload,
                identity: fields::identity(licentia, args.fields.identity.as_deref()).await?,
                machines: machines.into_iter().map(|fingerprint| BoundMachine { fingerprint, require }).collect(),
                totp: args.fields.totp,
            };
            let out = args.fields.reserve()?;
            let issued = licentia.licenses().issue(operator, request).await?;
            let written = fields::write(&issued.license, out);
            Ok((issued, written))
        })
        .await?;
    fields::note_if_irrevocable(context, &issued.license);
    let shown = view::license_with_token(&issued.license, context.now());
    super::totp::show_with(context, shown, issued.totp.as_ref())?;
    // The secret is shown this once: it comes first.
    written
}

/// The audiences of the command line, else those of `config.toml`.
fn audience_or_default(context: &Context, given: &[String]) -> Result<Vec<String>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let audience = context.config()?.audience;
    if audience.is_empty() {
        return Err(Failure::usage("a license needs an audience: the product that it is for")
            .hint("Give --audience PRODUCT, or write `audience = [\"PRODUCT\"]` into config.toml in the home."));
    }
    Ok(audience)
}

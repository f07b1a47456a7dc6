//! `licentia init`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::passphrase::{self, Question};
use crate::{place, view};
use clap::Args;
use licentia_core::{Founding, Licentia};
use serde_json::json;

/// Make the home, its database, the key of the audit log and the first issuer.
#[derive(Debug, Args)]
#[command(after_help = "\
There is no recovery without the passphrase: keep it where you keep such things.
Write the log's fingerprint down outside this machine; `audit verify --log FINGERPRINT` starts from it.

Examples:
  licentia init
  licentia init --vendor acme --issuer 2026 --status-url https://licenses.example.com")]
pub(crate) struct Init {
    /// The `iss` of every license; `urn:uuid:` and the log's id unless told.
    #[arg(long, value_name = "ID")]
    vendor: Option<String>,

    /// The name of the first issuer.
    #[arg(long, value_name = "NAME", default_value = "main")]
    issuer: String,

    /// The address under which status lists will be published; without it no license can be revoked in the field.
    #[arg(long, value_name = "BASE")]
    status_url: Option<String>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Init) -> Result {
    let place = context.place()?;
    let actor = context.actor(&args.acting)?;
    if place.database.exists() {
        // A founded database is no place for a question about a new passphrase.
        let licentia = Licentia::open_for_reading(place.clone(), context.ambient.clone()).await?;
        let founded = licentia.vault().is_founded().await;
        licentia.close().await;
        if founded? {
            return Err(Failure::new("the home was not made")
                .because(format!("There is already a database at {}.", place.database.display()))
                .hint("Use it as it is, or name another home with --home DIR."));
        }
    }
    let question = Question::new("New passphrase: ", "The same again: ");
    let passphrase = passphrase::find(context, &question)?;
    passphrase.check_new().map_err(licentia_core::Error::from)?;

    let founding = Founding { vendor: args.vendor, issuer: args.issuer, status_url: args.status_url, throwaway: false };
    // Before anything is made: a home that is refused leaves nothing behind.
    founding.check()?;
    let licentia = Licentia::create(place.clone(), context.ambient.clone()).await?;
    let founded = licentia.vault().create(&passphrase, actor, founding).await;
    if founded.is_ok() {
        if place::forget_pin(&place)? {
            context.output.note("Another log was at this place before; from now on this one is expected here.");
        }
        context.move_pin(&licentia).await;
    }
    licentia.close().await;
    let founded = founded?;

    context.output.thing(&view::object(json!({
        "database": place.database,
        "log_id": founded.log_id,
        "fingerprint": founded.fingerprint,
        "vendor": founded.vendor,
        "issuer": view::issuer(&founded.issuer),
    })))?;
    context
        .output
        .note("There is no recovery without the passphrase. Write down the fingerprint outside this machine.");
    if founded.issuer.status_url.is_none() {
        context.output.note(
            "The issuer has no status address: its licenses cannot be revoked in the field. \
             `issuer create NAME --status-url BASE` makes one that has.",
        );
    }
    Ok(())
}

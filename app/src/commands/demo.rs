//! `licentia demo`

use crate::args::Acting;
use crate::context::Context;
use crate::demo::{self, Recipe};
use crate::failure::{Failure, Result};
use crate::screen;
use crate::view;
use crate::witness::client;
use clap::Args;
use licentia_core::Place;
use licentia_core::secret::Passphrase;
use licentia_ui::Start;
use serde_json::json;

/// Open the screen on a throw-away home full of a believable product's licenses.
///
/// With --home DIR and --fill, fill that home instead and open nothing. The passphrase of every demo is `demo`: keep
/// nothing of worth in one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia demo
  licentia demo --home /tmp/demo --fill --licenses 1000 --seed 7")]
pub(crate) struct Demo {
    /// Fill the home that --home names, and exit.
    #[arg(long)]
    fill: bool,

    /// How many licenses there are in the end, each really signed.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    licenses: u64,

    /// The same seed gives the same subjects, order and times.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

pub(crate) async fn run(context: &Context, args: Demo) -> Result {
    if args.fill { fill(context, &args).await } else { show(context, &args).await }
}

async fn fill(context: &Context, args: &Demo) -> Result {
    let Some(home) = &context.global.home else {
        return Err(Failure::usage("it is not said which home to fill")
            .hint("Name a new directory: `licentia demo --home DIR --fill`."));
    };
    let place = context.place()?;
    if place.database.exists() {
        return Err(Failure::new(format!("{} was not filled", home.display()))
            .because("There is a database already.")
            .hint("Name a directory that has none."));
    }
    let recipe = Recipe { licenses: args.licenses, seed: args.seed, end: demo::END };
    let filled = demo::fill(place, recipe, context.progress("filling")).await?;
    context.output.thing(&view::object(json!({
        "home": home,
        "licenses": args.licenses,
        "entries": filled.entries,
        "fingerprint": filled.fingerprint,
        "seed": args.seed,
        "passphrase": demo::PASSPHRASE,
    })))
}

async fn show(context: &Context, args: &Demo) -> Result {
    screen::require_terminal(context)?;
    let failed = |error| Failure::new("no place for the demo").because(error);
    let home = tempfile::Builder::new().prefix("licentia-demo-").tempdir().map_err(failed)?;
    let place = Place { database: home.path().join("licentia.db"), pins: None };
    let recipe = Recipe { licenses: args.licenses, seed: args.seed, end: context.now() };
    demo::fill(place.clone(), recipe, context.progress("filling")).await?;
    let start = Start {
        place,
        ambient: context.ambient.clone(),
        actor: context.actor(&Acting::default())?,
        passphrase: Some(Passphrase::new(demo::PASSPHRASE.to_owned()).map_err(licentia_core::Error::from)?),
        named_home: Some(home.path().to_owned()),
        publish_to: None,
        audience: Ok(vec![demo::PRODUCT.to_owned()]),
        stops_after_failure: false,
        log_claim: true,
        inbox: home.path().join("inbox"),
        post: client::post(),
    };
    let shown = screen::show(context, start).await;
    // Only now: the screen may still write until it is left.
    drop(home);
    shown
}

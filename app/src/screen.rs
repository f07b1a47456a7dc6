//! Opening the screen.

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::witness::client;
use crate::{passphrase, place};
use licentia_core::Explanation;
use licentia_ui::{Farewell, Start};
use std::error::Error;
use std::path::PathBuf;

/// Refuses where nobody could type or see; to be called before anything else is done.
pub(crate) fn require_terminal(context: &Context) -> Result {
    if context.has_screen {
        return Ok(());
    }
    Err(Failure::usage("the screen needs a terminal")
        .because("Standard input or standard output is none.")
        .hint("Use a command instead; `licentia --help` lists them."))
}

/// Opens the screen on the home.
pub(crate) async fn open(context: &Context) -> Result {
    require_terminal(context)?;
    let start = Start {
        place: context.place()?,
        ambient: context.ambient.clone(),
        actor: context.actor(&crate::args::Acting::default())?,
        passphrase: passphrase::given(context)?,
        named_home: named_home(context)?,
        audience: audience(context),
        publish_to: publish_to(context),
        stops_after_failure: context.stops_after_failure(),
        // Where nobody can tell whether it was switched off, it is.
        log_claim: context.config().is_ok_and(|config| config.license.log),
        inbox: context.inbox().or_else(|_| place::home(context).map(|home| home.join("inbox")))?,
        post: client::post(),
    };
    show(context, start).await
}

/// The home, where a command line of the same user would not go to it by itself.
fn named_home(context: &Context) -> Result<Option<PathBuf>> {
    if !place::is_named(context) {
        return Ok(None);
    }
    let home = place::home(context)?;
    // Where that cannot be found out, it is as it was given.
    Ok(Some(std::path::absolute(&home).unwrap_or(home)))
}

/// What `config.toml` says. That it cannot be read is no reason not to look at anything: it is said where it matters.
fn audience(context: &Context) -> Result<Vec<String>, Explanation> {
    match context.config() {
        Ok(config) => Ok(config.audience),
        Err(Failure::Refused(why) | Failure::Stopped(why) | Failure::Usage(why)) => Err(why),
        Err(Failure::No | Failure::NotInOrder | Failure::Closed) => Ok(vec![]),
    }
}

/// Where `config.toml` has status lists published to, from the root on. The screen asks where it does not say.
fn publish_to(context: &Context) -> Option<String> {
    context.publish_to().ok()??.to_str().map(str::to_owned)
}

/// Runs the screen until somebody leaves it, and says what came to light only then.
pub(crate) async fn show(context: &Context, start: Start) -> Result {
    let told = Box::pin(licentia_ui::run(start)).await.map_err(|error| match error {
        licentia_ui::Error::Core(error) => error.into(),
        other => Failure::new(other.to_string())
            .because(
                other
                    .source()
                    .map_or_else(|| "The terminal could not be read or written.".to_owned(), ToString::to_string),
            )
            .hint("Use a command instead; `licentia --help` lists them."),
    })?;
    for Farewell { what, why } in &told {
        context.warn(what, why);
    }
    Ok(())
}

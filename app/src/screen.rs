//! Opening the screen.

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::passphrase;
use licentia_ui::Start;
use std::error::Error;

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
        audience: context.config()?.audience,
    };
    show(start).await
}

/// Runs the screen until somebody leaves it.
pub(crate) async fn show(start: Start) -> Result {
    licentia_ui::run(start).await.map_err(|error| match error {
        licentia_ui::Error::Core(error) => error.into(),
        other => Failure::new(other.to_string())
            .because(
                other
                    .source()
                    .map_or_else(|| "The terminal could not be read or written.".to_owned(), ToString::to_string),
            )
            .hint("Use a command instead; `licentia --help` lists them."),
    })
}

//! Opening the screen.

use crate::args::Acting;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::passphrase;
use licentia_ui::{Error, Start};

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
    show(Start {
        place: context.place()?,
        ambient: context.ambient.clone(),
        actor: context.actor(&Acting::default())?,
        passphrase: passphrase::given(context)?,
    })
    .await
}

/// Runs the screen until somebody leaves it.
pub(crate) async fn show(start: Start) -> Result {
    licentia_ui::run(start).await.map_err(|error| match error {
        Error::Core(error) => error.into(),
        error => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let failure = Failure::new(error.to_string());
            match cause {
                Some(cause) => failure.because(cause),
                None => failure,
            }
        }
    })
}

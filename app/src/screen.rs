//! Opening the screen.

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::passphrase;
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, Place};

/// What the screen starts from.
#[expect(dead_code, reason = "until the screen is wired in")]
pub(crate) struct Start {
    pub place: Place,
    pub ambient: Ambient,
    pub actor: Actor,
    /// The screen asks for it where it was not given.
    pub passphrase: Option<Passphrase>,
}

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
    };
    show(start).await
}

/// Runs the screen until somebody leaves it.
#[expect(clippy::unused_async, reason = "licentia_ui::run is asynchronous")]
pub(crate) async fn show(start: Start) -> Result {
    // WIRE HERE: licentia_ui::run(licentia_ui::Start { place, ambient, actor, passphrase }).await
    let Start { place, ambient: _, actor: _, passphrase: _ } = start;
    Err(Failure::new(format!("the screen cannot open {} yet", place.database.display()))
        .because("This build has no screen.")
        .hint("Use a command instead; `licentia --help` lists them."))
}

//! What the walkthroughs share: a throw-away database, a clock that is set, and two streams to write to.
//!
//! The clock and the randomness are made up, so a walkthrough does the same each time. Whoever knows the seed knows
//! the keys: nothing that is signed here is worth anything.

mod chance;
mod report;
mod world;

pub use report::{Report, brief, in_words};
pub use world::{ACTOR, Home, World, no_progress};

/// What a walkthrough ends with.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a walkthrough on the streams of this process.
pub async fn show(walkthrough: impl AsyncFnOnce(&mut Report<'_>) -> Result) -> Result {
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    walkthrough(&mut Report::new(&mut stdout, &mut stderr)).await
}

//! The screen: a ratatui front end over the services.
//!
//! ```text
//! key, resize, tick, finished task -> Msg -> App::update(msg) -> Vec<Effect> -> perform(&services, effect) -> Msg
//!                                            App -> view(&mut App, &mut Frame)
//! ```
//! `App` decides and does nothing by itself; `perform` is the only place that calls a service; `runtime` is the only
//! one that touches the terminal, the clock and the tasks.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod app;
mod command;
mod dialog;
mod effect;
mod keymap;
mod loaded;
mod look;
mod message;
mod pace;
mod paging;
mod runtime;
mod screen;
mod services;
mod session;
mod signals;
mod step;
mod tab;
pub mod testing;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod verification;
mod widget;
mod witnessing;

pub use runtime::run;

/// What the screen is opened with.
#[derive(Clone)]
pub struct Start {
    pub place: licentia_core::Place,
    pub ambient: licentia_core::Ambient,
    pub actor: licentia_core::Actor,
    /// None: asked for on the screen, where one is needed.
    pub passphrase: Option<licentia_core::secret::Passphrase>,
    /// What a command line has to name with `--home`; none where it would go to the same home by itself.
    pub named_home: Option<std::path::PathBuf>,
    /// The products that a license is for when nothing else is said, or why that could not be read.
    pub audience: Result<Vec<String>, licentia_core::Explanation>,
    /// Where status lists are published to, where `config.toml` says it: a path as somebody would type it.
    pub publish_to: Option<String>,
    /// By policy a verification that failed stands in the way of changes.
    pub stops_after_failure: bool,
    /// Whether new licenses carry the latest checkpoint of the log.
    pub log_claim: bool,
    /// Where results of probes wait to be taken in.
    pub inbox: std::path::PathBuf,
    /// Sends a request to a witness: the network is the program's.
    pub post: licentia_core::witness::Post,
}

/// Something that came to light when the screen was left, for whoever left it. Nothing that was written is lost by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// What it means.
    pub what: String,
    pub why: licentia_core::Explanation,
}

/// Why the screen could not be opened, or had to be left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Core(#[from] licentia_core::Error),
    #[error("the terminal failed")]
    Terminal(#[from] std::io::Error),
}

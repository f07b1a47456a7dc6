//! What the state does with what happens to it, and how it looks.

mod audit;
mod dashboard;
mod forms;
mod journeys;
mod journeys_log;
mod keymap;
mod licenses;
mod look;
mod look_log;
mod paging;
mod pty;
mod shell;
pub(crate) mod support;
mod verify;

//! What the state does with what happens to it, and how it looks.

mod audit;
mod batch;
mod command;
mod forms;
mod journeys;
mod journeys_batch;
mod keymap;
mod late;
mod licenses;
mod look;
mod paging;
mod pty;
mod shell;
mod stress;
mod support;

//! What the state does with what happens to it, and how it looks.

mod audit;
mod forms;
mod journeys;
mod journeys_licenses;
mod keymap;
mod license_dialogs;
mod license_pages;
mod licenses;
mod look;
mod paging;
mod pty;
mod shell;
mod support;

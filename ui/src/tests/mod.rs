//! What the state does with what happens to it, and how it looks.

mod audit;
mod dashboard;
mod forms;
mod identities;
mod issuers;
mod journeys;
mod journeys_keys;
mod journeys_licenses;
mod journeys_log;
mod keymap;
mod license_dialogs;
mod license_pages;
mod licenses;
mod look;
mod look_keys;
mod look_log;
mod paging;
mod probes;
mod pty;
mod races;
mod shell;
pub(crate) mod support;
mod verify;

//! Stories about the database, told through the public API; one binary, so that it links once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should say so by panicking"
)]

mod audit_pages;
mod changes;
mod changes_at_once;
mod clock;
mod encoding;
mod faults;
mod guard;
mod home;
mod ids;
mod license_pages;
mod maintenance;
mod opening;
mod raw;
mod search;
mod watch;

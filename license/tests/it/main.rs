//! Stories about licenses, told through the public API; one binary, so that it links once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should say so by panicking"
)]

mod bindings;
mod evidence;
mod golden;
mod hostile;
mod interop;
mod keys;
mod sample;
mod signing;
mod status_list;
mod vectors;
mod verifying;

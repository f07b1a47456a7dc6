//! Stories told through the public interface, each on a real file in a directory of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod atomicity;
mod backup;
mod batch;
mod bindings;
mod checkpoint;
mod common;
mod doctor;
mod export;
mod foreign_key;
mod histories;
mod identity;
mod issuer;
mod keys;
mod levels;
mod license;
mod license_end;
mod license_search;
mod overlap;
mod probe;
mod publish;
mod restore;
mod rotation;
mod search;
mod suspension;
mod verify;
mod witness;
mod world;

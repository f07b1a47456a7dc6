//! One test binary: journeys through the command line, faults, attacks, layering.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should say so by panicking, and what was not tested should be seen"
)]

mod attacks;
mod cli;
mod commands;
mod hostile;
mod layering;
mod probe;
mod processes;
mod readme;
mod screen;
mod walkthrough;
mod witness;

use licentia_tests::Shell;

/// The program, with a clock that stands.
const PROGRAM: &str = env!("CARGO_BIN_EXE_licentia-under-test");

/// A process that works on a database in a loop.
const WORKER: &str = env!("CARGO_BIN_EXE_licentia-worker");

/// A user whose home is empty.
fn empty() -> Shell {
    Shell::empty(PROGRAM)
}

/// A certificate for 127.0.0.1, its key, or the authority that vouches for it.
fn tls_file(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tls").join(name)
}

/// A user whose Licentia is founded.
fn founded() -> Shell {
    Shell::founded(PROGRAM)
}

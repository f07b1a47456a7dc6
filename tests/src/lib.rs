//! What every test of the whole program needs: a shell of its own, with nothing of the machine in it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test that cannot go on should say so by panicking"
)]

mod founding;
mod run;
mod shell;

pub use founding::{Founder, block_on, found, passphrase, real, unlock};
pub use run::Run;
pub use shell::{NOW, PASSPHRASE, Shell, words};

use licentia_core::Timestamp;

/// A moment in RFC 3339.
#[must_use]
pub fn time(text: &str) -> Option<Timestamp> {
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.with_timezone(&chrono::Utc).into())
}

/// Random bytes of the operating system.
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has random bytes");
}

/// Whether everything has to run, although it needs rights or tools that a laptop may lack.
#[must_use]
pub fn must_run_everything() -> bool {
    std::env::var_os("LICENTIA_CI").is_some()
}

/// Says loudly that something was not tested; where everything has to run, that is a failure.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to see it")]
pub fn skip(what: &str, why: &str) {
    assert!(!must_run_everything(), "{what} could not be tested: {why}");
    eprintln!("\n*** NOT TESTED: {what}: {why} ***\n");
}

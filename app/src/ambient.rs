//! The real clock and the real randomness.

use licentia_core::{Ambient, Timestamp};

/// The clock and the random bytes of the operating system.
pub(crate) fn system() -> Ambient {
    Ambient::new(|| Timestamp::from(chrono::Utc::now()), fill)
}

fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // Bytes that are not random would give every secret away that they protect.
        std::process::abort();
    }
}

//! Bundles: all of the log in one file, for a stranger who has nothing else.
//!
//! Written from raw columns, so that a damaged log can be taken away as it is; verified by the same chain that verifies
//! a database.

mod archive;
pub(super) mod base64;
pub(super) mod checkpoints;
mod error;
mod export;
pub(super) mod line;
pub(super) mod log_file;
mod manifest;
#[cfg(test)]
mod tests;
mod verify;

pub use error::BundleError;
pub use export::BundleExport;
pub use verify::{BundleReport, BundleRequest, SeenBy, verify_bundle};

/// The members of a bundle, in their order. A bundle whose manifest nobody signed ends before the last.
const MEMBERS: [&str; 6] =
    ["README.md", "entries.jsonl", "checkpoints.jsonl", "log.json", "manifest.json", "manifest.note"];

const ENTRIES: usize = 1;
const CHECKPOINTS: usize = 2;
const LOG: usize = 3;
const MANIFEST: usize = 4;
const SIGNATURE: usize = 5;

/// The longest line, written or read: an entry with its payload, twice, in Base64 and to be read.
const LONGEST_LINE: u64 = 64 << 20;

/// The most that is read at once of a member that is not read line by line.
const LARGEST_WHOLE: u64 = 16 << 20;

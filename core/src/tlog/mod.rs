//! Transparency: the log as a Merkle tree, and the standard texts that speak of it (RFC 9162, C2SP).
//!
//! Pure: bytes and keys in, bytes out. What is read here comes from strangers, so nothing trusts a length, a size or
//! an encoding, and what was parsed proves nothing until it was verified.

mod checkpoint;
mod cosignature;
pub(crate) mod encoding;
mod error;
mod key;
pub mod merkle;
mod note;
mod proof;
#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, Cosigned, SignedCheckpoint, Trust, origin};
pub use error::{CheckpointError, NoteError, ProofError, TreeError};
pub use key::{SignatureKind, VerifierKey};
pub use note::{Checked, Note, NoteSignature};
pub use proof::Proof;

/// The greatest size of a tree, 2^63 - 1: what fits a database, and what other implementations read.
pub const MAX_SIZE: u64 = i64::MAX as u64;

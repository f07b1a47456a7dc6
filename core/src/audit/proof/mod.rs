//! Proofs of single entries: a small file that settles a dispute without the database.

mod error;
mod extra;
mod prove;
#[cfg(test)]
mod tests;
mod verify;

pub use error::Refusal;
pub use prove::{Proven, Subject};
pub use verify::{LicenseShown, ProofRequest, ProofTrust, Shown, verify_proof};

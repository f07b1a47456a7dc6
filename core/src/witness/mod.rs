//! Witnesses: others who sign what our log says of itself, and this program as a witness of other logs.
//!
//! Both sides of C2SP's tlog-witness are here as plain functions; sending and serving is for the program.

mod ask;
mod error;
mod key;
mod known;
mod protocol;
#[cfg(test)]
mod tests;
mod words;

pub use ask::{Asked, Post, Reply, SIZE_TYPE};
pub use error::WitnessError;
pub use key::WitnessKey;
pub use known::{NewWitness, Witnesses};
pub(crate) use known::{holds, key_of};
pub use protocol::{AddCheckpoint, Log, MAX_PROOF_LINES, Refusal, Seen};
pub use words::{Witnessed, ago};

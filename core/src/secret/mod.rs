//! Everything that must stay secret: how a passphrase becomes the data key, and how the data key seals the rest.
//!
//! ```text
//! Passphrase --Argon2id--> key-encryption key --opens--> Envelope --gives--> DataKey --seals--> each secret
//! ```
//! Pure: no storage, no clock, no source of randomness. Whoever calls brings salts and nonces along, as a closure
//! that fills a buffer from the operating system. It must not repeat itself: a reused nonce gives two plain texts away.

mod envelope;
mod kdf;
pub mod keyfile;
mod seal;

pub use envelope::Envelope;
pub use kdf::{KdfParams, Passphrase, derive};
pub(crate) use seal::parts;
pub use seal::{DataKey, LogId};

/// Why a secret was not opened, or not made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SecretError {
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Something was altered, or belongs to another place; names it.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    #[error("refused key derivation parameters: {0}")]
    BadParameters(String),
    #[error("a sealed value of {0} bytes is too short to be one")]
    TooShort(usize),
    #[error("a value of {0} bytes is too long to be sealed")]
    TooLong(usize),
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    #[error("the passphrase is too short: a new one needs at least {minimum} characters")]
    WeakPassphrase { minimum: usize },
    #[error("not enough memory to derive the key ({0} KiB are needed)")]
    OutOfMemory(u32),
}

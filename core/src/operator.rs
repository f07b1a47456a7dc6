//! Who acts: the proof that somebody opened the vault, and the name they act under.

/// The name an action is recorded under, as stated by whoever acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// A name: not empty, at most 256 characters, nothing that would not print.
    pub fn new(_name: impl Into<String>) -> crate::Result<Self> {
        todo!()
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody who unlocked the vault. Every change takes one; it cannot be made without the passphrase.
#[derive(Clone)]
pub struct Operator {}

impl Operator {
    /// The name under which this operator acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        todo!()
    }
}

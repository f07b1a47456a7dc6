//! The vault: founding a database, unlocking it, changing its passphrase.

use crate::{Actor, Issuer, Licentia, LogId, Operator, Result};
use crate::secret::Passphrase;

/// What a new database starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// The `iss` of every license; by default `urn:uuid:` and the log's id.
    pub vendor: Option<String>,
    /// Name of the first issuer, which becomes the active one.
    pub issuer: String,
    /// Base address of the first issuer's status lists.
    pub status_url: Option<String>,
}

/// A database that was just founded.
pub struct Founded {
    pub log_id: LogId,
    /// `blake3:…`: to be written down outside this machine.
    pub fingerprint: String,
    pub vendor: String,
    pub issuer: Issuer,
    pub operator: Operator,
}

/// See [`Licentia::vault`].
#[derive(Clone, Copy)]
pub struct VaultService<'a>(pub(crate) &'a Licentia);

impl VaultService<'_> {
    /// Whether the database was founded (has a log).
    pub async fn is_founded(&self) -> Result<bool> {
        todo!()
    }

    /// Whether there is a vault to unlock: a copy for review has none.
    pub async fn exists(&self) -> Result<bool> {
        todo!()
    }

    /// Founds the database: vault, log, first issuer (active), in one transaction.
    pub async fn create(&self, _passphrase: &Passphrase, _actor: Actor, _founding: Founding) -> Result<Founded> {
        todo!()
    }

    /// Opens the vault. Takes about a tenth of a second of one core, on purpose.
    pub async fn unlock(&self, _passphrase: &Passphrase, _actor: Actor) -> Result<Operator> {
        todo!()
    }

    /// Wraps the data key anew; one row changes.
    pub async fn change_passphrase(&self, _operator: &Operator, _new: &Passphrase) -> Result<()> {
        todo!()
    }

    /// The `iss` of every license.
    pub async fn vendor(&self) -> Result<String> {
        todo!()
    }
}

//! Who acts: the proof that somebody opened the vault, and the name they act under.

use crate::secret::DataKey;
use crate::{Error, LogId, Result};
use licentia_storage::audit::LogKey;
use licentia_storage::{Seal, Secret, SecretId, SecretPurpose, Tx};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Somebody who unlocked the vault. Every change takes one; it cannot be made without the passphrase.
///
/// When the last clone is dropped the keys are wiped.
#[derive(Clone)]
pub struct Operator {
    actor: Actor,
    keys: Arc<Keys>,
}

/// What the passphrase opened.
struct Keys {
    log_id: LogId,
    data: Arc<DataKey>,
    log: Arc<LogKey>,
}

/// The name an action is recorded under, as stated by whoever acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(String);

impl Operator {
    pub(crate) fn new(actor: Actor, data: DataKey, log: LogKey) -> Self {
        let log_id = log.log_id();
        Self { actor, keys: Arc::new(Keys { log_id, data: Arc::new(data), log: Arc::new(log) }) }
    }

    /// The same, once the log has another key.
    pub(crate) fn with_log_key(&self, log: LogKey) -> Self {
        let keys = Keys { log_id: self.keys.log_id, data: Arc::clone(&self.keys.data), log: Arc::new(log) };
        Self { actor: self.actor.clone(), keys: Arc::new(keys) }
    }

    /// The id of the log's key, as events write it.
    pub(crate) fn key_id(&self) -> String {
        licentia_storage::audit::hex(&self.keys.log.id())
    }

    /// The name under which this operator acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same vault under another name.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor, keys: Arc::clone(&self.keys) }
    }

    pub(crate) fn seal(&self) -> Seal {
        Seal { key: Arc::clone(&self.keys.log), actor: self.actor.0.clone() }
    }

    pub(crate) fn log_key(&self) -> &LogKey {
        &self.keys.log
    }

    pub(crate) fn log_id(&self) -> LogId {
        self.keys.log_id
    }

    pub(crate) fn data_key(&self) -> &DataKey {
        &self.keys.data
    }

    /// A sealed row for `plain`, bound to its purpose and its owner.
    pub(crate) fn seal_secret(&self, tx: &Tx, purpose: SecretPurpose, owner: Uuid, plain: &[u8]) -> Result<Secret> {
        seal_secret(&self.keys.data, self.keys.log_id, tx, purpose, owner, plain)
    }

    /// Opens a sealed row.
    pub(crate) fn open_secret(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>> {
        open_secret(&self.keys.data, self.keys.log_id, secret)
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// See [`Operator::seal_secret`]; founding has no operator yet.
pub(crate) fn seal_secret(
    data: &DataKey,
    log_id: LogId,
    tx: &Tx,
    purpose: SecretPurpose,
    owner: Uuid,
    plain: &[u8],
) -> Result<Secret> {
    let nonce: [u8; 24] = tx.random();
    let ciphertext = data.seal(purpose.as_str(), &owner.to_string(), log_id.0.as_bytes(), nonce, plain)?;
    let id: SecretId = tx.new_id();
    Ok(Secret { id, purpose, owner, nonce: nonce.to_vec(), ciphertext, created_at: tx.now() })
}

/// See [`Operator::open_secret`]; unlocking has no operator yet.
pub(crate) fn open_secret(data: &DataKey, log_id: LogId, secret: &Secret) -> Result<Zeroizing<Vec<u8>>> {
    let nonce = secret
        .nonce
        .as_slice()
        .try_into()
        .map_err(|_| crate::secret::SecretError::Damaged("a secret's nonce is not 24 bytes"))?;
    let owner = secret.owner.to_string();
    Ok(data.open(secret.purpose.as_str(), &owner, log_id.0.as_bytes(), nonce, &secret.ciphertext)?)
}

impl Actor {
    const LONGEST: usize = 256;

    /// A name: not empty, at most 256 characters, nothing that would not print.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let why = if name.trim().is_empty() {
            "it is empty"
        } else if name.chars().count() > Self::LONGEST {
            "it is longer than 256 characters"
        } else if name.chars().any(char::is_control) {
            "it holds control characters"
        } else {
            return Ok(Self(name));
        };
        Err(Error::invalid("the actor's name", why))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

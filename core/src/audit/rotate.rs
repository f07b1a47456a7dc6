//! A new key for the log, which the old one signs in.

use super::{Audit, CheckpointReason, Kind};
use crate::{Error, Operator, Result, StoreError};
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::SigningKey;
use licentia_storage::audit::{LogKey, hex, key_id};
use licentia_storage::{AuditKey, Effect, SecretPurpose, Tx};
use zeroize::Zeroizing;

/// What a rotation left behind.
#[derive(Debug)]
pub struct RotatedKey {
    /// Whoever rotated it, with the new key. The operator from before can write nothing any more.
    pub operator: Operator,
    /// The id of the key that signed up to and with this rotation.
    pub old_key: String,
    pub new_key: String,
    pub public_key: [u8; 32],
    pub epoch: i64,
}

impl Audit<'_> {
    /// Gives the log a new key, in one transaction that the old one signs. The old key is gone then; before, it signs
    /// how large the log is.
    pub async fn rotate_key(self, operator: &Operator) -> Result<RotatedKey> {
        self.checkpoint(operator, CheckpointReason::Rotation).await?;
        let seed = Zeroizing::new(self.0.ambient().bytes());
        let old = operator.clone();
        self.0
            .write(operator, move |tx| async move {
                let epoch = tx.reader().audit_epoch().await?;
                let new = NewKey::write(&tx, &old, &seed, epoch).await?;
                let event = Kind::AuditKeyRotate
                    .event(old.log_id())
                    .with("old_key", old.key_id())
                    .with("new_key", new.operator.key_id())
                    .with("public_key", key_text(&new.public_key))
                    .with("epoch", epoch)
                    .accounts_for(new.effects);
                let rotated = RotatedKey {
                    old_key: old.key_id(),
                    new_key: new.operator.key_id(),
                    operator: new.operator,
                    public_key: new.public_key,
                    epoch,
                };
                Ok(tx.commit(event, rotated).await?)
            })
            .await
    }

    /// Whether this operator still holds the key that the next entry is signed with.
    pub async fn is_current(self, operator: &Operator) -> Result<bool> {
        let newest = self.0.reader().audit_key().await?.ok_or(Error::NotFounded)?;
        Ok(hex(&newest.id) == operator.key_id())
    }
}

/// A key that was written into a transaction; the event that takes in `effects` is its last.
pub(crate) struct NewKey {
    pub(crate) operator: Operator,
    pub(crate) public_key: [u8; 32],
    pub(crate) effects: [Effect; 2],
}

impl NewKey {
    /// Writes the row of the key, and its secret in the place of the old one.
    pub(crate) async fn write(tx: &Tx, old: &Operator, seed: &[u8; 32], epoch: i64) -> Result<Self> {
        let signing = SigningKey::from_bytes(seed);
        let public_key = signing.verifying_key().to_bytes();
        let log_id = old.log_id();
        let found = tx.reader().secret(SecretPurpose::LogKey, log_id.0).await?;
        let found = found.ok_or(StoreError::Gone { noun: "secret" })?;
        // Sealed anew under the id of the row: the old ciphertext is overwritten.
        let sealed = old.seal_secret(tx, SecretPurpose::LogKey, log_id.0, seed)?;
        let secret = licentia_storage::Secret { id: found.id, ..sealed };
        let row =
            AuditKey { id: key_id(&public_key).to_vec(), public_key: public_key.to_vec(), epoch, created_at: tx.now() };
        let effects = [tx.update(&secret).await?, tx.insert(&row).await?];
        Ok(Self { operator: old.with_log_key(LogKey::new(log_id, signing)), public_key, effects })
    }
}

/// A public key as people and manifests write it.
pub(crate) fn key_text(key: &[u8; 32]) -> String {
    Base64UrlUnpadded::encode_string(key)
}

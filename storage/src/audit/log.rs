//! The log itself: its first row, its fingerprint, and the key that signs its entries.

use super::encoding::Encoder;
use crate::{LogId, Timestamp};
use ed25519_dalek::{SigningKey, VerifyingKey};

const DOMAIN: &str = "licentia/audit-log/v1\n";
const FINGERPRINT_CONTEXT: &str = "licentia 2026 audit log v1";
const KEY_ID_CONTEXT: &str = "licentia 2026 audit key id v1";

/// The one row of `audit_log`. Its hash is the log's fingerprint and the previous hash of entry 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLog {
    pub id: LogId,
    pub created_at: Timestamp,
    /// The version of the encoding the log began with.
    pub encoding: i64,
    /// The first key; every later one comes from an entry that its predecessor signed.
    pub public_key: [u8; 32],
}

impl AuditLog {
    /// What is to be written down outside this machine.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let encoded = Encoder::new(DOMAIN)
            .field(1, self.id.0.as_bytes())
            .integer(2, self.created_at.0)
            .integer(3, self.encoding)
            .field(4, &self.public_key)
            .finish();
        blake3::derive_key(FINGERPRINT_CONTEXT, &encoded)
    }

    /// The fingerprint as people and pins write it.
    #[must_use]
    pub fn fingerprint_text(&self) -> String {
        super::tagged("blake3", &self.fingerprint())
    }
}

/// The id under which entries name a key: sixteen bytes of its hash.
#[must_use]
pub fn key_id(public_key: &[u8; 32]) -> [u8; 16] {
    let hash = blake3::derive_key(KEY_ID_CONTEXT, public_key);
    let mut id = [0; 16];
    id.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    id
}

/// The key that signs the log's entries: not an issuer's key. Wiped when dropped, never printed.
pub struct LogKey {
    log_id: LogId,
    id: [u8; 16],
    signing: SigningKey,
}

impl LogKey {
    #[must_use]
    pub fn new(log_id: LogId, signing: SigningKey) -> Self {
        Self { log_id, id: key_id(signing.verifying_key().as_bytes()), signing }
    }

    #[must_use]
    pub fn log_id(&self) -> LogId {
        self.log_id
    }

    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    #[must_use]
    pub fn public_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    /// For entries here, and for checkpoints of them.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }
}

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogKey").field("log_id", &self.log_id).finish_non_exhaustive()
    }
}

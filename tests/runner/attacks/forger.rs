//! Somebody who knows how entries are hashed, and has a key, but not the log's.

use ed25519_dalek::{Signer, SigningKey};
use licentia_storage::audit::{AuditLog, SealedFields, key_id, payload_hash, signed_bytes};
use licentia_storage::{LogId, Timestamp, forge_entry, forge_head};
use rusqlite::{Connection, params};

/// One entry and its payload.
#[derive(Clone)]
pub(super) struct Forged {
    pub(super) fields: SealedFields,
    hash: Vec<u8>,
    signature: Vec<u8>,
    salt: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// The whole log in memory, to be changed and written back.
pub(super) struct Forger {
    log: AuditLog,
    pub(super) entries: Vec<Forged>,
    key: SigningKey,
}

impl Forger {
    pub(super) fn of(connection: &Connection) -> Self {
        let log = connection
            .query_row("SELECT id, created_at, encoding, public_key FROM audit_log", [], |row| {
                let id: [u8; 16] = row.get(0)?;
                Ok(AuditLog {
                    id: LogId(uuid::Uuid::from_bytes(id)),
                    created_at: Timestamp(row.get(1)?),
                    encoding: row.get(2)?,
                    public_key: row.get(3)?,
                })
            })
            .unwrap();
        let log_id = *log.id.0.as_bytes();
        let mut statement = connection
            .prepare(
                "SELECT seq, version, id, transaction_id, kind, severity, outcome, actor, actor_kind, target_kind,
                 target_id, recorded_at, clock, payload_hash, effects, key_id, previous_hash, hash, signature, salt, body
                 FROM audit_entry JOIN audit_payload USING (seq) ORDER BY seq",
            )
            .unwrap();
        let entries = statement.query_map([], |row| {
            Ok(Forged {
                fields: SealedFields {
                    log_id,
                    seq: row.get(0)?,
                    version: row.get(1)?,
                    id: row.get(2)?,
                    transaction_id: row.get(3)?,
                    kind: row.get(4)?,
                    severity: row.get(5)?,
                    outcome: row.get(6)?,
                    actor: row.get(7)?,
                    actor_kind: row.get(8)?,
                    target_kind: row.get(9)?,
                    target_id: row.get(10)?,
                    recorded_at: row.get(11)?,
                    clock: row.get(12)?,
                    payload_hash: row.get(13)?,
                    effects: row.get(14)?,
                    key_id: row.get(15)?,
                    previous_hash: row.get(16)?,
                },
                hash: row.get(17)?,
                signature: row.get(18)?,
                salt: row.get(19)?,
                body: row.get(20)?,
            })
        });
        let entries = entries.unwrap().map(Result::unwrap).collect();
        Self { log, entries, key: SigningKey::from_bytes(&[42; 32]) }
    }

    /// Numbers, links, hashes and signs everything from an index on, in its own name or in that of the log's key.
    pub(super) fn rechain(&mut self, from: usize, as_the_log: bool) {
        let log_id = *self.log.id.0.as_bytes();
        let own_key = key_id(&self.key.verifying_key().to_bytes());
        for index in from..self.entries.len() {
            let previous = match index {
                0 => self.log.fingerprint().to_vec(),
                _ => self.entries[index - 1].hash.clone(),
            };
            let entry = &mut self.entries[index];
            entry.fields.log_id = log_id;
            entry.fields.seq = i64::try_from(index).unwrap() + 1;
            entry.fields.previous_hash = previous;
            entry.fields.payload_hash = payload_hash(&entry.salt, &entry.body).to_vec();
            if !as_the_log {
                entry.fields.key_id = own_key.to_vec();
            }
            let hash = entry.fields.hash();
            entry.signature = self.key.sign(&signed_bytes(&log_id, entry.fields.seq, &hash)).to_bytes().to_vec();
            entry.hash = hash.to_vec();
        }
    }

    /// The same with the log's own key, which somebody got hold of.
    pub(super) fn rechain_with(&mut self, stolen: &SigningKey, from: usize) {
        let own = std::mem::replace(&mut self.key, stolen.clone());
        self.rechain(from, true);
        self.key = own;
    }

    /// Numbers, links and hashes everything from an index on, and leaves the signatures as they are.
    pub(super) fn relink(&mut self, from: usize) {
        let signatures: Vec<Vec<u8>> = self.entries.iter().map(|entry| entry.signature.clone()).collect();
        self.rechain(from, true);
        for (entry, signature) in self.entries.iter_mut().zip(signatures) {
            entry.signature = signature;
        }
    }

    /// Hashes and signs one entry, and nothing that follows.
    pub(super) fn rehash_only(&mut self, index: usize) {
        let after = self.entries.split_off(index + 1);
        self.rechain(index, true);
        self.entries.extend(after);
    }

    /// Makes the whole log anew as the log of its own key.
    pub(super) fn take_over(&mut self, connection: &Connection) {
        let public = self.key.verifying_key().to_bytes();
        self.log.public_key = public;
        connection.execute("UPDATE audit_log SET public_key = ?1", params![public]).unwrap();
        connection.execute("UPDATE audit_key SET id = ?1, public_key = ?2", params![key_id(&public), public]).unwrap();
        self.rechain(0, false);
    }

    pub(super) fn write(&self, connection: &Connection) {
        connection.execute_batch("DELETE FROM audit_payload; DELETE FROM audit_entry").unwrap();
        for Forged { fields, hash, signature, salt, body } in &self.entries {
            forge_entry(connection, fields, [hash, signature], [salt, body]).unwrap();
        }
        let last = self.entries.last().unwrap();
        forge_head(connection, &last.fields, &last.hash).unwrap();
    }
}

//! Somebody with the database, the passphrase and a good knowledge of `docs/FORMAT.md`.

use ed25519_dalek::{Signer, SigningKey};
use license_manager_examples::{Result, World};
use licentia_core::LogId;
use licentia_core::secret::{Envelope, KdfParams};
use licentia_storage::audit::{SealedFields, signed_bytes};
use rusqlite::{Connection, params};
use std::path::Path;

/// Takes the log's key out of the vault.
pub(crate) fn log_key(database: &Path, log: LogId) -> Result<SigningKey> {
    let (sql, log_bytes) = (Connection::open(database)?, log.0.as_bytes());
    let envelope = sql.query_row(
        "SELECT memory_kib, iterations, parallelism, salt, wrap_nonce, wrapped_key, canary_nonce, canary FROM vault",
        [],
        |row| {
            let (memory_kib, iterations, parallelism) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Envelope {
                params: KdfParams { memory_kib, iterations, parallelism, salt: row.get(3)? },
                wrap_nonce: row.get(4)?,
                wrapped_key: row.get(5)?,
                canary_nonce: row.get(6)?,
                canary: row.get(7)?,
            })
        },
    )?;
    let data = envelope.open(&World::passphrase()?, log_bytes)?;
    let (nonce, sealed): ([u8; 24], Vec<u8>) =
        sql.query_row("SELECT nonce, ciphertext FROM secret WHERE purpose = 'log_key'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let seed = data.open("log_key", &log.to_string(), log_bytes, nonce, &sealed)?;
    Ok(SigningKey::from_bytes(seed.as_slice().try_into()?))
}

/// Puts one entry on somebody else's account, and links, hashes and signs it and all that follow anew.
pub(crate) fn rewrite(database: &Path, log: LogId, key: &SigningKey, seq: i64, actor: &str) -> Result {
    unguarded(database, |sql| {
        sql.execute("UPDATE audit_entry SET actor = ?2 WHERE seq = ?1", params![seq, actor])?;
        let last: i64 = sql.query_row("SELECT max(seq) FROM audit_entry", [], |row| row.get(0))?;
        for seq in seq..=last {
            let fields = entry(sql, log, seq)?;
            let hash = fields.hash();
            let signature = key.sign(&signed_bytes(&fields.log_id, seq, &hash)).to_bytes();
            sql.execute(
                "UPDATE audit_entry SET previous_hash = ?2, hash = ?3, signature = ?4 WHERE seq = ?1",
                params![seq, fields.previous_hash, hash, signature],
            )?;
        }
        Ok(sql.execute_batch("UPDATE audit_head SET hash = (SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1)")?)
    })
}

/// Everything that is hashed of an entry, linked to the one before as that is now.
fn entry(sql: &Connection, log: LogId, seq: i64) -> Result<SealedFields> {
    let log_id = *log.0.as_bytes();
    Ok(sql.query_row(
        "SELECT version, id, transaction_id, kind, severity, outcome, actor, actor_kind, target_kind, target_id,
         recorded_at, clock, payload_hash, effects, key_id, (SELECT hash FROM audit_entry WHERE seq = ?1 - 1)
         FROM audit_entry WHERE seq = ?1",
        [seq],
        |row| {
            Ok(SealedFields {
                version: row.get(0)?,
                log_id,
                seq,
                id: row.get(1)?,
                transaction_id: row.get(2)?,
                kind: row.get(3)?,
                severity: row.get(4)?,
                outcome: row.get(5)?,
                actor: row.get(6)?,
                actor_kind: row.get(7)?,
                target_kind: row.get(8)?,
                target_id: row.get(9)?,
                recorded_at: row.get(10)?,
                clock: row.get(11)?,
                payload_hash: row.get(12)?,
                effects: row.get(13)?,
                key_id: row.get(14)?,
                previous_hash: row.get(15)?,
            })
        },
    )?)
}

/// Runs SQL where the rules inside the file are gone, and puts them back.
pub(crate) fn unguarded(database: &Path, work: impl FnOnce(&Connection) -> Result) -> Result {
    let sql = Connection::open(database)?;
    sql.execute_batch("PRAGMA foreign_keys = OFF")?;
    let rules: Vec<(String, String)> = sql
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<std::result::Result<_, _>>()?;
    for (name, _) in &rules {
        sql.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    work(&sql)?;
    for (_, rule) in &rules {
        sql.execute_batch(rule)?;
    }
    Ok(())
}

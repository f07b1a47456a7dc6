//! An entry as somebody writes it who has the file and not this program: for tests that attack a log, and for benches
//! that fill one. Nothing is checked; what it is to say, its maker says.

use crate::audit::SealedFields;
use rusqlite::{Connection, params};

/// Writes an entry and its payload, past everything that guards them but the triggers.
pub fn forge_entry(
    connection: &Connection,
    fields: &SealedFields,
    [hash, signature]: [&[u8]; 2],
    [salt, body]: [&[u8]; 2],
) -> rusqlite::Result<()> {
    let entry = "INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(entry)?.execute(params![
        fields.seq,
        fields.version,
        fields.id,
        fields.transaction_id,
        fields.kind,
        fields.severity,
        fields.outcome,
        fields.actor,
        fields.actor_kind,
        fields.target_kind,
        fields.target_id,
        fields.recorded_at,
        fields.clock,
        fields.payload_hash,
        fields.effects,
        fields.key_id,
        fields.previous_hash,
        hash,
        signature,
    ])?;
    connection
        .prepare_cached("INSERT INTO audit_payload VALUES (?, ?, ?)")?
        .execute(params![fields.seq, salt, body])?;
    Ok(())
}

/// Moves the cached head on to an entry.
pub fn forge_head(connection: &Connection, fields: &SealedFields, hash: &[u8]) -> rusqlite::Result<()> {
    let head = "UPDATE audit_head SET size = ?1, hash = ?2, recorded_at = ?3";
    connection.execute(head, params![fields.seq, hash, fields.recorded_at]).map(drop)
}

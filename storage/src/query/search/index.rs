//! The index of words follows the log: in chunks, in transactions of its own, never in that of an event.

use super::words::{Texts, is_spelt};
use crate::maintenance::MaintenanceTx;
use crate::query::{AuditQuery, Reader};
use crate::{AuditRecord, Store, StoreError};
use sea_orm::sea_query::Value;
use std::collections::BTreeSet;

/// Entries of one transaction: others write in between.
const CHUNK: u64 = 2_000;

/// How far the index of words reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexState {
    /// Every entry up to this one is in it.
    pub reached: u64,
    /// How long the log is.
    pub size: u64,
}

impl IndexState {
    /// How many entries it has not reached.
    #[must_use]
    pub const fn behind(self) -> u64 {
        self.size.saturating_sub(self.reached)
    }
}

/// The rules by which words are cut. Another year's Unicode has other letters.
fn rules() -> String {
    let (major, minor, patch) = char::UNICODE_VERSION;
    format!("1 {major}.{minor}.{patch}")
}

impl Store {
    /// Brings the index of words up to the log, so many entries further at most. Does nothing to a file that is only
    /// read, and begins anew where the index is not of this log.
    pub async fn follow_with_index(&self, at_most: u64) -> Result<IndexState, StoreError> {
        let mut left = at_most;
        loop {
            let state = self.reader().search_index().await?;
            let chunk = state.behind().min(CHUNK).min(left);
            if chunk == 0 || !self.is_writable() {
                return Ok(state);
            }
            self.maintain(move |tx| async move {
                tx.extend_index(chunk).await?;
                tx.commit(()).await
            })
            .await
            .map_err(|error: StoreError| error)?;
            left -= chunk;
        }
    }

    /// Throws the index of words away; [`Self::follow_with_index`] builds it again.
    pub async fn drop_index(&self) -> Result<(), StoreError> {
        self.maintain(|tx| async move {
            tx.clear_index().await?;
            tx.commit(()).await
        })
        .await
    }
}

impl Reader<'_> {
    /// How far the index of words reaches; nowhere, when it is not of this log or cut by other rules.
    pub async fn search_index(&self) -> Result<IndexState, StoreError> {
        let size = self.audit_size().await?;
        let sql = "SELECT c.size FROM audit_search_cursor c JOIN audit_entry e ON e.seq = c.size
                   WHERE e.hash = c.hash AND c.rules = ?";
        let reached = self.number(sql, vec![rules().into()]).await?;
        Ok(IndexState { reached: reached.and_then(|reached| u64::try_from(reached).ok()).unwrap_or(0).min(size), size })
    }

    /// Of these entries, those that the index does not find by their own words. An entry that was not reached is none.
    pub async fn missing_in_index(&self, entries: &[AuditRecord]) -> Result<Vec<u64>, StoreError> {
        let reached = self.search_index().await?.reached;
        let mut missing = Vec::new();
        for entry in entries.iter().filter(|entry| entry.seq <= reached) {
            let texts = Texts::of(entry);
            let wanted =
                texts.distinct().into_iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" AND ");
            if wanted.is_empty() {
                continue;
            }
            let sql = "SELECT 1 FROM audit_search WHERE audit_search MATCH ? AND rowid = ?";
            if self.number(sql, vec![wanted.into(), super::signed(entry.seq).into()]).await?.is_none() {
                missing.push(entry.seq);
            }
        }
        Ok(missing)
    }
}

impl MaintenanceTx {
    /// Takes the next entries in.
    async fn extend_index(&self, chunk: u64) -> Result<(), StoreError> {
        let reader = self.reader();
        // Somebody else may have been here since it was looked at.
        let reached = reader.search_index().await?.reached;
        if reached == 0 {
            self.clear_index().await?;
        }
        let next = AuditQuery { before: Some(reached), oldest_first: true, limit: chunk, ..AuditQuery::default() };
        let entries = reader.audit_entries(&next).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        let (mut rows, mut spelt) = (Vec::new(), BTreeSet::new());
        for entry in &entries {
            let texts = Texts::of(entry);
            let words: Vec<&str> = texts.distinct().into_iter().collect();
            spelt.extend(words.iter().filter(|word| is_spelt(word)).map(|word| (*word).to_owned()));
            rows.push(serde_json::json!([entry.seq, words.join(" ")]));
        }
        let rows = serde_json::Value::Array(rows).to_string();
        self.execute(
            "INSERT INTO audit_search (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
            [rows.into()],
        )
        .await?;
        let spelt = serde_json::json!(spelt).to_string();
        self.execute(
            "INSERT INTO audit_search_word SELECT value FROM json_each(?) WHERE TRUE ON CONFLICT (word) DO NOTHING",
            [spelt.into()],
        )
        .await?;
        let cursor: [Value; 3] = [super::signed(last.seq).into(), last.hash.clone().into(), rules().into()];
        self.execute(
            "INSERT INTO audit_search_cursor VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET size = ?1, hash = ?2, rules = ?3",
            cursor,
        )
        .await
    }

    async fn clear_index(&self) -> Result<(), StoreError> {
        self.execute("INSERT INTO audit_search (audit_search) VALUES ('delete-all')", []).await?;
        self.execute("DELETE FROM audit_search_word WHERE TRUE", []).await?;
        self.execute("DELETE FROM audit_search_cursor WHERE TRUE", []).await
    }
}

//! Every row of every audited table against its latest effect.

use super::Run;
use super::entries::Walk;
use crate::Result;
use licentia_storage::raw::{AuditedTable, RawEntry, RawKey, RawReader, RawRow, audited_tables};

/// Rows of one state of the file, with the entries that came before it since the last one, and the keys of then.
struct Chunk {
    entries: Vec<(Vec<RawKey>, Vec<RawEntry>)>,
    rows: Vec<RawRow>,
}

impl Run<'_> {
    /// Every row of every audited table against its latest effect. Others may write meanwhile: each chunk of rows is
    /// read in one state of the file together with the entries that came since.
    pub(super) async fn compare_rows(&mut self, reader: &mut RawReader, mut walk: Walk) -> Result<()> {
        let mut empty = Vec::new();
        let mut seen = self.to;
        let log_id = walk.preparer.log_id();
        for table in audited_tables() {
            walk.replay.begin(table.noun, seen);
            let mut chunk = read(reader, log_id, &table, Some(i64::MIN), &mut seen).await?;
            if chunk.rows.is_empty() {
                empty.push(table.noun);
            }
            while !chunk.rows.is_empty() || !chunk.entries.is_empty() {
                let next = chunk.rows.last().and_then(|last| last.rowid.checked_add(1));
                // The next chunk is read meanwhile.
                let ahead = read(reader, log_id, &table, next, &mut seen);
                let (ahead, ()) = tokio::join!(ahead, async { self.compare(&mut walk, &table, chunk) });
                chunk = ahead?;
            }
        }
        self.to = seen;
        self.checked = walk.chain.checked;
        self.end = walk.chain.last_hash().to_vec();
        // Both or neither: emptying one of them is an edit like any other.
        let withheld: &[&str] =
            if ["vault", "secret"].iter().all(|noun| empty.contains(noun)) { &["vault", "secret"] } else { &[] };
        walk.replay.finish(withheld, &mut self.findings);
        self.finish_checkpoints(walk.checkpoints, true);
        Ok(())
    }

    fn compare(&mut self, walk: &mut Walk, table: &AuditedTable, chunk: Chunk) {
        for (keys, entries) in chunk.entries {
            let prepared = walk.prepare_with(&keys, entries);
            self.take(walk, prepared);
        }
        for row in &chunk.rows {
            walk.replay.compare(table.noun, row, &mut self.findings);
        }
    }
}

/// The next chunk from this rowid on, if there can be one. `seen` is the last entry that was read.
async fn read(
    reader: &mut RawReader,
    log_id: [u8; 16],
    table: &AuditedTable,
    rowid: Option<i64>,
    seen: &mut i64,
) -> Result<Chunk> {
    let mut chunk = Chunk { entries: Vec::new(), rows: Vec::new() };
    let Some(rowid) = rowid else { return Ok(chunk) };
    reader.hold().await?;
    // Nothing comes behind the largest of all numbers.
    while let Some(next) = seen.checked_add(1) {
        let came = reader.entries_from(next, i64::MAX, log_id).await?;
        let Some(last) = came.last() else { break };
        *seen = last.seq;
        chunk.entries.push((reader.keys().await?, came));
    }
    chunk.rows = reader.rows_from(table, rowid).await?;
    reader.release().await?;
    Ok(chunk)
}

//! Every row of every audited table against its latest effect.

use super::super::prepare::Prepared;
use super::Run;
use super::entries::Walk;
use crate::Result;
use licentia_storage::raw::{AuditedTable, RawReader, RawRow, audited_tables};

/// Rows of one state of the file, with the entries that came before it since the last one.
struct Chunk {
    entries: Vec<Prepared>,
    rows: Vec<RawRow>,
}

impl Run<'_> {
    /// Every row of every audited table against its latest effect. Others may write meanwhile: each chunk of rows is
    /// read in one state of the file together with the entries that came since.
    pub(super) async fn compare_rows(&mut self, reader: &mut RawReader, mut walk: Walk) -> Result<()> {
        let mut empty = Vec::new();
        let mut seen = self.to;
        for table in audited_tables() {
            walk.replay.begin(table.noun, seen);
            let mut next = Some(i64::MIN);
            let mut any = false;
            while let Some(rowid) = next {
                let Chunk { entries, rows } = read(reader, &mut walk, &table, rowid, &mut seen).await?;
                self.take(&mut walk, entries);
                for row in &rows {
                    walk.replay.compare(table.noun, row, &mut self.findings);
                }
                next = rows.last().and_then(|last| last.rowid.checked_add(1));
                any |= !rows.is_empty();
            }
            if !any {
                empty.push(table.noun);
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
}

/// The next chunk. `seen` is the last entry that was read.
async fn read(
    reader: &mut RawReader,
    walk: &mut Walk,
    table: &AuditedTable,
    rowid: i64,
    seen: &mut i64,
) -> Result<Chunk> {
    let mut entries = Vec::new();
    reader.hold().await?;
    // Nothing comes behind the largest of all numbers.
    while let Some(next) = seen.checked_add(1) {
        let came = reader.entries_from(next, i64::MAX, walk.preparer.log_id()).await?;
        let Some(last) = came.last() else { break };
        *seen = last.seq;
        let keys = reader.keys().await?;
        entries.append(&mut walk.prepare_with(&keys, came));
    }
    let rows = reader.rows_from(table, rowid).await?;
    reader.release().await?;
    Ok(Chunk { entries, rows })
}

//! Every row of every audited table against its latest effect.

use super::super::prepare::Signatures;
use super::Run;
use super::entries::Walk;
use crate::Result;
use licentia_storage::raw::{RawReader, audited_tables};

impl Run<'_> {
    /// Every row of every audited table against its latest effect. Others may write meanwhile: each chunk of rows is
    /// read in one state of the file together with the entries that came since.
    pub(super) async fn compare_rows(&mut self, reader: &mut RawReader, mut walk: Walk) -> Result<()> {
        let log_id = walk.preparer.log_id();
        let mut empty = Vec::new();
        for table in audited_tables() {
            let mut next = i64::MIN;
            let mut any = false;
            walk.replay.begin(table.noun, walk.chain.next() - 1);
            loop {
                reader.hold().await?;
                loop {
                    let entries = reader.entries_from(walk.chain.next(), i64::MAX, log_id).await?;
                    if entries.is_empty() {
                        break;
                    }
                    let prepared = walk.preparer.prepare(entries, Signatures::Check);
                    self.take(&mut walk, prepared);
                }
                let rows = reader.rows_from(&table, next).await?;
                reader.release().await?;
                let Some(last) = rows.last() else { break };
                let end = last.rowid.checked_add(1);
                any = true;
                for row in &rows {
                    walk.replay.compare(table.noun, row, &mut self.findings);
                }
                let Some(end) = end else { break };
                next = end;
                tokio::task::yield_now().await;
            }
            if !any {
                empty.push(table.noun);
            }
        }
        self.to = walk.chain.next() - 1;
        self.checked = walk.chain.checked;
        self.end = walk.chain.last_hash().to_vec();
        // Both or neither: emptying one of them is an edit like any other.
        let withheld: &[&str] =
            if ["vault", "secret"].iter().all(|noun| empty.contains(noun)) { &["vault", "secret"] } else { &[] };
        walk.replay.finish(withheld, &mut self.findings);
        Ok(())
    }
}

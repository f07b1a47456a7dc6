//! The file itself: its pages, its indexes, and what belongs to nothing in it. Lists walk along indexes: one that leaves
//! an entry out hides it from everybody who looks for it there.

use super::super::report::{Code, Findings};
use crate::{Result, StoreError};
use licentia_storage::raw::RawReader;
use std::path::Path;

/// What is wrong with the file.
pub(super) struct Structure {
    /// Mostly as `SQLite` says it.
    problems: Vec<String>,
    /// The index of words is damaged. It is derived, so that is no problem of the log.
    index_of_words: bool,
    /// Payloads without an entry.
    orphans: Vec<i64>,
}

impl Structure {
    /// On a connection of its own, so that it need not wait for the entries.
    pub(super) async fn read(path: &Path) -> Result<Self> {
        let mut reader = RawReader::open(path).await?;
        let mut problems = reader.structure_problems().await?;
        let orphans = match reader.orphan_payloads().await {
            Err(StoreError::Damaged(text)) => {
                problems.push(text);
                Vec::new()
            }
            orphans => orphans?,
        };
        let mut index_of_words = false;
        if !problems.is_empty() {
            let own = reader.problems_by_table(true).await?;
            let is_own = |problem: &String| problem.contains("audit_search") || own.contains(problem);
            index_of_words = problems.iter().any(is_own);
            problems.retain(|problem| !is_own(problem));
            // The words alone may have come to as many as SQLite names. The list of free pages, which belongs to no
            // table, it looks at before everything else.
            for problem in reader.problems_by_table(false).await? {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        Ok(Self { problems, index_of_words, orphans })
    }

    pub(super) fn name_in(self, findings: &mut Findings) {
        name_orphans(&self.orphans, findings);
        if self.index_of_words {
            findings.add(Code::SearchIndexStale.at(None, "The index of words is damaged."));
        }
        for problem in self.problems {
            let meaning = format!("The file is damaged: {}.", crate::text::printable(&problem));
            findings.add(Code::StructureDamaged.at(None, meaning));
        }
    }
}

/// Names payloads that belong to no entry.
pub(super) fn name_orphans(orphans: &[i64], findings: &mut Findings) {
    for seq in orphans {
        findings.add(Code::PayloadInserted.at(*seq, "There is a payload without an entry."));
    }
}

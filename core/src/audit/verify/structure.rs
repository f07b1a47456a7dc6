//! `SQLite`'s own check of the file. Lists walk along indexes: one that leaves an entry out hides it from everybody who
//! looks for it there.

use super::super::report::{Code, Findings};
use crate::Result;
use licentia_storage::raw::RawReader;
use std::path::Path;

/// What `SQLite` says of the file.
pub(super) struct Structure {
    problems: Vec<String>,
    /// The index of words is damaged. It is derived, so that is no problem of the log.
    index_of_words: bool,
}

impl Structure {
    /// On a connection of its own, so that it need not wait for the entries.
    pub(super) async fn read(path: &Path) -> Result<Self> {
        let mut reader = RawReader::open(path).await?;
        let mut problems = reader.structure_problems().await?;
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
        Ok(Self { problems, index_of_words })
    }

    pub(super) fn name_in(self, findings: &mut Findings) {
        if self.index_of_words {
            findings.add(Code::SearchIndexStale.at(None, "The index of words is damaged."));
        }
        for problem in self.problems {
            let meaning = format!("SQLite finds: {}.", crate::text::printable(&problem));
            findings.add(Code::StructureDamaged.at(None, meaning));
        }
    }
}

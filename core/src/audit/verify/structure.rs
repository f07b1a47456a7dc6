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
        let of_words = reader.problems_of_the_index(&problems).await?;
        reader.close().await;
        problems.retain(|problem| !of_words.contains(problem));
        Ok(Self { problems, index_of_words: !of_words.is_empty() })
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

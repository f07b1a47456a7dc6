//! A batch that comes from a file: every row is looked at before the first is signed.

mod error;
mod file;
mod names;
mod row;
mod tokens;

use super::{IssueRequest, Licenses};
use crate::{Error, Explanation, License, Operator, Progress, Result};
use names::Names;
use std::path::PathBuf;

pub use error::BatchError;
pub use file::BatchFile;
pub use tokens::TokenFiles;

/// A file's rows, each of which can be issued or says why not.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub path: PathBuf,
    pub rows: Vec<BatchRow>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchRow {
    /// Where in the file it begins.
    pub line: u64,
    /// As far as it could be read.
    pub subject: String,
    /// What would be issued, or why it cannot be.
    pub verdict: Result<IssueRequest, String>,
}

impl Batch {
    /// How many rows cannot be issued.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.rows.iter().filter(|row| row.verdict.is_err()).count()
    }

    /// Whether every single row can be issued; else what is wrong with which.
    pub fn all_can_be_issued(&self) -> Result<(), BatchError> {
        let why = |row: &BatchRow| Some((row.line, row.verdict.as_ref().err()?.clone()));
        let wrong: Vec<_> = self.rows.iter().filter_map(why).collect();
        if wrong.is_empty() { Ok(()) } else { Err(BatchError::Rows { rows: self.rows.len(), wrong }) }
    }

    fn requests(&self) -> Result<Vec<IssueRequest>, BatchError> {
        self.all_can_be_issued()?;
        Ok(self.rows.iter().filter_map(|row| row.verdict.clone().ok()).collect())
    }
}

impl Licenses<'_> {
    /// Compares a file with the database; signs and writes nothing. Rows that name no audience have this one.
    pub async fn check_file(self, file: BatchFile, audience: &[String]) -> Result<Batch> {
        let mut names = Names::default();
        let mut rows = Vec::with_capacity(file.rows.len());
        for (at, row) in file.rows.into_iter().enumerate() {
            if at % file::STRIDE == 0 {
                tokio::task::yield_now().await;
            }
            let verdict = match row.draft {
                Ok(draft) => names.request(self.0, draft, audience).await,
                Err(why) => Err(why),
            };
            rows.push(BatchRow { line: row.line, subject: row.subject, verdict });
        }
        let mut batch = Batch { path: file.path, rows };
        let (places, requests): (Vec<usize>, Vec<IssueRequest>) =
            batch.rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.verdict.clone().ok()?))).unzip();
        for (index, error) in self.check_batch(&requests).await? {
            let row = places.get(index).and_then(|at| batch.rows.get_mut(*at));
            if let Some(row) = row {
                row.verdict = Err(in_one_line(&error));
            }
        }
        Ok(batch)
    }

    /// Issues every row, in one transaction: all or nothing.
    pub async fn issue_file(self, operator: &Operator, batch: &Batch, progress: Progress) -> Result<Vec<License>> {
        let requests = batch.requests()?;
        match self.issue_batch(operator, requests, progress).await {
            // What could be issued when the file was checked, and cannot be any more.
            Err(Error::Batch(errors)) => {
                let line = |at: usize| batch.rows.get(at).map_or(0, |row| row.line);
                let wrong = errors.iter().map(|(at, error)| (line(*at), in_one_line(error))).collect();
                Err(BatchError::Rows { rows: batch.rows.len(), wrong }.into())
            }
            done => done,
        }
    }
}

/// What failed and why, in one line.
fn in_one_line(error: &Error) -> String {
    let Explanation { message, cause, .. } = error.into();
    match cause {
        Some(cause) => format!("{message}. {cause}"),
        None => message,
    }
}

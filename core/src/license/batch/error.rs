//! Why a file of licenses could not be used.

use std::path::PathBuf;

/// See the module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Its name does not say how it is written.
    #[error("{} is not a batch", .0.display())]
    Name(PathBuf),
    #[error("{} cannot be used", path.display())]
    Unusable { path: PathBuf, why: String },
    #[error("{} has no rows", .0.display())]
    NoRows(PathBuf),
    #[error("the file has more than {0} rows")]
    TooManyRows(usize),
    /// A row from which on nothing can be told.
    #[error("the CSV cannot be read")]
    Csv(String),
    /// The first line of a CSV file.
    #[error("the CSV cannot be read")]
    Columns(String),
    /// What is wrong, by line.
    #[error("{} of {rows} rows cannot be issued; nothing was written", wrong.len())]
    Rows { rows: usize, wrong: Vec<(u64, String)> },
}

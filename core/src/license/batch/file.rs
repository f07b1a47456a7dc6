//! Reading a file of licenses to be issued: its name says how, its text is UTF-8.

use super::BatchError;
use super::row::{self, Read};
use crate::given_file::{Unfit, read_bytes};
use crate::new_file::failed;
use crate::{Progress, Result};
use std::path::{Path, PathBuf};

/// More than any batch that makes sense.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The same for its rows, which take far more room in memory than in the file.
const MOST_ROWS: usize = 1_000_000;

/// So many rows are read between two looks at everything else that has to go on.
pub(super) const STRIDE: usize = 256;

/// A file that was read, and not yet compared with a database.
#[derive(Debug)]
pub struct BatchFile {
    pub(super) path: PathBuf,
    pub(super) rows: Vec<Read>,
}

/// How a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Jsonl,
}

impl BatchFile {
    /// Reads a `.csv` or `.jsonl` file. How far it is comes in bytes. Dropping the future gives it up.
    pub async fn read(path: &Path, progress: Progress) -> Result<Self> {
        let format = Format::of(path)?;
        let from = path.to_owned();
        let text = super::super::issue::blocking(move || text(&from)).await?;
        let rows = rows(format, &text, MOST_ROWS, &progress).await?;
        if rows.is_empty() {
            return Err(BatchError::NoRows(path.to_owned()).into());
        }
        Ok(Self { path: path.to_owned(), rows })
    }
}

impl Format {
    fn of(path: &Path) -> Result<Self, BatchError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl") => Ok(Self::Jsonl),
            _ => Err(BatchError::Name(path.to_owned())),
        }
    }
}

async fn rows(format: Format, text: &str, most: usize, progress: &Progress) -> Result<Vec<Read>> {
    let total = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let mut rows: Box<dyn Iterator<Item = Result<Read, BatchError>> + Send + '_> = match format {
        Format::Csv => Box::new(row::csv(text)?),
        Format::Jsonl => Box::new(row::jsonl(text).map(Ok)),
    };
    // Lines are of about the same length; how far the reader is in the text is not to be had.
    let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX).max(1);
    let mut all: Vec<Read> = Vec::new();
    loop {
        let before = all.len();
        for row in rows.by_ref().take(STRIDE) {
            all.push(row?);
        }
        if all.len() == before {
            progress(total, total);
            return Ok(all);
        }
        if all.len() > most {
            return Err(BatchError::TooManyRows(most).into());
        }
        let line = all.last().map_or(0, |row| row.line);
        progress(total.saturating_mul(line.min(lines)) / lines, total);
        tokio::task::yield_now().await;
    }
}

fn text(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    match read_bytes(path, MOST_BYTES, None, &mut bytes) {
        Ok(()) => decoded(bytes).map_err(|why| refused(path, why)),
        Err(Unfit::Unreadable(source)) => Err(failed("read", path, source)),
        Err(Unfit::TooLong) => Err(refused(path, "It has more than 256 MiB; split it into several.")),
        Err(Unfit::NotOrdinary | Unfit::Own) => Err(refused(path, "It is no ordinary file.")),
    }
}

/// UTF-8, with or without a byte order mark in front.
fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("It is UTF-16, and not UTF-8. A spreadsheet can save it as \"CSV UTF-8\".".to_owned());
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(format!("It is no text: there is a zero byte in line {}.", line_at(&bytes, at)));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
        format!("It is not UTF-8: line {line} holds something else.")
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn refused(path: &Path, why: impl Into<String>) -> crate::Error {
    BatchError::Unusable { path: path.to_owned(), why: why.into() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf_8_with_or_without_a_mark() {
        assert_eq!(decoded(b"a\n".to_vec()).as_deref(), Ok("a\n"));
        assert_eq!(decoded(b"\xef\xbb\xbfa".to_vec()).as_deref(), Ok("a"));
        for (bytes, why) in [
            (b"a\nb\n\xe9t\xe9".to_vec(), "not UTF-8: line 3"),
            (b"\xff\xfea\0".to_vec(), "UTF-16"),
            (b"PK\x03\x04\n\0\0".to_vec(), "zero byte in line 2"),
        ] {
            let said = decoded(bytes).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[tokio::test]
    async fn a_file_of_more_rows_than_make_sense_is_not_read_to_its_end() {
        let quiet: Progress = std::sync::Arc::new(|_, _| ());
        let text = |lines: usize| "1\n".repeat(lines);
        assert_eq!(rows(Format::Jsonl, &text(600), 600, &quiet).await.unwrap().len(), 600);
        let refused = rows(Format::Jsonl, &text(601), 600, &quiet).await.map(drop).unwrap_err();
        assert!(matches!(&refused, crate::Error::BatchFile(BatchError::TooManyRows(600))), "{refused:?}");
    }

    #[test]
    fn the_name_says_how_it_is_written() {
        assert_eq!(Format::of(Path::new("a/b.CSV")).unwrap(), Format::Csv);
        assert_eq!(Format::of(Path::new("b.jsonl")).unwrap(), Format::Jsonl);
        for name in ["b", "b.txt", "csv", ".csv", "b.json", "-"] {
            assert!(Format::of(Path::new(name)).is_err(), "{name}");
        }
    }
}

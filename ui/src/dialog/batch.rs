//! A file of licenses: which one, what is in it, and what came of it.

mod form;
mod preview;
mod signed;
mod tokens;

pub(crate) use form::BatchForm;
pub(crate) use preview::BatchPreview;
pub(crate) use signed::BatchSigned;
pub(crate) use tokens::Tokens;

use crate::text::fit;
use std::path::{Path, PathBuf};

/// How far something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Far {
    pub(crate) done: u64,
    pub(crate) total: u64,
}

impl Far {
    /// `64 of 10000`, or nothing before anything was said.
    pub(crate) fn counted(self) -> String {
        if self.total == 0 { String::new() } else { format!(" {} of {}", self.done, self.total) }
    }

    /// What the line at the bottom says of a batch.
    pub(crate) fn signing(self) -> String {
        if self.total > 0 && self.done == self.total {
            "writing…".to_owned()
        } else {
            format!("signing{}…", self.counted())
        }
    }

    /// `43 %`.
    fn percent(self) -> String {
        if self.total == 0 {
            String::new()
        } else {
            format!(" {} %", u128::from(self.done) * 100 / u128::from(self.total))
        }
    }
}

/// What was typed into a field, as a path.
fn path(text: &str) -> Option<PathBuf> {
    if text.is_empty() { None } else { Some(PathBuf::from(text)) }
}

fn file_name(path: &Path) -> String {
    const LONGEST: usize = 40;
    fit(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), LONGEST)
}

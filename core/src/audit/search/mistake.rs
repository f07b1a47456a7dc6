//! A mistake in a query: where it is, what is wrong, and what would have been right.

use crate::text::{printable, shorten};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Why a query cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query cannot be understood: {wrong}")]
pub struct QueryMistake {
    /// The query as it was typed.
    pub query: String,
    /// The bytes that are wrong; empty where something is missing.
    pub at: Range<usize>,
    pub wrong: String,
    pub expected: String,
}

/// Columns of the query that are shown around the mistake.
const SHOWN: usize = 60;

impl QueryMistake {
    /// Two lines: the query, and carets below what is wrong. Nothing hidden is in them.
    #[must_use]
    pub fn pointed_at(&self) -> String {
        let part = |range: Range<usize>| printable(self.query.get(range).unwrap_or_default()).into_owned();
        let before = part(0..self.at.start);
        let (wrong, after) = (part(self.at.clone()), part(self.at.end..self.query.len()));
        let before = last_columns(&before);
        let wrong = shorten(&wrong, SHOWN);
        let carets = "^".repeat(wrong.width().max(1));
        format!("{before}{wrong}{}\n{}{carets}", shorten(&after, SHOWN), " ".repeat(before.width()))
    }

    /// The place, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.query.get(..self.at.start).unwrap_or_default().chars().count() + 1
    }
}

fn last_columns(text: &str) -> String {
    if text.width() <= SHOWN {
        return text.to_owned();
    }
    let start = text.char_indices().map(|(at, _)| at).find(|at| text.get(*at..).unwrap_or_default().width() < SHOWN);
    format!("…{}", start.and_then(|start| text.get(start..)).unwrap_or_default())
}

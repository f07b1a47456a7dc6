//! The query language of the audit log: text and the time of day become a [`Condition`], or a mistake with its place.
//!
//! Pure: nothing here reads a clock or a database. What a query means is told in docs/QUERY.md.

mod field;
mod mistake;
mod moment;
mod parse;
#[cfg(test)]
mod tests;

use crate::Timestamp;
use licentia_storage::Condition;

pub use field::FIELDS;
pub use mistake::QueryMistake;

/// The longest query, in bytes.
pub const LONGEST: usize = 4_096;

/// How deep parentheses and negations may be nested.
pub const DEEPEST: usize = 32;

/// How many terms a query may have.
pub const MOST_TERMS: usize = 256;

/// A query that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    text: String,
    condition: Condition,
}

impl Query {
    /// Reads a query; `now` is what `now` in it stands for.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, QueryMistake> {
        let condition = parse::condition(text, now)?;
        Ok(Self { text: text.to_owned(), condition })
    }

    /// The query as it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it asks of an entry.
    #[must_use]
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }
}

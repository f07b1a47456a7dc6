//! What an entry has to be, to be found: a closed list, so that each part can be told to SQLite and checked on a row.

use crate::{EventId, Timestamp};

/// What a query asks of an entry. Core makes it of text; nothing in here is text of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Each of them; everything, when there is none.
    All(Vec<Self>),
    /// One of them; nothing, when there is none.
    Any(Vec<Self>),
    Not(Box<Self>),
    /// From the first seq to the last, both included.
    Seq {
        from: u64,
        to: u64,
    },
    /// Recorded at `since` or later, and before `until`.
    Time {
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    },
    Id(EventId),
    Word(Column, Fit),
    /// A member of the payload, by its path. A list fits when one of its items does.
    Member(Vec<String>, MemberFit),
    /// Words in the kind, the actor, the target or a value of the payload.
    Text(TextFit),
}

/// A column of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Kind,
    Severity,
    Outcome,
    Actor,
    ActorKind,
    Target,
    TargetKind,
}

/// How a word has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    Is(String),
    Begins(String),
    /// There is one.
    Present,
}

/// How a member of the payload has to be. Numbers are compared as numbers, all else as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberFit {
    Is(String),
    Begins(String),
    Present,
    Between { low: Option<Bound>, high: Option<Bound> },
}

/// The end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub text: String,
    pub included: bool,
}

/// How the words of a text have to be. Words are what [`super::words`] makes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextFit {
    /// These, one after the other.
    Phrase(Vec<String>),
    /// The same, the last of them only a beginning.
    Begins(Vec<String>),
    /// One that differs by so many letters at most, one or two; the first letter is right.
    Like { word: String, edits: u8 },
}

impl Column {
    /// Its name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Severity => "severity",
            Self::Outcome => "outcome",
            Self::Actor => "actor",
            Self::ActorKind => "actor_kind",
            Self::Target => "target_id",
            Self::TargetKind => "target_kind",
        }
    }

    /// Kinds of targets are written `License`; nobody should have to know that.
    pub(crate) const fn ignores_case(self) -> bool {
        matches!(self, Self::TargetKind)
    }
}

impl Condition {
    /// The condition that everything fits.
    #[must_use]
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Both of them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut all = self.into_all();
        all.extend(other.into_all());
        Self::All(all)
    }

    /// The parts that all have to fit.
    pub(crate) fn into_all(self) -> Vec<Self> {
        match self {
            Self::All(parts) => parts.into_iter().flat_map(Self::into_all).collect(),
            other => vec![other],
        }
    }

    /// Whether the words of entries matter, so that the index of words is of use.
    #[must_use]
    pub fn asks_for_words(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_for_words),
            Self::Not(part) => part.asks_for_words(),
            Self::Text(_) => true,
            _ => false,
        }
    }
}

//! What a service says about a change, before the log gives it a place, a hash and a signature.

use crate::{Outcome, Severity};
use serde_json::{Map, Value};

/// An audit event that is about to be written.
#[derive(Debug)]
#[must_use = "an event counts once it is committed"]
pub struct Event {
    pub(crate) kind: String,
    pub(crate) severity: Severity,
    pub(crate) outcome: Outcome,
    pub(crate) target: Option<(String, String)>,
    pub(crate) payload: Map<String, Value>,
    pub(crate) effects: Vec<Effect>,
}

impl Event {
    /// An event of a kind that succeeded and needs no attention.
    pub fn new(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            severity: Severity::Info,
            outcome: Outcome::Success,
            target: None,
            payload: Map::new(),
            effects: Vec::new(),
        }
    }

    /// How much it matters.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// It was tried, and did not end well: that is what happened.
    pub fn failed(mut self) -> Self {
        self.outcome = Outcome::Failure;
        self
    }

    /// What it was done to, for example `License` and its id.
    pub fn target(mut self, kind: impl Into<String>, id: impl std::fmt::Display) -> Self {
        self.target = Some((kind.into(), id.to_string()));
        self
    }

    /// Adds one member to the payload.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.payload.insert(name.to_owned(), value.into());
        self
    }

    /// Accounts for rows that were written.
    pub fn accounts_for(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.effects.extend(effects);
        self
    }
}

/// The events of one transaction: never none.
#[derive(Debug)]
#[must_use = "events count once they are committed"]
pub struct Events(pub(crate) Vec<Event>);

impl Events {
    /// Adds one that follows the others.
    pub fn and(mut self, event: Event) -> Self {
        self.0.push(event);
        self
    }

    /// Made of a first event and all that follow it.
    pub fn of(first: Event, rest: impl IntoIterator<Item = Event>) -> Self {
        let mut events = vec![first];
        events.extend(rest);
        Self(events)
    }
}

impl From<Event> for Events {
    fn from(event: Event) -> Self {
        Self(vec![event])
    }
}

/// The place of a write: an effect counts in its own transaction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket {
    pub(crate) transaction: u64,
    pub(crate) place: usize,
}

/// A row that was written: its noun, its id, and the hash of what it holds now.
///
/// Only a write makes one, and a transaction commits only when its events took in every one.
#[derive(Debug)]
#[must_use = "a change must be accounted for by an event"]
pub struct Effect {
    pub(crate) noun: &'static str,
    pub(crate) id: Vec<u8>,
    /// None when the row was deleted.
    pub(crate) hash: Option<[u8; 32]>,
    /// Which write of which transaction this was.
    pub(crate) ticket: Ticket,
}

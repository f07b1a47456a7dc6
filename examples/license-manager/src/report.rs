//! What a walkthrough says: JSON lines for machines, sentences for people.

use crate::Result;
use licentia_core::{AuditRecord, Error, Explanation};
use serde_json::{Value, json};
use std::io::Write;

/// Two streams: standard output carries one JSON object a line, standard error the story.
pub struct Report<'a> {
    machine: &'a mut dyn Write,
    people: &'a mut dyn Write,
}

impl<'a> Report<'a> {
    pub fn new(machine: &'a mut dyn Write, people: &'a mut dyn Write) -> Self {
        Self { machine, people }
    }

    /// A sentence for people.
    pub fn say(&mut self, sentence: &str) -> Result {
        Ok(writeln!(self.people, "{sentence}")?)
    }

    /// A line for machines; `step` names what it tells.
    pub fn emit(&mut self, step: &str, facts: Value) -> Result {
        let mut line = json!({ "step": step });
        if let (Some(line), Value::Object(facts)) = (line.as_object_mut(), facts) {
            line.extend(facts);
        }
        Ok(writeln!(self.machine, "{line}")?)
    }

    /// The same for something that was refused, as it should be.
    pub fn refused<T>(&mut self, what: &str, result: licentia_core::Result<T>) -> Result {
        match result {
            Ok(_) => Err(format!("{what}: this should have been refused").into()),
            Err(error) => {
                self.emit("refused", json!({ "what": what, "why": in_words(&error) }))?;
                self.say(&format!("Refused, as it should be: {}.", in_words(&error).trim_end_matches('.')))
            }
        }
    }

    /// Entries of the log, oldest first, one line each.
    pub fn entries(&mut self, newest_first: &[AuditRecord]) -> Result {
        newest_first.iter().rev().try_for_each(|entry| self.emit("entry", brief(entry)))
    }
}

/// What a log entry tells, without hashes and signature.
#[must_use]
pub fn brief(entry: &AuditRecord) -> Value {
    json!({
        "seq": entry.seq,
        "kind": entry.kind,
        "actor": entry.actor,
        "target_id": entry.target_id,
        "payload": entry.payload_value(),
        "transaction_id": entry.transaction_id,
    })
}

/// An error as the program would put it: what failed, and why.
#[must_use]
pub fn in_words(error: &Error) -> String {
    let Explanation { message, cause, hint: _ } = Explanation::from(error);
    match cause {
        Some(cause) => format!("{message}: {cause}"),
        None => message,
    }
}

//! From text to a condition: a parser by hand, because every mistake has to know its place.
//!
//! ```text
//! any    = all { OR all }
//! all    = not { [AND] not }
//! not    = { NOT | - | + } term
//! term   = ( any ) | [field :] value
//! value  = ( any ) | [low TO high] | >=bound | "phrase" | word | begin* | fuzzy~1
//! ```

mod scan;

use super::field::Field;
use super::mistake::QueryMistake;
use super::moment::{self, Span};
use super::{DEEPEST, LONGEST, MOST_TERMS};
use crate::Timestamp;
use licentia_storage::{Bound, Column, Condition, Fit, MemberFit, TextFit, words};
use std::ops::Range;
use uuid::Uuid;

type Parsed<T = Condition> = Result<T, QueryMistake>;

/// What may come where a term has to be.
const TERM: &str = "a word, \"a phrase\", field:value, NOT or (";

/// Reads a whole query. An empty one asks for everything.
pub(super) fn condition(text: &str, now: Timestamp) -> Parsed {
    let mut parser = Parser { text, at: 0, depth: 0, terms: 0, now };
    if text.len() > LONGEST {
        let end = text.len();
        return Err(parser.wrong(end..end, "it is too long", format!("at most {LONGEST} bytes")));
    }
    parser.skip_space();
    if parser.is_at_end() {
        return Ok(Condition::everything());
    }
    let condition = parser.any(None)?;
    match parser.peek() {
        None => Ok(condition),
        Some(')') => Err(parser.here("this `)` closes nothing", "a `(` before it, or the end of the query")),
        Some(_) => Err(parser.here("this stands alone", TERM)),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    terms: usize,
    now: Timestamp,
}

/// A word or phrase as it was typed.
struct Typed {
    text: String,
    quoted: bool,
    /// It ends in `*`.
    begins: bool,
    /// It ends in `~`, `~1` or `~2`.
    edits: Option<u8>,
    at: Range<usize>,
}

impl Parser<'_> {
    fn any(&mut self, field: Option<&Field>) -> Parsed {
        let mut parts = vec![self.all(field)?];
        while self.takes_keyword("OR") || self.takes("||") {
            parts.push(self.all(field)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, field: Option<&Field>) -> Parsed {
        let mut parts = vec![self.not(field)?];
        loop {
            if self.takes_keyword("AND") || self.takes("&&") {
                parts.push(self.not(field)?);
            } else if self.is_at_end() || self.peek() == Some(')') || self.is_at_keyword("OR") || self.is_at("||") {
                return Ok(one_or(parts, Condition::All));
            } else {
                parts.push(self.not(field)?);
            }
        }
    }

    fn not(&mut self, field: Option<&Field>) -> Parsed {
        self.skip_space();
        let start = self.at;
        if self.takes_keyword("NOT") || self.takes("-") || self.takes("!") {
            self.deeper(start)?;
            let part = self.not(field)?;
            self.depth -= 1;
            return Ok(Condition::Not(Box::new(part)));
        }
        if self.takes("+") {
            self.deeper(start)?;
            let part = self.not(field)?;
            self.depth -= 1;
            return Ok(part);
        }
        self.term(field)
    }

    fn term(&mut self, field: Option<&Field>) -> Parsed {
        self.skip_space();
        if self.is_at_keyword("AND") || self.is_at_keyword("OR") {
            return Err(self.here("an operator stands where a term has to be", TERM));
        }
        match self.peek() {
            None => Err(self.here("it ends too early", TERM)),
            Some('(') => self.group(field),
            _ => match self.field()? {
                Some(own) => self.value(&own),
                None => match field {
                    Some(field) => self.value(field),
                    None => self.words(),
                },
            },
        }
    }

    fn group(&mut self, field: Option<&Field>) -> Parsed {
        let start = self.at;
        self.deeper(start)?;
        self.at += 1;
        let inside = self.any(field)?;
        self.depth -= 1;
        self.skip_space();
        if self.takes(")") {
            return Ok(inside);
        }
        if self.is_at_end() {
            return Err(self.wrong(start..start + 1, "this `(` is never closed", "a `)` at its end"));
        }
        Err(self.here("this stands alone", "AND, OR or `)`"))
    }

    /// The field that a name and a colon make; nothing is taken where there is none.
    fn field(&mut self) -> Parsed<Option<Field>> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || "_.-".contains(c))).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let begins = |c: char| c.is_alphabetic() || c == '_';
        if !rest.get(length..).is_some_and(|after| after.starts_with(':')) || !name.starts_with(begins) {
            return Ok(None);
        }
        let at = self.at..self.at + length;
        match Field::named(name) {
            Ok(field) => {
                self.at = at.end + 1;
                self.skip_space();
                Ok(Some(field))
            }
            Err(Some(nearest)) => {
                let wrong = format!("there is no field `{name}`");
                Err(self.wrong(at, &wrong, format!("`{nearest}`, or quotes around it if it is text")))
            }
            Err(None) => {
                let wrong = format!("there is no field `{name}`");
                let known = "seq, id, kind, severity, outcome, actor, actor_kind, target, target_kind, created_at or \
                     payload.MEMBER; text with a colon in it goes in quotes";
                Err(self.wrong(at, &wrong, known))
            }
        }
    }

    fn value(&mut self, field: &Field) -> Parsed {
        match self.peek() {
            None | Some(')') => Err(self.here("the value is missing", "a word, \"a phrase\" or (")),
            Some('(') => self.group(Some(field)),
            Some('[' | '{') => self.range(field),
            Some('<' | '>') => self.comparison(field),
            Some(_) => {
                let typed = self.typed(|c| c.is_whitespace() || "()[]{}\"".contains(c))?;
                self.one_value(field, &typed)
            }
        }
    }

    fn one_value(&self, field: &Field, typed: &Typed) -> Parsed {
        if typed.edits.is_some() {
            let expected = "the value without `~`; only words without a field may differ";
            return Err(self.wrong(typed.at.clone(), "a field is compared exactly", expected));
        }
        let anything = typed.begins && typed.text.is_empty();
        let mistake = |wrong: &str, expected: &str| Err(self.wrong(typed.at.clone(), wrong, expected));
        match field {
            Field::Seq | Field::Time | Field::Id if anything => Ok(Condition::everything()),
            Field::Seq | Field::Time | Field::Id if typed.begins => {
                mistake("only words have a beginning", "the whole value, or a range")
            }
            Field::Seq => {
                let seq = self.seq(&typed.text, &typed.at)?;
                Ok(Condition::Seq { from: seq, to: seq })
            }
            Field::Time => {
                let Span { start, end } = self.span(&typed.text, &typed.at)?;
                Ok(Condition::Time { since: Some(start), until: Some(end) })
            }
            Field::Id => match Uuid::try_parse(&typed.text) {
                Ok(id) => Ok(Condition::Id(id.into())),
                Err(_) => mistake("this is no id of an event", "a whole UUID"),
            },
            Field::Word(column) => Ok(Condition::Word(*column, word_fit(*column, typed))),
            Field::Member(path) => Ok(Condition::Member(path.clone(), member_fit(typed))),
        }
    }

    /// Words without a field: full text.
    fn words(&mut self) -> Parsed {
        let typed = self.typed(|c| c.is_whitespace() || "()[]{}\"".contains(c))?;
        let mut found: Vec<String> = words(&typed.text).collect();
        if let Some(edits) = typed.edits {
            return match (found.pop(), found.is_empty(), typed.quoted) {
                (Some(word), true, false) => Ok(Condition::Text(TextFit::Like { word, edits })),
                _ => Err(self.wrong(typed.at, "only one word may differ", "a single word before `~`")),
            };
        }
        if typed.begins && typed.text.is_empty() {
            return Ok(Condition::everything());
        }
        // `foo-*` begins with the word `foo`, and then comes another one: which, nobody asks.
        let begins = typed.begins && typed.text.ends_with(char::is_alphanumeric);
        match (found.is_empty(), begins) {
            (true, _) => Err(self.wrong(typed.at, "there is no letter and no digit in it", TERM)),
            (false, true) => Ok(Condition::Text(TextFit::Begins(found))),
            (false, false) => Ok(Condition::Text(TextFit::Phrase(found))),
        }
    }

    /// `[a TO b]`: square brackets include the end, braces do not.
    fn range(&mut self, field: &Field) -> Parsed {
        let start = self.at;
        if !field.takes_ranges() {
            let expected = "a value; seq, created_at and members of the payload have ranges";
            return Err(self.here("this field has no ranges", expected));
        }
        let low_included = self.peek() == Some('[');
        self.at += 1;
        let low = self.bound()?;
        self.skip_space();
        if !self.takes_keyword("TO") {
            return Err(self.here("a range needs two ends", "TO"));
        }
        let high = self.bound()?;
        self.skip_space();
        let high_included = match self.peek() {
            Some(']') => true,
            Some('}') => false,
            None => return Err(self.wrong(start..start + 1, "this range is never closed", "`]` or `}` at its end")),
            Some(_) => return Err(self.here("a range has two ends and no more", "`]` or `}`")),
        };
        self.at += 1;
        self.between(field, low.map(|low| (low, low_included)), high.map(|high| (high, high_included)))
    }

    /// `>=a`, `<b` and the like.
    fn comparison(&mut self, field: &Field) -> Parsed {
        if !field.takes_ranges() {
            let expected = "a value; seq, created_at and members of the payload can be compared";
            return Err(self.here("this field has no order", expected));
        }
        let is_low = self.peek() == Some('>');
        self.at += 1;
        let included = self.takes("=");
        match (self.bound()?, is_low) {
            (None, _) => Err(self.here("nothing is more than `*`", "a number, a time or a word")),
            (Some(low), true) => self.between(field, Some((low, included)), None),
            (Some(high), false) => self.between(field, None, Some((high, included))),
        }
    }

    /// One end of a range; none for `*`.
    fn bound(&mut self) -> Parsed<Option<Typed>> {
        self.skip_space();
        if self.is_at_keyword("TO") || matches!(self.peek(), None | Some(']' | '}' | '(' | ')' | '[' | '{')) {
            return Err(self.here("one end is missing", "a number, a time, a word or `*`"));
        }
        let typed = self.typed(|c| c.is_whitespace() || "()[]{}\"".contains(c))?;
        if typed.begins && typed.text.is_empty() {
            return Ok(None);
        }
        if typed.begins || typed.edits.is_some() {
            return Err(self.wrong(typed.at, "an end is one value", "it without `*` and `~`"));
        }
        Ok(Some(typed))
    }

    fn between(&self, field: &Field, low: Option<(Typed, bool)>, high: Option<(Typed, bool)>) -> Parsed {
        match field {
            Field::Seq => {
                let from = match low {
                    Some((low, included)) => self.seq(&low.text, &low.at)?.saturating_add(u64::from(!included)),
                    None => 0,
                };
                // Before 0 there is nothing.
                let to = match high {
                    Some((high, true)) => Some(self.seq(&high.text, &high.at)?),
                    Some((high, false)) => self.seq(&high.text, &high.at)?.checked_sub(1),
                    None => Some(u64::MAX),
                };
                Ok(to.map_or(Condition::Any(Vec::new()), |to| Condition::Seq { from, to }))
            }
            Field::Time => {
                let since = match low {
                    Some((low, true)) => Some(self.span(&low.text, &low.at)?.start),
                    Some((low, false)) => Some(self.span(&low.text, &low.at)?.end),
                    None => None,
                };
                let until = match high {
                    Some((high, true)) => Some(self.span(&high.text, &high.at)?.end),
                    Some((high, false)) => Some(self.span(&high.text, &high.at)?.start),
                    None => None,
                };
                Ok(Condition::Time { since, until })
            }
            Field::Member(path) => {
                let bound = |(typed, included): (Typed, bool)| Bound { text: self.member_text(&typed), included };
                let fit = MemberFit::Between { low: low.map(bound), high: high.map(bound) };
                Ok(Condition::Member(path.clone(), fit))
            }
            Field::Id | Field::Word(_) => Ok(Condition::Any(Vec::new())),
        }
    }

    /// Times in payloads are RFC 3339, so `now-24h` is compared as that.
    fn member_text(&self, typed: &Typed) -> String {
        match moment::span(&typed.text, self.now) {
            Some(span) if typed.text.starts_with("now") => span.start.to_string(),
            _ => typed.text.clone(),
        }
    }

    fn seq(&self, text: &str, at: &Range<usize>) -> Parsed<u64> {
        text.parse().map_err(|_| self.wrong(at.clone(), "this is no number of an entry", "a whole number"))
    }

    fn span(&self, text: &str, at: &Range<usize>) -> Parsed<Span> {
        moment::span(text, self.now).ok_or_else(|| self.wrong(at.clone(), "this is no time", moment::HOW))
    }
}

fn word_fit(column: Column, typed: &Typed) -> Fit {
    let text = match column {
        // Words of ours are lower case, ids are written in lower case; an actor is as somebody wrote it.
        Column::Kind | Column::Severity | Column::Outcome | Column::ActorKind => typed.text.to_lowercase(),
        Column::Target => Uuid::try_parse(&typed.text).map_or_else(|_| typed.text.clone(), |id| id.to_string()),
        Column::Actor | Column::TargetKind => typed.text.clone(),
    };
    match (typed.begins, text.is_empty()) {
        (true, true) => Fit::Present,
        (true, false) => Fit::Begins(text),
        (false, _) => Fit::Is(text),
    }
}

fn member_fit(typed: &Typed) -> MemberFit {
    match (typed.begins, typed.text.is_empty()) {
        (true, true) => MemberFit::Present,
        (true, false) => MemberFit::Begins(typed.text.clone()),
        (false, _) => MemberFit::Is(typed.text.clone()),
    }
}

fn one_or(mut parts: Vec<Condition>, many: impl FnOnce(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        Some(part) => {
            parts.push(part);
            many(parts)
        }
        None => many(parts),
    }
}

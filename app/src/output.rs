//! Results on standard output in the format that was asked for, everything else on standard error.
//!
//! Every text that was stored passes [`printable`] on its way into a table or CSV; JSON escapes by itself what a
//! terminal would obey.

mod cell;
mod table;

use crate::args::Format;
use crate::failure::{Failure, Result, Status};
use cell::Plain;
use clap::error::ErrorKind;
use licentia_core::Explanation;
use licentia_core::text::{csv_safe, printable, printable_lines, shorten};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

pub(crate) use cell::Column;

/// A JSON object whose members keep their order.
pub(crate) type Object = Map<String, Value>;

/// Results go to one stream, everything else to another.
pub(crate) struct Output {
    pub format: Format,
    stdout: RefCell<Box<dyn Write>>,
    stderr: RefCell<Box<dyn Write>>,
    /// What there is to know, until it is certain that no error as JSON has to stand alone on standard error.
    held_back: RefCell<String>,
}

impl Output {
    pub(crate) fn new(format: Format, stdout: Box<dyn Write>, stderr: Box<dyn Write>) -> Self {
        Self { format, stdout: RefCell::new(stdout), stderr: RefCell::new(stderr), held_back: RefCell::default() }
    }

    /// A single thing: one object, or a line for each of its members.
    pub(crate) fn thing(&self, thing: &Object) -> Result {
        match self.format {
            Format::Table => self.write(&table::members(thing)),
            Format::Csv => {
                let members: Vec<&str> = thing.keys().map(String::as_str).collect();
                self.csv(&members, std::slice::from_ref(thing))
            }
            Format::Json | Format::Jsonl => self.json(&Value::Object(thing.clone())),
        }
    }

    /// A list: for people its most important columns, for programs all members.
    pub(crate) fn list(&self, columns: &[Column], members: &[&str], rows: &[Object]) -> Result {
        match self.format {
            Format::Table => self.write(&table::rows(columns, rows)),
            Format::Csv => self.csv(members, rows),
            Format::Json => self.json(&Value::Array(rows.iter().cloned().map(Value::Object).collect())),
            Format::Jsonl => rows.iter().try_for_each(|row| self.json(&Value::Object(row.clone()))),
        }
    }

    /// More rows of a list that goes on; a JSON array is closed by then, and has no more.
    pub(crate) fn more(&self, columns: &[Column], members: &[&str], rows: &[Object]) -> Result {
        match self.format {
            Format::Table => self.write(&table::more(columns, rows)),
            Format::Csv => self.csv_rows(&[], members, rows),
            Format::Json | Format::Jsonl => self.list(columns, members, rows),
        }
    }

    /// Says with which option the next page is had.
    pub(crate) fn go_on(&self, option: &str, next: Option<impl Display>) {
        if let Some(next) = next {
            self.note(&format!("There are more: go on with {option} {next}"));
        }
    }

    /// Lets whoever reads have what was written so far.
    pub(crate) fn flush(&self) -> Result {
        self.stdout.borrow_mut().flush().map_err(lost)
    }

    /// Text as it is: a file for another program.
    pub(crate) fn text(&self, text: &str) -> Result {
        self.write(text)
    }

    /// Something to know that is no result. A reader who went away misses it.
    pub(crate) fn note(&self, text: &str) {
        for line in text.lines() {
            let line = printable(line);
            if self.format.is_json() {
                let mut held_back = self.held_back.borrow_mut();
                held_back.push_str(&line);
                held_back.push('\n');
            } else {
                let _ = writeln!(self.stderr.borrow_mut(), "{line}");
            }
        }
    }

    /// Something that somebody is asked, who sits there: it cannot wait.
    pub(crate) fn question(&self, text: &str) {
        let mut stderr = self.stderr.borrow_mut();
        let _ = write!(stderr, "{}", printable_lines(text));
        let _ = stderr.flush();
    }

    /// Something that happened, while the program runs on.
    pub(crate) fn journal(&self, line: &str) {
        let _ = writeln!(self.stderr.borrow_mut(), "{}", printable(line));
    }

    fn let_go(&self) {
        let _ = self.stderr.borrow_mut().write_all(self.held_back.take().as_bytes());
    }

    /// Says what has to be said about how it ended.
    pub(crate) fn finish(&self, result: Result) -> Status {
        let result = result.and_then(|()| self.stdout.borrow_mut().flush().map_err(lost));
        let Err(failure) = result else {
            self.let_go();
            return Status::Done;
        };
        match failure.explanation() {
            Some(explanation) => self.explain(explanation),
            None => self.let_go(),
        }
        failure.status()
    }

    /// What clap has to say: help and version on standard output, anything else is wrong usage.
    pub(crate) fn finish_unparsed(&self, error: &clap::Error) -> Status {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => self.finish(self.write(&text)),
            _ if self.format.is_json() => self.finish(Err(usage_failure(&text))),
            _ => {
                self.note(&text);
                Status::Usage
            }
        }
    }

    fn explain(&self, explanation: &Explanation) {
        let message = in_measure(&explanation.message);
        let [cause, hint] = [&explanation.cause, &explanation.hint].map(|part| part.as_deref().map(in_measure));
        if self.format.is_json() {
            let error = json!({ "error": { "message": message, "cause": cause, "hint": hint } });
            let _ = writeln!(self.stderr.borrow_mut(), "{}", escaped(error.to_string()));
            return;
        }
        self.note(&format!("error: {message}"));
        for (label, text) in [("cause", cause), ("hint", hint)] {
            for (at, line) in text.iter().flat_map(|text| text.lines()).enumerate() {
                let label = if at == 0 { format!("{label}:") } else { String::new() };
                self.note(&format!("  {label:6} {line}"));
            }
        }
    }

    fn json(&self, value: &Value) -> Result {
        let text = if self.format == Format::Json { format!("{value:#}") } else { value.to_string() };
        self.write(&format!("{}\n", escaped(text)))
    }

    fn csv(&self, members: &[&str], rows: &[Object]) -> Result {
        self.csv_rows(members, members, rows)
    }

    fn csv_rows(&self, head: &[&str], members: &[&str], rows: &[Object]) -> Result {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Failure::new("the CSV could not be written").because(error);
        if !head.is_empty() {
            csv.write_record(head).map_err(failed)?;
        }
        for row in rows {
            let cells = members.iter().map(|member| {
                let text = Plain::csv(member, row.get(*member).unwrap_or(&Value::Null));
                csv_safe(&printable(&text)).into_owned()
            });
            csv.write_record(cells).map_err(failed)?;
        }
        let bytes = csv.into_inner().map_err(|error| Failure::new("the CSV could not be written").because(error))?;
        self.write(&String::from_utf8_lossy(&bytes))
    }

    fn write(&self, text: &str) -> Result {
        self.stdout.borrow_mut().write_all(text.as_bytes()).map_err(lost)
    }
}

/// A line that quotes a whole file helps nobody.
fn in_measure(text: &str) -> String {
    const LONGEST: usize = 500;
    text.lines().map(|line| shorten(line, LONGEST)).collect::<Vec<_>>().join("\n")
}

/// A reader that went away (`| head`) is no failure of ours.
fn lost(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::Closed
    } else {
        Failure::new("the output could not be written").because(error).hint(
            "If this command changes something, it is done and recorded: `licentia audit list` shows it. \
             Do not run it again before you looked.",
        )
    }
}

/// The first line of what clap says is what failed, the rest is how it is done.
fn usage_failure(text: &str) -> Failure {
    let message = text.lines().next().unwrap_or_default();
    let rest: Vec<&str> = text.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()).collect();
    let failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(message));
    let (hints, causes): (Vec<&str>, Vec<&str>) =
        rest.into_iter().partition(|line| ["Usage:", "tip:", "For more"].iter().any(|start| line.starts_with(start)));
    let failure = if causes.is_empty() { failure } else { failure.because(causes.join(" ")) };
    failure.hint(hints.join(" "))
}

/// Serde escapes control characters of ASCII; here go the others, which turn text around or steer a terminal. The
/// JSON stays the same JSON.
pub(crate) fn escaped(json: String) -> String {
    let hidden = |c: char| (!c.is_ascii() || c == '\u{7f}') && printable(c.encode_utf8(&mut [0; 4])) != *c.to_string();
    if !json.contains(hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests;

//! A command line in pieces, and how they are written so that a POSIX shell takes them as they are.

use crate::text::{clean, width};
use std::fmt::{Display, Write};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command(Vec<Piece>);

/// What stays together on a line as long as it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Written by us: needs no quotes.
    Plain(String),
    Option(&'static str, String),
    /// An argument without an option.
    Name(String),
    /// A path as it was typed, with its option or without; whose `~/` the shell has to see.
    Path(&'static str, String),
}

impl Command {
    pub(super) fn new(verb: &str) -> Self {
        Self(vec![Piece::Plain(format!("licentia {verb}"))])
    }

    /// An id that belongs to the verb.
    pub(super) fn word(mut self, word: impl Display) -> Self {
        if let Some(Piece::Plain(first)) = self.0.first_mut() {
            let _ = write!(first, " {}", quoted(&word.to_string()));
        }
        self
    }

    /// What somebody called something, where the verb wants it.
    pub(super) fn name(self, name: &str) -> Self {
        self.with(Piece::Name(name.to_owned()))
    }

    /// The same for a path.
    pub(super) fn name_of_file(self, path: &str) -> Self {
        self.with(Piece::Path("", path.to_owned()))
    }

    pub(super) fn flag(self, name: &str) -> Self {
        self.with(Piece::Plain(name.to_owned()))
    }

    pub(super) fn option(self, name: &'static str, value: impl Display) -> Self {
        self.with(Piece::Option(name, value.to_string()))
    }

    pub(super) fn path(self, name: &'static str, value: &str) -> Self {
        self.with(Piece::Path(name, value.to_owned()))
    }

    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.option(name, value),
            None => self,
        }
    }

    pub(super) fn each(self, name: &'static str, values: &[impl Display]) -> Self {
        values.iter().fold(self, |line, value| line.option(name, value))
    }

    fn with(mut self, piece: Piece) -> Self {
        self.0.push(piece);
        self
    }

    /// Refuses what no argument can hold, and what a shell would take away from one that we have to spell out.
    pub(super) fn checked(mut self) -> Result<Self, String> {
        // Behind two dashes nothing is an option, so what looks like one comes last.
        self.0.sort_by_key(Piece::looks_like_an_option);
        for piece in &self.0 {
            if let Some((name, value)) = piece.value() {
                if value.contains('\0') {
                    return Err(format!("what belongs to {name} holds a zero byte"));
                }
                if value.ends_with('\n') {
                    return Err(format!("what belongs to {name} ends with a line feed"));
                }
            }
        }
        Ok(self)
    }

    /// Lines of at most `columns`, as far as that is possible. Together they are the command: a backslash at the end of
    /// a line says that it goes on.
    pub(crate) fn lines(&self, columns: usize) -> Vec<String> {
        // Room for the blank and the backslash.
        let room = columns.saturating_sub(2).max(20);
        let mut lines: Vec<String> = vec![];
        for piece in &self.0 {
            let text = piece.text();
            let fits = |line: &String| width(line) + 1 + width(&text) <= room;
            match lines.last_mut() {
                Some(line) if fits(line) => {
                    line.push(' ');
                    line.push_str(&text);
                }
                last => {
                    if let Some(line) = last {
                        line.push_str(" \\");
                    }
                    lines.extend(piece.broken(room));
                }
            }
        }
        lines
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pieces: Vec<String> = self.0.iter().map(Piece::text).collect();
        f.write_str(&pieces.join(" "))
    }
}

impl Piece {
    fn value(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Plain(_) => None,
            Self::Option(name, value) => Some((*name, value)),
            Self::Path(name, value) => Some((if name.is_empty() { "FILE" } else { *name }, value)),
            Self::Name(value) => Some(("NAME", value)),
        }
    }

    fn looks_like_an_option(&self) -> bool {
        matches!(self, Self::Name(value) | Self::Path("", value) if value.starts_with('-'))
    }

    fn text(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Option(name, value) => format!("{}{}", lead(name, value), quoted(value)),
            Self::Name(value) | Self::Path("", value) if self.looks_like_an_option() => format!("-- {}", quoted(value)),
            Self::Name(value) => quoted(value),
            Self::Path(name, value) => match value.strip_prefix("~/") {
                Some(rest) if !rest.is_empty() => format!("{}~/{}", lead(name, value), quoted(rest)),
                _ => format!("{}{}", lead(name, value), quoted(value)),
            },
        }
    }

    /// The same, on as many lines as it takes. Quoted parts that touch are one argument.
    fn broken(&self, room: usize) -> Vec<String> {
        let text = self.text();
        let (Self::Option(name, value), true) = (self, width(&text) > room) else { return vec![text] };
        let mut lines = vec![lead(name, value)];
        let mut part = String::new();
        for c in value.chars() {
            let longer = format!("{part}{c}");
            let used = lines.last().map_or(0, |line| width(line)) + width(&quoted(&longer));
            // A part that ended with a line feed would lose it.
            if used > room && !part.is_empty() && !part.ends_with('\n') {
                end(&mut lines, &part);
                part = c.to_string();
            } else {
                part = longer;
            }
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&quoted(&part));
        }
        lines
    }
}

/// Ends a line inside an argument.
fn end(lines: &mut Vec<String>, part: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(&quoted(part));
        line.push('\\');
    }
    lines.push(String::new());
}

/// The name of an option and what joins it to its value: a value like `-x` alone would be taken for an option.
fn lead(name: &str, value: &str) -> String {
    match name {
        "" => String::new(),
        // What comes behind it is no option, whatever it looks like.
        ">" => "> ".to_owned(),
        _ => format!("{name}{}", if value.starts_with('-') { '=' } else { ' ' }),
    }
}

/// One argument as a POSIX shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if clean(text) == text {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    // What cannot be shown is spelled out, byte by byte.
    let mut format = String::new();
    for c in text.chars() {
        match c {
            '\\' => format.push_str("\\\\"),
            '%' => format.push_str("%%"),
            '\'' => format.push_str("'\\''"),
            // A dash in front would be an option, and an exclamation mark is not safe in there everywhere.
            ' '..='~' if c != '!' && !(c == '-' && format.is_empty()) => format.push(c),
            _ => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string does not fail.
                    let _ = write!(format, "\\{byte:03o}");
                }
            }
        }
    }
    format!("\"$(printf '{format}')\"")
}

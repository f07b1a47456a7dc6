//! Text that came from outside, made safe to look at: on the screen, on the command line, in a spreadsheet.
//!
//! What is made visible: controls (they drive the terminal), line and paragraph separators, what reverses the reading
//! direction, and whatever takes no room on the screen and so can make two different names look alike.
//!
//! It is for reading, not for reading back: a backslash stays as it is, so text that spells out `\u{202e}` looks like
//! text that contains the character. Paths and patterns are full of backslashes and should stay legible; who needs the
//! exact bytes asks for JSON.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

#[cfg(test)]
mod tests;

/// One line of text with nothing hidden in it. Borrowed when there was nothing to show.
///
/// Emoji sequences stay whole. Joiners elsewhere do not, although Persian and some Indic scripts use them rightly:
/// they stay legible with the escape, and a name that differs by an invisible character does not.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// As [`printable`], for text of several lines: line feeds stay.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    escaped(text, |c| c == '\n').into_owned()
}

/// At most `max` columns of the terminal, the last of them `…` when something was left out.
///
/// Apply [`printable`] first: a control character has no width that one could rely on.
#[must_use]
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    if text.width() <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    // A search by halves, because each try looks at a whole prefix: a text may hold any number of characters
    // without width. The longest prefix that fits also keeps accents and joined emoji with what they belong to.
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let fitting = ends.partition_point(|&end| prefix(text, end).width() <= room);
    let end = fitting.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
    Cow::Owned(format!("{}…", prefix(text, end).trim_end_matches(JOINER)))
}

/// A cell that no spreadsheet takes for a formula: OWASP's `'` in front. Plain numbers stay numbers.
#[must_use]
pub fn csv_safe(text: &str) -> Cow<'_, str> {
    // The wide forms are formulas too where a Japanese or Chinese locale is set.
    let starts = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(starts) && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut before = Before::Other;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|&(_, next)| next);
        let shown = !is_hidden(c) || keep(c) || before.allows(c, after);
        before = if shown { before.then(c) } else { Before::Other };
        match (&mut out, shown) {
            (Some(out), true) => out.push(c),
            (None, true) => {}
            (out, false) => escape(out.get_or_insert_with(|| prefix(text, at).to_owned()), c),
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a string does not fail.
        _ => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
    }
}

const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// What the last character that was shown lets an invisible one after it mean.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Emoji,
    /// An emoji and its variation selector.
    Selected,
    /// `0` to `9`, `#`, `*`: with a selector and U+20E3 they become key caps.
    Key,
    Other,
}

impl Before {
    fn allows(self, c: char, after: Option<char>) -> bool {
        match c {
            '\u{fe0e}' | '\u{fe0f}' => self == Self::Emoji || (self == Self::Key && after == Some(KEYCAP)),
            JOINER => matches!(self, Self::Emoji | Self::Selected) && after.is_some_and(is_emoji),
            _ => false,
        }
    }

    fn then(self, c: char) -> Self {
        match c {
            '\u{fe0e}' | '\u{fe0f}' if self == Self::Emoji => Self::Selected,
            '0'..='9' | '#' | '*' => Self::Key,
            c if is_emoji(c) => Self::Emoji,
            _ => Self::Other,
        }
    }
}

/// The blocks in which emoji stand; wider than the emoji themselves, which does no harm: all of them are visible.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Controls, separators, format characters (general category Cf) and whatever else Unicode calls ignorable by default.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'                        // soft hyphen
            | '\u{34f}'                     // combining grapheme joiner
            | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{61c}'                     // Arabic letter mark
            | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'       // Mongolian selectors
            | '\u{200b}'..='\u{200f}'       // zero width, and marks of direction
            | '\u{2028}'..='\u{202e}'       // separators, embeddings and overrides
            | '\u{2060}'..='\u{206f}'       // word joiner, isolates, deprecated ones
            | '\u{fe00}'..='\u{fe0f}'       // variation selectors
            | '\u{feff}'                    // byte order mark
            | '\u{fff0}'..='\u{fffb}'       // interlinear annotation
            | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}'     // hieroglyph joiners
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}') // tags, and the other variation selectors
}

/// A sign, digits, and perhaps a fraction: `-5`, `+3.25`.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(number),
    }
}

fn prefix(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or_default()
}

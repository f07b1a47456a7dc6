//! The characters of a query: where the parser stands, what comes next, and words as they are typed.

use super::{DEEPEST, MOST_TERMS, Parsed, Parser, Typed};
use crate::audit::search::QueryMistake;
use std::ops::Range;

impl Parser<'_> {
    /// A phrase in quotes, or a word up to what ends it. A backslash takes away what a character means.
    pub(super) fn typed(&mut self, ends: impl Fn(char) -> bool) -> Parsed<Typed> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(self.here("it has too many terms", format!("at most {MOST_TERMS}")));
        }
        if self.peek() == Some('"') { self.quoted() } else { self.plain(ends) }
    }

    fn quoted(&mut self) -> Parsed<Typed> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => break,
                Some('\\') => text.extend(self.next()),
                Some(c) => text.push(c),
                None => {
                    return Err(self.wrong(start..start + 1, "this quote is never closed", "a `\"` at its end"));
                }
            }
        }
        if self.peek() == Some('~') {
            return Err(self.here("a phrase is exact", "the phrase without `~`"));
        }
        let begins = self.takes_next('*');
        Ok(Typed { text, quoted: true, begins, edits: None, at: start..self.at })
    }

    fn plain(&mut self, ends: impl Fn(char) -> bool) -> Parsed<Typed> {
        let start = self.at;
        let (mut text, mut begins, mut edits) = (String::new(), false, None);
        while let Some(c) = self.peek().filter(|c| !ends(*c)) {
            let at = self.at;
            self.at += c.len_utf8();
            match c {
                '\\' => match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => return Err(self.wrong(at..at + 1, "nothing follows it", "a character after the `\\`")),
                },
                '*' if self.peek().is_none_or(&ends) => begins = true,
                '*' => {
                    return Err(self.wrong(
                        at..at + 1,
                        "`*` stands only at the end of a word",
                        "`\\*` for the character",
                    ));
                }
                '~' => edits = Some(self.edits(at, &ends)?),
                '^' => {
                    return Err(self.wrong(at..at + 1, "there are no weights", "no `^`; or `\\^` for the character"));
                }
                c => text.push(c),
            }
        }
        if text.is_empty() && !begins {
            return Err(self.here("this cannot stand here", super::TERM));
        }
        Ok(Typed { text, quoted: false, begins, edits, at: start..self.at })
    }

    /// What follows `~`: nothing, 1 or 2, and then the end of the word.
    fn edits(&mut self, at: usize, ends: &impl Fn(char) -> bool) -> Parsed<u8> {
        let edits = match self.peek() {
            Some('1') => 1,
            Some('2') => 2,
            Some(c) if !ends(c) => 0,
            _ => return Ok(1),
        };
        self.at += self.peek().map_or(0, char::len_utf8);
        if edits == 0 || self.peek().is_some_and(|c| !ends(c)) {
            return Err(self.wrong(at..self.at, "a word differs by one letter or two", "`~1` or `~2` at its end"));
        }
        Ok(edits)
    }

    pub(super) fn deeper(&mut self, at: usize) -> Parsed<()> {
        self.depth += 1;
        if self.depth <= DEEPEST {
            return Ok(());
        }
        Err(self.wrong(at..at + 1, "it is nested too deeply", format!("at most {DEEPEST} levels")))
    }

    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest().is_empty()
    }

    pub(super) fn is_at(&mut self, sign: &str) -> bool {
        self.skip_space();
        self.rest().starts_with(sign)
    }

    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let taken = self.is_at(sign);
        self.at += if taken { sign.len() } else { 0 };
        taken
    }

    /// Without looking past a space.
    fn takes_next(&mut self, sign: char) -> bool {
        let taken = self.peek() == Some(sign);
        self.at += if taken { sign.len_utf8() } else { 0 };
        taken
    }

    /// An operator is a word of its own, in capitals.
    pub(super) fn is_at_keyword(&mut self, word: &str) -> bool {
        self.skip_space();
        let after = self.rest().strip_prefix(word);
        after.is_some_and(|after| after.chars().next().is_none_or(|c| c.is_whitespace() || "()\"[{".contains(c)))
    }

    pub(super) fn takes_keyword(&mut self, word: &str) -> bool {
        let taken = self.is_at_keyword(word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    /// A mistake in the word at which the parser stands.
    pub(super) fn here(&self, wrong: &str, expected: impl Into<String>) -> QueryMistake {
        let rest = self.rest();
        let first = rest.chars().next();
        let length = match first {
            Some(c) if c.is_alphanumeric() => rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()),
            first => first.map_or(0, char::len_utf8),
        };
        self.wrong(self.at..self.at + length, wrong, expected)
    }

    pub(super) fn wrong(&self, at: Range<usize>, wrong: &str, expected: impl Into<String>) -> QueryMistake {
        QueryMistake { query: self.text.to_owned(), at, wrong: wrong.to_owned(), expected: expected.into() }
    }
}

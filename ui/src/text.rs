//! Text on its way to the screen: cleaned, cut, wrapped.

use licentia_core::text::{printable, shorten};
use ratatui::style::Style;
use ratatui::text::Span;

/// One line of text from outside with nothing hidden in it.
pub(crate) fn clean(text: &str) -> String {
    printable(text).into_owned()
}

/// The same, in at most `width` columns.
pub(crate) fn fit(text: &str, width: usize) -> String {
    shorten(&printable(text), width).into_owned()
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// Breaks clean text into lines of at most `width` columns: at spaces, and inside what has none.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![];
    for paragraph in text.split('\n') {
        let mut line = Row { width: width.max(1), ..Row::default() };
        for word in paragraph.split_inclusive(' ') {
            line.word(word, &mut lines);
        }
        lines.push(line.text);
    }
    lines
}

/// A line that is being filled.
#[derive(Default)]
struct Row {
    text: String,
    used: usize,
    width: usize,
}

impl Row {
    fn word(&mut self, word: &str, full: &mut Vec<String>) {
        let needed = width(word.trim_end());
        if self.used + needed > self.width && self.used > 0 && needed <= self.width {
            self.end(full);
        }
        for grapheme in Span::raw(word).styled_graphemes(Style::default()) {
            let needed = width(grapheme.symbol);
            if self.used + needed > self.width {
                if grapheme.symbol == " " {
                    continue;
                }
                if self.used > 0 {
                    self.end(full);
                }
            }
            self.text.push_str(grapheme.symbol);
            self.used += needed;
        }
    }

    fn end(&mut self, full: &mut Vec<String>) {
        full.push(std::mem::take(&mut self.text));
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 3), ["a", "", "b"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本語", 0), ["日", "本", "語"]);
    }
}

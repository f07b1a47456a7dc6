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

/// The end of a clean text, in at most `width` columns: of a path, that is what tells it from others.
pub(crate) fn fit_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let first = starts.partition_point(|&at| width(text.get(at..).unwrap_or_default()) > room);
    let end = starts.get(first).and_then(|&at| text.get(at..)).unwrap_or_default();
    format!("…{end}")
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
    fn the_end_of_a_path_stays() {
        assert_eq!(fit_end("/home/mathieu/review.db", 12), "…u/review.db");
        assert_eq!(fit_end("/a/b", 4), "/a/b");
        assert_eq!(fit_end("日本語", 4), "…語");
        assert_eq!(fit_end("abc", 0), "");
    }

    #[test]
    fn wraps_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 3), ["a", "", "b"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本語", 0), ["日", "本", "語"]);
    }
}

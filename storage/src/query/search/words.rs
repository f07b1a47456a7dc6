//! The words of a text and of an entry. There is one way to find them, for the index and for what it has not reached:
//! SQLite's own would have to be repeated here letter by letter, and would still be of another year's Unicode.

use crate::AuditRecord;
use serde_json::Value;
use std::collections::BTreeSet;

/// Letters and digits in a row, in lower case. All else stands between words.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// The texts of an entry that are searched, each with its words in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(Vec<Vec<String>>);

impl Texts {
    pub(crate) fn of(entry: &AuditRecord) -> Self {
        let mut texts = Self::default();
        texts.take(&entry.kind);
        texts.take(&entry.actor);
        texts.take(entry.target_kind.as_deref().unwrap_or_default());
        texts.take(entry.target_id.as_deref().unwrap_or_default());
        if entry.payload.is_some() {
            texts.take_values(&entry.payload_value());
        }
        texts
    }

    fn take(&mut self, text: &str) {
        let found: Vec<String> = words(text).collect();
        if !found.is_empty() {
            self.0.push(found);
        }
    }

    /// Values, not the names of members: else `reason` would find every revocation.
    fn take_values(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => self.take(&value.to_string()),
            Value::String(text) => self.take(text),
            Value::Array(items) => items.iter().for_each(|item| self.take_values(item)),
            Value::Object(members) => members.values().for_each(|member| self.take_values(member)),
        }
    }

    /// Every word once.
    pub(crate) fn distinct(&self) -> BTreeSet<&str> {
        self.0.iter().flatten().map(String::as_str).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// A word that somebody may misspell: letters only. What has digits in it (ids, dates) is copied, not spelt.
pub(crate) fn is_spelt(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

/// Whether a word is `wanted` up to so many letters put in, left out, replaced or swapped with the next.
/// The first letter has to be right, so that not every word has to be looked at.
pub(crate) fn is_like(word: &str, wanted: &str, edits: u8) -> bool {
    word.chars().next() == wanted.chars().next()
        && is_spelt(word)
        && word.len().abs_diff(wanted.len()) <= 8
        && distance(word, wanted) <= usize::from(edits)
}

/// How many letters lie between two words (optimal string alignment).
#[expect(clippy::indexing_slicing, reason = "both lengths are known, and the loops run inside them")]
#[must_use]
pub fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let width = other.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for i in 1..=one.len() {
        let mut line = vec![i; width];
        for j in 1..width {
            let replaced = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            line[j] = replaced.min(last[j] + 1).min(line[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                line[j] = line[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, line);
    }
    last[width - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        let found = |text| words(text).collect::<Vec<_>>().join("|");
        assert_eq!(found("mathieu@build7"), "mathieu|build7");
        assert_eq!(found(" Жанна--ÉTÉ_2026\u{0}x "), "жанна|été|2026|x");
        assert_eq!(found("*** \"'"), "");
        assert_eq!(found("日本語 v1.2"), "日本語|v1|2");
    }

    #[test]
    fn a_slip_of_the_finger_is_forgiven_and_another_word_is_not() {
        for (word, edits) in [("refund", 1), ("refnd", 1), ("refunds", 1), ("refumd", 1), ("refudn", 1), ("rfnd", 2)] {
            assert!(is_like(word, "refund", edits), "{word}");
        }
        for (word, edits) in [("rfnd", 1), ("sefund", 1), ("refund1", 1), ("re", 2), ("", 2), ("refunded", 1)] {
            assert!(!is_like(word, "refund", edits), "{word}");
        }
        assert!(is_like("жана", "жанна", 1));
    }
}

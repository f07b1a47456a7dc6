//! Whether a README shows what its walkthrough prints.
//!
//! Ids and hashes are compared by their order of appearance, so that one more random byte drawn somewhere changes no
//! README, and a line that names another license does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Compares the two fenced blocks of a README with what was printed; with `INSTA_UPDATE=always` writes them.
pub(crate) fn shows(folder: &str, machine: &str, people: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (people_shown, machine_shown) = (block(&text, "```text stderr\n"), block(&text, "```jsonl stdout\n"));
    if numbered(people_shown) == numbered(people) && numbered(machine_shown) == numbered(machine) {
        return;
    }
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        let new = replaced(&replaced(&text, "```text stderr\n", people), "```jsonl stdout\n", machine);
        std::fs::write(&path, new).unwrap();
        return;
    }
    panic!(
        "{} does not show what the walkthrough prints; look at the difference, then run with INSTA_UPDATE=always\n\
         --- standard error\n{people}\n--- standard output\n{machine}",
        path.display()
    );
}

fn block<'a>(text: &'a str, fence: &str) -> &'a str {
    let (_, rest) = text.split_once(fence).unwrap_or_else(|| panic!("no block {fence:?}"));
    rest.split_once("```").unwrap().0
}

fn replaced(text: &str, fence: &str, new: &str) -> String {
    let (head, rest) = text.split_once(fence).unwrap();
    let (_, tail) = rest.split_once("```").unwrap();
    format!("{head}{fence}{new}```{tail}")
}

/// The text with every id and hash replaced by the how-manieth it is.
fn numbered(text: &str) -> String {
    let mut seen = BTreeMap::new();
    let mut out = String::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for word in text.split_inclusive(|c| !is_part(c)) {
        let (word, end) = word.split_at(word.trim_end_matches(|c| !is_part(c)).len());
        if is_id(word) {
            let next = seen.len() + 1;
            let _ = write!(out, "<{}>", seen.entry(word.to_owned()).or_insert(next));
        } else {
            out.push_str(word);
        }
        out.push_str(end);
    }
    out
}

/// A UUID, a hash or a thumbprint.
fn is_id(word: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match word.len() {
        36 | 64 => hex(word),
        43 => word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_uppercase()),
        _ => false,
    }
}

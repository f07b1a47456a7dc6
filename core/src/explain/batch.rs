//! Words for files of licenses to be issued.

use super::{Explanation, printable, sentence};
use crate::BatchError;

/// More bad rows than this are counted, not named.
const NAMED: usize = 100;

pub(super) fn explain(error: &BatchError) -> Explanation {
    let says = Explanation::saying(error.to_string());
    match error {
        BatchError::Name(_) => says
            .because("Its name ends neither in .csv nor in .jsonl.")
            .then("Give CSV with a header and rows, or JSON lines, under a name that says which."),
        BatchError::Unusable { path: _, why } => {
            says.because(why).then("Save it as a text file in UTF-8, and give it again.")
        }
        BatchError::NoRows(_) => {
            says.because("There is nothing in it to issue.").then("Give CSV with a header and rows, or JSON lines.")
        }
        BatchError::TooManyRows(_) => says
            .because("All rows of a file are issued at once, and so many do not fit into memory.")
            .then("Split it into several."),
        BatchError::Csv(why) => says.because(sentence(why)).then("Correct it, and give the whole file again."),
        BatchError::Columns(why) => says
            .because(sentence(&format!("line 1: {why}")))
            .then("The columns are the option names of `license issue`; subject and a term are needed."),
        BatchError::Rows { rows: _, wrong } => Explanation {
            // One below the other: each is cleaned by itself.
            cause: Some(rows(wrong)),
            ..says.then("Correct these rows and give the whole file again; --dry-run checks it without issuing.")
        },
    }
}

fn rows(wrong: &[(u64, String)]) -> String {
    let mut lines: Vec<String> =
        wrong.iter().take(NAMED).map(|(line, why)| format!("line {line}: {}", printable(why))).collect();
    if wrong.len() > NAMED {
        lines.push(format!("and {} more", wrong.len() - NAMED));
    }
    lines.join("\n")
}

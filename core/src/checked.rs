//! Rules for text that people hand in, one for all nouns.

use crate::{Error, Result};

/// The longest name of anything.
const LONGEST_NAME: usize = 100;

/// A name: something to read, one line, not too long.
pub(crate) fn name(what: &'static str, text: &str) -> Result<String> {
    line(what, text, LONGEST_NAME)
}

/// One line of text that says something and can be shown.
pub(crate) fn line(what: &'static str, text: &str, longest: usize) -> Result<String> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(Error::invalid(what, "it is empty"));
    }
    if length > longest {
        return Err(Error::invalid(what, format!("it has {length} characters, and {longest} are allowed")));
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(Error::invalid(what, format!("it holds the control character U+{:04X}", u32::from(control))));
    }
    Ok(text.to_owned())
}

/// Text of several lines, such as a note.
pub(crate) fn note(what: &'static str, text: Option<String>) -> Result<Option<String>> {
    const LONGEST: usize = 4_000;
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let length = text.chars().count();
    if length > LONGEST {
        return Err(Error::invalid(what, format!("it has {length} characters, and {LONGEST} are allowed")));
    }
    if text.contains('\0') {
        return Err(Error::invalid(what, "it holds the control character U+0000"));
    }
    Ok(Some(text))
}

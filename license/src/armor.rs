//! The text around a token: what a `.lic` file looks like.

/// The longest text that is looked at: a license is far shorter, and this bounds the work.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

const BEGIN: &str = "-----BEGIN LICENSE-----";
const END: &str = "-----END LICENSE-----";
const BOM: char = '\u{feff}';

/// Puts a token into the armour of a `.lic` file.
///
/// ```
/// let file = licentia_license::armor::wrap("a.b.c");
/// assert_eq!(file, "-----BEGIN LICENSE-----\na.b.c\n-----END LICENSE-----\n");
/// ```
#[must_use]
pub fn wrap(token: &str) -> String {
    format!("{BEGIN}\n{}\n{END}\n", token.trim())
}

/// Takes the token out of its armour; a bare token is accepted as it is.
///
/// A byte order mark, CRLF and white space around the lines are tolerated, because mail programs and
/// editors add them. Anything else is refused: there is one license in a text, and nothing beside it.
///
/// # Errors
///
/// See [`ArmorError`].
///
/// ```
/// use licentia_license::armor::unwrap;
///
/// let file = "-----BEGIN LICENSE-----\r\na.b.c\r\n-----END LICENSE-----\r\n";
/// assert_eq!(unwrap(file).ok(), Some("a.b.c"));
/// assert_eq!(unwrap(" a.b.c\n").ok(), Some("a.b.c"));
/// ```
pub fn unwrap(text: &str) -> Result<&str, ArmorError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(ArmorError::TooLarge);
    }
    let text = text.strip_prefix(BOM).unwrap_or(text).trim();
    if text.is_empty() {
        return Err(ArmorError::Empty);
    }
    let token = match text.matches(BEGIN).count() {
        0 if text.contains(END) => return Err(ArmorError::Incomplete),
        0 => text,
        1 => inside(text)?,
        _ => return Err(ArmorError::SeveralBlocks),
    };
    if token.is_empty() {
        return Err(ArmorError::Empty);
    }
    if token.contains(char::is_whitespace) {
        return Err(ArmorError::NotOneLine);
    }
    Ok(token)
}

/// What stands between the markers of a text that has exactly one `BEGIN`.
fn inside(text: &str) -> Result<&str, ArmorError> {
    let body = text.strip_prefix(BEGIN).ok_or(ArmorError::Surrounded)?;
    let (token, rest) = body.split_once(END).ok_or(ArmorError::Incomplete)?;
    if !rest.is_empty() {
        return Err(ArmorError::Surrounded);
    }
    // The markers are lines of their own, whatever ends the lines.
    if !token.starts_with(['\r', '\n', ' ', '\t']) || !token.ends_with(['\r', '\n']) {
        return Err(ArmorError::NotOneLine);
    }
    Ok(token.trim())
}

/// Why a text is not an armoured license.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmorError {
    /// More than [`MAX_TEXT_BYTES`].
    #[error("the text is larger than 1 MiB")]
    TooLarge,
    /// No token in it.
    #[error("there is no token in the text")]
    Empty,
    /// One of the two marker lines is missing.
    #[error("the line that begins or ends the license is missing")]
    Incomplete,
    /// More than one license in one text.
    #[error("there is more than one license in the text")]
    SeveralBlocks,
    /// Something other than white space before or after the armour.
    #[error("there is other text before or after the license")]
    Surrounded,
    /// The token is broken over lines, or not on a line of its own.
    #[error("the token is not on one line of its own")]
    NotOneLine,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_mail_programs_do_is_tolerated() {
        let plain = wrap("a.b.c");
        let dos = plain.replace('\n', "\r\n");
        for text in [
            plain.clone(),
            dos.clone(),
            format!("\u{feff}{dos}"),
            format!("\n\n  {plain}\n\n"),
            plain.trim_end().to_owned(),
            plain.replace("a.b.c", "  a.b.c  "),
            "a.b.c".to_owned(),
            "\u{feff}a.b.c\r\n".to_owned(),
        ] {
            assert_eq!(unwrap(&text), Ok("a.b.c"), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let plain = wrap("a.b.c");
        let cases = [
            (String::new(), ArmorError::Empty),
            (" \r\n".to_owned(), ArmorError::Empty),
            (wrap(""), ArmorError::Empty),
            (format!("{BEGIN}\n{END}"), ArmorError::Empty),
            (format!("{BEGIN}{END}"), ArmorError::NotOneLine),
            (format!("{plain}{plain}"), ArmorError::SeveralBlocks),
            (format!("Dear Alice,\n{plain}"), ArmorError::Surrounded),
            (format!("{plain}Kind regards"), ArmorError::Surrounded),
            (format!("{plain}{END}"), ArmorError::Surrounded),
            (format!("{BEGIN}\na.b.c"), ArmorError::Incomplete),
            (format!("a.b.c\n{END}"), ArmorError::Incomplete),
            (format!("{END}\na.b.c\n{BEGIN}"), ArmorError::Surrounded),
            (format!("{BEGIN}\na.b\n.c\n{END}"), ArmorError::NotOneLine),
            (format!("{BEGIN}a.b.c\n{END}"), ArmorError::NotOneLine),
            (format!("{BEGIN}\na.b.c{END}"), ArmorError::NotOneLine),
            ("a.b. c".to_owned(), ArmorError::NotOneLine),
            ("a".repeat(MAX_TEXT_BYTES + 1), ArmorError::TooLarge),
        ];
        for (text, reason) in cases {
            assert_eq!(unwrap(&text), Err(reason), "{:?}", text.get(..80));
        }
    }
}

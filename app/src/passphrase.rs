//! Where a passphrase comes from: a file, the environment, or a question on the terminal; never an argument.

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::file;
use licentia_core::secret::Passphrase;
use std::borrow::Cow;
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// What is asked on the terminal.
pub(crate) struct Question {
    text: Cow<'static, str>,
    /// A new passphrase is asked for twice: nobody sees what they type.
    again: Option<&'static str>,
}

impl Question {
    pub(crate) fn existing(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), again: None }
    }

    pub(crate) const fn new(text: &'static str, again: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), again: Some(again) }
    }
}

/// The vault's passphrase from any source.
pub(crate) fn find(context: &Context, question: &Question) -> Result<Passphrase> {
    match given(context)? {
        Some(passphrase) => Ok(passphrase),
        None => ask(context, question, "--passphrase-file FILE"),
    }
}

/// The vault's passphrase, where it came by option or environment.
pub(crate) fn given(context: &Context) -> Result<Option<Passphrase>> {
    if let Some(path) = context.path(context.global.passphrase_file.as_ref(), "LICENTIA_PASSPHRASE_FILE") {
        return from_file(context, &path).map(Some);
    }
    let Some(text) = context.variable("LICENTIA_PASSPHRASE") else {
        return Ok(None);
    };
    let text = text
        .into_string()
        .map_err(|_| Failure::new("LICENTIA_PASSPHRASE cannot be used").because("It is not UTF-8."))?;
    first_line(&Zeroizing::new(text)).map(Some)
}

/// A passphrase for something else than the vault, from the file that an option named or from the terminal.
pub(crate) fn other(context: &Context, path: Option<&Path>, question: &Question, option: &str) -> Result<Passphrase> {
    match path {
        Some(path) => from_file(context, path),
        None => ask(context, question, option),
    }
}

fn from_file(context: &Context, path: &Path) -> Result<Passphrase> {
    if file::is_readable_by_others(path) {
        context.output.note(&format!(
            "warning: others on this machine can read the passphrase in {0}; `chmod 600 {0}` keeps it from them",
            path.display()
        ));
    }
    let bytes = Zeroizing::new(file::read_path(path)?);
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::new(format!("{} cannot be used", path.display())).because("It is not UTF-8."))?;
    first_line(text)
}

fn ask(context: &Context, question: &Question, option: &str) -> Result<Passphrase> {
    let missing = || {
        Failure::new("a passphrase is needed").because("None was given, and there is no terminal to ask on.").hint(
            match option {
                "--passphrase-file FILE" => {
                    "Give --passphrase-file FILE, or set LICENTIA_PASSPHRASE_FILE or LICENTIA_PASSPHRASE.".to_owned()
                }
                option => format!("Give {option}."),
            },
        )
    };
    let answer = |text: &str| -> Result<Zeroizing<String>> {
        let answer = context.ask(text).ok_or_else(missing)?;
        let failed = |error: io::Error| Failure::new("the passphrase could not be asked for").because(error);
        answer.map(Zeroizing::new).map_err(failed)
    };
    let text = answer(&question.text)?;
    if let Some(again) = question.again
        && *answer(again)? != *text
    {
        return Err(Failure::new("the two passphrases differ").hint("Try again; nothing was changed."));
    }
    first_line(&text)
}

/// The first line without its end; nothing else is trimmed.
fn first_line(text: &str) -> Result<Passphrase> {
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    Passphrase::new(line.to_owned()).map_err(|error| Failure::from(licentia_core::Error::from(error)))
}

#[cfg(test)]
mod tests;

//! The one place where a failure gets its message, cause, hint and exit status.

use licentia_core::{Error, Explanation};
use std::fmt::Display;
use std::io;
use std::path::Path;

/// What every command answers with.
pub(crate) type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Refused or failed.
    Refused(Explanation),
    /// The command line itself makes no sense.
    Usage(Explanation),
    /// A verification said no, an earlier one that stands in the way by policy or a witness's.
    Stopped(Explanation),
    /// A verification said no, and its report is printed already.
    No,
    /// Something is not in order, and its report is printed already.
    NotInOrder,
    /// Nobody reads the output any more.
    Closed,
}

/// The exit statuses that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Done,
    Refused,
    Usage,
    No,
}

impl Status {
    /// The number that the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::No => 3,
        }
    }
}

impl Failure {
    /// Refused or failed: says what.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Refused(explanation(message, "What was given cannot be used.", "Correct it, and run the command again."))
    }

    /// Wrong usage: says what.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(explanation(
            message,
            "The command line is not whole, or does not fit together.",
            "`licentia --help` lists the commands, and `licentia COMMAND --help` says how one is written.",
        ))
    }

    /// A file or directory could not be used; `action` is what was tried, such as "read".
    pub(crate) fn io(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {action} {}", path.display()))
            .because(error)
            .hint("Check the path, and whether this user may use it.")
    }

    /// Says why.
    #[must_use]
    pub(crate) fn because(mut self, cause: impl Display) -> Self {
        if let Self::Refused(explanation) | Self::Usage(explanation) = &mut self {
            explanation.cause = Some(cause.to_string());
        }
        self
    }

    /// Says what to do next.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Refused(explanation) | Self::Usage(explanation) = &mut self {
            explanation.hint = Some(hint.into());
        }
        self
    }

    /// What the process ends with.
    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Closed => Status::Done,
            Self::Refused(_) | Self::NotInOrder => Status::Refused,
            Self::Usage(_) => Status::Usage,
            Self::No | Self::Stopped(_) => Status::No,
        }
    }

    /// The words for people, where they were not said already.
    pub(crate) const fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Refused(explanation) | Self::Stopped(explanation) | Self::Usage(explanation) => Some(explanation),
            Self::No | Self::NotInOrder | Self::Closed => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let explanation = Explanation::from(&error);
        match error {
            // A query is a part of the command line.
            Error::Query(_) => Self::Usage(explanation),
            Error::NotVerified(_) => Self::Stopped(explanation),
            _ => Self::Refused(explanation),
        }
    }
}

/// What failed and why, in one line.
pub(crate) fn in_one_line(why: &Explanation) -> String {
    match &why.cause {
        Some(cause) => format!("{}. {cause}", why.message),
        None => why.message.clone(),
    }
}

/// An error has three parts, also where nobody thought of the other two.
fn explanation(message: impl Into<String>, cause: &str, hint: &str) -> Explanation {
    Explanation { message: message.into(), cause: Some(cause.to_owned()), hint: Some(hint.to_owned()) }
}

//! The one place where an error becomes words for people: message, cause, hint.

/// An error as people read it, on the screen and on the command line alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What failed.
    pub message: String,
    /// Why.
    pub cause: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl From<&crate::Error> for Explanation {
    fn from(_error: &crate::Error) -> Self {
        todo!()
    }
}

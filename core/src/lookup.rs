//! Finding one thing by what a person types: a name, a unique prefix or a unique suffix of an id.

/// What is being looked for, as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    License,
    Issuer,
    Identity,
    Probe,
}

impl Noun {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::License => "license",
            Self::Issuer => "issuer",
            Self::Identity => "identity",
            Self::Probe => "probe",
        }
    }
}

//! The reason codes: a code and its place in the closed list are one line, so that neither is without the other.

/// `CODES` and `code` of an error, from one table. Behind the `;` stands a reason that has a table of its own.
macro_rules! codes {
    ($name:ident: $($reason:pat => $code:literal),+; $($other:pat => $inner:ident,)?) => {
        impl $name {
            /// Every code that is this enum's own, in the order in which a verification comes to them. The list grows;
            /// a code never changes its meaning.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// A stable word for programs; it never changes for a given reason.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    $($reason => $code,)+
                    $($other => $inner.code(),)?
                }
            }
        }
    };
}

pub(crate) use codes;

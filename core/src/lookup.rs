//! Finding one thing by what a person types: a name, a unique prefix or a unique suffix of an id.

use crate::{Error, Result};
use licentia_storage::{Fragment, IdTable, Reader};
use uuid::Uuid;

/// What is being looked for, as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    License,
    Issuer,
    Identity,
    Probe,
}

/// The one id that begins or ends with what was typed.
pub(crate) async fn find(reader: &Reader<'_>, noun: Noun, text: &str) -> Result<Uuid> {
    let unknown = || Error::Unknown { noun, text: text.to_owned() };
    let fragment = Fragment::parse(text).ok_or_else(unknown)?;
    let found = reader.ids_like(noun.table(), &fragment, CANDIDATES).await?;
    match found.as_slice() {
        [] => Err(unknown()),
        [only] => Ok(*only),
        several => Err(Error::Ambiguous {
            noun,
            text: text.to_owned(),
            candidates: several.iter().map(Uuid::to_string).collect(),
        }),
    }
}

/// How many ids an ambiguous answer names.
const CANDIDATES: u64 = 5;

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

    const fn table(self) -> IdTable {
        match self {
            Self::License => IdTable::License,
            Self::Issuer => IdTable::Issuer,
            Self::Identity => IdTable::Identity,
            Self::Probe => IdTable::ProbeToken,
        }
    }
}

//! Finding one thing by what a person types: a name, a unique prefix or a unique suffix of an id.

use crate::{Error, Licentia, Result};
use licentia_storage::{Fragment, IdTable, Reader};
use uuid::Uuid;

/// What is being looked for, as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    License,
    Issuer,
    Identity,
    Probe,
    Witness,
}

impl Licentia {
    /// The whole id of the license, issuer, identity or probe that a person means by a part of it, or by a name. A whole id is
    /// taken as it is, and so is what nothing here is called: the log also speaks of what was deleted since.
    pub async fn target(&self, text: &str) -> Result<String> {
        if let Ok(id) = Uuid::try_parse(text) {
            return Ok(id.to_string());
        }
        let found = [
            (Noun::License, self.licenses().resolve(text).await.map(|found| found.id.to_string())),
            (Noun::Issuer, self.issuers().resolve(text).await.map(|found| found.id.to_string())),
            (Noun::Identity, self.identities().resolve(text).await.map(|found| found.id.to_string())),
            (Noun::Probe, self.probes().resolve(text).await.map(|found| found.id.to_string())),
        ];
        let mut fits = Vec::new();
        for (noun, result) in found {
            let ids = match result {
                Ok(id) => vec![id],
                Err(Error::Ambiguous { candidates, .. }) => candidates,
                Err(Error::Unknown { .. } | Error::Invalid { .. }) => vec![],
                Err(error) => return Err(error),
            };
            fits.extend(ids.into_iter().map(|id| (noun, id)));
        }
        match fits.as_slice() {
            [] => Ok(text.to_owned()),
            [(_, only)] => Ok(only.clone()),
            several => Err(Error::AmbiguousTarget {
                text: text.to_owned(),
                candidates: several.iter().map(|(noun, id)| format!("{} {id}", noun.as_str())).collect(),
            }),
        }
    }
}

/// The one id that begins or ends with what was typed.
pub(crate) async fn find(reader: &Reader<'_>, noun: Noun, text: &str) -> Result<Uuid> {
    only(noun, text, &candidates(reader, noun, text).await?)
}

/// The same for what also goes by name. A whole id is never a name, and what reads as the end of an id, as tables show
/// it, must not be taken for the name of another; a shorter text is a name where there is one.
pub(crate) async fn find_named(reader: &Reader<'_>, noun: Noun, text: &str, named: Option<Uuid>) -> Result<Uuid> {
    let Some(named) = named else { return find(reader, noun, text).await };
    let digits = text.chars().filter(|c| *c != '-').count();
    if digits < SHOWN {
        return Ok(named);
    }
    let mut found = candidates(reader, noun, text).await?;
    if digits < WHOLE || found.is_empty() {
        found.retain(|id| *id != named);
        found.push(named);
    }
    only(noun, text, &found)
}

/// Digits of an id that tables show.
const SHOWN: usize = 8;

/// Digits of a whole id.
const WHOLE: usize = 32;

async fn candidates(reader: &Reader<'_>, noun: Noun, text: &str) -> Result<Vec<Uuid>> {
    match Fragment::parse(text) {
        Some(fragment) => Ok(reader.ids_like(noun.table(), &fragment, CANDIDATES).await?),
        None => Ok(Vec::new()),
    }
}

fn only(noun: Noun, text: &str, found: &[Uuid]) -> Result<Uuid> {
    match found {
        [] => Err(Error::Unknown { noun, text: text.to_owned() }),
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
            Self::Witness => "witness",
        }
    }

    const fn table(self) -> IdTable {
        match self {
            Self::License => IdTable::License,
            Self::Issuer => IdTable::Issuer,
            Self::Identity => IdTable::Identity,
            Self::Probe => IdTable::ProbeToken,
            Self::Witness => IdTable::Witness,
        }
    }
}

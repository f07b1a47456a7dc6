//! What became of a machine since its license: for the vendor, who has both fingerprints.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Component, Fingerprint};

/// How a component of two fingerprints compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Both have the same one.
    Same,
    /// It is another one now.
    Changed,
    /// It was not there before.
    New,
    /// It is not there now.
    Gone,
}

impl Change {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

impl Fingerprint {
    /// What became of each component that one of the two has and may be trusted with.
    pub fn changes(&self, now: &Self) -> BTreeMap<Component, Change> {
        let (before, now): (BTreeMap<_, _>, BTreeMap<_, _>) = (self.trusted().collect(), now.trusted().collect());
        let change = |kind: &Component| match (before.get(kind), now.get(kind)) {
            (Some(before), Some(now)) if before == now => Change::Same,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::New,
            (_, None) => Change::Gone,
        };
        before.keys().chain(now.keys()).map(|kind| (*kind, change(kind))).collect()
    }
}

//! One machine in a license, and whether another fingerprint is of that machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bytes32::{self, Written};
use super::hash::component_digest;
use super::{Component, Fingerprint};
use crate::bindings::BindingError;
use crate::strict_json::Object;

/// A machine as a license has it: a digest of each component, and how many of them have to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Form>", into = "Form")]
pub struct MachineBinding {
    require: u32,
    components: BTreeMap<Component, [u8; 32]>,
}

/// As JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    require: u32,
    components: Written,
}

impl MachineBinding {
    /// Binds the license with the id `jti` to a machine. At least `require` of its components have to agree later, and
    /// one that cannot be guessed among them. Components that are not to be trusted are left out.
    ///
    /// # Errors
    ///
    /// When there is no trusted component that cannot be guessed, or fewer trusted ones than `require`.
    pub fn of(fingerprint: &Fingerprint, jti: &str, require: u32) -> Result<Self, BindingError> {
        let digests = fingerprint.trusted().map(|(kind, stretched)| (kind, component_digest(jti, kind, stretched)));
        Self::new(require, digests.collect())
    }

    /// How many components have to agree unless somebody says otherwise: two, or the one that there is.
    pub fn default_require(fingerprint: &Fingerprint) -> u32 {
        if fingerprint.trusted().nth(1).is_some() { 2 } else { 1 }
    }

    fn new(require: u32, components: BTreeMap<Component, [u8; 32]>) -> Result<Self, BindingError> {
        if !components.keys().any(|kind| kind.is_high_entropy()) {
            return Err(BindingError::OnlyGuessable);
        }
        let there = u32::try_from(components.len()).unwrap_or(u32::MAX);
        if require == 0 || require > there {
            return Err(BindingError::Require { require, there });
        }
        Ok(Self { require, components })
    }

    /// How many components have to agree.
    pub fn require(&self) -> u32 {
        self.require
    }

    /// The components that it was bound to.
    pub fn components(&self) -> impl Iterator<Item = Component> {
        self.components.keys().copied()
    }

    /// Compares with a fingerprint that was made now. `jti` is the id of the license that this binding is in.
    pub fn compare(&self, jti: &str, now: &Fingerprint) -> MachineMatch {
        let compare = |kind: Component, expected: &[u8; 32]| match now.components().get(&kind) {
            None => ComponentMatch::Absent,
            Some(_) if now.not_trusted().contains(&kind) => ComponentMatch::NotTrusted,
            Some(found) if component_digest(jti, kind, found) == *expected => ComponentMatch::Same,
            Some(_) => ComponentMatch::Changed,
        };
        let components: BTreeMap<_, _> =
            self.components.iter().map(|(kind, digest)| (*kind, compare(*kind, digest))).collect();
        let same = || components.iter().filter(|(_, found)| **found == ComponentMatch::Same);
        let enough = u32::try_from(same().count()).is_ok_and(|count| count >= self.require);
        let matches = enough && same().any(|(kind, _)| kind.is_high_entropy());
        MachineMatch { matches, require: self.require, components }
    }
}

/// How one machine of a license compares with the machine at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MachineMatch {
    /// Whether it is that machine: enough components agree, and one that cannot be guessed among them.
    pub matches: bool,
    /// How many have to agree.
    pub require: u32,
    /// What became of each component that the license is bound to.
    pub components: BTreeMap<Component, ComponentMatch>,
}

impl MachineMatch {
    /// How many components agree.
    pub fn same(&self) -> usize {
        self.components.values().filter(|found| **found == ComponentMatch::Same).count()
    }

    /// The components that do not agree, whyever.
    pub fn differing(&self) -> impl Iterator<Item = (Component, ComponentMatch)> {
        self.components.iter().filter(|(_, found)| **found != ComponentMatch::Same).map(|(kind, found)| (*kind, *found))
    }
}

/// What became of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ComponentMatch {
    /// It is the one that the license was bound to.
    Same,
    /// It is another one.
    Changed,
    /// This machine has none, or the product may not read it.
    Absent,
    /// There is one, but it comes from the image of a container or from its runtime: it does not count.
    NotTrusted,
}

impl ComponentMatch {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Absent => "absent",
            Self::NotTrusted => "not_trusted",
        }
    }
}

impl TryFrom<Object<Form>> for MachineBinding {
    type Error = BindingError;

    fn try_from(Object(form): Object<Form>) -> Result<Self, BindingError> {
        Self::new(form.require, bytes32::read(form.components))
    }
}

impl From<MachineBinding> for Form {
    fn from(binding: MachineBinding) -> Self {
        Self { require: binding.require, components: bytes32::written(binding.components) }
    }
}

//! What a machine tells the vendor about itself: no ids, only what Argon2id made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Component;
use super::bytes32::{self, Written};
use crate::base64url;
use crate::strict_json::{self, Object};

const VERSION: u32 = 1;
const PREFIX: &str = "lmachine_";
const MOST_BYTES: usize = 16 * 1024;
const MOST_LABEL: usize = 128;
/// So that whatever can be made can be read again, in both of its forms.
const MOST_VENDOR: usize = 1_024;

/// The components of one machine, stretched for one vendor.
///
/// ```
/// use licentia_license::machine::{Component, Fingerprint};
///
/// # let made = Fingerprint::new("acme", [(Component::MachineId, [7; 32])].into(), [].into(), None)?;
/// # let pasted = made.to_text();
/// let fingerprint = Fingerprint::from_text(&pasted)?; // a line of text, or the JSON
/// assert_eq!(fingerprint.vendor(), "acme");
/// assert!(fingerprint.components().contains_key(&Component::MachineId));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Form>", into = "Form")]
pub struct Fingerprint {
    vendor: String,
    label: Option<String>,
    components: BTreeMap<Component, [u8; 32]>,
    not_trusted: BTreeSet<Component>,
}

/// As JSON has it; the members are written in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    vendor: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::strict_json::present")]
    label: Option<String>,
    components: Written,
    not_trusted: Vec<Component>,
}

/// Why something is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FingerprintError {
    /// More than 16 KiB.
    #[error("a machine fingerprint has at most {MOST_BYTES} bytes")]
    TooLarge,
    /// Neither the JSON nor the line of text.
    #[error("this is not a machine fingerprint: {0}")]
    NotReadable(String),
    /// Of a version that is not known here.
    #[error("this machine fingerprint has the version {0}, and only version {VERSION} is known here")]
    UnknownVersion(u32),
    /// For no vendor.
    #[error("the machine fingerprint names no vendor")]
    NoVendor,
    /// The vendor's id is longer than any.
    #[error("the vendor of a machine fingerprint has at most {MOST_VENDOR} characters")]
    LongVendor,
    /// Nothing in it.
    #[error("the machine fingerprint has no component")]
    NoComponent,
    /// The label is empty or long.
    #[error("the label of a machine has 1 to {MOST_LABEL} characters")]
    BadLabel,
    /// A component is said not to be trusted that is not there, or said so twice.
    #[error("`not_trusted` names {0}, which is not there or named twice")]
    NotTrusted(Component),
}

impl Fingerprint {
    /// A fingerprint of these stretched components.
    ///
    /// # Errors
    ///
    /// When there is no component, no vendor or a very long one, or `not_trusted` names one that is not there.
    pub fn new(
        vendor: impl Into<String>,
        components: BTreeMap<Component, [u8; 32]>,
        not_trusted: BTreeSet<Component>,
        label: Option<String>,
    ) -> Result<Self, FingerprintError> {
        let vendor = vendor.into();
        if vendor.is_empty() {
            return Err(FingerprintError::NoVendor);
        }
        if vendor.chars().count() > MOST_VENDOR {
            return Err(FingerprintError::LongVendor);
        }
        if components.is_empty() {
            return Err(FingerprintError::NoComponent);
        }
        if label.as_ref().is_some_and(|label| label.is_empty() || label.chars().count() > MOST_LABEL) {
            return Err(FingerprintError::BadLabel);
        }
        if let Some(kind) = not_trusted.iter().find(|kind| !components.contains_key(kind)) {
            return Err(FingerprintError::NotTrusted(*kind));
        }
        Ok(Self { vendor, label, components, not_trusted })
    }

    /// Reads the JSON or the line of text; white space around it is allowed.
    ///
    /// # Errors
    ///
    /// For anything that is not exactly a fingerprint: an unknown member may change what the others mean.
    pub fn from_text(text: &str) -> Result<Self, FingerprintError> {
        if text.len() > MOST_BYTES {
            return Err(FingerprintError::TooLarge);
        }
        let text = text.trim();
        let not_readable = |why: String| FingerprintError::NotReadable(why);
        let json = match text.strip_prefix(PREFIX) {
            None => text.as_bytes().to_vec(),
            Some(line) => base64url::decode(line)
                .ok_or_else(|| not_readable(format!("what follows `{PREFIX}` is not canonical base64url")))?,
        };
        let value = strict_json::parse(&json).map_err(|e| not_readable(e.to_string()))?;
        // Before the members, for another version may have others.
        match value.get("version").and_then(serde_json::Value::as_u64).and_then(|v| u32::try_from(v).ok()) {
            Some(VERSION) | None => {}
            Some(other) => return Err(FingerprintError::UnknownVersion(other)),
        }
        Object::<Form>::deserialize(value).map_err(|e| not_readable(e.to_string()))?.try_into()
    }

    /// The JSON, in one line.
    pub fn to_json(&self) -> String {
        // Only a map whose keys are no strings could fail, and there is none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// One line for pasting: `lmachine_` and the JSON as base64url.
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", base64url::encode(self.to_json().as_bytes()))
    }

    /// The vendor whose salt it was stretched with: `iss` of the licenses that it fits.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// What people call the machine.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The same machine under this name.
    ///
    /// # Errors
    ///
    /// When the label is empty or longer than 128 characters.
    pub fn with_label(self, label: Option<String>) -> Result<Self, FingerprintError> {
        Self::new(self.vendor, self.components, self.not_trusted, label)
    }

    /// Every component that was found, stretched.
    pub fn components(&self) -> &BTreeMap<Component, [u8; 32]> {
        &self.components
    }

    /// Components that say nothing about the machine: in a container, what comes from the image or the runtime.
    pub fn not_trusted(&self) -> &BTreeSet<Component> {
        &self.not_trusted
    }

    /// The components that a license may be bound to.
    pub fn trusted(&self) -> impl Iterator<Item = (Component, &[u8; 32])> {
        self.components.iter().filter(|(kind, _)| !self.not_trusted.contains(kind)).map(|(kind, bytes)| (*kind, bytes))
    }
}

/// Whoever has the values can pretend to be the machine, so they are not printed by accident.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprint")
            .field("vendor", &self.vendor)
            .field("label", &self.label)
            .field("components", &self.components.keys())
            .field("not_trusted", &self.not_trusted)
            .finish()
    }
}

impl TryFrom<Object<Form>> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(Object(form): Object<Form>) -> Result<Self, FingerprintError> {
        if form.version != VERSION {
            return Err(FingerprintError::UnknownVersion(form.version));
        }
        let mut not_trusted = BTreeSet::new();
        for kind in form.not_trusted {
            if !not_trusted.insert(kind) {
                return Err(FingerprintError::NotTrusted(kind));
            }
        }
        Self::new(form.vendor, bytes32::read(form.components), not_trusted, form.label)
    }
}

impl From<Fingerprint> for Form {
    fn from(fingerprint: Fingerprint) -> Self {
        Self {
            version: VERSION,
            vendor: fingerprint.vendor,
            label: fingerprint.label,
            components: bytes32::written(fingerprint.components),
            not_trusted: fingerprint.not_trusted.into_iter().collect(),
        }
    }
}

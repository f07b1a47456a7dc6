//! What a verification found, in the shape that scripts rely on.

use serde::Serialize;

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// True only when everything that was checked held.
    pub verified: bool,
    pub trust: TrustRoot,
    pub entries_checked: u64,
    pub from: u64,
    pub to: u64,
    pub issues: Vec<Issue>,
}

/// What the verification started from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrustRoot {
    pub key_source: KeySource,
    /// The fingerprint of the log as it was found.
    pub fingerprint: Option<String>,
}

/// Who vouches for the log's first key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeySource {
    /// A fingerprint that was handed in.
    Given,
    /// The pin that an earlier start left outside the home.
    Pin,
    /// Nobody but the file itself.
    File,
}

/// Something that does not hold, or could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    pub code: &'static str,
    pub severity: IssueSeverity,
    pub seq_from: Option<u64>,
    pub seq_to: Option<u64>,
    pub meaning: String,
    pub advice: String,
}

/// Whether an issue keeps the log from being verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueSeverity {
    /// Something could not be checked, and by rule need not be.
    Notice,
    /// Something does not hold.
    Critical,
}

//! What a verification found, in the shape that scripts rely on.

pub use crate::witness::Witnessed;
use serde::{Deserialize, Serialize};

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// True only when everything that was checked held.
    pub verified: bool,
    pub level: Level,
    pub trust: TrustRoot,
    pub entries_checked: u64,
    pub from: u64,
    pub to: u64,
    /// Up to here an earlier run, which was stopped, had checked the signatures.
    pub resumed_from: Option<u64>,
    pub issues: Vec<Issue>,
    /// The largest checkpoint of these entries that a known witness signed; none if there is none.
    pub witnessed_to: Option<Witnessed>,
}

/// How much a verification looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The end of the log, the schema, the pin: in a moment, whenever the log is opened.
    Start,
    /// What came since the last verification, and some of what was there before.
    Incremental,
    /// Everything.
    #[default]
    Full,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Incremental => "incremental",
            Self::Full => "full",
        }
    }
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
    /// What should be there, where that can be said.
    pub expected: Option<String>,
    /// What is there instead.
    pub found: Option<String>,
    pub meaning: String,
    pub advice: String,
}

impl Issue {
    pub(crate) fn expected(mut self, expected: &impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    pub(crate) fn found(mut self, found: &impl ToString) -> Self {
        self.found = Some(found.to_string());
        self
    }
}

/// Whether an issue keeps the log from being verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueSeverity {
    /// Something could not be checked, and by rule need not be.
    Notice,
    /// Something could not be checked, and no rule says that it need not be: nobody knows whether it holds.
    Warning,
    /// Something does not hold.
    Critical,
}

/// Everything that a verification can find: a closed list, so that scripts can rely on the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    Unreadable,
    LogMissing,
    WrongLog,
    RolledBack,
    Forked,
    PinUnusable,
    SchemaAltered,
    StructureDamaged,
    KeyTableAltered,
    EntryMalformed,
    VersionUnknown,
    EntryMissing,
    EntryInserted,
    EntryAltered,
    ChainBroken,
    KeyUnknown,
    KeyMisplaced,
    SignatureInvalid,
    TimeDisorder,
    EffectsMalformed,
    PayloadMissing,
    PayloadAltered,
    PayloadInserted,
    HeadDisagrees,
    CheckpointAltered,
    CheckpointDisagrees,
    CheckpointBeyond,
    CosignatureInvalid,
    RowAltered,
    RowMissing,
    RowUnaccounted,
    SecretsWithheld,
    SearchIndexStale,
    ReadableAltered,
    ManifestDisagrees,
    ManifestSignatureInvalid,
    ManifestUnsigned,
    ExportFoundIssues,
    TablesAbsent,
    NotWitnessed,
    MoreIssues,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 41] = [
        Self::Unreadable,
        Self::LogMissing,
        Self::WrongLog,
        Self::RolledBack,
        Self::Forked,
        Self::PinUnusable,
        Self::SchemaAltered,
        Self::StructureDamaged,
        Self::KeyTableAltered,
        Self::EntryMalformed,
        Self::VersionUnknown,
        Self::EntryMissing,
        Self::EntryInserted,
        Self::EntryAltered,
        Self::ChainBroken,
        Self::KeyUnknown,
        Self::KeyMisplaced,
        Self::SignatureInvalid,
        Self::TimeDisorder,
        Self::EffectsMalformed,
        Self::PayloadMissing,
        Self::PayloadAltered,
        Self::PayloadInserted,
        Self::HeadDisagrees,
        Self::CheckpointAltered,
        Self::CheckpointDisagrees,
        Self::CheckpointBeyond,
        Self::CosignatureInvalid,
        Self::RowAltered,
        Self::RowMissing,
        Self::RowUnaccounted,
        Self::SecretsWithheld,
        Self::SearchIndexStale,
        Self::ReadableAltered,
        Self::ManifestDisagrees,
        Self::ManifestSignatureInvalid,
        Self::ManifestUnsigned,
        Self::ExportFoundIssues,
        Self::TablesAbsent,
        Self::NotWitnessed,
        Self::MoreIssues,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::LogMissing => "log_missing",
            Self::WrongLog => "wrong_log",
            Self::RolledBack => "rolled_back",
            Self::Forked => "forked",
            Self::PinUnusable => "pin_unusable",
            Self::SchemaAltered => "schema_altered",
            Self::StructureDamaged => "structure_damaged",
            Self::KeyTableAltered => "key_table_altered",
            Self::EntryMalformed => "entry_malformed",
            Self::VersionUnknown => "version_unknown",
            Self::EntryMissing => "entry_missing",
            Self::EntryInserted => "entry_inserted",
            Self::EntryAltered => "entry_altered",
            Self::ChainBroken => "chain_broken",
            Self::KeyUnknown => "key_unknown",
            Self::KeyMisplaced => "key_misplaced",
            Self::SignatureInvalid => "signature_invalid",
            Self::TimeDisorder => "time_disorder",
            Self::EffectsMalformed => "effects_malformed",
            Self::PayloadMissing => "payload_missing",
            Self::PayloadAltered => "payload_altered",
            Self::PayloadInserted => "payload_inserted",
            Self::HeadDisagrees => "head_disagrees",
            Self::CheckpointAltered => "checkpoint_altered",
            Self::CheckpointDisagrees => "checkpoint_disagrees",
            Self::CheckpointBeyond => "checkpoint_beyond",
            Self::CosignatureInvalid => "cosignature_invalid",
            Self::RowAltered => "row_altered",
            Self::RowMissing => "row_missing",
            Self::RowUnaccounted => "row_unaccounted",
            Self::SecretsWithheld => "secrets_withheld",
            Self::SearchIndexStale => "search_index_stale",
            Self::ReadableAltered => "readable_altered",
            Self::ManifestDisagrees => "manifest_disagrees",
            Self::ManifestSignatureInvalid => "manifest_signature_invalid",
            Self::ManifestUnsigned => "manifest_unsigned",
            Self::ExportFoundIssues => "export_found_issues",
            Self::TablesAbsent => "tables_absent",
            Self::NotWitnessed => "not_witnessed",
            Self::MoreIssues => "more_issues",
        }
    }

    const fn severity(self) -> IssueSeverity {
        match self {
            Self::SecretsWithheld
            | Self::SearchIndexStale
            | Self::ManifestUnsigned
            | Self::TablesAbsent
            | Self::NotWitnessed => IssueSeverity::Notice,
            Self::PinUnusable | Self::VersionUnknown | Self::KeyUnknown => IssueSeverity::Warning,
            _ => IssueSeverity::Critical,
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "Keep the file as it is. Compare it with a backup, and look at the disk it is on.",
            Self::LogMissing => {
                "A database that was never founded has nothing to verify; otherwise treat it as tampered."
            }
            Self::WrongLog => "Make sure that this is the file you mean. If it is, the log was exchanged.",
            Self::RolledBack | Self::Forked => {
                "Look for the newer file. Whatever was done since the pin was set is missing here."
            }
            Self::PinUnusable => {
                "Look at the pin file that is named; if it is broken, give the fingerprint with --log."
            }
            Self::SchemaAltered => {
                "The rules inside the file were changed. Keep it as evidence, and compare with a backup."
            }
            Self::StructureDamaged => {
                "An index or a value is not what its table says. Keep the file as evidence, and compare with a backup."
            }
            Self::HeadDisagrees => {
                "Entries may have been cut off at the end. Compare the number of entries with a backup or an export."
            }
            Self::CheckpointAltered | Self::CosignatureInvalid => {
                "Somebody wrote into this table around Licentia. Compare the row with a backup or an export."
            }
            Self::CheckpointDisagrees => {
                "The log was rewritten after it was signed. Keep the file, and look for whoever had the log's key."
            }
            Self::CheckpointBeyond => {
                "Entries were cut off at the end. Look for the newer file: a backup, an export, a witness."
            }
            Self::RowAltered | Self::RowMissing | Self::RowUnaccounted => {
                "The table was changed around Licentia. Compare this row with a backup; the log tells what it was."
            }
            Self::SecretsWithheld => "Nothing needs to be done: a copy for review leaves vault and secrets out.",
            Self::SearchIndexStale => {
                "The log is not touched by this. Run `licentia audit index --rebuild`, so that searches find everything."
            }
            Self::ReadableAltered | Self::ManifestDisagrees | Self::ManifestSignatureInvalid => {
                "The bundle was changed after it was written. Keep it as evidence, and ask for another one."
            }
            Self::ManifestUnsigned => "Ask for a bundle that was written with the passphrase, if its end matters.",
            Self::ExportFoundIssues => "Read `verification` in manifest.json; ask for a copy of the database.",
            Self::TablesAbsent => "To compare them too, verify a copy made with `licentia backup --for-review`.",
            Self::NotWitnessed => "Ask for it again once the witness has signed, or ask the witness what it has seen.",
            Self::MoreIssues => "Deal with the ones that are listed first, then verify again.",
            Self::VersionUnknown => "A newer Licentia may have written this: verify with the newest version.",
            Self::KeyUnknown => {
                "These entries cannot be checked without their key. Compare the keys with a backup or an export."
            }
            _ => "Keep the file as evidence. Compare these entries with a backup or an export.",
        }
    }

    /// What is said of an entry whose key the table does not have.
    pub(crate) const KEY_IS_MISSING: &str = "The key that the entry introduces is not in the table of keys.";

    /// An issue with this code.
    pub(crate) fn at(self, seq: impl Into<Option<i64>>, meaning: impl Into<String>) -> Issue {
        let seq = seq.into().map(|seq| u64::try_from(seq).unwrap_or(0));
        Issue {
            code: self.as_str(),
            severity: self.severity(),
            seq_from: seq,
            seq_to: seq,
            expected: None,
            found: None,
            meaning: meaning.into(),
            advice: self.advice().to_owned(),
        }
    }
}

/// Whether everything held: nothing is wrong, and nothing that a rule does not allow went unchecked.
pub(crate) fn hold(issues: &[Issue]) -> bool {
    issues.iter().all(|issue| issue.severity == IssueSeverity::Notice)
}

/// Issues as they are found: neighbours of one kind become a range, and their number is bounded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(Vec<Issue>);

/// A rebuilt log has one issue per entry otherwise.
const MOST: usize = 1_000;

impl Findings {
    pub(crate) fn add(&mut self, issue: Issue) {
        if let Some(last) = self.0.iter_mut().rev().find(|known| known.code == issue.code)
            && last.meaning == issue.meaning
            && let (Some(end), Some(from)) = (last.seq_to, issue.seq_from)
            && end.checked_add(1) == Some(from)
        {
            last.seq_to = issue.seq_to;
            // What is said of a range is said of all of it.
            last.expected.take_if(|expected| issue.expected.as_ref() != Some(expected));
            last.found.take_if(|found| issue.found.as_ref() != Some(found));
        } else if self.0.contains(&issue) {
            // Two walks came by the same entry.
        } else if self.0.len() < MOST {
            self.0.push(issue);
        } else if self.0.len() == MOST {
            self.0.push(Code::MoreIssues.at(None, "There are more issues than are listed."));
        }
    }

    /// Whether nothing critical was found so far.
    pub(crate) fn hold(&self) -> bool {
        self.0.iter().all(|issue| issue.severity != IssueSeverity::Critical)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the log; what belongs to no entry comes first.
    pub(crate) fn into_issues(mut self) -> Vec<Issue> {
        self.0.sort_by_key(|issue| issue.seq_from);
        self.0
    }
}

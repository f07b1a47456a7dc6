use super::*;
use crate::audit::{Issue, IssueSeverity, KeySource, Level, TrustRoot};
use crate::pin::{PinError, PinState};
use crate::secret::{SecretError, keyfile::KeyFileError};
use crate::{BatchError, PublishedError, ReasonCode, Timestamp};
use licentia_license::Invalid;
use licentia_license::bindings::BindingError;
use licentia_storage::{EventId, StoreError};
use std::fmt::Write;
use std::path::PathBuf;
use uuid::Uuid;

fn license(n: u128) -> LicenseId {
    LicenseId(Uuid::from_u128(n))
}

fn io() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::PermissionDenied)
}

fn path() -> PathBuf {
    "/home/a/licentia.db".into()
}

fn name() -> String {
    "first".to_owned()
}

fn report(issues: Vec<Issue>) -> VerifyReport {
    VerifyReport {
        verified: false,
        level: Level::Full,
        trust: TrustRoot { key_source: KeySource::Given, fingerprint: None },
        witnessed_to: None,
        entries_checked: 3,
        from: 1,
        to: 3,
        resumed_from: None,
        issues,
    }
}

fn of_this_crate() -> Vec<Error> {
    let issue = Issue {
        code: "hash",
        severity: IssueSeverity::Critical,
        seq_from: Some(2),
        seq_to: Some(2),
        expected: None,
        found: None,
        meaning: "Entry 2 was altered.".to_owned(),
        advice: String::new(),
    };
    let mut errors = vec![
        Error::Io { action: "write", path: path(), source: io() },
        Error::NotVerified(crate::pin::Failed {
            level: Level::Full,
            at: "2026-05-20T14:00:00Z".to_owned(),
            issues: vec!["entry_altered".to_owned(), "row_missing".to_owned()],
        }),
        Error::FileExists(path()),
        Error::Query(crate::audit::Query::parse("a\u{1b} AND knd:x", Timestamp(0)).unwrap_err()),
        Error::NoSuchFilter { name: name() },
        BatchError::Name("a.txt".into()).into(),
        BatchError::Unusable { path: "a.csv".into(), why: "It is no ordinary file.".to_owned() }.into(),
        BatchError::NoRows("a.csv".into()).into(),
        BatchError::TooManyRows(1_000_000).into(),
        BatchError::Csv("CSV error: record 3".to_owned()).into(),
        BatchError::Columns("the column subject is missing".to_owned()).into(),
        BatchError::Rows {
            rows: 3,
            wrong: vec![(2, "a\u{1b}[31mb".to_owned()), (3, "the subject is missing".to_owned())],
        }
        .into(),
        Error::NotFounded,
        Error::AlreadyFounded,
        Error::NoVault,
        Error::Unknown { noun: Noun::Issuer, text: "fi\u{1b}[31mrst".to_owned() },
        Error::Unknown { noun: Noun::License, text: "0197".to_owned() },
        Error::Ambiguous {
            noun: Noun::License,
            text: "0".to_owned(),
            candidates: vec![license(1).to_string(), license(2).to_string()],
        },
        Error::AmbiguousTarget {
            text: "acme".to_owned(),
            candidates: vec![format!("issuer {}", license(1)), format!("identity {}", license(2))],
        },
        Error::invalid("the label", "it is empty"),
        Error::NameTaken { noun: Noun::Identity, name: name() },
        Error::NoActiveIssuer,
        Error::IssuerRetired { name: name() },
        Error::IssuerCannotSign { name: name() },
        Error::IssuerAlreadyActive { name: name() },
        Error::IssuerInUse { name: name() },
        Error::KeyKnown { name: name() },
        Error::SupersededBy { license: license(1), successor: Some(license(2)) },
        Error::SupersededBy { license: license(1), successor: None },
        Error::AlreadyRevoked {
            license: license(1),
            reason: Some(ReasonCode::Refund),
            at: Some(Timestamp::from_seconds(1_779_285_600)),
        },
        Error::AlreadyRevoked { license: license(1), reason: None, at: None },
        Error::NotRevoked { license: license(1), status: LicenseStatus::Active },
        Error::WouldBeExpired { at: Timestamp::from_seconds(1_779_285_600) },
        Error::LicenseKnown { license: license(1) },
        Error::LicenseInvalid(Invalid::BadSignature),
        Error::IndicesTaken,
        Error::UnknownKey { kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".to_owned() },
        Error::Sign(SignError::NeverValid("iat")),
        Error::Sign(SignError::BadId),
        Error::Sign(SignError::TooLarge { bytes: 70_000 }),
        Error::Sign(SignError::Encode("x".to_owned())),
        Error::Sign(SignError::Refused(Invalid::MissingClaim("aud"))),
        Error::Batch(vec![(0, Error::NoActiveIssuer), (4, Error::invalid("the subject", "it is empty"))]),
        Error::Batch((0..5).map(|index| (index, Error::NoActiveIssuer)).collect()),
        Error::IdentityInUse { name: name(), licenses: 2 },
        Error::ProbeTokenUnknown,
        Error::NoSuchEntry { seq: 9, size: 3 },
        Error::NoSuchEntry { seq: 2, size: 3 },
        Error::LogDoesNotHold(Box::new(issue.clone())),
        Error::BackupNotVerified(Box::new(report(vec![issue]))),
        Error::BackupNotVerified(Box::new(report(Vec::new()))),
    ];
    errors.extend(
        [
            (LicenseStatus::Suspended, Action::Suspend),
            (LicenseStatus::Suspended, Action::Reissue),
            (LicenseStatus::Active, Action::Reinstate),
            (LicenseStatus::Revoked, Action::Reissue),
            (LicenseStatus::Revoked, Action::Revoke),
            (LicenseStatus::Suspended, Action::Unrevoke),
            (LicenseStatus::Active, Action::Delete),
        ]
        .map(|(status, action)| Error::StatusForbids { license: license(1), status, action }),
    );
    errors.extend(
        [ProbeState::Pending, ProbeState::Expired, ProbeState::Consumed, ProbeState::Cancelled].map(Error::ProbeClosed),
    );
    errors
}

fn of_bindings() -> Vec<Error> {
    vec![
        Error::ProbeResult(crate::probe::ProbeResultError::OtherToken),
        Error::ProbeOfOtherVendor { found: "b\u{1b}olt".to_owned(), expected: "acme".to_owned() },
        Error::ProbeContested,
        Error::ProbeUsedByOther,
        BindingError::OnlyGuessable.into(),
        BindingError::Require { require: 3, there: 2 }.into(),
        BindingError::TooManyMachines.into(),
        BindingError::Nothing.into(),
        Error::FingerprintOfOtherVendor { found: "b\u{1b}olt".to_owned(), expected: "acme".to_owned() },
        Error::MachinesUnknown { license: license(1) },
        Error::NoTotpSecret { license: license(1) },
    ]
}

fn of_restores() -> Vec<Error> {
    vec![
        Error::BackupWithoutSecrets,
        Error::BackupOfOtherLog { expected: "blake3:aa".to_owned(), found: "blake3:bb".to_owned() },
        Error::BackupPassphrase { since: Timestamp::from_seconds(1_779_285_600) },
        Error::NewerStateLost { why: "there is no database at /home/licentia.db".to_owned() },
        Error::NothingToAbandon { size: 4, backup: 4 },
        Error::NothingToAbandon { size: 4, backup: 9 },
        Error::IndexGivenTwice { license: license(1), holder: license(2) },
        Error::NothingToAccept,
        Error::NoRestore { seq: 3 },
        Error::NotThatRestore { seq: 6, pinned: 9 },
        Error::RestoreNotVerified(Box::new(report(Vec::new()))),
        PublishedError::Old { path: path(), published_at: Timestamp(0), backup: Timestamp(0) }.into(),
        PublishedError::Io { path: path(), source: io() }.into(),
        PublishedError::Malformed { path: path(), why: "it is no token of three parts".to_owned() }.into(),
        PublishedError::UnknownKey { path: path() }.into(),
        PublishedError::BadSignature { path: path() }.into(),
        PublishedError::Missing { uri: "https://s.example.com/ab".to_owned() }.into(),
    ]
}

fn of_the_store() -> Vec<StoreError> {
    vec![
        StoreError::Missing(path()),
        StoreError::Exists(path()),
        StoreError::Foreign { path: path(), found: "another kind of file".to_owned() },
        StoreError::Newer { path: path(), found: 2, known: 1 },
        StoreError::OlderReadOnly { path: path(), found: 1, known: 2 },
        StoreError::LiveReadOnly { path: path() },
        StoreError::ReadOnly,
        StoreError::UnsafeSqlite("3.50.0".to_owned()),
        StoreError::Locked(path()),
        StoreError::InUse(path()),
        StoreError::Io { action: "open", path: path(), source: io() },
        StoreError::Unaccounted { noun: "license" },
        StoreError::Disordered { noun: "license" },
        StoreError::Unaudited,
        StoreError::HeadDisagrees { head: 3, found: 2 },
        StoreError::WrongLogKey,
        StoreError::KeyRotated,
        StoreError::NotFounded,
        StoreError::Poisoned,
        StoreError::NotUnique("issuer.name".to_owned()),
        StoreError::Referenced,
        StoreError::Gone { noun: "license" },
        StoreError::Full,
        StoreError::Busy,
        StoreError::OutcomeUnknown { events: vec![EventId(Uuid::from_u128(7))] },
        StoreError::OutcomeUnknown { events: Vec::new() },
        StoreError::CommitFailed,
        StoreError::Closed,
        StoreError::Damaged("page 3 is malformed".to_owned()),
        StoreError::Migration { to: 2, why: "no such table: x".to_owned() },
        StoreError::Encoding("a license without an id".to_owned()),
        StoreError::Database("something (SQLite code 1)".to_owned()),
    ]
}

fn of_secrets() -> Vec<Error> {
    let secrets = [
        SecretError::WrongPassphrase,
        SecretError::Damaged("the log's key is missing"),
        SecretError::BadParameters("4294967295 KiB".to_owned()),
        SecretError::TooShort(3),
        SecretError::TooLong(70_000),
        SecretError::EmptyPassphrase,
        SecretError::WeakPassphrase { minimum: 12 },
        SecretError::OutOfMemory(65_536),
    ];
    let files = [
        KeyFileError::TooLarge(70_000),
        KeyFileError::NotPem("there is no BEGIN line"),
        KeyFileError::NotJwk("`x` is missing".to_owned()),
        KeyFileError::WrongKind("RSA PRIVATE KEY".to_owned()),
        KeyFileError::WrongAlgorithm("RSA".to_owned()),
        KeyFileError::PassphraseNeeded,
        KeyFileError::WrongPassphrase,
        KeyFileError::UnsupportedEncryption("PBES1".to_owned()),
        KeyFileError::ExcessiveCost("2000000000 rounds".to_owned()),
        KeyFileError::Malformed("it ends early"),
        KeyFileError::PublicKeyMismatch,
        KeyFileError::WeakPublicKey,
        KeyFileError::Secret(SecretError::EmptyPassphrase),
    ];
    secrets.into_iter().map(Error::from).chain(files.into_iter().map(Error::from)).collect()
}

fn of_pins() -> Vec<Error> {
    let states = [
        PinState::Absent,
        PinState::RolledBack { pinned: 9, found: 3 },
        PinState::Forked { at: 9 },
        PinState::OtherLog { pinned: "blake3:aa".to_owned(), found: "blake3:bb".to_owned() },
    ];
    let errors = [
        PinError::Io { action: "read", path: path(), error: io() },
        PinError::Broken { path: path(), what: "it is too long".to_owned() },
        PinError::Unsafe { path: "/state/pins".into(), mode: 0o777 },
        PinError::Foreign { path: "/state/pins".into(), owner: 1001 },
        PinError::Contradiction { path: path(), pinned: "blake3:aa".to_owned(), new: "blake3:bb".to_owned() },
    ];
    states.into_iter().map(Error::PinDisagrees).chain(errors.into_iter().map(Error::from)).collect()
}

/// The name of a variant of any depth, without what it holds.
fn label(error: &Error) -> String {
    let text = format!("{error:?}");
    let end = text.find([' ', '{', '[']).unwrap_or(text.len());
    text[..end].trim_end_matches(['(', '"']).to_owned()
}

#[test]
fn every_error_in_words() {
    let store = of_the_store().into_iter().map(Error::from);
    let errors = of_this_crate()
        .into_iter()
        .chain(of_bindings())
        .chain(store)
        .chain(of_secrets())
        .chain(of_pins())
        .chain(of_restores());
    let mut page = String::new();
    for error in errors {
        let Explanation { message, cause, hint } = Explanation::from(&error);
        assert!(!message.is_empty(), "{error:?}");
        writeln!(page, "{}\n  {message}", label(&error)).unwrap();
        for part in [cause, hint] {
            writeln!(page, "  {}", part.as_deref().unwrap_or("-")).unwrap();
        }
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{error:?}");
    }
    insta::assert_snapshot!(page);
}

//! Hand-made rows and a state to press keys on.

use crate::app::App;
use crate::effect::{Effect, LicenseDetails, Overview, Preview, Verification};
use crate::look::{Look, Zone};
use crate::message::Msg;
use crate::screen::issuers::IssuerMore;
use crate::services::Opening;
use crate::session::Session;
use crate::tab::TabId;
use crate::testing::{parse, shown};
use crate::theme::Theme;
use crate::witnessing::Vouched;
use licentia_core::audit::{
    CheckpointReason, Issue, IssueSeverity, KeySource, Level, LogIdentity, TrustRoot, VerifyReport,
};
use licentia_core::pin::PinState;
use licentia_core::witness::Witnessed;
use licentia_core::{
    AuditRecord, Batch, BatchRow, Checkpoint, Decoded, EventId, Explanation, Identity, IdentityId, Inspection,
    IssueRequest, Issuer, IssuerId, IssuerStatus, IssuerUse, License, LicenseCounts, LicenseId, LicenseStatus, Limit,
    Limits, LogId, Origin, Page, ProbeStatus, ProbeToken, ProbeTokenId, ReasonCode, RecordedEffect, Revocation,
    StatusRef, Strings, SubjectSignature, Term, Timestamp, UsedIdentity,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use uuid::Uuid;

/// 2026-05-20T14:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_779_285_600);

pub(super) fn opening(session: Option<Session>) -> Opening {
    Opening {
        session,
        home: "/home/mathieu/.local/share/licentia".to_owned(),
        actor: "mathieu@build7".to_owned(),
        named_home: None,
        fingerprint: Some("blake3:6f1c0d9ab2e47755".to_owned()),
        has_passphrase: false,
        warning: None,
        audience: vec![],
    }
}

pub(super) fn unlocked() -> Session {
    Session::Unlocked { actor: "mathieu@build7".to_owned() }
}

/// A state that was just opened by somebody with the passphrase, and what it asked for.
pub(super) fn start() -> (App, Vec<Effect>) {
    start_as(Some(unlocked()))
}

pub(super) fn start_as(session: Option<Session>) -> (App, Vec<Effect>) {
    start_on(TabId::Licenses, session)
}

pub(super) fn start_on(tab: TabId, session: Option<Session>) -> (App, Vec<Effect>) {
    App::on_tab(tab, opening(session), Theme::from_no_color(None), NOW)
}

pub(crate) fn look() -> Look {
    Look { theme: Theme::from_no_color(None), now: NOW, zone: Zone::Utc }
}

/// The same with these licenses in its list.
pub(super) fn with_licenses(licenses: Vec<License>) -> App {
    with_licenses_as(unlocked(), licenses)
}

pub(super) fn with_licenses_as(session: Session, licenses: Vec<License>) -> App {
    let (mut app, effects) = start_as(Some(session));
    answer_licenses(&mut app, &effects, page(licenses));
    app
}

/// The same on the audit tab with these entries.
pub(super) fn with_records(records: Vec<AuditRecord>) -> App {
    let mut app = with_licenses(vec![]);
    let effects = press(&mut app, "9");
    answer_audit(&mut app, &effects, page(records));
    app
}

pub(super) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    parse(keys).into_iter().flat_map(|key| app.update(Msg::Key(key))).collect()
}

pub(super) fn answer_licenses(app: &mut App, effects: &[Effect], page: Page<License, LicenseId>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadLicenses { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::LicensesLoaded { request: request.unwrap(), answer: Ok(page) })
}

pub(super) fn answer_audit(app: &mut App, effects: &[Effect], page: Page<AuditRecord, u64>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadAudit { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::AuditLoaded { request: request.unwrap(), answer: Ok(page) })
}

pub(super) fn page<T, K>(items: Vec<T>) -> Page<T, K> {
    Page { items, next: None }
}

pub(super) fn text(app: &mut App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    app.update(Msg::Resize { height });
    terminal.draw(|frame| app.view(frame)).unwrap();
    shown(terminal.backend().buffer())
}

/// Asserts that the screen has all of it.
#[track_caller]
pub(super) fn shows(app: &mut App, parts: &[&str]) {
    let screen = text(app, 120, 36);
    for part in parts {
        assert!(screen.contains(part), "{part} is not in\n{screen}");
    }
}

pub(crate) fn why() -> Explanation {
    Explanation {
        message: "the license was not issued".to_owned(),
        cause: Some("the disk is full; nothing was written".to_owned()),
        hint: Some("make room and try again".to_owned()),
    }
}

pub(super) fn license_id(number: u64) -> LicenseId {
    LicenseId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

pub(super) fn license(number: u64) -> License {
    let subject = format!("customer{number}@example.com");
    License {
        id: license_id(number),
        issuer_id: IssuerId(Uuid::from_u128(7)),
        jti: license_id(number).to_string(),
        subject_signature: SubjectSignature::of(&subject),
        subject,
        audience: Strings(vec!["acme-studio".to_owned()]),
        status: LicenseStatus::Active,
        origin: Origin::Issued,
        not_before: None,
        not_after: Some(NOW.plus_days(365)),
        features: Strings(vec!["export".to_owned(), "sync".to_owned()]),
        limits: Limits([("seats".to_owned(), Limit::Number(10))].into()),
        payload: Some(serde_json::json!({ "order": 4711 })),
        bindings: None,
        identity_id: None,
        replaces: None,
        status_list: Some(StatusRef { idx: 42, uri: "https://acme.example/status/9f".to_owned() }),
        token: format!("eyJhbGciOiJFZERTQSJ9.{}.c2lnbmF0dXJl", "cGF5bG9hZA".repeat(30)),
        created_at: NOW.plus_days(-1),
    }
}

pub(super) fn details(license: License) -> LicenseDetails {
    let revocation = (license.status == LicenseStatus::Revoked).then(|| Revocation {
        license_id: license.id,
        reason: ReasonCode::KeyCompromise,
        note: Some("found on a public server".to_owned()),
        actor: "mathieu@build7".to_owned(),
        revoked_at: NOW,
    });
    let decoded = Some(decoded(&license));
    LicenseDetails { history: vec![license.clone()], license, issuer: "default".to_owned(), revocation, decoded }
}

/// What is found out about a license that holds.
pub(super) fn verification(license: License) -> Verification {
    let claims = serde_json::json!({
        "iss": "acme.example",
        "sub": license.subject,
        "aud": license.audience,
        "iat": license.created_at.seconds(),
        "exp": license.not_after.unwrap().seconds(),
        "jti": license.jti,
        "features": license.features,
        "limits": license.limits,
        "payload": license.payload,
        "status": license.status_list.as_ref().map(
            |list| serde_json::json!({ "status_list": { "idx": list.idx, "uri": list.uri } })
        ),
    });
    let inspection = Inspection {
        kid: "b3NQ7qhXjuXJ".to_owned(),
        claims: serde_json::from_value(claims).unwrap(),
        invalid: None,
        issuer: Some(issuer(7, "default", IssuerStatus::Active)),
        known: Some(license.clone()),
        before: None,
    };
    Verification { inspection, revocation: details(license.clone()).revocation, license: Some(license) }
}

/// The same of one that is not here.
pub(super) fn foreign(license: License) -> Preview {
    let mut found = verification(license);
    found.license = None;
    found.inspection.known = None;
    Preview { text: "eyJ".to_owned(), found }
}

/// As the token of a license would say it.
pub(super) fn decoded(license: &License) -> Decoded {
    let map = |value: serde_json::Value| value.as_object().unwrap().clone();
    Decoded {
        header: map(serde_json::json!({ "alg": "EdDSA", "typ": "licentia+jwt", "kid": "b3NQ7qhXjuXJ" })),
        claims: map(serde_json::json!({
            "iss": "acme.example",
            "sub": license.subject,
            "aud": license.audience,
            "iat": license.created_at.seconds(),
            "exp": license.not_after.map(licentia_core::Timestamp::seconds),
            "jti": license.jti,
            "limits": license.limits,
            "payload": license.payload,
        })),
    }
}

pub(super) fn issuer(number: u128, name: &str, status: IssuerStatus) -> Issuer {
    Issuer {
        id: IssuerId(Uuid::from_u128(number)),
        name: name.to_owned(),
        status,
        kid: "kid".to_owned(),
        public_key: vec![1; 32],
        vendor: Some("acme.example".to_owned()),
        can_sign: true,
        status_url: None,
        created_at: NOW,
        retired_at: None,
    }
}

/// The same without what it is counted for.
pub(super) fn named(number: u128, name: &str) -> Identity {
    identity(number, name, 0).identity
}

pub(super) fn record(seq: u64) -> AuditRecord {
    AuditRecord {
        seq,
        version: 1,
        id: EventId(Uuid::from_u128(u128::from(seq))),
        transaction_id: Uuid::from_u128(u128::from(seq)).into(),
        kind: if seq.is_multiple_of(5) { "license.revoke" } else { "license.issue" }.to_owned(),
        severity: if seq.is_multiple_of(5) { "warning" } else { "info" }.to_owned(),
        outcome: "success".to_owned(),
        actor: "mathieu@build7".to_owned(),
        actor_kind: "user".to_owned(),
        target_kind: Some("License".to_owned()),
        target_id: Some(license_id(seq).to_string()),
        recorded_at: NOW,
        clock: NOW,
        key_id: vec![0xab; 16],
        previous_hash: vec![0x11; 32],
        hash: vec![0x22; 32],
        signature: vec![0x33; 64],
        effects: Some(vec![RecordedEffect {
            noun: "license".to_owned(),
            id: license_id(seq).0.as_bytes().to_vec(),
            hash: Some([0x44; 32]),
        }]),
        payload: Some(format!("{{\"subject\":\"customer{seq}@example.com\",\"not_after\":null}}")),
    }
}

pub(super) fn batch_row(number: u64) -> BatchRow {
    let subject = format!("customer{number}@example.com");
    let request = IssueRequest {
        subject: subject.clone(),
        audience: vec!["acme-studio".to_owned()],
        issuer: None,
        not_before: (number == 2).then(|| NOW.plus_days(3)),
        term: [Term::Days(365), Term::Perpetual, Term::Until(NOW.plus_days(100))][usize::try_from(number % 3).unwrap()],
        features: vec!["export".to_owned()],
        limits: [("seats".to_owned(), Limit::Number(5))].into(),
        payload: None,
        identity: None,
    };
    BatchRow { line: number + 1, subject, verdict: Ok(request) }
}

/// A file whose rows can all be signed.
pub(super) fn batch(rows: u64) -> Batch {
    Batch { path: "/home/mathieu/customers.csv".into(), rows: (1..=rows).map(batch_row).collect() }
}

/// A file of which every second row is refused.
pub(super) fn half_refused(rows: u64) -> Batch {
    let mut batch = batch(rows);
    for row in batch.rows.iter_mut().skip(1).step_by(2) {
        row.verdict = Err("one of expires, days and perpetual is missing".to_owned());
    }
    batch
}

pub(super) fn hostile_batch() -> Batch {
    let mut batch = batch(3);
    batch.path = HOSTILE.into();
    batch.rows[0].verdict = Err(HOSTILE.repeat(40));
    batch.rows[1].verdict.as_mut().unwrap().features = vec![HOSTILE.repeat(40)];
    for row in &mut batch.rows {
        row.subject = HOSTILE.repeat(9);
    }
    batch
}

/// The screen with this file on it; the last request was the third.
pub(super) fn with_batch(batch: Batch) -> App {
    let mut app = with_licenses(vec![]);
    press(&mut app, "bcustomers.csv<enter>");
    app.update(Msg::BatchRead { request: 2, answer: Ok(batch) });
    app
}

/// Drives the terminal, reverses the reading direction, is wide, is hidden.
pub(super) const HOSTILE: &str = "\u{1b}[31mred\u{202e}gpj.exe\u{7}\n👨‍👩‍👧‍👦 日本語\u{200b}";

pub(super) fn hostile_license() -> License {
    License {
        subject: HOSTILE.to_owned(),
        audience: Strings(vec![HOSTILE.to_owned()]),
        features: Strings(vec![HOSTILE.to_owned()]),
        limits: Limits([(HOSTILE.to_owned(), Limit::Text(HOSTILE.to_owned()))].into()),
        payload: Some(serde_json::json!({ HOSTILE: HOSTILE })),
        jti: HOSTILE.to_owned(),
        status_list: Some(StatusRef { idx: 1, uri: HOSTILE.to_owned() }),
        token: HOSTILE.to_owned(),
        ..license(1)
    }
}

pub(super) fn hostile_record() -> AuditRecord {
    AuditRecord {
        kind: HOSTILE.to_owned(),
        severity: HOSTILE.to_owned(),
        outcome: HOSTILE.to_owned(),
        actor: HOSTILE.to_owned(),
        actor_kind: HOSTILE.to_owned(),
        target_kind: Some(HOSTILE.to_owned()),
        target_id: Some(HOSTILE.to_owned()),
        effects: Some(vec![RecordedEffect { noun: HOSTILE.to_owned(), id: HOSTILE.as_bytes().to_vec(), hash: None }]),
        payload: Some(format!("{{\"subject\":\"{}\"}}", HOSTILE.escape_debug())),
        recorded_at: Timestamp(i64::MAX),
        ..record(1)
    }
}

pub(super) fn long_license() -> License {
    let long = "a very long name ".repeat(200);
    License {
        subject: long.clone(),
        audience: Strings(vec![long.clone(); 3]),
        features: Strings(vec![long.clone()]),
        token: "x".repeat(20_000),
        ..license(2)
    }
}

pub(crate) fn good_report() -> VerifyReport {
    VerifyReport {
        verified: true,
        level: Level::Full,
        resumed_from: None,
        trust: TrustRoot { key_source: KeySource::Pin, fingerprint: Some(FINGERPRINT.to_owned()) },
        entries_checked: 60,
        from: 1,
        to: 60,
        issues: vec![],
        witnessed_to: None,
    }
}

pub(crate) fn broken_report() -> VerifyReport {
    let issue = |code, seq: u64, meaning: &str| Issue {
        code,
        severity: IssueSeverity::Critical,
        seq_from: Some(seq),
        seq_to: Some(seq + 2),
        expected: Some(format!("blake3:{seq:064}")),
        found: Some(format!("blake3:{:064}", seq + 1)),
        meaning: meaning.to_owned(),
        advice: "Keep the file as evidence. Compare these entries with a backup or an export.".to_owned(),
    };
    let issues = vec![
        issue("entry_altered", 3, "What is stored is not what was hashed."),
        issue("chain_broken", 8, "The entry does not follow the one before."),
    ];
    let trust = TrustRoot { key_source: KeySource::File, fingerprint: Some(FINGERPRINT.to_owned()) };
    VerifyReport { verified: false, trust, issues, ..good_report() }
}

pub(super) const FINGERPRINT: &str = "blake3:6f1c0d9ab2e477556f1c0d9ab2e477556f1c0d9ab2e477556f1c0d9ab2e47755";

pub(super) fn overview() -> Overview {
    let soon =
        |number: u64| License { not_after: Some(NOW.plus_days(3 * i64::try_from(number).unwrap())), ..license(number) };
    let mut issuer = issuer(7, "acme main", IssuerStatus::Active);
    issuer.kid = "zxKNvS8o6DkuAlqCCSMPTm0RBqVYGBNoeS0Yx3EJWwY".to_owned();
    Overview {
        expiring: (1..=10).map(soon).collect(),
        issuer: Some(issuer),
        events: (14..=63).rev().map(record).collect(),
        log: LogIdentity {
            key_id: "2286c381426f95c079e9a44620fac2ad".to_owned(),
            epoch: 1,
            log_id: LogId(Uuid::from_u128(1)),
            fingerprint: FINGERPRINT.to_owned(),
            public_key: [1; 32],
            created_at: NOW,
            size: 63,
        },
        checkpoint: Some(checkpoint(60, 14)),
        vouched: vouched(41, 200),
        pin: Ok(Some(PinState::Behind)),
    }
}

/// How somebody unlocked leaves.
pub(super) const LEAVES: [Effect; 2] = [Effect::Checkpoint { reason: CheckpointReason::End }, Effect::Quit];

fn minutes_before_now(minutes: i64) -> Timestamp {
    Timestamp(NOW.0 - minutes * 60_000_000)
}

fn checkpoint(size: i64, minutes_ago: i64) -> Checkpoint {
    Checkpoint {
        size,
        epoch: 1,
        root: [7; 32],
        frontier: vec![],
        note: String::new(),
        reason: "hourly".to_owned(),
        created_at: minutes_before_now(minutes_ago),
    }
}

pub(super) fn vouched(size: u64, minutes_ago: i64) -> Vouched {
    let (at, witness) = (minutes_before_now(minutes_ago), "acme-witness".to_owned());
    Vouched { known: 1, latest: Some(Witnessed { size, at, witness }) }
}

pub(super) fn counts() -> LicenseCounts {
    LicenseCounts {
        active: 812,
        suspended: 3,
        superseded: 120,
        revoked: 14,
        expired: 12,
        expiring: 34,
        not_yet_valid: 2,
    }
}

/// The same on the issuers tab with these in its list.
pub(super) fn with_issuers(issuers: Vec<Issuer>) -> App {
    with_issuers_as(unlocked(), issuers)
}

pub(super) fn with_issuers_as(session: Session, issuers: Vec<Issuer>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "3");
    answer_issuers(&mut app, &effects, issuers);
    app
}

pub(super) fn answer_issuers(app: &mut App, effects: &[Effect], issuers: Vec<Issuer>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadIssuers { request } => Some(*request),
        _ => None,
    });
    app.update(Msg::IssuersLoaded { request: request.unwrap(), answer: Ok(issuers) })
}

pub(super) fn issuer_more(signed: u64) -> IssuerMore {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n-----END PUBLIC KEY-----\n";
    let status_lists = u64::from(signed > 0);
    IssuerMore { usage: IssuerUse { status_lists, signed, in_use: signed > 0 }, pem: pem.to_owned() }
}

pub(super) fn identity(number: u128, name: &str, licenses: u64) -> UsedIdentity {
    let identity = Identity {
        id: IdentityId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)),
        name: name.to_owned(),
        digest: format!("blake3:{:064x}", number * 0x1234_5678_9abc_def0),
        created_at: NOW.plus_days(-20),
        regenerated_at: number.is_multiple_of(2).then(|| NOW.plus_days(-2)),
    };
    UsedIdentity { identity, licenses: licenses.min(1_000), more: licenses > 1_000 }
}

/// The same on the identities tab with these in its list.
pub(super) fn with_identities(identities: Vec<UsedIdentity>) -> App {
    with_identities_as(unlocked(), identities)
}

pub(super) fn with_identities_as(session: Session, identities: Vec<UsedIdentity>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "4");
    let [Effect::LoadIdentities { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::IdentitiesLoaded { request: *request, answer: Ok(page(identities)) });
    app
}

/// Of 24 hours, of which `hours` are over.
pub(super) fn probe(number: u128, label: &str, status: ProbeStatus, hours: i64) -> ProbeToken {
    let since = |hours: i64| Timestamp(NOW.0 - hours * 3_600_000_000);
    ProbeToken {
        id: ProbeTokenId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)),
        label: label.to_owned(),
        token_hash: vec![7; 32],
        status,
        created_at: since(hours),
        expires_at: since(hours - 24),
        closed_at: (status != ProbeStatus::Pending).then_some(NOW),
        result: (status == ProbeStatus::Consumed)
            .then(|| "{\"cpu\":\"x86-64\",\"disks\":[\"4711\",\"4712\"]}".to_owned()),
    }
}

/// The same on the probes tab with these in its list.
pub(super) fn with_probes(probes: Vec<ProbeToken>) -> App {
    with_probes_as(unlocked(), probes)
}

pub(super) fn with_probes_as(session: Session, probes: Vec<ProbeToken>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "5");
    let [Effect::LoadProbes { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::ProbesLoaded { request: *request, answer: Ok(page(probes)) });
    app
}

//! Entries of the log, what is found about it, and the audit tab with them.

use super::{HOSTILE, NOW, issuer, license, license_id, page, press, with_licenses};
use crate::app::App;
use crate::effect::{Effect, Overview};
use crate::message::Msg;
use crate::witnessing::Vouched;
use licentia_core::audit::{Issue, IssueSeverity, KeySource, Level, LogIdentity, TrustRoot, VerifyReport};
use licentia_core::pin::PinState;
use licentia_core::witness::Witnessed;
use licentia_core::{AuditRecord, Checkpoint, EventId, IssuerStatus, License, LogId, Page, RecordedEffect, Timestamp};
use uuid::Uuid;

/// The same on the audit tab with these entries.
pub(in crate::tests) fn with_records(records: Vec<AuditRecord>) -> App {
    let mut app = with_licenses(vec![]);
    let effects = press(&mut app, "9");
    answer_audit(&mut app, &effects, page(records));
    app
}

pub(in crate::tests) fn answer_audit(app: &mut App, effects: &[Effect], page: Page<AuditRecord, u64>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadAudit { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::AuditLoaded { request: request.unwrap(), answer: Ok(page) })
}

pub(in crate::tests) fn record(seq: u64) -> AuditRecord {
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

pub(in crate::tests) fn hostile_record() -> AuditRecord {
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

pub(in crate::tests) const FINGERPRINT: &str =
    "blake3:6f1c0d9ab2e477556f1c0d9ab2e477556f1c0d9ab2e477556f1c0d9ab2e47755";

pub(in crate::tests) fn overview() -> Overview {
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

pub(in crate::tests) fn vouched(size: u64, minutes_ago: i64) -> Vouched {
    let (at, by) = (minutes_before_now(minutes_ago), "acme-witness".to_owned());
    Vouched { known: vec!["acme-witness".to_owned()], latest: Some(Witnessed { size, at, by }) }
}

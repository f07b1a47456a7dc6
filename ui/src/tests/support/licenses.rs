//! Licenses by hand, and a list of them.

use super::{HOSTILE, NOW, issuer, page, start_as, unlocked};
use crate::app::App;
use crate::effect::{Effect, LicenseDetails, Preview, Verification};
use crate::message::Msg;
use crate::session::Session;
use licentia_core::{
    Bound, Decoded, Inspection, Issued, IssuerId, IssuerStatus, License, LicenseCounts, LicenseId, LicenseStatus,
    Limit, Limits, Origin, Page, ReasonCode, Revocation, Standing, StatusRef, Strings, SubjectSignature,
};
use uuid::Uuid;

/// The same with these licenses in its list.
pub(in crate::tests) fn with_licenses(licenses: Vec<License>) -> App {
    with_licenses_as(unlocked(), licenses)
}

pub(in crate::tests) fn with_licenses_as(session: Session, licenses: Vec<License>) -> App {
    let (mut app, effects) = start_as(Some(session));
    answer_licenses(&mut app, &effects, page(licenses));
    app
}

pub(in crate::tests) fn answer_licenses(
    app: &mut App,
    effects: &[Effect],
    page: Page<License, LicenseId>,
) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadLicenses { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::LicensesLoaded { request: request.unwrap(), answer: Ok(page) })
}

pub(in crate::tests) fn license_id(number: u64) -> LicenseId {
    LicenseId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

pub(in crate::tests) fn license(number: u64) -> License {
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

pub(in crate::tests) fn details(license: License) -> LicenseDetails {
    let revocation = (license.status == LicenseStatus::Revoked).then(|| Revocation {
        license_id: license.id,
        reason: ReasonCode::KeyCompromise,
        note: Some("found on a public server".to_owned()),
        actor: "mathieu@build7".to_owned(),
        revoked_at: NOW,
    });
    let decoded = Some(decoded(&license));
    let standing = license.status_list.is_some().then_some(Standing {
        now: Some(license.status),
        superseded_from: None,
        is_ours: true,
        published: None,
    });
    LicenseDetails {
        history: vec![license.clone()],
        license,
        issuer: "default".to_owned(),
        revocation,
        decoded,
        standing,
        bound: Bound::default(),
    }
}

/// As it comes when it was signed.
pub(in crate::tests) fn issued(license: License) -> Issued {
    Issued { license, totp: None }
}

/// What is found out about a license that holds.
pub(in crate::tests) fn verification(license: License) -> Verification {
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
pub(in crate::tests) fn foreign(license: License) -> Preview {
    let mut found = verification(license);
    found.license = None;
    found.inspection.known = None;
    Preview { text: "eyJ".to_owned(), found }
}

/// As the token of a license would say it.
pub(in crate::tests) fn decoded(license: &License) -> Decoded {
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

pub(in crate::tests) fn hostile_license() -> License {
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

pub(in crate::tests) fn long_license() -> License {
    let long = "a very long name ".repeat(200);
    License {
        subject: long.clone(),
        audience: Strings(vec![long.clone(); 3]),
        features: Strings(vec![long.clone()]),
        token: "x".repeat(20_000),
        ..license(2)
    }
}

pub(in crate::tests) fn counts() -> LicenseCounts {
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

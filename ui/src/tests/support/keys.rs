//! Issuers, identities and probes by hand, and their tabs.

use super::{NOW, page, press, unlocked, with_licenses_as};
use crate::app::App;
use crate::effect::{Effect, Leftover, Probe};
use crate::message::Msg;
use crate::screen::issuers::IssuerMore;
use crate::session::Session;
use licentia_core::probe::Arrived;
use licentia_core::{
    Identity, IdentityId, Issuer, IssuerId, IssuerStatus, IssuerUse, ProbeStatus, ProbeToken, ProbeTokenId,
    SignedResult, Timestamp, UsedIdentity,
};
use uuid::Uuid;

pub(in crate::tests) fn issuer(number: u128, name: &str, status: IssuerStatus) -> Issuer {
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
pub(in crate::tests) fn named(number: u128, name: &str) -> Identity {
    identity(number, name, 0).identity
}

/// The same on the issuers tab with these in its list.
pub(in crate::tests) fn with_issuers(issuers: Vec<Issuer>) -> App {
    with_issuers_as(unlocked(), issuers)
}

pub(in crate::tests) fn with_issuers_as(session: Session, issuers: Vec<Issuer>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "3");
    answer_issuers(&mut app, &effects, issuers);
    app
}

pub(in crate::tests) fn answer_issuers(app: &mut App, effects: &[Effect], issuers: Vec<Issuer>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadIssuers { request } => Some(*request),
        _ => None,
    });
    app.update(Msg::IssuersLoaded { request: request.unwrap(), answer: Ok(issuers) })
}

pub(in crate::tests) fn issuer_more(signed: u64) -> IssuerMore {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n-----END PUBLIC KEY-----\n";
    let status_lists = u64::from(signed > 0);
    IssuerMore { usage: IssuerUse { status_lists, signed, in_use: signed > 0 }, pem: pem.to_owned() }
}

pub(in crate::tests) fn identity(number: u128, name: &str, licenses: u64) -> UsedIdentity {
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
pub(in crate::tests) fn with_identities(identities: Vec<UsedIdentity>) -> App {
    with_identities_as(unlocked(), identities)
}

pub(in crate::tests) fn with_identities_as(session: Session, identities: Vec<UsedIdentity>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "4");
    let [Effect::LoadIdentities { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::IdentitiesLoaded { request: *request, answer: Ok(page(identities)) });
    app
}

/// Of 24 hours, of which `hours` are over.
pub(in crate::tests) fn probe(number: u128, label: &str, status: ProbeStatus, hours: i64) -> ProbeToken {
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
pub(in crate::tests) fn with_probes(probes: Vec<ProbeToken>) -> App {
    with_probes_as(unlocked(), probes)
}

pub(in crate::tests) fn with_probes_as(session: Session, probes: Vec<ProbeToken>) -> App {
    let mut app = with_licenses_as(session, vec![]);
    let effects = press(&mut app, "5");
    let [Effect::LoadProbes { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::ProbesLoaded {
        request: *request,
        answer: Ok(page(probes.into_iter().map(Probe::from).collect())),
    });
    app
}

/// A signed result for a token by hand.
pub(in crate::tests) fn signed_result() -> SignedResult {
    const TEXT: &str = include_str!("../../../../core/tests/data/probe/result.json");
    SignedResult::parse(TEXT).unwrap()
}

/// The same, waiting in the inbox for this token.
pub(in crate::tests) fn arrived(token: ProbeToken) -> Probe {
    let (probe, name) = (token.clone(), "f9a4.json".into());
    let arrived = Arrived { name, probe, result: signed_result(), at: NOW };
    Probe { arrived: Some(Box::new(arrived)), ..token.into() }
}

/// With two results in the inbox for it.
pub(in crate::tests) fn contested(token: ProbeToken) -> Probe {
    let named = |name: &str, key| (name.to_owned(), key);
    Probe {
        contested: vec![
            named("a.json", signed_result().key_fingerprint()),
            named("f9\u{1b}.json", "7b48-3502".to_owned()),
        ],
        ..token.into()
    }
}

/// With a file in the inbox for its token, which was used: by the same result, or by another.
pub(in crate::tests) fn left_over(token: ProbeToken, same: bool) -> Probe {
    let (probe, name) = (token.clone(), "f9a4.json".into());
    let arrived = Arrived { name, probe, result: signed_result(), at: NOW };
    Probe { leftover: Some(Box::new(Leftover { arrived, same })), ..token.into() }
}

/// On the probes tab with these in its list.
pub(in crate::tests) fn with_inbox(probes: Vec<Probe>) -> App {
    let mut app = with_licenses_as(unlocked(), vec![]);
    let effects = press(&mut app, "5");
    let [Effect::LoadProbes { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::ProbesLoaded { request: *request, answer: Ok(page(probes)) });
    app
}

//! What is seen of issuers, identities and probes: scenes for [`super::look`].

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, Inboxed, Probe, ProbeDone};
use crate::message::Msg;
use crate::session::{Session, Why};
use crate::widget::secret::Typed;
use licentia_core::{Identity, Issuer, IssuerStatus, KeyFacts, ProbeStatus, ProbeToken, UsedIdentity};

const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

pub(super) fn scenes() -> Vec<(&'static str, App)> {
    let on = |mut app: App, keys: &str| {
        press(&mut app, keys);
        app
    };
    let long = "a very long name ".repeat(20);
    vec![
        ("issuers_empty", with_issuers(vec![])),
        ("issuers", with_issuers(issuers())),
        ("issuers_reviewer", with_issuers_as(Session::Reviewer(Why::NoVault), issuers())),
        ("issuers_hostile", with_issuers(vec![hostile_issuer(), named(&long)])),
        ("issuers_help", on(with_issuers(issuers()), "?")),
        ("issuer", issuer_detail(issuers().remove(0), 1_234)),
        ("issuer_public", issuer_detail(issuers().remove(2), 0)),
        ("issuer_hostile", issuer_detail(hostile_issuer(), 1)),
        ("issuer_events", {
            let mut app = with_issuers(issuers());
            let effects = press(&mut app, "<enter>A");
            events(&mut app, &effects);
            app
        }),
        ("issuer_new", on(with_issuers(issuers()), "n<tab>")),
        ("issuer_import", on(with_issuers(issuers()), "i<enter>")),
        ("issuer_import_review", imported(true, "i~/keys/2027.pem<enter>")),
        ("issuer_import_public", imported(false, "i{\"kty\":\"OKP\"}<tab>partner<enter>")),
        ("issuer_activate", on(with_issuers(issuers()), "ja")),
        ("issuer_retire", on(with_issuers(issuers()), "R")),
        ("issuer_delete", on(with_issuers(issuers()), "jDspar<enter>")),
        ("issuer_delete_hostile", on(with_issuers(vec![hostile_issuer()]), "D")),
        ("issuer_delete_long", on(with_issuers(vec![named(&long)]), "D")),
        ("issuer_export", on(with_issuers(issuers()), "o<right>")),
        ("identities_empty", with_identities(vec![])),
        ("identities", with_identities(identities())),
        ("identities_reviewer", with_identities_as(Session::Reviewer(Why::NotUnlocked), identities())),
        ("identities_hostile", with_identities(vec![hostile_identity(), identity(2, &long, 3)])),
        ("identity", on(with_identities(identities()), "<enter>")),
        ("identity_hostile", on(with_identities(vec![hostile_identity()]), "<enter>")),
        ("identity_new", on(with_identities(identities()), "n")),
        ("identity_regenerate", on(with_identities(identities()), "R")),
        ("identity_regenerate_unused", on(with_identities(identities()), "jR")),
        ("identity_delete", on(with_identities(identities()), "jD")),
        ("identity_export", on(with_identities(identities()), "o")),
        ("probes_empty", with_probes(vec![])),
        ("probes", with_probes(probes())),
        ("probes_reviewer", with_probes_as(Session::Reviewer(Why::ReadOnly), probes())),
        ("probes_hostile", with_probes(vec![hostile_probe(), probe(2, &long, ProbeStatus::Pending, 2)])),
        ("probes_arrived", with_inbox(inbox())),
        ("probe_arrived", on(with_inbox(inbox()), "j<enter>")),
        ("probe_take_in", on(with_inbox(inbox()), "jt")),
        ("probe_license", on(with_inbox(inbox()), "jjl")),
        ("probes_refused", {
            let mut app = with_inbox(inbox());
            let refused = vec![
                ("scan.pdf".to_owned(), "It is no text (UTF-8).".to_owned()),
                (HOSTILE.to_owned(), HOSTILE.to_owned()),
            ];
            app.update(Msg::InboxLooked(Ok(Inboxed { arrived: vec![], refused })));
            press(&mut app, "j");
            app
        }),
        ("probe", on(with_probes(probes()), "<enter>")),
        ("probe_result", on(with_probes(probes()), "jj<enter>")),
        ("probe_result_hostile", on(with_probes(vec![hostile_probe()]), "<enter>")),
        ("probe_new", on(with_probes(probes()), "n<tab>")),
        ("probe_token", token("build server of ACME")),
        ("probe_token_hostile", token(HOSTILE)),
        ("probe_token_save", on(token("build server of ACME"), "s")),
        ("probe_consume", on(with_probes(probes()), "ilprobe_abc<tab>")),
        ("probe_cancel", on(with_probes(probes()), "x")),
    ]
}

fn issuers() -> Vec<Issuer> {
    let ours = |number, name, status| Issuer {
        kid: KID.to_owned(),
        vendor: Some("acme.example".to_owned()),
        status_url: Some("https://licenses.acme.example/status".to_owned()),
        created_at: NOW.plus_days(-400),
        ..issuer(number, name, status)
    };
    vec![
        ours(7, "main", IssuerStatus::Active),
        Issuer { status_url: None, ..ours(8, "spare", IssuerStatus::Inactive) },
        Issuer { can_sign: false, vendor: None, status_url: None, ..ours(9, "partner", IssuerStatus::Inactive) },
        Issuer { retired_at: Some(NOW.plus_days(-30)), ..ours(10, "2025", IssuerStatus::Retired) },
    ]
}

fn named(name: &str) -> Issuer {
    Issuer { vendor: Some(name.to_owned()), ..issuer(11, name, IssuerStatus::Inactive) }
}

fn hostile_issuer() -> Issuer {
    Issuer {
        kid: HOSTILE.to_owned(),
        vendor: Some(HOSTILE.to_owned()),
        status_url: Some(HOSTILE.to_owned()),
        ..issuer(12, HOSTILE, IssuerStatus::Inactive)
    }
}

fn issuer_detail(issuer: Issuer, signed: u64) -> App {
    let mut app = with_issuers(vec![issuer.clone()]);
    let effects = press(&mut app, "<enter>");
    let [Effect::LoadIssuer { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let read = Box::new((issuer, issuer_more(signed)));
    app.update(Msg::IssuerLoaded { request: *request, answer: Ok(Some(read)) });
    app
}

fn events(app: &mut App, effects: &[Effect]) {
    let request = effects.iter().find_map(|effect| match effect {
        Effect::LoadEvents { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::EventsLoaded { request: request.unwrap(), answer: Ok(page(vec![record(5), record(1)])) });
}

fn imported(can_sign: bool, keys: &str) -> App {
    let mut app = with_issuers(issuers());
    let effects = press(&mut app, keys);
    let [Effect::InspectKey { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let facts = KeyFacts { kid: KID.to_owned(), can_sign, known: None };
    app.update(Msg::KeyInspected { request: *request, answer: Ok(Box::new(facts)) });
    app
}

fn identities() -> Vec<UsedIdentity> {
    vec![identity(5, "till", 42), identity(4, "desk", 0), identity(3, "ACME Studio 4", 5_000), identity(2, "kiosk", 1)]
}

fn hostile_identity() -> UsedIdentity {
    let row = identity(1, HOSTILE, 1);
    UsedIdentity { identity: Identity { digest: HOSTILE.to_owned(), ..row.identity }, ..row }
}

fn probes() -> Vec<ProbeToken> {
    let week = probe(5, "build server of ACME", ProbeStatus::Pending, 0);
    vec![
        ProbeToken { expires_at: NOW.plus_days(6), ..week },
        probe(4, "till 3, Hamburg", ProbeStatus::Pending, 23),
        probe(3, "till 2, Hamburg", ProbeStatus::Consumed, 3),
        probe(2, "till 1, Hamburg", ProbeStatus::Cancelled, 4),
        probe(1, "desk of Ms. Smith", ProbeStatus::Pending, 30),
    ]
}

/// A result waits for the second, and the third was taken in with its signature.
fn inbox() -> Vec<Probe> {
    let signed = signed_result();
    let taken = |token: ProbeToken| ProbeToken {
        token_hash: signed.token_hash().to_vec(),
        result: Some(signed.text().to_owned()),
        ..token
    };
    let all = probes().into_iter().enumerate().map(|(at, token)| match at {
        1 => arrived(token),
        2 => taken(token).into(),
        _ => token.into(),
    });
    all.collect()
}

fn hostile_probe() -> ProbeToken {
    ProbeToken { result: Some(HOSTILE.to_owned()), ..probe(1, HOSTILE, ProbeStatus::Consumed, 1) }
}

fn token(label: &str) -> App {
    let mut app = with_probes(probes());
    let token = Typed("lprobe_3q2-7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWc".to_owned().into());
    let done = ProbeDone::Created(probe(6, label, ProbeStatus::Pending, 0), token);
    app.update(Msg::ProbeChanged(Ok(Box::new(done))));
    app
}

//! What bindings, status and publication look like.

use super::look::detail;
use super::support::*;
use crate::app::App;
use crate::effect::{Effect, ReadMachines};
use crate::message::Msg;
use licentia_core::{Bound, Issued, LastPublished, License, LicenseStatus, ListToPublish, ProbeStatus, Standing};

pub(super) fn scenes() -> Vec<(&'static str, App)> {
    let on = |mut app: App, keys: &str| {
        press(&mut app, keys);
        app
    };
    vec![
        ("license_status", on(detail(license(1)), "<tab>")),
        ("license_status_published", on(published(), "<tab>")),
        ("license_status_none", on(detail(License { status_list: None, ..license(1) }), "<tab>")),
        ("license_status_hostile", on(detail(hostile_license()), "<tab>")),
        ("license_bindings", on(bound("front desk"), "<tab><tab>")),
        ("license_bindings_hostile", on(bound(HOSTILE), "<tab><tab>")),
        ("publish", publishing("main", "")),
        ("publish_review", on(publishing("main", "/srv/www"), "<enter>")),
        ("publish_review_hostile", on(publishing(HOSTILE, HOSTILE), "<enter>")),
        ("issue_machines", on(with_licenses(vec![license(1)]), "nalice<tab>studio<tab><tab>lmachine_eyJ2ZXJzaW9uIjox")),
        ("issue_pick", picking("front desk")),
        ("issue_pick_hostile", picking(HOSTILE)),
        ("rebind_review", rebound()),
        ("reissue_overlap", on(with_licenses(vec![license(1)]), "e<enter><backtab>14")),
        // The secret of RFC 6238, which is nobody's.
        ("totp", totp("alice")),
        ("totp_hostile", totp(HOSTILE)),
    ]
}

fn published() -> App {
    let license = License { status: LicenseStatus::Revoked, ..license(1) };
    let mut app = with_licenses(vec![license.clone()]);
    press(&mut app, "<enter>");
    let mut details = details(license);
    let (at, until) = (NOW.plus_days(-2), Some(NOW.plus_days(28)));
    details.standing = Some(Standing {
        now: Some(LicenseStatus::Revoked),
        superseded_from: None,
        is_ours: true,
        published: Some(LastPublished { at, until, said: None, list: published_file() }),
    });
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details)) });
    app
}

fn bound(label: &str) -> App {
    let license = bound_license();
    let mut app = with_licenses(vec![license.clone()]);
    press(&mut app, "<enter>");
    let mut details = details(license);
    details.bound = Bound {
        claim: serde_json::from_value(bindings()).ok(),
        machines: vec![machine(label, 1)],
        identity: Some(label.to_owned()),
        identity_digest: Some(format!("blake3:{}", "cd".repeat(32))),
        has_totp_secret: true,
    };
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details)) });
    app
}

fn publishing(issuer: &str, directory: &str) -> App {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "S");
    app.update(Msg::Paste(directory.to_owned()));
    let [Effect::CountLists { request }] = effects.as_slice() else { panic!("{effects:?}") };
    let uri = "https://acme.example/status/9f".to_owned();
    let list = ListToPublish { uri, issuer: issuer.to_owned(), revoked: 14, suspended: 3, superseded: 120 };
    app.update(Msg::ListsCounted { request: *request, answer: Ok(vec![list]) });
    app
}

fn picking(label: &str) -> App {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "n<ctrl-p>");
    let Some(Effect::LoadResults { request }) = effects.last() else { panic!("{effects:?}") };
    let probes = (1..30).map(|number| probe(number, label, ProbeStatus::Consumed, 1)).collect();
    app.update(Msg::ResultsLoaded { request: *request, answer: Ok(page(probes)) });
    app
}

fn rebound() -> App {
    let mut app = with_licenses(vec![bound_license()]);
    let effects = press(&mut app, "e<tab><tab><tab><ctrl-u>repaired.json<enter>");
    let Some(Effect::ReadMachines { request, .. }) = effects.last() else { panic!("{effects:?}") };
    let rebound = repaired();
    let answer = Ok(ReadMachines { machines: vec![rebound.now.clone()], rebound: vec![rebound] });
    app.update(Msg::MachinesRead { request: *request, answer });
    press(&mut app, "<enter><enter>");
    app
}

fn totp(subject: &str) -> App {
    let mut app = with_licenses(vec![license(1)]);
    app.update(Msg::Issued(Ok(Box::new(Issued { license: license(2), totp: Some(factor(subject)) }))));
    app
}

//! The pages of one license.

use super::support::*;
use crate::app::App;
use crate::effect::Effect;
use crate::message::Msg;
use licentia_core::{License, LicenseStatus, Reissued};

/// The pages of a license that was reissued once.
fn detail() -> App {
    let mut app = with_licenses(vec![license(2)]);
    press(&mut app, "<enter>");
    let old = License { status: LicenseStatus::Superseded, ..license(1) };
    let mut details = details(license(2));
    details.history = vec![old, license(2)];
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details)) });
    app
}

#[test]
fn tab_and_the_arrows_go_from_page_to_page_and_round() {
    let mut app = detail();
    shows(&mut app, &["[Overview]", "Chain (2)", "audience"]);
    assert_eq!(press(&mut app, "<tab>"), []);
    shows(&mut app, &["[Status]", "never: products know nothing of this list"]);
    press(&mut app, "<tab>");
    shows(&mut app, &["[Bindings]", "any: it runs everywhere"]);
    press(&mut app, "<tab>");
    shows(&mut app, &["[Token]", "\"typ\": \"licentia+jwt\"", "2027-05-20 14:00:00 UTC"]);
    press(&mut app, "<right>");
    shows(&mut app, &["[Chain (2)]", "superseded"]);
    assert!(matches!(press(&mut app, "<right>").as_slice(), [Effect::LoadEvents { .. }]));
    shows(&mut app, &["[Audit]"]);
    press(&mut app, "<tab>");
    shows(&mut app, &["[Overview]"]);
    press(&mut app, "<left><left>");
    shows(&mut app, &["[Chain (2)]"]);
    press(&mut app, "<backtab><esc>");
    shows(&mut app, &["Licenses: all"]);
}

#[test]
fn a_goes_to_the_events_and_back() {
    let mut app = detail();
    press(&mut app, "<tab>A");
    shows(&mut app, &["[Audit]"]);
    press(&mut app, "A");
    shows(&mut app, &["[Overview]"]);
    press(&mut app, "A<esc>");
    shows(&mut app, &["Licenses: all"]);
}

#[test]
fn a_license_of_the_chain_is_opened_from_it() {
    let mut app = detail();
    press(&mut app, "<left><left>");
    shows(&mut app, &["> this 00000002"]);
    assert_eq!(press(&mut app, "<up><up><enter>"), [Effect::LoadLicense { request: 4, id: license_id(1) }]);
    shows(&mut app, &["License 00000001 for", "superseded"]);
}

#[test]
fn a_license_that_was_deleted_meanwhile_is_news_and_no_error() {
    let mut app = detail();
    let effects = app.update(Msg::LookedForChanges(true));
    assert_eq!(app.update(Msg::LicenseGone { request: 2 }), [], "an old question");
    let request = effects.iter().find_map(|effect| match effect {
        Effect::LoadLicense { request, .. } => Some(*request),
        _ => None,
    });
    assert_eq!(press(&mut app, "r"), [], "it is being read");
    app.update(Msg::LicenseGone { request: request.unwrap() });
    shows(&mut app, &["Licenses: all", "License 00000002 was deleted meanwhile."]);
}

#[test]
fn a_change_stays_on_the_page_where_it_was_asked_for() {
    let mut app = detail();
    press(&mut app, "<tab><tab><tab>e<enter><enter><enter><enter>");
    let superseded = License { status: LicenseStatus::Superseded, ..license(2) };
    app.update(Msg::Reissued(Ok(Box::new(Reissued {
        license: license(3),
        superseded,
        superseded_from: None,
        rebound: vec![],
        totp: None,
    }))));
    shows(&mut app, &["License 00000003 for", "[Token]"]);
}

#[test]
fn a_change_does_not_pull_back_whoever_went_on() {
    let mut app = with_licenses(vec![license(1), License { status: LicenseStatus::Revoked, ..license(2) }]);
    press(&mut app, "j<enter>u<enter><esc>k<enter>");
    shows(&mut app, &["License 00000001 for"]);
    assert_eq!(app.update(Msg::Unrevoked(Ok(Box::new(license(2))))), []);
    shows(&mut app, &["License 00000001 for", "License 00000002 is active again."]);
}

#[test]
fn a_token_is_copied_as_it_is() {
    let mut app = detail();
    assert_eq!(press(&mut app, "c"), [Effect::Copy { text: license(2).token }]);
    shows(&mut app, &["Sent to the clipboard.", "o saves a file."]);
}

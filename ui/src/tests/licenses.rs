//! Tab 2.

use super::support::*;
use crate::effect::Effect;
use crate::message::Msg;
use crate::paging::PAGE;
use licentia_core::{
    License, LicenseFilter, LicenseStatus, Page, ReasonCode, Reissued, Revocation, RevokeRequest, RevokedLicense,
    Validity,
};

fn load(effects: &[Effect]) -> LicenseFilter {
    match effects {
        [Effect::LoadLicenses { filter, after: None, limit: PAGE, .. }] => filter.clone(),
        other => panic!("{other:?}"),
    }
}

fn revoked(license: License) -> RevokedLicense {
    let license = License { status: LicenseStatus::Revoked, ..license };
    let revocation: Revocation = details(license.clone()).revocation.unwrap();
    RevokedLicense { license, revocation }
}

#[test]
fn s_goes_through_the_states_and_f_shows_all_again() {
    let mut app = with_licenses(vec![license(1)]);
    for status in LicenseStatus::ALL {
        assert_eq!(load(&press(&mut app, "s")).status, Some(*status));
    }
    assert_eq!(load(&press(&mut app, "s")), LicenseFilter::default());
    press(&mut app, "s");
    assert_eq!(load(&press(&mut app, "F")), LicenseFilter::default());
}

#[test]
fn w_goes_through_the_validities() {
    let mut app = with_licenses(vec![license(1)]);
    for (validity, word) in [
        (Validity::Valid, "valid"),
        (Validity::Expiring, "expiring"),
        (Validity::Expired, "expired"),
        (Validity::NotYetValid, "not yet valid"),
    ] {
        assert_eq!(load(&press(&mut app, "w")).validity, Some(validity));
        assert!(text(&mut app, 80, 24).contains(&format!("Licenses: {word}")));
    }
    assert_eq!(load(&press(&mut app, "w")), LicenseFilter::default());
    press(&mut app, "sw");
    assert!(text(&mut app, 80, 24).contains("Licenses: active, valid"));
}

#[test]
fn the_list_follows_what_is_typed_into_the_search() {
    let mut app = with_licenses(vec![license(1)]);
    assert_eq!(press(&mut app, "/"), []);
    let effects = press(&mut app, "a");
    assert_eq!(load(&effects).subject.as_deref(), Some("a"));
    assert_eq!(press(&mut app, "lice"), [], "while a page is read, what is typed is remembered");
    let effects = answer_licenses(&mut app, &effects, page(vec![license(1)]));
    assert_eq!(load(&effects).subject.as_deref(), Some("alice"), "and then the last of it is asked for");
    assert_eq!(answer_licenses(&mut app, &effects, page(vec![license(2)])), []);
    assert!(text(&mut app, 80, 24).contains("subject contains alice"));
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("subject contains \"alice\""));
    assert_eq!(load(&press(&mut app, "/<ctrl-u>")).subject, None);
}

#[test]
fn esc_in_the_search_goes_back_to_what_was_before() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "/a");
    answer_licenses(&mut app, &effects, page(vec![]));
    let effects = press(&mut app, "<enter>/b");
    answer_licenses(&mut app, &effects, page(vec![]));
    assert_eq!(load(&press(&mut app, "<esc>")).subject.as_deref(), Some("a"));
    assert_eq!(press(&mut app, "/<esc>"), [], "nothing was typed");
}

#[test]
fn an_answer_to_an_old_question_does_not_hasten_the_search() {
    let (mut app, first) = start();
    press(&mut app, "s");
    press(&mut app, "/x");
    assert_eq!(answer_licenses(&mut app, &first, page(vec![license(1)])), [], "not the page that is waited for");
    let second = Effect::LoadLicenses { request: 2, filter: LicenseFilter::default(), after: None, limit: PAGE };
    assert_eq!(load(&answer_licenses(&mut app, &[second], page(vec![]))).subject.as_deref(), Some("x"));
}

#[test]
fn keys_of_the_list_are_text_in_the_search_and_arrows_still_move() {
    let mut app = with_licenses(vec![license(1), license(2)]);
    let effects = press(&mut app, "/q");
    answer_licenses(&mut app, &effects, page(vec![license(1), license(2)]));
    press(&mut app, "<down>");
    assert!(text(&mut app, 80, 24).contains("> 00000002"));
    let effects = app.update(Msg::Paste("x\n".to_owned()));
    assert_eq!(load(&effects).subject.as_deref(), Some("qx"));
}

#[test]
fn a_search_that_fails_is_explained_and_the_last_word_still_asked_for() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "/a");
    app.update(Msg::LicensesLoaded { request: 2, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert_eq!(load(&press(&mut app, "b")).subject.as_deref(), Some("ab"));
}

#[test]
fn a_late_answer_to_an_older_filter_is_ignored() {
    let (mut app, first) = start();
    let second = press(&mut app, "s");
    answer_licenses(&mut app, &first, page(vec![license(1)]));
    assert!(!text(&mut app, 80, 24).contains("customer1@"));
    answer_licenses(&mut app, &second, page(vec![license(2)]));
    assert!(text(&mut app, 80, 24).contains("customer2@"));
}

#[test]
fn a_list_that_cannot_be_read_says_so() {
    let (mut app, _) = start();
    app.update(Msg::LicensesLoaded { request: 1, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc>r").as_slice(), [Effect::LoadLicenses { .. }]));
}

#[test]
fn the_next_page_is_read_as_the_selection_nears_the_end() {
    let (mut app, effects) = start();
    let first: Vec<License> = (1..=100).map(license).collect();
    let more = answer_licenses(&mut app, &effects, Page { items: first, next: Some(license_id(100)) });
    assert_eq!(more, []);
    let effects = press(&mut app, "<pgdn><pgdn><pgdn><pgdn><pgdn><pgdn>");
    let filter = LicenseFilter::default();
    assert_eq!(effects, [Effect::LoadLicenses { request: 2, filter, after: Some(license_id(100)), limit: 100 }]);
}

#[test]
fn a_page_that_lost_its_place_is_read_from_the_beginning() {
    let (mut app, _) = start();
    let effects = press(&mut app, "w");
    let first: Vec<License> = (1..=100).map(license).collect();
    answer_licenses(&mut app, &effects, Page { items: first, next: Some(license_id(100)) });
    press(&mut app, "<end>");
    assert_eq!(app.update(Msg::LicensesMoved { request: 2 }), [], "an old question");
    let effects = app.update(Msg::LicensesMoved { request: 3 });
    assert_eq!(load(&effects).validity, Some(Validity::Valid));
}

#[test]
fn enter_opens_a_license_and_esc_goes_back_to_the_same_row() {
    let mut app = with_licenses(vec![license(1), license(2)]);
    let effects = press(&mut app, "j<enter>");
    assert_eq!(effects, [Effect::LoadLicense { request: 2, id: license_id(2) }]);
    assert!(text(&mut app, 80, 24).contains("reading…"));
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details(license(2)))) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("default (00000007)") && screen.contains("customer2@example.com"), "{screen}");
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("> 00000002"));
}

#[test]
fn a_late_answer_does_not_replace_the_license_that_is_open_now() {
    let mut app = with_licenses(vec![license(1), license(2)]);
    press(&mut app, "<enter><esc>j<enter>");
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details(license(1)))) });
    assert!(text(&mut app, 80, 24).contains("customer2@example.com"));
    app.update(Msg::LicenseLoaded { request: 2, answer: Err(why()) });
    assert!(!text(&mut app, 80, 24).contains("make room"));
}

#[test]
fn a_revocation_asks_for_a_reason_and_then_once_more() {
    let mut app = with_licenses(vec![license(1)]);
    assert_eq!(press(&mut app, "x<right><right><right><right><tab>refunded it<enter>"), []);
    let screen = text(&mut app, 80, 24);
    for part in ["Revoke?", "breach", "refunded it", "once the revocations are published again"] {
        assert!(screen.contains(part), "{screen}");
    }
    let note = Some("refunded it".to_owned());
    let request = RevokeRequest { license: license_id(1), reason: ReasonCode::Breach, note };
    assert_eq!(press(&mut app, "<esc><enter><enter>"), [Effect::Revoke(request)]);
    assert_eq!(app.update(Msg::Revoked(Ok(Box::new(revoked(license(1)))))), []);
    let screen = text(&mut app, 80, 24);
    assert!(
        screen.contains("revoked") && screen.contains("License 00000001 is revoked.") && !screen.contains("reason")
    );
}

#[test]
fn a_revocation_that_fails_leaves_the_form_as_it_was() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "x<tab>my note<enter><enter>");
    app.update(Msg::Revoked(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("my note"));
}

#[test]
fn what_a_state_does_not_allow_is_said_at_once() {
    let mut app = with_licenses(vec![revoked(license(1)).license, license(2)]);
    for (keys, said) in [("x", "revoked already"), ("e", "Only an active license"), ("ju", "not revoked")] {
        assert_eq!(press(&mut app, keys), []);
        assert!(text(&mut app, 80, 24).contains(said), "{keys}");
    }
}

#[test]
fn a_revocation_from_the_detail_is_shown_there() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "<enter>x<enter><enter>");
    let effects = app.update(Msg::Revoked(Ok(Box::new(revoked(license(1))))));
    assert_eq!(effects, [Effect::LoadLicense { request: 3, id: license_id(1) }]);
    app.update(Msg::LicenseLoaded { request: 3, answer: Ok(Box::new(details(revoked(license(1)).license))) });
    assert!(text(&mut app, 80, 24).contains("found on a public server"));
}

#[test]
fn a_reissue_opens_the_new_license_where_the_old_one_was_open() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "<enter>e<enter><enter><enter><enter>");
    let superseded = License { status: LicenseStatus::Superseded, ..license(1) };
    let effects = app.update(Msg::Reissued(Ok(Box::new(Reissued {
        license: license(3),
        superseded,
        superseded_from: None,
        rebound: vec![],
        totp: None,
    }))));
    let ids: Vec<_> = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::LoadLicense { id, .. } if *id == license_id(3)))
        .collect();
    assert_eq!(ids.len(), 1, "{effects:?}");
    assert!(text(&mut app, 80, 24).contains("License 00000003 for"));
}

#[test]
fn capital_a_shows_the_events_of_this_license_only() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "<enter>A");
    let target = license_id(1).to_string();
    assert_eq!(effects[1], Effect::LoadEvents { request: 3, target, before: None, limit: 100 });
    app.update(Msg::EventsLoaded { request: 3, answer: Ok(page(vec![record(5), record(1)])) });
    assert!(text(&mut app, 80, 24).contains("license.revoke"));
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("Entry 5"));
    press(&mut app, "<esc><esc>");
    assert!(text(&mut app, 80, 24).contains("subject"));
}

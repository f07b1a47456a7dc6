//! Issuing and reissuing.

use super::support::*;
use crate::app::App;
use crate::effect::Effect;
use crate::message::Msg;
use licentia_core::{ClearField, IssueRequest, IssuerStatus, License, Limit, Limits, ReissueRequest, Term, Timestamp};

/// The form, with its issuers, over a list of one license.
fn issuing() -> App {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "n");
    answer_issuers(&mut app, &effects);
    app
}

fn answer_issuers(app: &mut App, effects: &[Effect]) {
    let [Effect::LoadIssuers { request }] = effects else { panic!("{effects:?}") };
    let mut foreign = issuer(9, "foreign", IssuerStatus::Inactive);
    foreign.can_sign = false;
    let issuers = vec![
        issuer(7, "default", IssuerStatus::Active),
        issuer(8, "spare", IssuerStatus::Inactive),
        foreign,
        issuer(10, "old", IssuerStatus::Retired),
    ];
    app.update(Msg::IssuersLoaded { request: *request, answer: Ok(issuers) });
}

fn plain() -> IssueRequest {
    IssueRequest {
        subject: "alice".to_owned(),
        audience: vec!["studio".to_owned()],
        issuer: None,
        not_before: None,
        term: Term::Days(30),
        features: vec![],
        limits: [].into(),
        payload: None,
        identity: None,
    }
}

#[test]
fn a_license_is_signed_after_a_review() {
    let mut app = issuing();
    assert_eq!(press(&mut app, "alice<tab>studio<tab><tab>30<enter>"), []);
    let screen = text(&mut app, 80, 24);
    for part in
        ["Sign this license?", "default", "2026-06-19 14:00:00 UTC, after 30 days", "no address for revocations"]
    {
        assert!(screen.contains(part), "{screen}");
    }
    assert_eq!(press(&mut app, "<enter>"), [Effect::Issue(plain())]);
    assert_eq!(press(&mut app, "x<enter><esc>"), [], "the form waits");
    let effects = app.update(Msg::Issued(Ok(Box::new(license(2)))));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { after: None, .. }]));
    assert!(text(&mut app, 80, 24).contains("License 00000002 is signed."));
}

#[test]
fn all_fields_are_read() {
    let mut app = issuing();
    let effects = press(
        &mut app,
        "alice<tab>studio, cloud<tab><right><tab>2027-01-31<tab>2026-06-01<tab>export<tab>seats=10, edition=pro<tab>{\"a\":1}<enter><enter>",
    );
    let request = IssueRequest {
        audience: vec!["studio".to_owned(), "cloud".to_owned()],
        issuer: Some(issuer(8, "spare", IssuerStatus::Inactive).id),
        not_before: Some(Timestamp::from_seconds(1_780_272_000)),
        term: Term::Until(Timestamp::from_seconds(1_801_353_600)),
        features: vec!["export".to_owned()],
        limits: [("seats".to_owned(), Limit::Number(10)), ("edition".to_owned(), Limit::Text("pro".to_owned()))].into(),
        payload: Some(serde_json::json!({ "a": 1 })),
        ..plain()
    };
    assert_eq!(effects, [Effect::Issue(request)]);
}

#[test]
fn only_issuers_that_may_sign_are_offered() {
    let mut app = issuing();
    press(&mut app, "<tab><tab><right>");
    assert!(text(&mut app, 80, 24).contains("← spare →"));
    press(&mut app, "<right>");
    assert!(text(&mut app, 80, 24).contains("← default (active) →"));
}

#[test]
fn mistakes_are_shown_at_their_fields_and_the_first_one_is_gone_to() {
    let mut app = issuing();
    assert_eq!(press(&mut app, "<enter>"), []);
    let screen = text(&mut app, 80, 24);
    for part in ["! whom is it for?", "! which product is it for?", "! say how long"] {
        assert!(screen.contains(part), "{screen}");
    }
    press(&mut app, "alice<tab>studio<tab><tab>2020-01-01<tab>soon<tab>a,a<tab>seats<tab>{<enter>");
    let screen = text(&mut app, 80, 24);
    for part in ["over already", "a date like", "a is there twice", "seats has no value", "not JSON"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert!(screen.contains("> term"), "{screen}");
}

#[test]
fn leaving_a_field_checks_it_and_no_other() {
    let mut app = issuing();
    press(&mut app, "<tab>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("! whom is it for?") && !screen.contains("! which product"), "{screen}");
    press(&mut app, "<backtab>alice<tab>");
    assert!(!text(&mut app, 80, 24).contains("! whom"));
}

#[test]
fn an_error_leaves_what_was_typed() {
    let mut app = issuing();
    press(&mut app, "alice<tab>studio<tab><tab>30<enter><enter>");
    assert_eq!(app.update(Msg::Issued(Err(why()))), []);
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert_eq!(press(&mut app, "<esc><enter><enter>"), [Effect::Issue(plain())]);
}

#[test]
fn a_reissue_that_changes_nothing_names_nothing() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    assert!(text(&mut app, 80, 24).contains("default (as before)"));
    let request = ReissueRequest::default();
    assert_eq!(press(&mut app, "<enter><enter>"), [Effect::Reissue { id: license_id(1), request }]);
}

#[test]
fn a_reissue_names_what_was_changed_and_drops_what_was_emptied() {
    let odd = Limits([("edition".to_owned(), Limit::Text("10".to_owned()))].into());
    let mut app = with_licenses(vec![License { limits: odd, not_before: Some(NOW), ..license(1) }]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    press(
        &mut app,
        "<ctrl-u>bob<tab><tab><right><tab><ctrl-u>perpetual<tab><ctrl-u><tab><ctrl-u><tab><tab><ctrl-u><enter>",
    );
    assert!(text(&mut app, 80, 24).contains("bob  (changed)"));
    let request = ReissueRequest {
        subject: Some("bob".to_owned()),
        issuer: Some(issuer(8, "spare", IssuerStatus::Inactive).id),
        clear: vec![ClearField::Expires, ClearField::NotBefore, ClearField::Features, ClearField::Payload],
        ..ReissueRequest::default()
    };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reissue { id: license_id(1), request }]);
}

#[test]
fn a_reissue_of_what_has_expired_needs_a_new_term() {
    let mut app = with_licenses(vec![License { not_after: Some(NOW.plus_days(-1)), ..license(1) }]);
    press(&mut app, "e");
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("over already"));
}

#[test]
fn a_paste_keeps_to_its_field_and_its_line() {
    let mut app = issuing();
    press(&mut app, "<tab><tab><tab><tab><tab><tab><tab>");
    app.update(Msg::Paste("{\n  \"a\": 1\n}\n".to_owned()));
    assert!(text(&mut app, 80, 24).contains("{   \"a\": 1 }"));
}

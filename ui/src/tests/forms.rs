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
    let [Effect::LoadIssuers { request }, ..] = effects else { panic!("{effects:?}") };
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
        // The one that the review names, whichever is active by the time of the signing.
        issuer: Some(issuer(7, "default", IssuerStatus::Active).id),
        not_before: None,
        term: Term::Days(30),
        features: vec![],
        limits: [].into(),
        payload: None,
        identity: None,
        machines: vec![],
        totp: false,
    }
}

/// The first question that a subject leads to: while it is not answered no other is asked.
fn twins(request: u64, subject: &str) -> Effect {
    Effect::LoadTwins { request, subject: subject.to_owned() }
}

#[test]
fn a_license_is_signed_after_three_steps_and_a_review() {
    let mut app = issuing();
    assert_eq!(press(&mut app, "alice<tab>studio"), [twins(3, "a")]);
    assert!(text(&mut app, 80, 24).contains("[1 Who] > 2 When"));
    assert_eq!(press(&mut app, "<enter>30<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("2 When > [3 What]"));
    assert_eq!(press(&mut app, "<enter>"), []);
    let screen = text(&mut app, 80, 24);
    for part in [
        "Sign this license?",
        "3 What > [4 Review]",
        "default",
        "2026-06-19 14:00:00 UTC, after 30 days",
        "no address for revocations",
    ] {
        assert!(screen.contains(part), "{screen}");
    }
    assert_eq!(press(&mut app, "<enter>"), [Effect::Issue(plain())]);
    assert_eq!(press(&mut app, "x<enter><esc>"), [], "the form waits");
    let effects = app.update(Msg::Issued(Ok(Box::new(issued(license(2))))));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { after: None, .. }]));
    assert!(text(&mut app, 80, 24).contains("License 00000002 is signed."));
}

#[test]
fn all_fields_are_read() {
    let mut app = issuing();
    press(&mut app, "alice<tab>studio, cloud<tab>");
    let effects = app.update(Msg::Paste("kiosk".to_owned()));
    identify(&mut app, &effects, Ok(named(1, "kiosk")));
    press(&mut app, "<enter>");
    press(&mut app, "2027-01-31<tab>2026-06-01<tab><right><enter>");
    let effects = press(&mut app, "export<tab>seats=10, edition=pro<tab>{\"a\":1}<enter>");
    assert_eq!(effects, []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("identity  kiosk") && screen.contains("issuer    spare"), "{screen}");
    let request = IssueRequest {
        audience: vec!["studio".to_owned(), "cloud".to_owned()],
        issuer: Some(issuer(8, "spare", IssuerStatus::Inactive).id),
        not_before: Some(Timestamp::from_seconds(1_780_272_000)),
        term: Term::Until(Timestamp::from_seconds(1_801_353_600)),
        features: vec!["export".to_owned()],
        limits: [("seats".to_owned(), Limit::Number(10)), ("edition".to_owned(), Limit::Text("pro".to_owned()))].into(),
        payload: Some(serde_json::json!({ "a": 1 })),
        identity: Some(named(1, "kiosk").id),
        ..plain()
    };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Issue(request)]);
}

#[test]
fn esc_goes_a_step_back_and_from_the_first_one_out() {
    let mut app = issuing();
    press(&mut app, "alice<tab>studio<enter>30<enter><enter>");
    for shown in ["[4 Review]", "[3 What]", "[2 When]", "[1 Who]"] {
        assert!(text(&mut app, 80, 24).contains(shown), "{shown}");
        press(&mut app, "<esc>");
    }
    assert!(text(&mut app, 80, 24).contains("what was typed is lost"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("alice"), "it is still there");
    press(&mut app, "<esc><enter>");
    assert!(!text(&mut app, 80, 24).contains("Issue a license"));
}

#[test]
fn nothing_is_asked_when_nothing_was_typed() {
    for keys in ["n<esc>", "e<esc>"] {
        let mut app = with_licenses(vec![license(1)]);
        press(&mut app, keys);
        assert!(!text(&mut app, 80, 24).contains("1 Who"), "{keys}");
    }
}

#[test]
fn the_audience_of_the_configuration_is_there_already() {
    let mut opening = opening(Some(unlocked()));
    opening.audience = vec!["studio".to_owned(), "cloud".to_owned()];
    let (mut app, _) = App::new(opening, crate::theme::Theme::from_no_color(None), NOW);
    press(&mut app, "2n");
    assert!(text(&mut app, 80, 24).contains("studio, cloud"));
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 80, 24).contains("1 Who"), "it was not typed, so it may go");
}

/// Answers what the last of these asks for about an identity.
fn identify(app: &mut App, effects: &[Effect], answer: crate::message::Answer<licentia_core::Identity>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::ResolveIdentity { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::IdentityResolved { request: request.unwrap(), answer })
}

#[test]
fn an_identity_is_looked_up_while_it_is_typed() {
    let mut app = issuing();
    let effects = press(&mut app, "alice<tab>studio<tab>ki<enter>");
    assert_eq!(effects.len(), 2, "one question at a time: {effects:?}");
    assert!(text(&mut app, 80, 24).contains("still being looked up"));
    let effects = identify(&mut app, &effects, Err(why()));
    assert!(matches!(effects.as_slice(), [Effect::ResolveIdentity { text, .. }] if text == "ki"), "{effects:?}");
    identify(&mut app, &effects, Err(why()));
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("! the license was not issued"), "what was found instead is at the field");
    let effects = press(&mut app, "osk");
    let effects = identify(&mut app, &effects, Ok(named(9, "late")));
    identify(&mut app, &effects, Ok(named(1, "kiosk")));
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("[2 When]"));
}

#[test]
fn who_has_an_active_license_is_told_while_the_subject_is_typed() {
    let mut app = issuing();
    assert_eq!(press(&mut app, "a"), [twins(3, "a")]);
    assert_eq!(press(&mut app, "lice"), [], "one question at a time");
    let answer = |request, licenses| Msg::TwinsLoaded { request, answer: Ok(licenses) };
    assert_eq!(app.update(answer(3, vec![license(9)])), [twins(4, "alice")]);
    assert!(!text(&mut app, 80, 24).contains("00000009"), "that was the answer to another question");
    app.update(answer(3, vec![license(9)]));
    assert_eq!(app.update(answer(4, vec![license(5), license(4)])), []);
    let said = "This subject already has 00000005, active until 2027-05-20, and 1 more.";
    assert!(text(&mut app, 80, 24).contains(said));
    press(&mut app, "<tab>studio<enter>30<enter><enter>");
    assert!(text(&mut app, 80, 24).contains(said), "again in the review");
    press(&mut app, "<esc><esc><esc><backtab>");
    assert_eq!(press(&mut app, "x"), [twins(5, "alicex")]);
    assert!(!text(&mut app, 80, 24).contains("already has"), "of another subject nothing is known yet");
}

#[test]
fn a_late_word_about_the_subject_still_comes_into_the_review() {
    let mut app = issuing();
    app.update(Msg::Paste("alice".to_owned()));
    press(&mut app, "<tab>studio<enter>30<enter><enter>");
    app.update(Msg::TwinsLoaded { request: 3, answer: Ok(vec![license(5)]) });
    assert!(text(&mut app, 80, 24).contains("already has 00000005"));
}

#[test]
fn only_issuers_that_may_sign_are_offered() {
    let mut app = issuing();
    press(&mut app, "a<tab>b<enter><tab><tab><right>");
    assert!(text(&mut app, 80, 24).contains("← spare →"));
    press(&mut app, "<right>");
    assert!(text(&mut app, 80, 24).contains("← default (active) →"));
}

#[test]
fn without_an_active_issuer_one_has_to_be_chosen() {
    let mut app = with_licenses(vec![]);
    press(&mut app, "n");
    let issuers = vec![issuer(8, "spare", IssuerStatus::Inactive)];
    app.update(Msg::IssuersLoaded { request: 2, answer: Ok(issuers) });
    press(&mut app, "a<tab>b<enter>30<enter>");
    assert!(text(&mut app, 80, 24).contains("no issuer is active: choose one"));
    press(&mut app, "<right><enter>");
    assert!(text(&mut app, 80, 24).contains("[3 What]"));
}

#[test]
fn mistakes_are_shown_at_their_fields_before_the_next_step() {
    let mut app = issuing();
    press(&mut app, "<enter>");
    let screen = text(&mut app, 80, 24);
    for part in ["[1 Who]", "! whom is it for?", "! which product is it for?", "> subject"] {
        assert!(screen.contains(part), "{screen}");
    }
    press(&mut app, "alice<tab>studio<enter>2020-01-01<tab>soon<enter>");
    let screen = text(&mut app, 80, 24);
    for part in ["[2 When]", "over already", "a date like", "> term"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    press(&mut app, "<ctrl-u>30<tab><ctrl-u><enter>a,a<tab>seats<tab>{<enter>");
    let screen = text(&mut app, 80, 24);
    for part in ["[3 What]", "a is there twice", "seats has no value", "not JSON", "> features"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn what_only_the_rules_know_is_said_before_the_review() {
    let mut app = issuing();
    app.update(Msg::Paste("x".repeat(1_001)));
    press(&mut app, "<tab>studio<enter>30<enter><enter>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("1001 characters") && !screen.contains("Sign this"), "{screen}");
}

#[test]
fn leaving_a_field_checks_it_and_takes_mended_marks_away() {
    let mut app = issuing();
    press(&mut app, "<tab>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("! whom is it for?") && !screen.contains("! which product"), "{screen}");
    press(&mut app, "<backtab>alice<tab>");
    assert!(!text(&mut app, 80, 24).contains("! whom"));
    press(&mut app, "studio<enter>2026-06-01<tab>2026-07-01<tab>");
    press(&mut app, "<backtab><backtab><tab>");
    assert!(text(&mut app, 80, 24).contains("it ends before it begins"));
    press(&mut app, "<ctrl-u><tab>");
    assert!(!text(&mut app, 80, 24).contains("it ends before it begins"), "mended in the other field");
}

#[test]
fn an_error_leaves_what_was_typed() {
    let mut app = issuing();
    press(&mut app, "alice<tab>studio<enter>30<enter><enter><enter>");
    assert_eq!(app.update(Msg::Issued(Err(why()))), []);
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert_eq!(press(&mut app, "<esc><enter><enter>"), [Effect::Issue(plain())]);
}

#[test]
fn a_reissue_that_changes_nothing_names_nothing() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("default (as before)"));
    let request = ReissueRequest::default();
    assert_eq!(press(&mut app, "<enter><enter><enter>"), [Effect::Reissue { id: license_id(1), request }]);
}

#[test]
fn a_reissue_names_what_was_changed_and_drops_what_was_emptied() {
    let odd = Limits([("edition".to_owned(), Limit::Text("10".to_owned()))].into());
    let kiosk = Some(named(1, "kiosk").id);
    let mut app = with_licenses(vec![License { limits: odd, not_before: Some(NOW), identity_id: kiosk, ..license(1) }]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    identify(&mut app, &effects, Ok(named(1, "kiosk")));
    assert!(text(&mut app, 80, 24).contains("kiosk"), "an identity is shown by its name");
    press(&mut app, "<ctrl-u>bob<tab><tab><ctrl-u><enter>");
    press(&mut app, "<ctrl-u>perpetual<tab><ctrl-u><tab><right><enter>");
    press(&mut app, "<ctrl-u><tab><tab><ctrl-u><enter>");
    assert!(text(&mut app, 80, 24).contains("bob  (changed)"));
    let mut request = ReissueRequest {
        subject: Some("bob".to_owned()),
        issuer: Some(issuer(8, "spare", IssuerStatus::Inactive).id),
        clear: vec![
            ClearField::Identity,
            ClearField::Expires,
            ClearField::NotBefore,
            ClearField::Features,
            ClearField::Payload,
        ],
        ..ReissueRequest::default()
    };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reissue { id: license_id(1), request: request.clone() }]);

    app.update(Msg::Reissued(Err(why())));
    press(&mut app, "<esc><esc><esc>");
    let effects = app.update(Msg::Paste("server-eu".to_owned()));
    identify(&mut app, &effects, Ok(named(3, "server-eu")));
    press(&mut app, "<enter><enter><enter>");
    request.identity = Some(named(3, "server-eu").id);
    request.clear.remove(0);
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reissue { id: license_id(1), request }]);
}

#[test]
fn where_the_issuer_of_before_signs_no_more_the_active_one_does() {
    let from_elsewhere = License { issuer_id: issuer(9, "foreign", IssuerStatus::Inactive).id, ..license(1) };
    let mut app = with_licenses(vec![from_elsewhere]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("default (active)"));
    press(&mut app, "<enter><enter>");
    assert!(text(&mut app, 80, 24).contains("issuer    default"));
}

#[test]
fn a_reissue_is_no_second_license_of_its_subject() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "e");
    answer_issuers(&mut app, &effects);
    assert_eq!(press(&mut app, "x"), [twins(3, "customer1@example.comx")]);
    press(&mut app, "<backspace>");
    let effects = app.update(Msg::TwinsLoaded { request: 3, answer: Ok(vec![]) });
    assert_eq!(effects, [twins(4, "customer1@example.com")]);
    app.update(Msg::TwinsLoaded { request: 4, answer: Ok(vec![license(1)]) });
    assert!(!text(&mut app, 80, 24).contains("already has"));
}

#[test]
fn a_reissue_of_what_has_expired_needs_a_new_term() {
    let mut app = with_licenses(vec![License { not_after: Some(NOW.plus_days(-1)), ..license(1) }]);
    press(&mut app, "e");
    assert_eq!(press(&mut app, "<enter><enter>"), []);
    assert!(text(&mut app, 80, 24).contains("over already"));
}

#[test]
fn a_paste_keeps_to_its_field_and_its_line() {
    let mut app = issuing();
    press(&mut app, "a<tab>b<enter>30<enter><tab><tab>");
    app.update(Msg::Paste("{\n  \"a\": 1\n}\n".to_owned()));
    assert!(text(&mut app, 80, 24).contains("{   \"a\": 1 }"));
}

//! Tab 9.

use super::support::*;
use crate::effect::Effect;
use crate::message::Msg;
use licentia_core::Page;
use licentia_core::audit::AuditFilter;

#[test]
fn is_read_when_it_is_opened_and_again_after_a_change() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "9");
    let filter = AuditFilter::default();
    assert_eq!(effects, [Effect::LoadAudit { request: 2, filter, before: None, limit: 100 }]);
    answer_audit(&mut app, &effects, page(vec![record(1)]));
    assert_eq!(press(&mut app, "29"), []);
    press(&mut app, "2n");
    app.update(Msg::Issued(Ok(Box::new(license(2)))));
    assert!(matches!(press(&mut app, "9").as_slice(), [Effect::LoadAudit { .. }]));
}

#[test]
fn pages_through_the_whole_log_by_key() {
    let mut app = with_licenses(vec![]);
    let effects = press(&mut app, "9");
    let items = (901..=1000).rev().map(record).collect();
    assert_eq!(answer_audit(&mut app, &effects, Page { items, next: Some(901) }), []);
    let effects = press(&mut app, "<end>");
    let filter = AuditFilter::default();
    assert_eq!(effects, [Effect::LoadAudit { request: 3, filter, before: Some(901), limit: 500 }]);
    let items = (401..=900).rev().map(record).collect();
    let effects = answer_audit(&mut app, &effects, Page { items, next: Some(401) });
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { before: Some(401), .. }]));
    let items = (1..=400).rev().map(record).collect();
    assert_eq!(answer_audit(&mut app, &effects, page(items)), []);
    assert!(text(&mut app, 80, 24).contains("1000 of 1000"));
}

#[test]
fn filters_by_kind_and_actor_in_the_database() {
    let mut app = with_records(vec![record(1)]);
    let effects = press(&mut app, "f");
    assert_eq!(effects, [Effect::LoadKinds { request: 3 }]);
    app.update(Msg::KindsLoaded { request: 3, answer: Ok(vec!["issuer.create".to_owned()]) });
    assert!(text(&mut app, 80, 24).contains("In this log: issuer.create"));
    let effects = press(&mut app, "license.*, issuer.create<tab>mathieu@build7<enter>");
    let filter = AuditFilter {
        kinds: vec!["license.*".to_owned(), "issuer.create".to_owned()],
        actor: Some("mathieu@build7".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(effects, [Effect::LoadAudit { request: 4, filter, before: None, limit: 100 }]);
    answer_audit(&mut app, &effects, page(vec![]));
    assert!(text(&mut app, 80, 24).contains("No entry is like that. Press F"));
    let effects = press(&mut app, "F");
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if *filter == AuditFilter::default()));
}

#[test]
fn the_target_may_be_a_part_of_an_id() {
    let mut app = with_records(vec![record(1)]);
    let effects = press(&mut app, "f<tab><tab>00000001<enter>");
    assert_eq!(effects[1], Effect::ResolveTarget { request: 4, text: "00000001".to_owned() });
    let whole = license_id(1).to_string();
    assert_eq!(app.update(Msg::TargetResolved { request: 3, answer: Ok("late".to_owned()) }), []);
    let effects = app.update(Msg::TargetResolved { request: 4, answer: Ok(whole.clone()) });
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if filter.target == Some(whole)));
}

#[test]
fn a_target_that_is_not_clear_leaves_the_list_as_it_is() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f<tab><tab>0<enter>");
    assert_eq!(app.update(Msg::TargetResolved { request: 4, answer: Err(why()) }), []);
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("Audit: all entries"));
}

#[test]
fn esc_leaves_the_filter_bar_as_it_was() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "fabc<esc>");
    press(&mut app, "f");
    assert!(!text(&mut app, 80, 24).contains("abc"));
}

#[test]
fn enter_shows_an_entry_with_all_that_vouches_for_it() {
    let mut app = with_records(vec![record(5)]);
    assert_eq!(press(&mut app, "<enter>"), []);
    let screen = text(&mut app, 120, 36);
    for part in [
        "\"subject\": \"customer5@example.com\"",
        "previous hash",
        "blake3:2222",
        "ed25519:3333",
        "abab",
        "14:00:00.000000Z",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn reading_needs_no_passphrase() {
    let mut app = with_licenses_as(crate::session::Session::Reviewer(crate::session::Why::NoVault), vec![license(1)]);
    assert!(matches!(press(&mut app, "9").as_slice(), [Effect::LoadAudit { .. }]));
    assert!(matches!(press(&mut app, "f").as_slice(), [Effect::LoadKinds { .. }]));
}

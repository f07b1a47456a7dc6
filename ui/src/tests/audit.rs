//! Tab 9.

use super::support::*;
use crate::effect::{Effect, Target};
use crate::message::Msg;
use licentia_core::audit::AuditFilter;
use licentia_core::{AuditRecord, IssuerStatus, Page, ProbeStatus};

#[test]
fn is_read_when_it_is_opened_and_again_after_a_change() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "9");
    let filter = AuditFilter::default();
    let load = Effect::LoadAudit { request: 2, filter, before: None, limit: 100 };
    assert_eq!(effects, [load, Effect::LoadVouched]);
    answer_audit(&mut app, &effects, page(vec![record(1)]));
    app.update(Msg::VouchedLoaded(Ok(vouched(41, 14))));
    assert_eq!(press(&mut app, "29"), []);
    press(&mut app, "2n");
    app.update(Msg::Issued(Ok(Box::new(issued(license(2))))));
    let effects = press(&mut app, "9");
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { .. }, Effect::LoadVouched]), "{effects:?}");
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
fn the_bar_filters_in_the_database_by_all_that_was_typed() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "f"), [Effect::LoadKinds { request: 3 }]);
    let effects = press(
        &mut app,
        "license.*, issuer.create<tab>mathieu@build7<tab><tab>2026-05-01<tab>2026-05-20T12:00:00Z<enter>",
    );
    let filter = AuditFilter {
        kinds: vec!["license.*".to_owned(), "issuer.create".to_owned()],
        actor: Some("mathieu@build7".to_owned()),
        target: None,
        since: Some("2026-05-01T00:00:00Z".parse().unwrap()),
        until: Some("2026-05-20T12:00:00Z".parse().unwrap()),
    };
    assert_eq!(effects, [Effect::LoadAudit { request: 4, filter, before: None, limit: 100 }]);
    answer_audit(&mut app, &effects, page(vec![]));
    let screen = text(&mut app, 120, 36);
    for part in ["No entry matches. Press F", "kind license.*, issuer.create, actor mathieu@build7, from 2026-05-01"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    let effects = press(&mut app, "F");
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if *filter == AuditFilter::default()));
    assert!(text(&mut app, 80, 24).contains("Audit: all entries"));
}

#[test]
fn the_bar_offers_and_completes_the_kinds_of_this_log() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f");
    let kinds = ["issuer.create", "license.issue", "license.revoke"].map(str::to_owned).to_vec();
    app.update(Msg::KindsLoaded { request: 2, answer: Ok(vec!["late".to_owned()]) });
    app.update(Msg::KindsLoaded { request: 3, answer: Ok(kinds) });
    press(&mut app, "lic");
    assert!(text(&mut app, 80, 24).contains("completes: license.issue, license.revoke"));
    press(&mut app, "<down>");
    assert!(text(&mut app, 80, 24).contains("> kind    license.issue"));
    press(&mut app, "<down>,i<down>");
    assert!(text(&mut app, 80, 24).contains("> kind    license.revoke, issuer.create"));
    press(&mut app, ",x<down>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("> actor"), "what cannot be completed is left: {screen}");
    press(&mut app, "<up>");
    assert!(text(&mut app, 80, 24).contains("No kind in this log begins so. It has: issuer.create"));
    let effects = press(&mut app, "<enter>");
    answer_audit(&mut app, &effects, page(vec![]));
    assert!(text(&mut app, 80, 24).contains("this log has no x."));
}

#[test]
fn what_is_no_time_is_said_at_the_field() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "f<backtab>yesterday<enter>").len(), 1, "only the kinds are read");
    assert!(text(&mut app, 80, 24).contains("! a date like 2026-05-20, or a moment like 2026-05-20T14:00:00Z"));
    assert_eq!(press(&mut app, "<ctrl-u>2026-05-02<backtab>2026-05-02<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! nothing lies between"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("Audit: all entries"));
}

#[test]
fn the_target_may_be_a_part_of_an_id() {
    let mut app = with_records(vec![record(1)]);
    let effects = press(&mut app, "f<tab><tab>00000001<enter>");
    assert_eq!(effects[1], Effect::ResolveTarget { request: 4, text: "00000001".to_owned() });
    assert!(text(&mut app, 80, 24).contains("looking the target up"));
    let whole = license_id(1).to_string();
    assert_eq!(app.update(Msg::TargetResolved { request: 3, answer: Ok("late".to_owned()) }), []);
    let effects = app.update(Msg::TargetResolved { request: 4, answer: Ok(whole.clone()) });
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if filter.target == Some(whole)));
}

#[test]
fn a_target_that_is_not_clear_is_said_at_the_field_and_can_be_corrected() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f<tab><tab>0<enter>");
    assert_eq!(app.update(Msg::TargetResolved { request: 4, answer: Err(why()) }), []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("! the license was not issued") && screen.contains("Audit: all entries"), "{screen}");
    let effects = press(&mut app, "1<enter>");
    assert_eq!(effects, [Effect::ResolveTarget { request: 5, text: "01".to_owned() }]);
}

#[test]
fn a_target_that_was_looked_up_for_a_bar_that_was_left_changes_nothing() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f<tab><tab>0<enter><esc>");
    assert_eq!(app.update(Msg::TargetResolved { request: 4, answer: Ok("0".to_owned()) }), []);
    press(&mut app, "f<tab><tab>0<enter>1");
    assert_eq!(app.update(Msg::TargetResolved { request: 6, answer: Ok("0".to_owned()) }), [], "it was typed on");
}

#[test]
fn esc_leaves_the_bar_as_it_was_and_letters_are_letters_in_it() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "fabq29vEF?").len(), 1);
    app.update(Msg::Paste("pasted".to_owned()));
    assert!(text(&mut app, 80, 24).contains("abq29vEF?pasted"));
    press(&mut app, "<esc>f");
    assert!(!text(&mut app, 80, 24).contains("abq"));
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
        "blake3:4444",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn reading_needs_no_passphrase() {
    let mut app = with_licenses_as(crate::session::Session::Reviewer(crate::session::Why::NoVault), vec![license(1)]);
    assert!(matches!(press(&mut app, "9").as_slice(), [Effect::LoadAudit { .. }, Effect::LoadVouched]));
    assert!(matches!(press(&mut app, "f").as_slice(), [Effect::LoadKinds { .. }]));
}

#[test]
fn from_an_entry_to_its_neighbours_and_no_further() {
    let mut app = with_records(vec![record(3), record(2), record(1)]);
    press(&mut app, "<enter><right>");
    assert!(text(&mut app, 80, 24).contains("Entry 2: license.issue"));
    press(&mut app, "nn");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Entry 1: ") && screen.contains("the oldest entry"), "{screen}");
    press(&mut app, "pp<left>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Entry 3: ") && screen.contains("the newest entry"), "{screen}");
    press(&mut app, "n<esc>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("2 of 3"), "the list went along: {screen}");
}

#[test]
fn an_entry_leads_to_its_license() {
    let mut app = with_records(vec![record(5)]);
    let effects = press(&mut app, "<enter>t");
    let (kind, id) = ("License".to_owned(), license_id(5).to_string());
    assert_eq!(effects, [Effect::FindTarget { request: 3, kind, id }]);
    let found = || Ok(Target::License(Box::new(license(5))));
    assert_eq!(app.update(Msg::TargetFound { request: 2, answer: found() }), [], "late");
    let effects = app.update(Msg::TargetFound { request: 3, answer: found() });
    assert!(matches!(effects.as_slice(), [Effect::LoadLicense { id, .. }] if *id == license_id(5)), "{effects:?}");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("[2 Licenses]") && screen.contains("for customer5@example.com"), "{screen}");
}

#[test]
fn an_entry_leads_to_whatever_has_a_page() {
    let targets = [
        (Target::Issuer(Box::new(issuer(7, "spare", IssuerStatus::Inactive))), "[3 Issuers]", "spare"),
        (Target::Identity(Box::new(identity(8, "editor", 3))), "[4 Identities]", "editor"),
        (
            Target::Probe(Box::new(probe(9, "build server", ProbeStatus::Pending, 2).into())),
            "[5 Probes]",
            "build server",
        ),
    ];
    for (target, tab, name) in targets {
        let mut app = with_records(vec![record(5)]);
        press(&mut app, "<enter>t");
        let effects = app.update(Msg::TargetFound { request: 3, answer: Ok(target) });
        assert_eq!(effects.len(), 2, "the row and its list: {effects:?}");
        let screen = text(&mut app, 120, 36);
        assert!(screen.contains(tab) && screen.contains(name) && !screen.contains("Entry 5"), "{screen}");
    }
}

#[test]
fn what_was_deleted_leads_to_what_the_log_knows_of_it() {
    let mut app = with_records(vec![record(5)]);
    press(&mut app, "<enter>t");
    let effects = app.update(Msg::TargetFound { request: 3, answer: Ok(Target::Gone) });
    let target = Some(license_id(5).to_string());
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if filter.target == target));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("not there any more") && !screen.contains("Entry 5"), "{screen}");
    press(&mut app, "9<enter>t");
    app.update(Msg::TargetFound { request: 5, answer: Ok(Target::Unseen) });
    assert!(text(&mut app, 80, 24).contains("There is no page of it"));
    press(&mut app, "F<enter>t");
    app.update(Msg::TargetFound { request: 8, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"), "an error is shown");
}

#[test]
fn the_log_of_one_target_in_a_key() {
    let target = Some(license_id(5).to_string());
    for keys in ["T", "<enter>T"] {
        let mut app = with_records(vec![record(5)]);
        let effects = press(&mut app, keys);
        assert!(matches!(effects.as_slice(), [Effect::LoadAudit { filter, .. }] if filter.target == target), "{keys}");
        assert!(text(&mut app, 80, 24).contains(&format!("Audit: target {}", license_id(5))));
    }
    let mut app = with_records(vec![AuditRecord { target_id: None, ..record(5) }]);
    assert_eq!(press(&mut app, "T<enter>t"), []);
    assert!(text(&mut app, 80, 24).contains("speaks of nothing else"));
}

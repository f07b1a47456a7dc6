//! Verifying and exporting the log.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, Exported};
use crate::message::Msg;
use crate::session::{Session, Why};
use licentia_core::audit::{AuditFilter, ExportFormat, ExportReport, Level, VerifyReport, VerifyRequest};

/// On the audit tab, with a verification under way under number 3.
fn verifying() -> App {
    let mut app = with_records(vec![record(1)]);
    let verify = VerifyRequest::default();
    assert_eq!(press(&mut app, "v"), [Effect::Verify { request: 3, verify }]);
    app
}

fn verified(app: &mut App, report: VerifyReport) {
    assert_eq!(app.update(Msg::Verified { request: 3, answer: Ok(Box::new(report)) }), []);
}

#[test]
fn shows_how_far_it_is_and_then_the_report() {
    let mut app = verifying();
    assert!(app.is_animating());
    app.update(Msg::Progress { request: 3, done: 30, total: 60 });
    app.set_now(NOW.plus_days(0));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("30 of 60 entries") && screen.contains(" 50 %"), "{screen}");
    app.update(Msg::Progress { request: 2, done: 1, total: 60 });
    assert!(text(&mut app, 80, 24).contains("30 of 60"), "the progress of something else");
    verified(&mut app, good_report());
    assert!(!app.is_animating());
    let screen = text(&mut app, 80, 24);
    for part in
        ["VERIFIED: everything that was checked holds", "60, from 1 to 60", FINGERPRINT, "what this machine saw"]
    {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    press(&mut app, "<esc>1");
    assert!(text(&mut app, 80, 24).contains("VERIFIED; 60 entries"));
}

#[test]
fn every_key_still_answers_meanwhile() {
    let mut app = verifying();
    press(&mut app, "2");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("[2 Licenses]") && !screen.contains("derived anew"), "{screen}");
    app.update(Msg::Progress { request: 3, done: 30, total: 60 });
    assert!(text(&mut app, 80, 24).contains("verifying 30 of 60…"), "the status line says it");
    assert_eq!(press(&mut app, "9v"), [], "it is shown again, and not begun twice");
    assert!(text(&mut app, 80, 24).contains("30 of 60 entries"));
    press(&mut app, "b");
    assert!(!text(&mut app, 80, 24).contains("derived anew"));
    assert_eq!(press(&mut app, "q"), LEAVES, "it only reads");
}

#[test]
fn the_report_takes_no_typing_away() {
    let mut app = verifying();
    press(&mut app, "b2nalice");
    verified(&mut app, broken_report());
    press(&mut app, "@example");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("alice@example"), "{screen}");
    press(&mut app, "<esc><enter>");
    assert!(text(&mut app, 80, 24).contains("CRITICAL entry_altered in entries 3 to 5"));
}

#[test]
fn given_up_it_is_stopped_and_a_late_report_is_passed_over() {
    let mut app = verifying();
    assert_eq!(press(&mut app, "<esc>"), [Effect::Stop { request: 3 }]);
    assert!(!app.is_animating());
    verified(&mut app, broken_report());
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Given up") && !screen.contains("NOT VERIFIED"), "{screen}");
}

#[test]
fn a_log_that_does_not_hold_is_an_alarm_on_every_tab_until_it_does() {
    let mut app = verifying();
    verified(&mut app, broken_report());
    let screen = text(&mut app, 120, 36);
    for part in ["NOT VERIFIED: 2 issues", "chain_broken", "Compare these entries", "Nobody but the file itself"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    press(&mut app, "<esc>");
    for tab in ["1", "2", "9"] {
        press(&mut app, tab);
        assert!(
            text(&mut app, 80, 24).contains("! THE AUDIT LOG IS NOT VERIFIED: 2 issues, first at entry 3"),
            "{tab}"
        );
    }
    let [Effect::Verify { request, .. }] = press(&mut app, "v")[..] else { panic!("it is verified again") };
    app.update(Msg::Verified { request, answer: Ok(Box::new(good_report())) });
    assert!(!text(&mut app, 80, 24).contains("NOT VERIFIED"));
}

#[test]
fn a_verification_that_cannot_be_made_says_why_and_proves_nothing() {
    let mut app = verifying();
    app.update(Msg::Verified { request: 3, answer: Err(why()) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("make room") && !app.is_animating(), "{screen}");
    press(&mut app, "<esc>1");
    assert!(text(&mut app, 80, 24).contains("press v to verify"));
}

#[test]
fn starts_from_a_fingerprint_that_was_written_down() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "Vblake3:abc<enter>"), []);
    assert!(text(&mut app, 120, 36).contains("! this is not blake3: and 64 hexadecimal digits"));
    let effects = press(&mut app, &format!("<ctrl-u>{FINGERPRINT}<enter>"));
    let verify = VerifyRequest { fingerprint: Some(FINGERPRINT.to_owned()), ..VerifyRequest::default() };
    assert_eq!(effects, [Effect::Verify { request: 3, verify }]);
}

#[test]
fn a_reviewer_verifies_and_exports_too() {
    let mut app = with_licenses_as(Session::Reviewer(Why::NoVault), vec![]);
    let effects = press(&mut app, "9");
    answer_audit(&mut app, &effects, page(vec![record(1)]));
    assert!(matches!(press(&mut app, "v").as_slice(), [Effect::Verify { .. }]));
    press(&mut app, "bE");
    assert!(text(&mut app, 120, 36).contains("the log does not record this export"));
    assert!(matches!(press(&mut app, "<tab>out.jsonl<enter>").as_slice(), [Effect::ExportAudit { .. }]));
}

fn exporting() -> App {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "E<tab><ctrl-u>");
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 120, 36).contains("! say where to"));
    let effects = press(&mut app, "out.csv<tab><right><enter>");
    let (format, path) = (ExportFormat::Csv, "out.csv".to_owned());
    assert_eq!(effects, [Effect::ExportAudit { request: 3, filter: AuditFilter::default(), format, path }]);
    app
}

#[test]
fn an_export_proposes_a_name_that_follows_its_format() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "E");
    assert!(text(&mut app, 120, 36).contains("audit-2026-05-20.jsonl"));
    let effects = press(&mut app, "<right><enter>");
    assert!(
        matches!(effects.as_slice(), [Effect::ExportAudit { path, .. }] if path == "audit-2026-05-20.csv"),
        "{effects:?}"
    );
}

#[test]
fn an_export_says_how_far_it_is_and_where_it_went() {
    let mut app = exporting();
    app.update(Msg::Progress { request: 3, done: 1, total: 4 });
    let screen = text(&mut app, 120, 36);
    assert!(screen.contains(" 25 %") && screen.contains("writing…"), "{screen}");
    assert_eq!(press(&mut app, "<esc><enter>x<ctrl-c>"), [], "it is waited for");
    let report = ExportReport { entries: 1, manifest: "out.csv.manifest.json".into(), recorded_as: Some(61) };
    let exported = || Msg::AuditExported(Ok(Box::new(Exported { path: "out.csv".into(), report: report.clone() })));
    assert_eq!(app.update(exported()), LEAVES);
    let mut app = exporting();
    let effects = app.update(exported());
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { .. }]), "the log grew");
    let screen = text(&mut app, 120, 36);
    for part in ["The export is written", "out.csv.manifest.json", "as entry 61"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn an_export_that_fails_says_why_and_can_be_corrected() {
    let mut app = exporting();
    assert_eq!(app.update(Msg::AuditExported(Err(why()))), []);
    assert!(text(&mut app, 120, 36).contains("make room"));
    let effects = press(&mut app, "<esc><tab>2<enter>");
    assert!(matches!(effects.as_slice(), [Effect::ExportAudit { path, .. }] if path == "out.csv2"), "{effects:?}");
}

#[test]
fn no_export_while_something_is_being_written() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "x<enter><enter>");
    let mut app2 = exporting();
    press(&mut app2, "E");
    assert_eq!(press(&mut app, "9E").len(), 0, "the form of the change is in front");
}

/// Nobody asked for it: what holds is not spoken of, what does not is an alarm, and only `v` takes that back.
#[test]
fn a_check_that_fails_is_an_alarm_that_a_good_one_does_not_take_back() {
    let mut app = with_records(vec![record(1)]);
    assert!(app.update(Msg::Second).contains(&Effect::Check(Level::Start)));
    app.update(Msg::LookedForChanges(false));
    let start = |report| VerifyReport { level: Level::Start, ..report };
    app.update(Msg::Checked(Ok(Box::new(start(good_report())))));
    assert!(!text(&mut app, 80, 24).contains("VERIFIED"));
    app.update(Msg::Checked(Ok(Box::new(start(broken_report())))));
    assert!(text(&mut app, 80, 24).contains("! THE AUDIT LOG IS NOT VERIFIED: 2 issues, first at entry 3"));
    app.set_now(NOW.plus_days(1));
    assert!(app.update(Msg::Second).contains(&Effect::Check(Level::Incremental)));
    app.update(Msg::Checked(Ok(Box::new(good_report()))));
    assert!(text(&mut app, 80, 24).contains("! THE AUDIT LOG IS NOT VERIFIED"));
    let [Effect::Verify { request, .. }] = press(&mut app, "v")[..] else { panic!("it is verified by hand") };
    app.update(Msg::Verified { request, answer: Ok(Box::new(good_report())) });
    assert!(!text(&mut app, 80, 24).contains("NOT VERIFIED"));
}

//! A file of licenses: from its name to the tokens.

use super::support::*;
use crate::effect::Effect;
use crate::message::Msg;
use crate::session::Session;
use licentia_core::License;
use std::path::PathBuf;
use std::sync::Arc;

fn reads(request: u64, path: &str) -> Effect {
    Effect::ReadBatch { request, path: path.into() }
}

#[test]
fn a_file_is_read_shown_and_signed_as_a_whole() {
    let mut app = with_licenses(vec![]);
    assert_eq!(press(&mut app, "b/tmp/new ones.csv<enter>"), [reads(2, "/tmp/new ones.csv")]);
    app.update(Msg::Progress { request: 2, done: 43, total: 100 });
    assert!(text(&mut app, 80, 24).contains("Reading 43 %…"));
    assert_eq!(press(&mut app, "<enter>xyz"), [], "it is being read already");
    app.update(Msg::BatchRead { request: 2, answer: Ok(batch(12)) });
    let screen = text(&mut app, 80, 24);
    for part in ["12 licenses can be signed.", "customer1@example.com", "perpetual", "1 of 12"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert_eq!(press(&mut app, "<enter>"), []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Sign all of these?") && screen.contains("or none is"), "{screen}");
    assert_eq!(press(&mut app, "<enter>"), [Effect::IssueBatch { request: 3, batch: Arc::new(batch(12)) }]);

    app.update(Msg::Progress { request: 3, done: 8, total: 12 });
    assert!(text(&mut app, 80, 24).contains("Signing 8 of 12…"));
    assert_eq!(press(&mut app, "<enter>"), [], "it is being signed already");
    press(&mut app, "<down><down>");
    assert!(text(&mut app, 80, 24).contains("3 of 12"), "one can still look around");

    let licenses: Vec<License> = (1..=12).map(license).collect();
    let effects = app.update(Msg::BatchIssued(Ok(licenses.clone())));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { .. }]));
    assert!(text(&mut app, 80, 24).contains("12 licenses signed."));
    let effects = press(&mut app, "w/tmp/out<enter>");
    let [Effect::WriteTokens { request, licenses: written, out }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((**written == licenses, out), (true, &PathBuf::from("/tmp/out")));
    app.update(Msg::TokensWritten { request: *request, answer: Ok("/tmp/out".into()) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Written to /tmp/out.") && !screen.contains("Write the licenses out"), "{screen}");
}

#[test]
fn a_file_with_a_bad_row_is_not_signed_but_can_be_corrected_and_read_again() {
    let mut app = with_batch(half_refused(9));
    assert!(text(&mut app, 80, 24).contains("4 of 9 rows are refused, so nothing will be signed."));
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("all or nothing"));
    press(&mut app, "r");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("1 of 4") && !screen.contains("customer1@"), "{screen}");
    assert!(screen.contains("line 3: one of expires, days and perpetual is missing"), "{screen}");
    press(&mut app, "<down>r");
    assert!(text(&mut app, 80, 24).contains("4 of 9"), "the same row in the whole file");
    assert_eq!(press(&mut app, "<f2>"), []);
    assert!(text(&mut app, 80, 24).contains("--from /home/mathieu/customers.csv --dry-run"));
    press(&mut app, "<esc>r");
    assert_eq!(press(&mut app, "<f5>"), [reads(3, "/home/mathieu/customers.csv")]);
    app.update(Msg::BatchRead { request: 3, answer: Ok(batch(9)) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("9 licenses can be signed.") && screen.contains("of 9"), "{screen}");
}

#[test]
fn reading_can_be_given_up_and_its_late_answer_counts_for_nothing() {
    let mut app = with_licenses(vec![]);
    press(&mut app, "ba.csv<enter>");
    assert_eq!(press(&mut app, "<esc>"), [Effect::Stop { request: 2 }]);
    app.update(Msg::BatchRead { request: 2, answer: Ok(batch(3)) });
    assert!(text(&mut app, 80, 24).contains("Issue licenses from a file"), "the form is still there");
    assert_eq!(press(&mut app, "<enter>"), [reads(3, "a.csv")]);
    app.update(Msg::BatchRead { request: 2, answer: Err(why()) });
    app.update(Msg::Progress { request: 2, done: 99, total: 100 });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Reading…") && !screen.contains("99 %"), "{screen}");

    let mut app = with_batch(batch(3));
    assert_eq!(press(&mut app, "<f5><esc>"), [reads(3, "/home/mathieu/customers.csv"), Effect::Stop { request: 3 }]);
    app.update(Msg::BatchRead { request: 3, answer: Ok(batch(9)) });
    assert!(text(&mut app, 80, 24).contains("1 of 3"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("There is no license yet"));
}

#[test]
fn a_file_that_cannot_be_read_is_explained_and_its_name_can_be_corrected() {
    let mut app = with_licenses(vec![]);
    assert_eq!(press(&mut app, "b<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! which file?"));
    press(&mut app, "a.csv<enter>");
    app.update(Msg::BatchRead { request: 2, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room and try again"));
    assert_eq!(press(&mut app, "<esc><backspace><backspace><backspace>jsonl<enter>"), [reads(3, "a.jsonl")]);
    let mut app = with_batch(batch(3));
    press(&mut app, "<f5>");
    app.update(Msg::BatchRead { request: 3, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("3 licenses can be signed."), "what was read before stays");
}

#[test]
fn a_batch_that_fails_can_be_signed_again() {
    let mut app = with_batch(batch(3));
    press(&mut app, "<enter><enter>");
    assert_eq!(app.update(Msg::BatchIssued(Err(why()))), []);
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert_eq!(press(&mut app, "<esc><enter><enter>"), [Effect::IssueBatch { request: 4, batch: Arc::new(batch(3)) }]);
}

#[test]
fn the_screen_goes_on_while_a_batch_is_signed_behind() {
    let mut app = with_batch(batch(3));
    press(&mut app, "<enter><enter><esc>");
    app.update(Msg::Progress { request: 3, done: 1, total: 3 });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("signing 1 of 3…") && screen.contains("There is no license yet"), "{screen}");
    assert!(matches!(press(&mut app, "9").as_slice(), [Effect::LoadAudit { .. }, Effect::LoadVouched]));
    press(&mut app, "2?");
    app.update(Msg::BatchIssued(Ok(vec![license(1)])));
    assert!(text(&mut app, 80, 24).contains("Keys"), "what was opened meanwhile stays on top");
    press(&mut app, "<esc>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("1 license signed.") && !screen.contains("signing"), "{screen}");
}

#[test]
fn leaving_waits_for_the_batch() {
    let mut app = with_batch(batch(3));
    press(&mut app, "<enter><enter>");
    assert_eq!(press(&mut app, "<ctrl-c>"), []);
    assert_eq!(app.update(Msg::BatchIssued(Ok(vec![license(1)]))), LEAVES);
}

#[test]
fn a_reviewer_checks_a_file_and_signs_it_once_unlocked() {
    let mut app = with_licenses_as(Session::Reviewer(crate::session::Why::NotUnlocked), vec![]);
    assert_eq!(press(&mut app, "ba.csv<enter>"), [reads(2, "a.csv")]);
    app.update(Msg::BatchRead { request: 2, answer: Ok(batch(3)) });
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 120, 24).contains("Press L and give it"));
    press(&mut app, "Lcorrect horse<enter>");
    app.update(Msg::Unlocked(Ok("mathieu@build7".to_owned())));
    assert!(matches!(press(&mut app, "<enter><enter>").as_slice(), [Effect::IssueBatch { .. }]));
}

#[test]
fn writing_out_can_be_given_up_and_fails_in_its_form() {
    let mut app = with_batch(batch(1));
    press(&mut app, "<enter><enter>");
    app.update(Msg::BatchIssued(Ok(vec![license(1)])));
    assert_eq!(press(&mut app, "w<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! where to?"));
    assert!(matches!(press(&mut app, "out<enter>").as_slice(), [Effect::WriteTokens { request: 5, .. }]));
    assert_eq!(press(&mut app, "<esc>"), [Effect::Stop { request: 5 }]);
    app.update(Msg::TokensWritten { request: 5, answer: Ok("out".into()) });
    assert!(text(&mut app, 80, 24).contains("Write the licenses out"), "it was given up");
    press(&mut app, "<enter>");
    app.update(Msg::TokensWritten { request: 6, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert!(matches!(press(&mut app, "<enter>").as_slice(), [Effect::WriteTokens { request: 7, .. }]));
}

#[test]
fn a_hundred_thousand_rows_are_looked_through_at_once() {
    let mut app = with_batch(half_refused(100_000));
    press(&mut app, "<end>");
    assert!(text(&mut app, 80, 24).contains("100000 of 100000"));
    press(&mut app, "r<home><pgdn>");
    assert!(text(&mut app, 80, 24).contains("of 50000"));
}

#[test]
fn rows_that_are_refused_at_the_signing_stand_below_one_another() {
    let mut app = with_batch(batch(3));
    press(&mut app, "<enter><enter>");
    let cause = Some("line 2: over\nline 3: over\u{7}".to_owned());
    app.update(Msg::BatchIssued(Err(licentia_core::Explanation { cause, ..why() })));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Because: line 2: over  ") && screen.contains("│ line 3: over\\u{7} "), "{screen}");
}

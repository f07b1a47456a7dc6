//! Tab 1.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, Overview};
use crate::message::Msg;
use crate::session::Session;
use crate::tab::TabId;
use licentia_core::audit::{Level, VerifyReport};
use licentia_core::pin::PinState;
use licentia_core::{License, LicenseCounts, Timestamp};

fn opened(overview: Overview, counts: LicenseCounts) -> App {
    let (mut app, effects) = start_on(TabId::Dashboard, Some(unlocked()));
    assert_eq!(effects, [Effect::LoadOverview { request: 1 }, Effect::CountLicenses { request: 2 }]);
    assert_eq!(app.update(Msg::OverviewLoaded { request: 1, answer: Ok(Box::new(overview)) }), []);
    assert_eq!(app.update(Msg::LicensesCounted { request: 2, answer: Ok(counts) }), []);
    app
}

#[test]
fn is_what_a_start_opens_and_is_drawn_before_it_is_counted() {
    let (mut app, _) = start_on(TabId::Dashboard, Some(unlocked()));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("[1 Dashboard]") && screen.contains("counting…") && screen.contains("press v"), "{screen}");
    app.update(Msg::OverviewLoaded { request: 1, answer: Ok(Box::new(overview())) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("counting…") && screen.contains("customer1@example.com"), "{screen}");
}

#[test]
fn says_how_things_stand() {
    let mut app = opened(overview(), counts());
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let screen = text(&mut app, width, height);
        for part in
            ["812", "expired", "customer1@example.com", "agrees with the log", "none: what it signs cannot", "acme"]
        {
            assert!(screen.contains(part), "{part} in {screen}");
        }
    }
    assert!(text(&mut app, 80, 24).contains(FINGERPRINT), "in full, on the smallest screen too");
}

#[test]
fn arrows_select_and_enter_opens_a_license_that_expires_soon() {
    let mut app = opened(overview(), counts());
    let effects = press(&mut app, "<down><down><up><enter>");
    assert!(matches!(effects[0], Effect::LoadLicense { id, .. } if id == license_id(2)), "{effects:?}");
    assert!(text(&mut app, 80, 24).contains("for customer2@example.com"));
    let mut app = opened(Overview { expiring: vec![], ..overview() }, counts());
    assert_eq!(press(&mut app, "<down><enter>"), []);
}

#[test]
fn v_verifies_and_what_came_since_is_said() {
    let mut app = opened(overview(), counts());
    assert!(text(&mut app, 80, 24).contains("not yet since the start: press v"));
    assert!(matches!(press(&mut app, "v").as_slice(), [Effect::Verify { request: 3, .. }]));
    press(&mut app, "b");
    app.update(Msg::Verified { request: 3, answer: Ok(Box::new(good_report())) });
    press(&mut app, "<esc>");
    let screen = text(&mut app, 200, 50);
    assert!(screen.contains("VERIFIED; 60 entries") && screen.contains("3 came since"), "{screen}");
}

#[test]
fn what_was_checked_unasked_is_said_until_somebody_verifies() {
    let mut app = opened(overview(), counts());
    app.update(Msg::Checked(Ok(Box::new(VerifyReport { level: Level::Start, ..good_report() }))));
    app.set_now(Timestamp(NOW.0 + 120_000_000));
    assert!(text(&mut app, 80, 24).contains("its end, 2 minutes ago: nothing wrong; v verifies all"));
    app.update(Msg::Checked(Ok(Box::new(VerifyReport { level: Level::Incremental, ..good_report() }))));
    assert!(text(&mut app, 80, 24).contains("what came and a sample, just now: nothing wrong;"));
    let effects = press(&mut app, "v");
    let [Effect::Verify { request, .. }] = effects[..] else { panic!("{effects:?}") };
    app.update(Msg::Verified { request, answer: Ok(Box::new(good_report())) });
    press(&mut app, "<esc>");
    app.update(Msg::Checked(Ok(Box::new(VerifyReport { level: Level::Incremental, ..good_report() }))));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("VERIFIED; 60 entries"), "{screen}");
}

#[test]
fn what_others_write_is_read_again_and_the_selection_stays() {
    let mut app = opened(overview(), counts());
    press(&mut app, "<down>");
    let effects = app.update(Msg::LookedForChanges(true));
    assert_eq!(effects, [Effect::LoadOverview { request: 3 }, Effect::CountLicenses { request: 4 }]);
    assert_eq!(app.update(Msg::LookedForChanges(true)), [], "one question at a time");
    let mut newer = overview();
    newer.expiring.insert(0, license(9));
    let effects = app.update(Msg::OverviewLoaded { request: 3, answer: Ok(Box::new(newer)) });
    assert_eq!(effects, [Effect::LoadOverview { request: 5 }], "it was written meanwhile");
    let screen = text(&mut app, 80, 24);
    assert!(screen.lines().any(|line| line.starts_with("> 00000002")), "{screen}");
}

#[test]
fn it_is_read_again_as_time_goes_by() {
    let mut app = opened(overview(), counts());
    for (seconds, effects) in [(59, 0), (60, 2), (61, 0)] {
        app.set_now(Timestamp(NOW.0 + seconds * 1_000_000));
        assert_eq!(app.update(Msg::LookedForChanges(false)).len(), effects, "{seconds}");
    }
}

#[test]
fn an_answer_that_fails_is_shown_once() {
    let (mut app, _) = start_on(TabId::Dashboard, Some(unlocked()));
    assert_eq!(app.update(Msg::LicensesCounted { request: 2, answer: Err(why()) }), []);
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc>r").as_slice(), [Effect::CountLicenses { .. }]), "the other is on its way");
}

#[test]
fn an_empty_home_says_what_to_do_next() {
    let empty = Overview { expiring: vec![], ..overview() };
    let mut app = opened(empty, LicenseCounts::default());
    for width in [80, 120] {
        assert!(text(&mut app, width, 24).contains("Press n to issue the first one"));
    }
    assert_eq!(press(&mut app, "n").len(), 1);
    assert!(text(&mut app, 80, 24).contains("Issue a license"));
}

#[test]
fn what_was_issued_from_here_is_in_the_list_of_licenses() {
    let mut app = opened(overview(), counts());
    press(&mut app, "nalice<tab>pro<enter><enter><enter><enter>");
    let effects = app.update(Msg::Issued(Ok(Box::new(issued(license(3))))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadLicenses { .. })), "{effects:?}");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("[2 Licenses]") && screen.contains("Enter shows it, o saves it"), "{screen}");
}

#[test]
fn an_older_copy_and_a_missing_issuer_are_said() {
    let pin = Ok(Some(PinState::RolledBack { pinned: 80, found: 63 }));
    let mut app = opened(Overview { pin, issuer: None, ..overview() }, counts());
    let screen = text(&mut app, 80, 24);
    for part in ["OLDER COPY: 80 entries were seen here, and now there are 63", "none is active"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn a_locked_home_shows_it_behind_the_question() {
    let (mut app, effects) = start_on(TabId::Dashboard, Some(Session::Locked));
    assert_eq!(effects.len(), 2);
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("locked: everything can be read; press L"));
}

#[test]
fn hours_are_counted_when_days_are_few() {
    let mut soon = overview();
    soon.expiring =
        vec![License { not_after: Some(licentia_core::Timestamp(NOW.0 + 5 * 3_600_000_000)), ..license(1) }];
    assert!(text(&mut opened(soon, counts()), 80, 24).contains("5 h"));
}

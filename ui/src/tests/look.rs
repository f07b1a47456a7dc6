//! How every tab and every dialog looks, from the smallest screen to a large one, with friendly and with hostile text.

use super::support::*;
use crate::app::App;
use crate::effect::{Preview, Verification};
use crate::message::Msg;
use crate::session::{Session, Why};
use licentia_core::{Explanation, License, LicenseStatus};

/// One of everything that can be seen. Each takes its place on the stack where it is made, and together they need more
/// than a test has.
fn scenes() -> Vec<(&'static str, App)> {
    let thread = std::thread::Builder::new().stack_size(32 << 20);
    thread.spawn(every_scene).unwrap().join().unwrap()
}

fn every_scene() -> Vec<(&'static str, App)> {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    let on = |mut app: App, keys: &str| {
        press(&mut app, keys);
        app
    };

    scene("setup", start_as(None).0);
    scene("setup_problem", on(start_as(None).0, "long enough<tab>other<enter>"));
    scene("unlock", start_as(Some(Session::Locked)).0);
    scene("unlock_failed", {
        let mut app = on(start_as(Some(Session::Locked)).0, "wrong<enter>");
        app.update(Msg::Unlocked(Err(why())));
        on(app, "again")
    });

    scene("licenses_reading", start().0);
    scene("licenses_empty", with_licenses(vec![]));
    scene("licenses", with_licenses(many()));
    scene("licenses_reviewer", with_licenses_as(Session::Reviewer(Why::NoVault), many()));
    scene("licenses_hostile", with_licenses(vec![hostile_license(), long_license()]));
    scene("licenses_help", on(with_licenses(many()), "?"));
    scene("licenses_search", on(with_licenses(many()), "/alice"));

    scene("license", detail(revoked()));
    scene("license_hostile", detail(hostile_license()));
    scene("license_long", detail(long_license()));
    scene("license_events", {
        let mut app = on(detail(license(1)), "A");
        app.update(Msg::EventsLoaded { request: 3, answer: Ok(page(vec![record(5), record(1)])) });
        app
    });

    scene("license_token", on(detail(license(1)), "<tab><tab><tab>"));
    scene("license_token_hostile", on(detail(hostile_license()), "<tab><tab><tab>"));
    scene("license_chain", on(reissued(), "<tab><tab><tab><tab>"));
    scene("licenses_search_hostile", {
        let mut app = on(with_licenses(many()), "sw/");
        app.update(Msg::Paste(HOSTILE.repeat(9)));
        app
    });
    scene("delete", on(with_licenses(vec![license(1)]), "D"));
    scene("delete_only", on(with_licenses(vec![license(1)]), "D<up><right><tab>customer1<enter>"));
    scene("delete_hostile", on(with_licenses(vec![hostile_license()]), "D"));
    scene("delete_long", on(with_licenses(vec![long_license()]), "D"));
    scene("verify", verified(verification(license(1))));
    scene("verify_revoked", verified(verification(revoked())));
    scene("verify_hostile", {
        let mut found = verification(hostile_license());
        found.inspection.invalid = Some(("bad_signature".to_owned(), HOSTILE.repeat(5)));
        found.inspection.issuer = Some(issuer(7, HOSTILE, licentia_core::IssuerStatus::Retired));
        verified(found)
    });
    scene("save", on(with_licenses(vec![license(1)]), "o"));
    scene("save_hostile", on(with_licenses(vec![hostile_license()]), "o"));
    scene("import", on(with_licenses(many()), "i"));
    scene("import_review", previewed(foreign(license(1))));
    scene("import_hostile", previewed(foreign(hostile_license())));
    scene("import_refused", {
        let mut preview = foreign(license(1));
        preview.found = verification(license(1));
        previewed(preview)
    });
    scene("extend", on(with_licenses(vec![license(1)]), "+"));
    scene("extend_review", on(with_licenses(vec![license(1)]), "+30<enter>"));

    scene("issue", on(with_licenses(many()), "nalice<tab>"));
    scene("issue_problems", on(with_licenses(many()), "n<enter>"));
    scene("issue_twin", {
        let mut app = on(with_licenses(many()), "na");
        app.update(Msg::TwinsLoaded { request: 3, answer: Ok(vec![license(5), license(4)]) });
        app
    });
    scene("issue_when", on(with_licenses(many()), "nalice<tab>studio<enter>soon<enter>"));
    scene("issue_what", on(with_licenses(many()), "nalice<tab>studio<enter>30<enter>export"));
    scene("issue_review", on(with_licenses(many()), "nalice<tab>studio<enter>30<enter>export<tab>seats=10<enter>"));
    scene("issue_leave", on(with_licenses(many()), "nalice<esc>"));
    scene("reissue_review", on(with_licenses(vec![license(1)]), "ebob<enter><ctrl-u>30<enter><enter>"));
    scene("reissue_hostile", on(with_licenses(vec![hostile_license()]), "e"));
    scene("reissue_long", on(with_licenses(vec![long_license()]), "e"));

    scenes.extend(stopped());
    scenes.extend(super::look_bindings::scenes());
    scenes.extend(super::look_batch::scenes());
    scenes.extend(super::look_keys::scenes());
    let mut scene = |name, app: App| scenes.push((name, app));
    scene("error", failed(why()));
    let text = HOSTILE.repeat(30);
    scene("error_hostile", failed(Explanation { message: text.clone(), cause: Some(text.clone()), hint: Some(text) }));
    scenes.extend(super::look_log::scenes());
    scenes
}

/// Revoking and suspending, and the way back.
fn stopped() -> Vec<(&'static str, App)> {
    let on = |mut app: App, keys: &str| {
        press(&mut app, keys);
        app
    };
    vec![
        ("revoke", on(with_licenses(many()), "x")),
        ("revoke_review_hostile", on(with_licenses(vec![hostile_license()]), "x<enter>")),
        ("unrevoke", on(with_licenses(vec![revoked()]), "u")),
        ("suspend", on(with_licenses(vec![license(1)]), "p")),
        ("suspend_review_hostile", on(with_licenses(vec![hostile_license()]), "p<enter>")),
        ("reinstate", on(with_licenses(vec![suspended()]), "P")),
        ("delete_suspended", on(with_licenses(vec![suspended()]), "D<up><right>")),
    ]
}

pub(super) fn many() -> Vec<License> {
    let one = |number: u64| {
        let days = i64::try_from(number).unwrap();
        License {
            status: LicenseStatus::ALL[usize::try_from(number).unwrap() % LicenseStatus::ALL.len()],
            not_before: (number % 5 == 4).then(|| NOW.plus_days(3)),
            not_after: (!number.is_multiple_of(7)).then(|| NOW.plus_days(100 * (days % 6) - 90)),
            ..license(number)
        }
    };
    (0..40).map(one).collect()
}

pub(super) fn revoked() -> License {
    License { status: LicenseStatus::Revoked, ..license(1) }
}

pub(super) fn suspended() -> License {
    License { status: LicenseStatus::Suspended, ..license(1) }
}

pub(super) fn detail(license: License) -> App {
    let mut app = with_licenses(vec![license.clone()]);
    press(&mut app, "<enter>");
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details(license))) });
    app
}

/// The second of three.
fn reissued() -> App {
    let mut app = with_licenses(vec![license(2)]);
    press(&mut app, "<enter>");
    let mut details = details(License { status: LicenseStatus::Superseded, ..license(2) });
    let first = License { status: LicenseStatus::Revoked, subject: HOSTILE.to_owned(), ..license(1) };
    details.history = vec![first, details.license.clone(), license(3)];
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details)) });
    app
}

fn verified(found: Verification) -> App {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "V");
    app.update(Msg::LicenseVerified { request: 2, answer: Ok(Box::new(found)) });
    app
}

fn previewed(preview: Preview) -> App {
    let mut app = with_licenses(many());
    press(&mut app, "i~/a.lic<enter>");
    app.update(Msg::Previewed { request: 2, answer: Ok(Box::new(preview)) });
    app
}

fn failed(why: Explanation) -> App {
    let (mut app, _) = start();
    app.update(Msg::LicensesLoaded { request: 1, answer: Err(why) });
    app
}

#[test]
fn looks_as_it_did() {
    for (name, mut app) in scenes() {
        for (width, height) in [(80, 24), (120, 36), (200, 50)] {
            let screen = text(&mut app, width, height);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen);
        }
    }
}

#[test]
fn no_screen_is_too_small_and_none_too_large() {
    for (_, mut app) in scenes() {
        for (width, height) in [(1, 1), (2, 2), (3, 9), (10, 3), (40, 10), (9, 40), (500, 200), (1, 100), (300, 1)] {
            text(&mut app, width, height);
        }
        press(&mut app, "<down><pgdn><end><tab><up><pgup><home><backspace>");
        text(&mut app, 1, 1);
    }
}

#[test]
fn nothing_from_outside_drives_the_terminal() {
    for (name, mut app) in scenes() {
        for width in [40, 80, 200] {
            let screen = text(&mut app, width, 50);
            let bad = screen.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(bad, None, "{name} at {width}");
        }
    }
}

#[test]
fn a_dialog_outlives_a_resize() {
    let mut app = with_licenses(many());
    press(&mut app, "nalice");
    text(&mut app, 20, 5);
    let screen = text(&mut app, 120, 36);
    assert!(screen.contains("Issue a license") && screen.contains("alice"), "{screen}");
}

#[test]
fn a_higher_screen_asks_for_the_rows_that_it_lacks() {
    let (mut app, effects) = start();
    let items = (1..=100).map(license).collect();
    answer_licenses(&mut app, &effects, licentia_core::Page { items, next: Some(license_id(100)) });
    assert_eq!(app.update(Msg::Resize { height: 120 }).len(), 1);
}

#[test]
fn without_colour_nothing_is_lost_but_colour() {
    let mut app = with_licenses(many());
    let coloured = text(&mut app, 80, 24);
    let plain = crate::theme::Theme::from_no_color(Some(std::ffi::OsStr::new("1")));
    let (mut app, effects) = App::on_tab(crate::tab::TabId::Licenses, opening(Some(unlocked())), plain, NOW);
    answer_licenses(&mut app, &effects, page(many()));
    assert_eq!(text(&mut app, 80, 24), coloured);
}

//! Leaving, locking, helping, failing.

use super::support::*;
use crate::effect::{Effect, FoundedHome};
use crate::message::Msg;
use crate::session::{Session, Why};
use crate::widget::secret::Typed;
use licentia_core::{Founding, LicenseFilter, ReasonCode, RevokeRequest};

fn typed(text: &str) -> Typed {
    Typed(text.to_owned().into())
}

fn revoke_first() -> Effect {
    Effect::Revoke(RevokeRequest { license: license_id(1), reason: ReasonCode::Other, note: None })
}

fn revoked() -> Msg {
    let license = license(1);
    let revocation =
        details(licentia_core::License { status: licentia_core::LicenseStatus::Revoked, ..license.clone() })
            .revocation
            .unwrap();
    Msg::Revoked(Ok(Box::new(licentia_core::RevokedLicense { license, revocation })))
}

#[test]
fn starts_by_reading_the_licenses() {
    let (_, effects) = start();
    let filter = LicenseFilter::default();
    assert_eq!(effects, [Effect::LoadLicenses { request: 1, filter, after: None, limit: 100 }]);
}

#[test]
fn the_open_tab_is_seen_on_a_small_screen_too() {
    let mut app = with_licenses(vec![license(1)]);
    for (keys, title) in [("", "[2 Licenses]"), ("5", "[5 Probes]"), ("9", "[9 Audit]")] {
        press(&mut app, keys);
        let screen = text(&mut app, 40, 10);
        assert!(screen.contains(title), "{screen}");
    }
}

#[test]
fn a_narrow_list_leaves_columns_out_and_cuts_no_subject() {
    let mut app = with_licenses(vec![license(1)]);
    let heads = |app: &mut _, width| text(app, width, 24).lines().nth(2).unwrap_or_default().to_owned();
    assert!(!heads(&mut app, 80).contains("audience") && heads(&mut app, 80).contains("validity"));
    assert!(heads(&mut app, 120).contains("issued     expires    audience"));
    assert!(text(&mut app, 40, 24).contains("customer1@"));
}

#[test]
fn the_last_line_names_one_key_for_help() {
    let mut app = with_licenses(vec![license(1)]);
    let bottom = |app: &mut _| text(app, 120, 24).lines().last().unwrap_or_default().to_owned();
    let list = bottom(&mut app);
    assert!(list.contains("? help") && !list.contains("F1"), "{list}");
    press(&mut app, "x");
    assert!(bottom(&mut app).contains("F1 help"));
    press(&mut app, "<esc>?");
    assert!(!bottom(&mut app).contains("help"));
}

#[test]
fn q_leaves_at_once_when_nothing_is_being_written() {
    let (mut app, _) = start();
    assert_eq!(press(&mut app, "q"), LEAVES);
    assert_eq!(press(&mut app, "<ctrl-c>"), [Effect::Quit], "it is being signed already");
}

#[test]
fn leaving_waits_for_a_change_that_is_being_written() {
    let mut app = with_licenses(vec![license(1)]);
    assert_eq!(press(&mut app, "x<enter><enter>"), [revoke_first()]);
    assert!(app.is_animating());
    assert_eq!(press(&mut app, "<ctrl-c><ctrl-c>"), []);
    assert!(text(&mut app, 80, 24).contains("waiting for a change to be written…"));
    assert_eq!(app.update(revoked()), LEAVES);
}

#[test]
fn a_change_that_fails_is_shown_even_to_whoever_wants_to_leave() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "x<enter><enter><ctrl-c>");
    assert_eq!(app.update(Msg::Revoked(Err(why()))), []);
    let screen = text(&mut app, 80, 24);
    for part in ["the license was not issued", "the disk is full", "make room and try again"] {
        assert!(screen.contains(part), "{screen}");
    }
    assert!(!app.is_animating());
    assert_eq!(press(&mut app, "<esc><ctrl-c>"), LEAVES);
}

#[test]
fn a_lost_terminal_is_like_leaving() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "x<enter><enter>");
    assert_eq!(app.update(Msg::HungUp), []);
    assert_eq!(app.update(revoked()), LEAVES);
}

#[test]
fn a_second_change_is_refused_while_the_first_is_being_written() {
    let mut revoked_one = license(1);
    revoked_one.status = licentia_core::LicenseStatus::Revoked;
    let mut app = with_licenses(vec![revoked_one]);
    assert_eq!(press(&mut app, "u<enter>"), [Effect::Unrevoke { id: license_id(1) }]);
    assert_eq!(press(&mut app, "n"), []);
    assert!(text(&mut app, 80, 24).contains("still being written"));
}

#[test]
fn a_locked_home_asks_for_the_passphrase_and_shows_no_character_of_it() {
    let mut app = with_licenses_as(Session::Locked, vec![license(1)]);
    assert_eq!(press(&mut app, "correct horse<enter>"), [Effect::Unlock { passphrase: typed("correct horse") }]);
    assert!(text(&mut app, 80, 24).contains("opening the vault…"));
    assert_eq!(press(&mut app, "<enter><esc>"), [], "it waits");
    app.update(Msg::Unlocked(Err(why())));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("the license was not issued") && !screen.contains("•"), "{screen}");
    press(&mut app, "abc");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("passphrase  •••") && !screen.contains("abc"), "{screen}");
    app.update(Msg::Unlocked(Ok("mathieu@build7".to_owned())));
    assert!(text(&mut app, 80, 24).contains("mathieu@build7"));
    assert!(matches!(press(&mut app, "n").as_slice(), [Effect::LoadIssuers { .. }]));
}

#[test]
fn esc_goes_on_as_a_reviewer_and_changes_say_why_they_are_refused() {
    let mut app = with_licenses_as(Session::Locked, vec![license(1)]);
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("reviewer mode: read only"));
    for key in ["n", "e", "x", "u", "p", "P", "D", "+", "i"] {
        assert_eq!(press(&mut app, key), []);
        assert!(text(&mut app, 120, 24).contains("Press L and give it"), "{key}");
    }
    press(&mut app, "L");
    assert!(text(&mut app, 80, 24).contains("Unlock"));
}

#[test]
fn a_copy_for_review_cannot_be_unlocked() {
    let mut app = with_licenses_as(Session::Reviewer(Why::NoVault), vec![license(1)]);
    assert_eq!(press(&mut app, "L"), []);
    assert!(text(&mut app, 120, 24).contains("made for review"));
    assert_eq!(press(&mut app, "x"), []);
    let footer = text(&mut app, 80, 24);
    press(&mut app, "<down>");
    assert!(!text(&mut app, 120, 24).contains("x revoke"), "{footer}");
}

#[test]
fn l_locks_again() {
    let (mut app, _) = start();
    assert_eq!(press(&mut app, "L"), [Effect::Lock]);
    assert_eq!(press(&mut app, "n"), [], "at once, whatever is still signed");
    app.update(Msg::Locked(Ok(())));
    assert_eq!(press(&mut app, "n"), []);
}

#[test]
fn an_empty_home_is_set_up_with_a_passphrase_that_is_typed_twice() {
    let (mut app, effects) = start_as(None);
    assert_eq!(effects, []);
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! the passphrase is empty"));
    assert_eq!(press(&mut app, "short<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! the passphrase is too short"));
    assert_eq!(press(&mut app, " no longer<tab>something else<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("! this is not what was typed above"));
    let founding = Founding {
        vendor: Some("acme.example".to_owned()),
        issuer: "main".to_owned(),
        status_url: None,
        throwaway: false,
    };
    let effects = press(&mut app, "<ctrl-u>short no longer<tab><tab>acme.example<enter>");
    assert_eq!(effects, [Effect::Found { passphrase: Some(typed("short no longer")), founding }]);
    assert_eq!(press(&mut app, "<esc>"), [], "it waits");
    let home = FoundedHome {
        actor: "mathieu@build7".to_owned(),
        fingerprint: "blake3:77".to_owned(),
        vendor: "acme.example".to_owned(),
        issuer: "main".to_owned(),
    };
    let effects = app.update(Msg::Founded(Ok(Box::new(home))));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { .. }]));
    assert!(text(&mut app, 80, 24).contains("blake3:77"));
    press(&mut app, "<enter>");
    assert!(!text(&mut app, 80, 24).contains("fingerprint"));
}

#[test]
fn a_setup_that_fails_can_be_corrected() {
    let (mut app, _) = start_as(None);
    press(&mut app, "long enough<tab>long enough<enter>");
    assert_eq!(app.update(Msg::Founded(Err(why()))), []);
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc><enter>").as_slice(), [Effect::Found { .. }]));
}

#[test]
fn esc_in_the_setup_leaves() {
    let (mut app, _) = start_as(None);
    assert_eq!(press(&mut app, "<esc>"), [Effect::Quit]);
}

#[test]
fn a_passphrase_that_was_handed_in_is_not_asked_for_again() {
    let mut opening = opening(None);
    opening.has_passphrase = true;
    let (mut app, _) = crate::app::App::new(opening, crate::theme::Theme::from_no_color(None), NOW);
    let founding = Founding { vendor: None, issuer: "main".to_owned(), status_url: None, throwaway: false };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Found { passphrase: None, founding }]);
}

#[test]
fn a_file_that_contradicts_its_pin_is_complained_about_at_the_start() {
    let mut opening = opening(Some(Session::Locked));
    opening.warning = Some(why());
    let (mut app, _) = crate::app::App::new(opening, crate::theme::Theme::from_no_color(None), NOW);
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<enter>");
    assert!(text(&mut app, 80, 24).contains("passphrase"));
}

#[test]
fn help_marks_what_needs_the_passphrase() {
    let needs = "This needs the passphrase; L asks for it:";
    let below = |screen: &str, key: &str| {
        let at = |part: &str| screen.find(part).unwrap_or_else(|| panic!("{part} in {screen}"));
        at(key) > at(needs)
    };
    let mut app = with_licenses_as(Session::Locked, vec![license(1)]);
    press(&mut app, "<esc>?");
    let screen = text(&mut app, 120, 50);
    assert!(below(&screen, "Issue a license") && !below(&screen, "Lock, or unlock"), "{screen}");
    assert!(screen.lines().any(|line| line.contains("L ") && line.contains(" unlock  ")), "{screen}");
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "?");
    assert!(!text(&mut app, 120, 50).contains(needs));
    let mut app = with_licenses_as(Session::Reviewer(Why::NoVault), vec![license(1)]);
    press(&mut app, "?");
    assert!(text(&mut app, 120, 50).contains("a copy for review has no keys"));
}

#[test]
fn the_key_that_locks_and_unlocks_is_called_what_it_does() {
    let footer = |session| {
        let mut app = with_licenses_as(session, vec![]);
        press(&mut app, "<esc>9");
        text(&mut app, 120, 24).lines().last().unwrap().to_owned()
    };
    assert!(footer(unlocked()).contains("L lock"));
    assert!(footer(Session::Locked).contains("L unlock"));
    assert!(!footer(Session::Reviewer(Why::NoVault)).contains("L "));
}

#[test]
fn help_opens_once_and_speaks_of_the_place_below() {
    let (mut app, _) = start();
    press(&mut app, "?");
    press(&mut app, "<f1>");
    assert!(text(&mut app, 120, 36).contains("Issue a license"));
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 120, 36).contains("Issue a license"));
    press(&mut app, "n<f1>");
    assert!(text(&mut app, 120, 36).contains("The field before"));
}

#[test]
fn text_goes_into_the_form_and_not_to_the_keymap() {
    let (mut app, _) = start();
    press(&mut app, "n");
    assert!(matches!(press(&mut app, "q2?L").as_slice(), [Effect::LoadTwins { .. }]));
    app.update(Msg::Paste("9\n9".to_owned()));
    assert!(text(&mut app, 80, 24).contains("q2?L9 9"));
}

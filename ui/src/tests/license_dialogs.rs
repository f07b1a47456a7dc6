//! What is done to one license: verifying, saving, suspending, deleting, extending; and taking one in.

use super::support::*;
use crate::effect::Effect;
use crate::message::Msg;
use crate::session::{Session, Why};
use licentia_core::{Deleted, License, LicenseStatus, ReissueRequest, StatusRef, Term, Timestamp};

fn revoked() -> License {
    License { status: LicenseStatus::Revoked, ..license(1) }
}

fn deleted(license: License, still_valid_in_the_field: bool) -> Msg {
    Msg::LicenseDeleted(Ok(Box::new(Deleted { license, still_valid_in_the_field })))
}

#[test]
fn reading_actions_need_no_passphrase() {
    for (key, shown) in [("V", "looking at it"), ("o", "nothing is ever overwritten"), ("c", "Sent to the clipboard")] {
        let mut app = with_licenses_as(Session::Reviewer(Why::NoVault), vec![license(1)]);
        press(&mut app, key);
        shows(&mut app, &[shown]);
    }
}

#[test]
fn a_license_is_saved_under_a_name_made_of_its_subject() {
    for (subject, path) in [
        ("alice@example.com", "alice-example.com-00000001.lic"),
        ("../../etc/passwd", "etc-passwd-00000001.lic"),
        ("~/..", "00000001.lic"),
        ("Müller & Söhne", "Müller-Söhne-00000001.lic"),
    ] {
        let mut app = with_licenses(vec![License { subject: subject.to_owned(), ..license(1) }]);
        press(&mut app, "o");
        assert_eq!(press(&mut app, "<enter>"), [Effect::SaveLicense { id: license_id(1), path: path.to_owned() }]);
    }
    for subject in [HOSTILE.to_owned(), "x".repeat(900)] {
        let mut app = with_licenses(vec![License { subject, ..license(1) }]);
        let effects = press(&mut app, "o<enter>");
        let [Effect::SaveLicense { path, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        assert!(path.len() < 80 && !path.contains(|c: char| c.is_control() || c == '\u{202e}' || c == '/'), "{path}");
    }
}

#[test]
fn saving_is_waited_for_and_a_failure_leaves_the_path() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "o<ctrl-u><enter>");
    shows(&mut app, &["a path is needed"]);
    let path = "~/a.lic".to_owned();
    assert_eq!(press(&mut app, "~/a.lic<enter>"), [Effect::SaveLicense { id: license_id(1), path }]);
    assert_eq!(press(&mut app, "<enter><esc><ctrl-c>"), [], "it is being written");
    app.update(Msg::LicenseSaved(Err(why())));
    shows(&mut app, &["make room"]);
    press(&mut app, "<esc>");
    shows(&mut app, &["~/a.lic"]);
    press(&mut app, "<enter>");
    assert_eq!(app.update(Msg::LicenseSaved(Ok("/home/m/a.lic".to_owned()))), []);
    shows(&mut app, &["Saved as /home/m/a.lic", "Licenses: all"]);
}

#[test]
fn a_file_is_not_begun_while_a_change_is_written() {
    let mut app = with_licenses(vec![revoked()]);
    press(&mut app, "u<enter>");
    assert_eq!(press(&mut app, "o"), []);
    shows(&mut app, &["still being written"]);
}

#[test]
fn a_deletion_wants_the_subject_and_offers_to_revoke_first() {
    let published = Some(StatusRef { idx: 1, uri: "https://acme.example".to_owned() });
    let mut app = with_licenses(vec![License { status_list: published, ..license(1) }]);
    press(&mut app, "D");
    shows(&mut app, &["will be revoked with the reason cessation, and stop in the field", "customer1@example.com"]);
    assert_eq!(press(&mut app, "<enter>"), []);
    shows(&mut app, &["type it to confirm"]);
    assert_eq!(press(&mut app, "customer1<enter>"), []);
    shows(&mut app, &["that is something else"]);
    assert_eq!(press(&mut app, "@example.com<enter>"), [Effect::DeleteLicense { id: license_id(1), revoke: true }]);
    assert_eq!(press(&mut app, "<enter><esc>"), [], "the form waits");
    let effects = app.update(deleted(revoked(), false));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { after: None, .. }]), "{effects:?}");
    shows(&mut app, &["License 00000001 is deleted."]);
}

#[test]
fn whoever_only_deletes_is_told_that_it_stays_valid() {
    let mut app = with_licenses(vec![license(2)]);
    press(&mut app, "<enter>D<up><right>");
    shows(&mut app, &["will not be revoked: what was handed out stays valid in the field"]);
    let effects = press(&mut app, "<tab>customer2@example.com<enter>");
    assert_eq!(effects, [Effect::DeleteLicense { id: license_id(2), revoke: false }]);
    app.update(deleted(license(2), true));
    shows(&mut app, &["Licenses: all", "is deleted. What was handed out stays valid."]);
}

#[test]
fn a_revoked_license_is_only_deleted() {
    let mut app = with_licenses(vec![revoked()]);
    press(&mut app, "D");
    shows(&mut app, &["It stays revoked"]);
    let effects = press(&mut app, "customer1@example.com<enter>");
    assert_eq!(effects, [Effect::DeleteLicense { id: license_id(1), revoke: false }]);
    app.update(Msg::LicenseDeleted(Err(why())));
    press(&mut app, "<esc>");
    shows(&mut app, &["confirm  customer1@example.com"]);
}

#[test]
fn a_subject_that_nobody_can_type_is_confirmed_by_the_end_of_the_id() {
    for subject in [HOSTILE.to_owned(), "é".to_owned(), "x".repeat(61), String::new()] {
        let mut app = with_licenses(vec![License { subject, ..revoked() }]);
        press(&mut app, "D");
        shows(&mut app, &["type the end of the id: 00000001"]);
        assert_eq!(press(&mut app, "00000001<enter>").len(), 1);
    }
    let mut app = with_licenses(vec![revoked()]);
    assert_eq!(press(&mut app, "D00000001<enter>"), [], "an easy subject is typed");
}

#[test]
fn a_license_that_holds_is_said_to_hold_with_each_check() {
    let mut app = with_licenses(vec![license(1)]);
    assert_eq!(press(&mut app, "V"), [Effect::VerifyLicense { request: 2, id: license_id(1) }]);
    app.update(Msg::LicenseVerified { request: 2, answer: Ok(Box::new(verification(license(1)))) });
    shows(&mut app, &["It holds: signature", "ok  default (00000007)", "ok  it matches the text", "until 2027-05-20"]);
}

#[test]
fn each_reason_for_which_a_license_does_not_hold_is_said() {
    let refused = |code: &str| {
        let mut found = verification(license(1));
        found.inspection.invalid = Some((code.to_owned(), format!("the message of {code}")));
        found
    };
    let mut gone = verification(license(1));
    gone.inspection.issuer = None;
    gone.inspection.invalid = Some(("unknown_key".to_owned(), "the key is not trusted".to_owned()));
    let mut edited = verification(license(1));
    edited.license = Some(License { subject: "mallory".to_owned(), ..license(1) });
    let cases = [
        (
            refused("bad_signature"),
            ["does not hold: the message of bad_signature", "NO  it does not match", "not proven: acme"],
        ),
        (refused("issuer_mismatch"), ["the message of issuer_mismatch", "ok  it matches", "NO  acme.example"]),
        (refused("expired"), ["it expired at 2027-05-20", "ok  acme.example", "NO  from 2026-05-19"]),
        (refused("malformed"), ["the message of malformed", "NO  it cannot be read", "not proven: from"]),
        (refused("unsupported_claim"), ["the message of unsupported_claim", "ok  acme.example", "not proven: from"]),
        (gone, ["the key is not trusted", "NO  b3NQ7qhXjuXJ is not known", "not looked at without the key"]),
        (verification(revoked()), ["It is revoked here", "NO  revoked", "NO  key_compromise at 2026-05-20"]),
        (edited, ["the database says something else of it", "NO  it says something else: subject", "ok  active"]),
    ];
    for (found, parts) in cases {
        let mut app = with_licenses(vec![license(1)]);
        press(&mut app, "V");
        app.update(Msg::LicenseVerified { request: 2, answer: Ok(Box::new(found)) });
        shows(&mut app, &parts);
    }
}

#[test]
fn what_a_license_is_bound_to_is_for_its_machine_to_look_at() {
    let digest = "BpsdgSIpogjGxTXnJeHGcD2dP4icJ6X3hUGP6E7yTRQ";
    let machine = serde_json::json!({ "require": 1, "components": { "machine_id": digest } });
    let totp = serde_json::json!({ "digest": format!("sha256:{}", "0f".repeat(32)), "period": 30 });
    let bindings = serde_json::json!({ "machines": [machine, machine], "totp": totp });
    let mut found = verification(license(1));
    found.inspection.claims.bindings = serde_json::from_value(bindings).unwrap();
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "V");
    app.update(Msg::LicenseVerified { request: 2, answer: Ok(Box::new(found)) });
    shows(&mut app, &["It holds: signature", "-   for one of 2 machines and a second factor; looked at where it runs"]);
}

#[test]
fn a_late_verdict_is_not_shown_of_another_license() {
    let mut app = with_licenses(vec![license(1), license(2)]);
    press(&mut app, "V<esc>jV");
    app.update(Msg::LicenseVerified { request: 2, answer: Ok(Box::new(verification(license(1)))) });
    shows(&mut app, &["looking at it"]);
    app.update(Msg::LicenseVerified { request: 3, answer: Err(why()) });
    shows(&mut app, &["make room"]);
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 80, 24).contains("looking at it"));
}

#[test]
fn a_license_is_suspended_with_a_note_and_given_back() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "pnot paid<enter>");
    shows(
        &mut app,
        &["Suspend?", "customer1@example.com", "note     not paid", "until it is reinstated", "Enter suspend"],
    );
    let note = Some("not paid".to_owned());
    assert_eq!(press(&mut app, "<enter>"), [Effect::Suspend { id: license_id(1), note }]);
    assert_eq!(press(&mut app, "<enter>"), [], "it is being written");
    app.update(Msg::Suspended(Err(why())));
    press(&mut app, "<esc>");
    shows(&mut app, &["note  not paid"]);
    press(&mut app, "<enter><enter>");
    let suspended = License { status: LicenseStatus::Suspended, ..license(1) };
    app.update(Msg::Suspended(Ok(Box::new(suspended))));
    shows(&mut app, &["Licenses: all", "License 00000001 is suspended.", "suspended"]);

    press(&mut app, "p");
    shows(&mut app, &["It is suspended already; P ends that."]);
    press(&mut app, "P");
    shows(&mut app, &["End the suspension?", "works again in the field", "Enter reinstate"]);
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reinstate { id: license_id(1) }]);
    app.update(Msg::Reinstated(Ok(Box::new(license(1)))));
    shows(&mut app, &["License 00000001 is active again."]);
    press(&mut app, "P");
    shows(&mut app, &["It is not suspended."]);
}

#[test]
fn what_is_revoked_is_not_suspended_and_what_is_suspended_not_issued_anew() {
    let mut app = with_licenses(vec![revoked(), License { status: LicenseStatus::Suspended, ..license(2) }]);
    press(&mut app, "p");
    shows(&mut app, &["Only an active license can be suspended."]);
    press(&mut app, "je");
    shows(&mut app, &["Only an active license can be issued anew."]);
    press(&mut app, "x");
    shows(&mut app, &["Revoke 00000002"]);
}

#[test]
fn a_license_without_a_list_goes_on_in_the_field_and_the_dialogs_say_so() {
    let alone = License { status_list: None, ..license(1) };
    let mut app = with_licenses(vec![alone.clone()]);
    press(&mut app, "p<enter>");
    shows(&mut app, &["goes on working in the field"]);
    let mut app = with_licenses(vec![License { status: LicenseStatus::Suspended, ..alone }]);
    press(&mut app, "P");
    shows(&mut app, &["in the field nothing changes"]);
}

#[test]
fn an_extension_is_a_reissue_that_ends_later() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "+");
    shows(&mut app, &["days  366", "ends now  2027-05-20", "will end  2028-05-20"]);
    press(&mut app, "<ctrl-u>0<enter>");
    shows(&mut app, &["not clear yet", "a number of days, at least 1"]);
    press(&mut app, "<ctrl-u>4000000000<enter>");
    shows(&mut app, &["beyond the calendar"]);
    press(&mut app, "<ctrl-u>10<enter>");
    shows(&mut app, &["Extend this license?", "2027-05-30 14:00:00 UTC", "has to be handed out"]);
    let term = Some(Term::Until(NOW.plus_days(375)));
    let request = ReissueRequest { term, ..ReissueRequest::default() };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reissue { id: license_id(1), request }]);
    app.update(Msg::Reissued(Err(why())));
    press(&mut app, "<esc>");
    shows(&mut app, &["days  10"]);
}

#[test]
fn what_is_over_is_extended_from_now() {
    let over = License { not_before: Some(NOW.plus_days(-40)), not_after: Some(NOW.plus_days(-10)), ..license(1) };
    let mut app = with_licenses(vec![over]);
    press(&mut app, "+<enter>");
    let request = ReissueRequest { term: Some(Term::Until(NOW.plus_days(30))), ..ReissueRequest::default() };
    assert_eq!(press(&mut app, "<enter>"), [Effect::Reissue { id: license_id(1), request }]);
}

#[test]
fn only_an_active_license_with_an_end_is_extended() {
    let perpetual = License { not_after: None, ..license(2) };
    let mut app = with_licenses(vec![revoked(), perpetual]);
    press(&mut app, "+");
    shows(&mut app, &["Only an active license can be extended."]);
    press(&mut app, "j+");
    shows(&mut app, &["It has no end that could be extended."]);
}

#[test]
fn a_license_from_elsewhere_is_looked_at_before_it_is_taken_in() {
    let mut app = with_licenses(vec![]);
    press(&mut app, "i<enter>");
    shows(&mut app, &["a path, or the text"]);
    let source = "~/a.lic".to_owned();
    assert_eq!(press(&mut app, "~/a.lic<enter>"), [Effect::Preview { request: 2, source }]);
    let mut preview = foreign(license(1));
    preview.found.inspection.before = Some(LicenseStatus::Revoked);
    app.update(Msg::Previewed { request: 1, answer: Ok(Box::new(foreign(license(2)))) });
    app.update(Msg::Previewed { request: 2, answer: Ok(Box::new(preview)) });
    shows(
        &mut app,
        &[
            "Import this license?",
            "customer1@example.com",
            "default (00000007)",
            "revoked, as it was when it was deleted",
        ],
    );
    assert_eq!(
        press(&mut app, "<enter>"),
        [Effect::ImportLicense { text: "eyJ".to_owned(), file: Some("~/a.lic".to_owned()) }]
    );
    let effects = app.update(Msg::LicenseImported(Ok(Box::new(license(1)))));
    assert!(matches!(effects.as_slice(), [Effect::LoadLicenses { .. }, Effect::LoadLicense { .. }]));
    shows(&mut app, &["License 00000001 for", "License 00000001 is imported; it is active."]);
}

#[test]
fn what_cannot_be_taken_in_is_said_before() {
    let mut unknown = foreign(license(1));
    unknown.found.inspection.issuer = None;
    unknown.found.inspection.invalid = Some(("unknown_key".to_owned(), "not trusted".to_owned()));
    let mut forged = foreign(license(1));
    forged.found.inspection.invalid = Some(("bad_signature".to_owned(), "it does not match".to_owned()));
    let mut here = foreign(license(1));
    here.found = verification(license(1));
    for (preview, said) in [
        (unknown, "Import that key as an issuer first"),
        (forged, "It does not hold: it does not match"),
        (here, "It is here already, as license 00000001 (active)"),
    ] {
        let mut app = with_licenses(vec![]);
        press(&mut app, "ix<enter>");
        app.update(Msg::Previewed { request: 2, answer: Ok(Box::new(preview)) });
        shows(&mut app, &["cannot be taken in", said]);
        assert_eq!(press(&mut app, "<enter>"), []);
        shows(&mut app, &["license  x"]);
    }
}

#[test]
fn what_has_expired_is_taken_in_all_the_same() {
    let mut expired = foreign(License { not_after: Some(Timestamp::from_seconds(1_700_000_000)), ..license(1) });
    expired.found.inspection.invalid = Some(("expired".to_owned(), "it expired".to_owned()));
    let mut app = with_licenses(vec![]);
    press(&mut app, "ix<enter>");
    app.update(Msg::Previewed { request: 2, answer: Ok(Box::new(expired)) });
    shows(&mut app, &["Import this license?", "(expired)"]);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_path() {
    let mut app = with_licenses(vec![]);
    press(&mut app, "inowhere<enter>");
    app.update(Msg::Previewed { request: 2, answer: Err(why()) });
    shows(&mut app, &["make room"]);
    press(&mut app, "<esc>");
    shows(&mut app, &["nowhere"]);
    press(&mut app, "<enter>");
    app.update(Msg::Previewed { request: 3, answer: Ok(Box::new(foreign(license(1)))) });
    press(&mut app, "<enter>");
    app.update(Msg::LicenseImported(Err(why())));
    shows(&mut app, &["make room"]);
}

//! Tab 4.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, IdentityChange, IdentityDone};
use crate::message::Msg;
use crate::session::{Session, Why};
use licentia_core::{Page, UsedIdentity};

fn few() -> Vec<UsedIdentity> {
    vec![identity(3, "till", 2), identity(2, "desk", 0), identity(1, "studio", 5_000)]
}

fn changed(app: &mut App, done: IdentityDone) -> Vec<Effect> {
    app.update(Msg::IdentityChanged(Ok(Box::new(done))))
}

#[test]
fn pages_through_the_list_by_key() {
    let mut app = with_licenses(vec![]);
    let effects = press(&mut app, "4");
    assert_eq!(effects, [Effect::LoadIdentities { request: 2, after: None, limit: 100 }]);
    let items: Vec<_> = (101..=200).rev().map(|number| identity(number, &format!("till {number}"), 0)).collect();
    let next = items.last().map(|row| row.identity.id);
    app.update(Msg::IdentitiesLoaded { request: 2, answer: Ok(Page { items, next }) });
    let effects = press(&mut app, "<end>");
    assert_eq!(effects, [Effect::LoadIdentities { request: 3, after: next, limit: 500 }]);
    let items = (1..=100).rev().map(|number| identity(number, &format!("till {number}"), 0)).collect();
    app.update(Msg::IdentitiesLoaded { request: 3, answer: Ok(page(items)) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("200 of 200") && screen.contains("till 1 "), "{screen}");
}

#[test]
fn a_new_one_is_selected_once_it_is_made() {
    let mut app = with_identities(few());
    press(&mut app, "j");
    let effects = press(&mut app, "nkiosk<enter>");
    assert_eq!(effects, [Effect::ChangeIdentity(IdentityChange::Create { name: "kiosk".to_owned() })]);
    let made = identity(4, "kiosk", 0);
    let effects = changed(&mut app, IdentityDone::Created(made.identity.clone()));
    let [Effect::LoadIdentities { request, after: None, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let items = [vec![made], few()].concat();
    app.update(Msg::IdentitiesLoaded { request: *request, answer: Ok(page(items)) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("> 00000004") && screen.contains("o hands its bytes out"), "{screen}");
}

#[test]
fn regenerating_what_licenses_are_bound_to_asks_for_the_name() {
    let mut app = with_identities(few());
    press(&mut app, "R");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("2 licenses name it"), "{screen}");
    assert_eq!(press(&mut app, "<enter>"), []);
    let id = few()[0].identity.id;
    assert_eq!(press(&mut app, "till<enter>"), [Effect::ChangeIdentity(IdentityChange::Regenerate { id })]);
    changed(&mut app, IdentityDone::Regenerated(few()[0].identity.clone(), 2));
    assert!(text(&mut app, 80, 24).contains("Identity till has new bytes; 2 licenses match it no more."));
    press(&mut app, "jjR");
    assert!(text(&mut app, 80, 24).contains("More than 1000 licenses name it"));
}

#[test]
fn regenerating_what_no_license_names_is_asked_once() {
    let mut app = with_identities(few());
    let id = few()[1].identity.id;
    assert_eq!(press(&mut app, "jR<enter>"), [Effect::ChangeIdentity(IdentityChange::Regenerate { id })]);
    app.update(Msg::IdentityChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
}

#[test]
fn deleting_asks_for_the_name_and_a_refusal_is_explained() {
    let mut app = with_identities(few());
    let id = few()[0].identity.id;
    assert_eq!(press(&mut app, "Dtill<enter>"), [Effect::ChangeIdentity(IdentityChange::Delete { id })]);
    app.update(Msg::IdentityChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc><enter>");
    changed(&mut app, IdentityDone::Deleted(few()[0].identity.clone()));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Identity till is deleted.") && !screen.contains("Delete this"), "{screen}");
}

#[test]
fn the_bytes_go_to_a_file_and_the_log_hears_of_it() {
    let mut app = with_identities(few());
    press(&mut app, "o");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("till.key") && screen.contains("is recorded"), "{screen}");
    let effects = press(&mut app, "<ctrl-u>/tmp/till<enter>");
    let change = IdentityChange::Export { id: few()[0].identity.id, path: "/tmp/till".to_owned() };
    assert_eq!(effects, [Effect::ChangeIdentity(change)]);
    assert!(app.is_writing(), "leaving waits for it");
    app.update(Msg::IdentityChanged(Err(why())));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("/tmp/till"), "another path can be given");
    press(&mut app, "<enter>");
    changed(&mut app, IdentityDone::Exported(few()[0].identity.clone(), "/tmp/till".into()));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Saved to /tmp/till") && !screen.contains("Export the identity"), "{screen}");
}

#[test]
fn enter_counts_the_licenses_and_capital_a_shows_its_events() {
    let mut app = with_identities(few());
    let effects = press(&mut app, "jj<enter>");
    let [Effect::LoadIdentity { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text(&mut app, 80, 24).contains("licenses     1000+"));
    let counted = UsedIdentity { licenses: 5_000, more: false, ..few().remove(2) };
    app.update(Msg::IdentityLoaded { request: *request, answer: Ok(Some(Box::new((counted, ())))) });
    assert!(text(&mut app, 80, 24).contains("licenses     5000"));
    let effects = press(&mut app, "A");
    let [Effect::LoadEvents { request, target, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*target, few()[2].identity.id.to_string());
    app.update(Msg::EventsLoaded { request: *request, answer: Ok(page(vec![record(5)])) });
    assert!(text(&mut app, 80, 24).contains("license.revoke"));
}

#[test]
fn a_reviewer_reads_and_changes_nothing() {
    let mut app = with_identities_as(Session::Reviewer(Why::NoVault), few());
    for key in ["n", "R", "D", "o"] {
        assert_eq!(press(&mut app, key), []);
        assert!(text(&mut app, 120, 24).contains("made for review"), "{key}");
    }
    assert!(matches!(press(&mut app, "<enter>").as_slice(), [Effect::LoadIdentity { .. }]));
}

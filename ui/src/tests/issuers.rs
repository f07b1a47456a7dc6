//! Tab 3.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, IssuerChange, IssuerDone, KeyForm, KeySource, Saving};
use crate::message::Msg;
use crate::session::{Session, Why};
use crate::widget::secret::Typed;
use licentia_core::{Issuer, IssuerStatus, KeyFacts, NewIssuer};

fn few() -> Vec<Issuer> {
    vec![
        issuer(7, "main", IssuerStatus::Active),
        issuer(8, "spare", IssuerStatus::Inactive),
        Issuer { can_sign: false, vendor: None, ..issuer(9, "partner", IssuerStatus::Inactive) },
        Issuer { retired_at: Some(NOW), ..issuer(10, "old", IssuerStatus::Retired) },
    ]
}

fn changed(app: &mut App, done: IssuerDone) -> Vec<Effect> {
    app.update(Msg::IssuerChanged(Ok(Box::new(done))))
}

fn facts(can_sign: bool, known: Option<Issuer>) -> KeyFacts {
    KeyFacts { kid: "thumbprint-of-the-key".to_owned(), can_sign, known }
}

#[test]
fn is_read_when_it_is_opened_and_keeps_its_selection_when_somebody_wrote() {
    let mut app = with_issuers(few());
    press(&mut app, "jj");
    let effects = app.update(Msg::LookedForChanges(true));
    let mut more = few();
    more.insert(0, issuer(1, "older", IssuerStatus::Inactive));
    answer_issuers(&mut app, &effects, more);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("> partner") && screen.contains("older"), "{screen}");
    let effects = press(&mut app, "r");
    answer_issuers(&mut app, &effects, few());
    assert!(text(&mut app, 80, 24).contains("> partner"));
}

#[test]
fn a_new_issuer_has_a_name_and_is_selected_once_it_is_made() {
    let mut app = with_issuers(few());
    assert_eq!(press(&mut app, "n<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("a name is needed"));
    let effects = press(&mut app, "2027<tab>https://acme.example/status<enter>");
    let new = NewIssuer { name: "2027".to_owned(), status_url: Some("https://acme.example/status".to_owned()) };
    assert_eq!(effects, [Effect::ChangeIssuer(IssuerChange::Create(new))]);
    assert_eq!(press(&mut app, "<esc>"), [], "it waits");
    let made = issuer(11, "2027", IssuerStatus::Inactive);
    let effects = changed(&mut app, IssuerDone::Created(made.clone()));
    assert_eq!(effects.len(), 1, "{effects:?}");
    let mut all = few();
    all.push(made);
    answer_issuers(&mut app, &effects, all);
    let screen = text(&mut app, 120, 24);
    assert!(screen.contains("> 2027") && screen.contains("Issuer 2027 is made"), "{screen}");
}

#[test]
fn a_change_that_fails_leaves_the_form_as_it_was() {
    let mut app = with_issuers(few());
    press(&mut app, "nspare<enter>");
    app.update(Msg::IssuerChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("New issuer") && screen.contains("spare"), "{screen}");
}

#[test]
fn a_key_is_shown_before_it_is_taken_in() {
    let mut app = with_issuers(few());
    let effects = press(&mut app, "i/tmp/key.pem<tab>partner 2<tab>secret<enter>");
    let [Effect::InspectKey { request, source, passphrase }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*source, KeySource::Path("/tmp/key.pem".to_owned()));
    assert_eq!(*passphrase, Some(Typed("secret".to_owned().into())));
    assert_eq!(press(&mut app, "<enter>"), [], "it is being looked at");
    app.update(Msg::KeyInspected { request: *request, answer: Ok(Box::new(facts(true, None))) });
    let screen = text(&mut app, 80, 24);
    for part in ["Import this key?", "a private key: it can sign", "thumbprint-of-the-key", "partner 2"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    let change = IssuerChange::Import {
        source: KeySource::Path("/tmp/key.pem".to_owned()),
        name: Some("partner 2".to_owned()),
        passphrase: Some(Typed("secret".to_owned().into())),
        kid: "thumbprint-of-the-key".to_owned(),
    };
    assert_eq!(press(&mut app, "<enter>"), [Effect::ChangeIssuer(change)]);
    changed(&mut app, IssuerDone::Imported(issuer(11, "partner 2", IssuerStatus::Inactive)));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Issuer partner 2 is imported.") && !screen.contains("Import a key"), "{screen}");
}

#[test]
fn a_key_that_is_known_or_cannot_be_read_stays_in_its_form() {
    let mut app = with_issuers(few());
    let effects = press(&mut app, "ikey.pem<enter>");
    let [Effect::InspectKey { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let known = facts(false, Some(issuer(9, "partner", IssuerStatus::Inactive)));
    app.update(Msg::KeyInspected { request: *request, answer: Ok(Box::new(known)) });
    assert!(text(&mut app, 80, 24).contains("this key is here already, as partner"));
    let effects = press(&mut app, "<enter>");
    let [Effect::InspectKey { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::KeyInspected { request: *request, answer: Err(why()) });
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc><enter>").as_slice(), [Effect::InspectKey { .. }]), "it can be tried again");
    let late = app.update(Msg::KeyInspected { request: *request, answer: Ok(Box::new(facts(true, None))) });
    assert_eq!(late, []);
    assert!(!text(&mut app, 80, 24).contains("Import this key?"));
}

#[test]
fn a_public_key_may_be_pasted_and_a_private_one_may_not() {
    let mut app = with_issuers(few());
    press(&mut app, "i");
    app.update(Msg::Paste("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n".to_owned()));
    let effects = press(&mut app, "<enter>");
    let [Effect::InspectKey { source: KeySource::Text(text_of), .. }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        text_of.lines().map(str::trim).collect::<Vec<_>>(),
        ["-----BEGIN PUBLIC KEY-----", "MCow", "-----END PUBLIC KEY-----"]
    );
    press(&mut app, "<esc>i");
    app.update(Msg::Paste("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n".to_owned()));
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("only a public key can be pasted"));
    press(&mut app, "<esc>i");
    app.update(Msg::Paste("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\" : \"c2VjcmV0\"}".to_owned()));
    assert_eq!(press(&mut app, "<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("only a public key can be pasted"));
}

#[test]
fn activating_names_the_one_that_it_takes_over_from() {
    let mut app = with_issuers(few());
    press(&mut app, "ja");
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("in place of  main") && screen.contains("main becomes inactive"), "{screen}");
    let id = issuer(8, "spare", IssuerStatus::Inactive).id;
    assert_eq!(press(&mut app, "<enter>"), [Effect::ChangeIssuer(IssuerChange::Activate { id })]);
    let effects = changed(&mut app, IssuerDone::Activated(issuer(8, "spare", IssuerStatus::Active)));
    assert!(matches!(effects.as_slice(), [Effect::LoadIssuers { .. }]));
    assert!(text(&mut app, 80, 24).contains("Issuer spare is active."));
}

#[test]
fn what_a_state_does_not_allow_is_said_at_once() {
    let mut app = with_issuers(few());
    for (keys, said) in [("a", "active already"), ("jja", "cannot sign"), ("ja", "stays so"), ("R", "stays so")] {
        assert_eq!(press(&mut app, keys), []);
        assert!(text(&mut app, 80, 24).contains(said), "{keys}");
    }
}

#[test]
fn retiring_the_active_one_says_what_that_means() {
    let mut app = with_issuers(few());
    press(&mut app, "R");
    assert!(text(&mut app, 80, 24).contains("This is the active one"));
    let id = issuer(7, "main", IssuerStatus::Active).id;
    assert_eq!(press(&mut app, "<enter>"), [Effect::ChangeIssuer(IssuerChange::Retire { id })]);
    app.update(Msg::IssuerChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
}

#[test]
fn deleting_asks_for_the_name_and_goes_back_to_the_list() {
    let mut app = with_issuers(few());
    press(&mut app, "j<enter>D");
    assert_eq!(press(&mut app, "main<enter>"), []);
    assert!(text(&mut app, 80, 24).contains("this is not the name"));
    let id = issuer(8, "spare", IssuerStatus::Inactive).id;
    assert_eq!(press(&mut app, "<ctrl-u>spare<enter>"), [Effect::ChangeIssuer(IssuerChange::Delete { id })]);
    app.update(Msg::IssuerChanged(Err(why())));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("Delete this issuer?"), "the dialog is still there");
    press(&mut app, "<enter>");
    changed(&mut app, IssuerDone::Deleted(issuer(8, "spare", IssuerStatus::Inactive)));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Issuer spare is deleted.") && screen.contains("Issuers: the keys"), "{screen}");
}

#[test]
fn a_public_key_goes_to_a_file_whose_name_follows_its_form() {
    let mut app = with_issuers(few());
    press(&mut app, "o");
    assert!(text(&mut app, 80, 24).contains("main.pem"));
    press(&mut app, "<right>");
    assert!(text(&mut app, 80, 24).contains("main.jwk"));
    press(&mut app, "<right>");
    assert!(text(&mut app, 80, 24).contains("issuers.jwks"));
    press(&mut app, "<tab><ctrl-u>/tmp/keys<backtab><right>");
    let effects = press(&mut app, "<enter>");
    let [Effect::Save { saving, path }] = effects.as_slice() else { panic!("{effects:?}") };
    let id = issuer(7, "main", IssuerStatus::Active).id;
    assert_eq!((saving, path.as_str()), (&Saving::PublicKey { id, form: KeyForm::Pem }, "/tmp/keys"));
    app.update(Msg::Saved(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc><enter>").as_slice(), [Effect::Save { .. }]));
    app.update(Msg::Saved(Ok("/tmp/keys".into())));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Saved to /tmp/keys") && !screen.contains("JSON Web Key"), "{screen}");
}

#[test]
fn enter_shows_one_with_its_key_and_capital_a_its_events() {
    let mut app = with_issuers(few());
    let effects = press(&mut app, "<enter>");
    let main = issuer(7, "main", IssuerStatus::Active);
    let [Effect::LoadIssuer { request, id }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*id, main.id);
    let read = Box::new((main.clone(), issuer_more(3)));
    app.update(Msg::IssuerLoaded { request: *request, answer: Ok(Some(read)) });
    let screen = text(&mut app, 80, 24);
    for part in ["3 licenses, in one status list", "no: licenses are known under it", "-----BEGIN PUBLIC KEY-----"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    let effects = press(&mut app, "A");
    let [Effect::LoadEvents { request, target, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*target, main.id.to_string());
    app.update(Msg::EventsLoaded { request: *request, answer: Ok(page(vec![record(5)])) });
    assert!(text(&mut app, 80, 24).contains("license.revoke"));
    press(&mut app, "<esc><esc>");
    assert!(text(&mut app, 80, 24).contains("> main"));
}

#[test]
fn one_that_somebody_else_deleted_is_closed() {
    let mut app = with_issuers(few());
    let effects = press(&mut app, "j<enter>");
    let [Effect::LoadIssuer { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let read = Box::new((few().remove(1), issuer_more(0)));
    app.update(Msg::IssuerLoaded { request: *request, answer: Ok(Some(read)) });
    let effects = app.update(Msg::LookedForChanges(true));
    let request = effects.iter().find_map(|effect| match effect {
        Effect::LoadIssuer { request, .. } => Some(*request),
        _ => None,
    });
    app.update(Msg::IssuerLoaded { request: request.unwrap(), answer: Ok(None) });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("not there any more") && screen.contains("Issuers: the keys"), "{screen}");
}

#[test]
fn a_reviewer_reads_and_exports_and_changes_nothing() {
    let mut app = with_issuers_as(Session::Reviewer(Why::NoVault), few());
    for key in ["n", "i", "a", "R", "D"] {
        assert_eq!(press(&mut app, key), []);
        assert!(text(&mut app, 120, 24).contains("made for review"), "{key}");
    }
    assert!(matches!(press(&mut app, "o<enter>").as_slice(), [Effect::Save { .. }]));
    app.update(Msg::Saved(Ok("/tmp/keys".into())));
    assert!(matches!(press(&mut app, "<enter>").as_slice(), [Effect::LoadIssuer { .. }]));
}

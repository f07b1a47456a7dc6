//! Publishing the status lists, and what is said of a license that is in one.

use super::support::*;
use crate::app::App;
use crate::effect::Effect;
use crate::message::Msg;
use crate::services::Opening;
use crate::session::{Session, Why};
use crate::tab::TabId;
use crate::theme::Theme;
use licentia_core::{LastPublished, LicenseStatus, ListToPublish, Publication, Standing};
use std::path::PathBuf;

fn lists() -> Vec<ListToPublish> {
    vec![ListToPublish {
        uri: "https://acme.example/status/9f".to_owned(),
        issuer: "main".to_owned(),
        revoked: 14,
        suspended: 3,
        superseded: 120,
    }]
}

fn counted(app: &mut App, effects: &[Effect]) -> Vec<Effect> {
    let [Effect::CountLists { request }] = effects else { panic!("{effects:?}") };
    app.update(Msg::ListsCounted { request: *request, answer: Ok(lists()) })
}

#[test]
fn a_directory_is_asked_for_and_the_counts_are_confirmed() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "S");
    shows(&mut app, &["Publish the status lists", "counting"]);
    press(&mut app, "<enter>");
    shows(&mut app, &["! where to?"]);
    press(&mut app, "/srv/www<enter>");
    shows(&mut app, &["still being counted"]);
    assert_eq!(counted(&mut app, &effects), []);
    shows(&mut app, &["https://acme.example/status/9f", "of main: 14 revoked, 3 suspended, 120 superseded"]);
    press(&mut app, "<enter>");
    shows(&mut app, &["Publish the status lists?", "directory  /srv/www", "14 revoked", "Everybody can read"]);
    let directory = "/srv/www".to_owned();
    assert_eq!(press(&mut app, "<enter>"), [Effect::Publish { directory }]);
    app.update(Msg::Published(Ok(Box::new((PathBuf::from("/srv/www"), publication())))));
    shows(&mut app, &["The status list is published, good until 2026-06-19 14:00:00 UTC, in /srv/www"]);
    assert!(!text(&mut app, 120, 36).contains("Publish the"));
}

#[test]
fn where_the_directory_is_configured_there_is_only_the_question() {
    let opening = Opening { publish_to: "/srv/www".to_owned(), ..opening(Some(unlocked())) };
    let (mut app, effects) = App::on_tab(TabId::Licenses, opening, Theme::from_no_color(None), NOW);
    answer_licenses(&mut app, &effects, page(vec![]));
    let effects = press(&mut app, "S");
    counted(&mut app, &effects);
    shows(&mut app, &["Publish the status lists?", "directory  /srv/www"]);
    press(&mut app, "<esc>");
    shows(&mut app, &["> directory  /srv/www"]);
    press(&mut app, "<ctrl-u>/tmp/www<enter>");
    assert_eq!(press(&mut app, "<enter>"), [Effect::Publish { directory: "/tmp/www".to_owned() }]);
}

#[test]
fn it_needs_the_passphrase_and_a_list() {
    let mut app = with_licenses_as(Session::Reviewer(Why::NoVault), vec![license(1)]);
    assert_eq!(press(&mut app, "S"), []);
    let mut app = with_issuers(vec![issuer(7, "main", licentia_core::IssuerStatus::Active)]);
    let effects = press(&mut app, "S");
    let [Effect::CountLists { request }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::ListsCounted { request: *request, answer: Err(why()) });
    shows(&mut app, &["Error", "make room"]);
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 120, 36).contains("Publish the"), "there is nothing to be published");
}

#[test]
fn a_failure_leaves_the_directory() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "S/srv/www");
    counted(&mut app, &effects);
    press(&mut app, "<enter><enter>");
    app.update(Msg::Published(Err(why())));
    press(&mut app, "<esc>");
    shows(&mut app, &["> directory  /srv/www"]);
}

#[test]
fn lists_from_a_clock_that_was_ahead_are_warned_of() {
    let mut app = with_licenses(vec![license(1)]);
    let effects = press(&mut app, "S/srv/www");
    counted(&mut app, &effects);
    press(&mut app, "<enter><enter>");
    let ahead = Publication { issued_at: NOW.plus_days(1), ..publication() };
    app.update(Msg::Published(Ok(Box::new((PathBuf::from("/srv/www"), ahead)))));
    shows(&mut app, &["products refuse the lists until 2026-05-21T14:00:00Z"]);
}

/// The status page of a license of which this is known.
fn status_page(standing: Standing) -> App {
    let license = licentia_core::License { status: LicenseStatus::Superseded, ..license(1) };
    let mut app = with_licenses(vec![license.clone()]);
    press(&mut app, "<enter><tab>");
    let mut details = details(license);
    details.standing = Some(standing);
    app.update(Msg::LicenseLoaded { request: 2, answer: Ok(Box::new(details)) });
    app
}

fn published(said: Option<LicenseStatus>) -> LastPublished {
    let (at, until) = (NOW.plus_days(-2), Some(NOW.plus_days(28)));
    LastPublished { at, until, said, list: published_file() }
}

#[test]
fn the_status_page_says_what_the_list_says_now_and_what_it_said() {
    let overlap = Standing {
        now: Some(LicenseStatus::Active),
        superseded_from: Some(NOW.plus_days(10)),
        is_ours: true,
        published: Some(published(Some(LicenseStatus::Active))),
    };
    let mut app = status_page(overlap.clone());
    shows(
        &mut app,
        &[
            "index      42",
            "here       superseded",
            "says now   valid",
            "overlap    valid until 2026-05-30",
            "published  2026-05-18",
            "good       until 2026-06-17",
            "said then  valid",
            "14 revoked, 3 suspended, 120 superseded",
        ],
    );
    assert!(!text(&mut app, 120, 36).contains("published again"));

    let over =
        Standing { now: Some(LicenseStatus::Superseded), superseded_from: Some(NOW.plus_days(-1)), ..overlap.clone() };
    shows(
        &mut status_page(over),
        &[
            "says now   superseded",
            "overlap    over since 2026-05-19",
            "Products learn of it when the lists are published again",
        ],
    );
    let changed = Standing { now: Some(LicenseStatus::Revoked), published: Some(published(None)), ..overlap.clone() };
    shows(&mut status_page(changed), &["said then  something else: the license changed since", "published again: S"]);
    let elsewhere = Standing { is_ours: false, published: None, ..overlap };
    shows(&mut status_page(elsewhere), &["elsewhere: the list belongs to whoever signed this license"]);
}

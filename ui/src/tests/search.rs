//! Searching in tab 9: the query line, what is found piece by piece, saved queries, counts, and the index of words.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, FilterChange, FilterDone, FoundEntries};
use crate::message::Msg;
use crate::session::{Session, Why};
use licentia_core::audit::{AuditFilter, AuditSearch, CountBy, Query, SavedFilter, SearchPage};
use licentia_core::{AuditRecord, Timestamp};

fn query(text: &str) -> Query {
    Query::parse(text, NOW).unwrap()
}

fn searched(app: &mut App, effects: &[Effect], items: Vec<AuditRecord>, next: Option<u64>) -> Vec<Effect> {
    let request = effects.iter().rev().find_map(|effect| match effect {
        Effect::Search { request, .. } => Some(*request),
        _ => None,
    });
    let found = FoundEntries { page: SearchPage { items, next }, size: 1_000_000 };
    app.update(Msg::Searched { request: request.unwrap(), answer: Ok(found) })
}

fn saved(name: &str, query: &str) -> SavedFilter {
    SavedFilter { name: name.to_owned(), query: query.to_owned(), saved_at: NOW }
}

/// The audit tab with one entry, and the query line open.
fn with_line() -> App {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "/"), [Effect::LoadFilters { request: 3 }]);
    app
}

#[test]
fn a_query_is_joined_with_the_filter_and_searched_in_the_database() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f<tab>mathieu@build7<enter>/kind:license.* AND refund");
    let effects = press(&mut app, "<enter>");
    let filter = AuditFilter { actor: Some("mathieu@build7".to_owned()), ..AuditFilter::default() };
    let search = AuditSearch { filter, query: Some(query("kind:license.* AND refund")) };
    let asked = Effect::Search { request: 6, search, before: None, limit: 100, whole: false };
    assert_eq!(effects, [asked]);
    assert_eq!(searched(&mut app, &effects, vec![record(7), record(5)], None), []);
    shows(&mut app, &["Audit: actor mathieu@build7, query kind:license.* AND refund", "1 of 2"]);

    let effects = press(&mut app, "F");
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { .. }]), "everything is shown: {effects:?}");
    shows(&mut app, &["Audit: all entries"]);
}

#[test]
fn a_mistake_is_pointed_at_until_it_is_mended() {
    let mut app = with_line();
    assert_eq!(press(&mut app, "kind:license.* AND knd:x<enter>"), []);
    let screen = text(&mut app, 80, 24);
    let lines: Vec<&str> = screen.lines().collect();
    let column = lines[1].find("knd").unwrap();
    assert_eq!(lines[2].find("^^^"), Some(column), "{screen}");
    assert!(screen.contains("there is no field `knd`. Expected at character 20: `kind`"), "{screen}");
    press(&mut app, "y");
    assert!(!text(&mut app, 80, 24).contains("^^^"), "it is being mended");
}

#[test]
fn a_mistake_in_a_line_that_is_too_long_is_shown_with_what_is_around_it() {
    let mut app = with_line();
    press(&mut app, &format!("{}knd:x<enter>", "refund ".repeat(30)));
    let screen = text(&mut app, 80, 24);
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().position(|line| line.contains("^^^")).unwrap();
    let place = |line: &str, part: &str| line.split(part).next().unwrap().chars().count();
    assert_eq!(place(lines[at - 1], "knd"), place(lines[at], "^^^"), "{screen}");
}

#[test]
fn a_query_that_is_given_up_changes_nothing() {
    let mut app = with_line();
    press(&mut app, "refund<esc>");
    shows(&mut app, &["Audit: all entries", "1 of 1"]);
    let effects = press(&mut app, "/refund<enter>");
    searched(&mut app, &effects, vec![record(1)], None);
    press(&mut app, "/");
    assert!(text(&mut app, 80, 24).contains("Query: refund"), "it is changed, not typed again");
    let effects = press(&mut app, "<ctrl-u><enter>");
    assert!(matches!(effects.as_slice(), [Effect::LoadAudit { .. }]), "an empty one lets everything through");
}

#[test]
fn a_long_search_shows_how_far_it_is_and_goes_on_by_itself() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter>");
    shows(&mut app, &["Esc stop"]);
    let effects = searched(&mut app, &effects, vec![], Some(984_000));
    assert!(matches!(effects.as_slice(), [Effect::Search { before: Some(984_000), whole: false, .. }]), "{effects:?}");
    shows(&mut app, &["Nothing is found yet; the search goes on.", "searching, at 984000…"]);
    let effects = searched(&mut app, &effects, vec![record(970_123)], Some(968_000));
    assert!(matches!(effects.as_slice(), [Effect::Search { before: Some(968_000), .. }]), "{effects:?}");
    shows(&mut app, &["970123", "1 of 1+  searching, at 968000…"]);
    assert_eq!(searched(&mut app, &effects, vec![record(12)], None), []);
    shows(&mut app, &["970123", "1 of 2"]);
    assert!(!text(&mut app, 120, 36).contains("Esc stop"));
}

#[test]
fn a_long_search_can_be_given_up_and_gone_on_with() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter>");
    let effects = searched(&mut app, &effects, vec![record(970_123)], Some(968_000));
    assert_eq!(press(&mut app, "<esc>"), []);
    shows(&mut app, &["Stopped: older entries were not searched"]);
    assert_eq!(searched(&mut app, &effects, vec![record(960_000)], Some(952_000)), [], "it is bounded, and the last");
    press(&mut app, "<down><down><pgdn>");
    shows(&mut app, &["2 of 2+  stopped at 952000", "Enter open"]);
    let effects = press(&mut app, "<end>");
    assert!(matches!(effects.as_slice(), [Effect::Search { before: Some(952_000), .. }]), "{effects:?}");
    searched(&mut app, &effects, vec![record(1)], None);
    shows(&mut app, &["3 of 3"]);
}

#[test]
fn a_search_that_was_stopped_before_it_found_anything_says_how_far_it_was() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter><esc>");
    assert_eq!(searched(&mut app, &effects, vec![], Some(984_000)), []);
    shows(&mut app, &["Nothing is found in the entries from 984000 on. End searches the older ones."]);
}

#[test]
fn a_screen_full_of_what_was_found_is_enough() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter>");
    let items: Vec<AuditRecord> = (901..=1_000).rev().map(record).collect();
    assert_eq!(searched(&mut app, &effects, items, Some(901)), [], "nobody looks at more");
    text(&mut app, 120, 36);
    let effects = press(&mut app, "<pgdn><pgdn><pgdn>");
    assert!(matches!(effects.as_slice(), [Effect::Search { before: Some(901), .. }]), "{effects:?}");
}

#[test]
fn only_what_came_in_since_is_searched_when_somebody_writes() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter>");
    searched(&mut app, &effects, vec![record(40), record(30)], None);
    press(&mut app, "<down>");
    let effects = app.update(Msg::LookedForChanges(true));
    let [Effect::SearchNewer { request, after: 1_000_000, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(app.update(Msg::LookedForChanges(true)), [], "one at a time");
    let newer = |items| Ok((items, 1_000_005));
    assert_eq!(app.update(Msg::SearchedNewer { request: 1, answer: newer(vec![record(9)]) }), [], "late");
    let effects = app.update(Msg::SearchedNewer { request: *request, answer: newer(vec![record(1_000_003)]) });
    assert!(matches!(effects.as_slice(), [Effect::SearchNewer { after: 1_000_005, .. }]), "and again: {effects:?}");
    let screen = text(&mut app, 120, 36);
    assert!(screen.contains("1000003") && screen.contains("> 30 ") && screen.contains("3 of 3"), "{screen}");
}

#[test]
fn a_search_that_begins_anew_at_its_top_knows_how_far_it_looked() {
    let mut app = with_line();
    let mut effects = press(&mut app, "refund<enter>");
    let answered = |app: &mut App, effects: &[Effect], size: u64| {
        let [Effect::Search { request, before, limit, .. }] = effects else { panic!("{effects:?}") };
        let newest = before.map_or(3_000, |before| before - 1);
        let items: Vec<_> = (1..=newest).rev().take(usize::try_from(*limit).unwrap()).map(record).collect();
        let next = items.last().map(|last| last.seq).filter(|last| *last > 1);
        app.update(Msg::Searched {
            request: *request,
            answer: Ok(FoundEntries { page: SearchPage { items, next }, size }),
        })
    };
    effects = answered(&mut app, &effects, 3_000);
    assert_eq!(effects, []);
    effects = press(&mut app, "<end>");
    while !effects.is_empty() {
        effects = answered(&mut app, &effects, 3_000);
    }
    effects = press(&mut app, "<home>");
    assert!(matches!(effects.as_slice(), [Effect::Search { before: None, .. }]), "the top was forgotten: {effects:?}");
    effects = answered(&mut app, &effects, 3_050);
    assert_eq!(effects, []);
    let effects = app.update(Msg::LookedForChanges(true));
    assert!(matches!(effects.as_slice(), [Effect::SearchNewer { after: 3_050, .. }]), "{effects:?}");
}

#[test]
fn now_is_another_moment_when_the_list_is_read_again() {
    let mut app = with_line();
    let effects = press(&mut app, "created_at:now-1h TO now<enter>");
    searched(&mut app, &effects, vec![], None);
    let later = Timestamp(NOW.0 + 60_000_000);
    app.set_now(later);
    let effects = press(&mut app, "r");
    let again = Query::parse("created_at:now-1h TO now", later).unwrap();
    assert!(matches!(effects.as_slice(), [Effect::Search { search, .. }] if search.query == Some(again)));
}

#[test]
fn a_saved_query_is_chosen_from_a_list_or_named() {
    let mut app = with_line();
    let Effect::LoadFilters { request } = press(&mut app, "<down>").remove(0) else { panic!() };
    let filters = vec![saved("denied", "outcome:denied"), saved("refunds", "payload.reason:refund")];
    app.update(Msg::FiltersLoaded { request, answer: Ok(filters.clone()) });
    shows(&mut app, &["Saved queries", "refunds", "payload.reason:refund"]);
    let effects = press(&mut app, "<down><enter>");
    assert!(
        matches!(effects.as_slice(), [Effect::Search { search, .. }] if search.query == Some(query("payload.reason:refund")))
    );
    searched(&mut app, &effects, vec![], None);
    shows(&mut app, &["Audit: query payload.reason:refund"]);

    let Effect::LoadFilters { request } = press(&mut app, "/<ctrl-u>@denied").remove(0) else { panic!() };
    press(&mut app, "<enter>");
    shows(&mut app, &["the saved queries are still being read"]);
    app.update(Msg::FiltersLoaded { request, answer: Ok(filters) });
    assert!(matches!(press(&mut app, "s<enter>").as_slice(), []), "@denieds");
    shows(&mut app, &["there is no saved query `denieds`", "one of denied, refunds"]);
    let effects = press(&mut app, "<backspace><enter>");
    assert!(
        matches!(effects.as_slice(), [Effect::Search { search, .. }] if search.query == Some(query("outcome:denied")))
    );
}

#[test]
fn a_query_is_saved_under_a_name_by_whoever_has_the_passphrase() {
    let mut app = with_line();
    press(&mut app, "knd:x<ctrl-s>");
    shows(&mut app, &["there is no field `knd`"]);
    press(&mut app, "<ctrl-u>refund<ctrl-s>");
    shows(&mut app, &["Save this query", "refund", "Enter save"]);
    assert_eq!(press(&mut app, "my refunds<enter>"), []);
    shows(&mut app, &["! It is 1 to 64 of the characters"]);
    let effects = press(&mut app, "<ctrl-u>refunds<enter>");
    let change = FilterChange::Save { name: "refunds".to_owned(), query: "refund".to_owned() };
    assert_eq!(effects, [Effect::ChangeFilter(change)]);
    assert!(effects[0].is_write(), "it is waited for");
    let done = FilterDone::Saved(saved("refunds", "refund"));
    app.update(Msg::FilterChanged(Ok(Box::new(done))));
    shows(&mut app, &["Saved: @refunds in a query stands for it.", "Query: refund"]);

    let mut app = with_licenses_as(Session::Reviewer(Why::NotUnlocked), vec![]);
    press(&mut app, "9/refund<ctrl-s>");
    shows(&mut app, &["a change needs the passphrase"]);
}

#[test]
fn a_filter_is_saved_as_the_query_that_says_the_same() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(press(&mut app, "S"), []);
    shows(&mut app, &["there is nothing to save"]);
    let keys = "flicense.*, issuer.create<tab>a \"b\" \\c<tab><tab>2026-05-01<tab>2026-06-01<enter>";
    press(&mut app, keys);
    let effects = press(&mut app, "/refund OR chargeback<enter>Sx<enter>");
    let said = r#"(refund OR chargeback) AND kind:(license.* OR "issuer.create") AND actor:"a \"b\" \\c" AND created_at:>="2026-05-01" AND created_at:<"2026-06-01""#;
    let [.., Effect::ChangeFilter(FilterChange::Save { query, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(query, said);
    Query::parse(query, NOW).unwrap();
}

#[test]
fn a_saved_query_is_forgotten_after_a_question() {
    let mut app = with_records(vec![record(1)]);
    let Effect::LoadFilters { request } = press(&mut app, "s").remove(0) else { panic!() };
    app.update(Msg::FiltersLoaded { request, answer: Ok(vec![saved("refunds", "refund")]) });
    press(&mut app, "D");
    shows(&mut app, &["Forget this query?", "Enter forget"]);
    let effects = press(&mut app, "<enter>");
    assert_eq!(effects, [Effect::ChangeFilter(FilterChange::Delete { name: "refunds".to_owned() })]);
    let effects = app.update(Msg::FilterChanged(Ok(Box::new(FilterDone::Deleted(saved("refunds", "refund"))))));
    let request = effects.iter().find_map(|effect| match effect {
        Effect::LoadFilters { request } => Some(*request),
        _ => None,
    });
    app.update(Msg::FiltersLoaded { request: request.unwrap(), answer: Ok(vec![]) });
    shows(&mut app, &["No query is saved yet"]);
}

#[test]
fn what_is_shown_is_counted_as_bars_one_of_which_narrows_the_filter() {
    let mut app = with_records(vec![record(1)]);
    let effects = press(&mut app, "c");
    let [Effect::CountEntries { request, by: CountBy::Kind, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    shows(&mut app, &["counting…", "by [kind]"]);
    let counts = |counts: &[(&str, u64)]| Ok(counts.iter().map(|(key, many)| ((*key).to_owned(), *many)).collect());
    app.update(Msg::EntriesCounted {
        request: *request,
        answer: counts(&[("issuer.create", 1), ("license.issue", 40)]),
    });
    shows(&mut app, &["2 of them, 41 entries", "> license.issue 40 ███", "  issuer.create  1 █"]);

    let effects = press(&mut app, "<tab>");
    let [Effect::CountEntries { request, by: CountBy::Actor, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let late = Msg::EntriesCounted { request: request - 1, answer: counts(&[("late", 1)]) };
    app.update(late);
    shows(&mut app, &["counting…"]);
    let effects = press(&mut app, "<backtab><backtab>");
    let [
        Effect::Stop { .. },
        Effect::CountEntries { .. },
        Effect::Stop { .. },
        Effect::CountEntries { request, by: CountBy::Day, .. },
    ] = effects.as_slice()
    else {
        panic!("what nobody waits for is given up: {effects:?}")
    };
    app.update(Msg::EntriesCounted { request: *request, answer: counts(&[("2026-05-19", 9), ("2026-05-20", 3)]) });
    shows(&mut app, &["> 2026-05-20 3", "  2026-05-19 9"]);
    let effects = press(&mut app, "<down><enter>");
    let [Effect::LoadAudit { filter, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(filter.since, Some("2026-05-19T00:00:00Z".parse().unwrap()));
    assert_eq!(filter.until, Some("2026-05-20T00:00:00Z".parse().unwrap()));
    shows(&mut app, &["Audit: from 2026-05-19, to 2026-05-20"]);
}

#[test]
fn a_bar_keeps_the_query_and_what_is_narrower_already() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "f<tab><tab><tab>2026-05-19T12:00:00Z<tab>2026-06-01<enter>/refund<enter>c");
    let effects = press(&mut app, "<backtab>");
    let Some(Effect::CountEntries { request, search, .. }) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(search.query, Some(query("refund")), "what is counted is what is shown");
    app.update(Msg::EntriesCounted { request: *request, answer: Ok(vec![("2026-05-19".to_owned(), 3)]) });
    let effects = press(&mut app, "<enter>");
    let [Effect::Search { search, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(search.filter.since, Some("2026-05-19T12:00:00Z".parse().unwrap()));
    assert_eq!(search.filter.until, Some("2026-05-20T00:00:00Z".parse().unwrap()));
}

#[test]
fn the_index_follows_once_a_second_one_step_after_the_other() {
    let mut app = with_records(vec![record(1)]);
    assert_eq!(second(&mut app), [Effect::LookForChanges, Effect::FollowIndex]);
    app.update(Msg::LookedForChanges(false));
    assert_eq!(second(&mut app), [Effect::LookForChanges], "one at a time");
    assert_eq!(app.update(Msg::IndexFollowed(true)), [Effect::FollowIndex], "there is more");
    assert_eq!(app.update(Msg::IndexFollowed(false)), []);
    app.update(Msg::LookedForChanges(true));
    assert_eq!(second(&mut app), [Effect::LookForChanges, Effect::FollowIndex], "somebody wrote");
}

#[test]
fn the_index_waits_for_a_change_and_leaves_a_copy_for_review_alone() {
    let mut app = with_records(vec![record(1)]);
    press(&mut app, "/refund<ctrl-s>x<enter>");
    assert_eq!(second(&mut app), [Effect::LookForChanges], "a change is being written");
    app.update(Msg::FilterChanged(Ok(Box::new(FilterDone::Saved(saved("x", "refund"))))));
    assert_eq!(second(&mut app), [Effect::FollowIndex]);

    for why in [Why::NoVault, Why::ReadOnly] {
        let mut app = with_licenses_as(Session::Reviewer(why), vec![]);
        assert_eq!(second(&mut app), [Effect::LookForChanges]);
    }
    let mut app = with_licenses_as(Session::Reviewer(Why::NotUnlocked), vec![]);
    assert_eq!(second(&mut app).len(), 2, "it is derived, and needs no passphrase");
}

#[test]
fn an_export_says_that_it_knows_no_query() {
    let mut app = with_line();
    let effects = press(&mut app, "refund<enter>");
    searched(&mut app, &effects, vec![record(1)], None);
    press(&mut app, "E");
    shows(&mut app, &["What is exported: all entries. An export knows no query"]);
}

#[test]
fn a_count_that_fails_is_said_and_can_be_tried_again() {
    let mut app = with_records(vec![record(1)]);
    let [Effect::CountEntries { request, .. }] = press(&mut app, "c")[..] else { panic!() };
    app.update(Msg::EntriesCounted { request, answer: Err(why()) });
    shows(&mut app, &["make room and try again"]);
    press(&mut app, "<esc>");
    shows(&mut app, &["It could not be counted."]);
    assert!(matches!(press(&mut app, "<tab>")[..], [Effect::CountEntries { .. }]));
}

#[test]
fn a_search_that_fails_is_said_once_and_not_tried_for_ever() {
    let mut app = with_line();
    let [Effect::Search { request, .. }] = press(&mut app, "refund<enter>")[..] else { panic!() };
    assert_eq!(app.update(Msg::Searched { request, answer: Err(why()) }), []);
    shows(&mut app, &["make room and try again"]);
    assert!(matches!(press(&mut app, "<esc>r")[..], [Effect::Search { .. }]));
}

/// What a second asks for, besides looking for damage and signing.
fn second(app: &mut App) -> Vec<Effect> {
    let mut effects = app.update(Msg::Second);
    effects.retain(|effect| !matches!(effect, Effect::Check(_) | Effect::Checkpoint { .. }));
    effects
}

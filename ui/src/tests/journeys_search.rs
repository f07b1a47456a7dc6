//! Searching a real log: a query, a mistake, a saved query, bars; and the index of words that follows meanwhile.

use super::journeys::{Home, passphrase, shows};
use crate::services::Services;
use crate::tab::TabId;
use crate::testing::Harness;
use licentia_core::{Backup, Licentia};
use std::sync::Arc;

async fn audit(home: &Home) -> Harness {
    Box::pin(home.open_on(TabId::Audit, Some(passphrase()))).await
}

/// How far the index of words reaches.
fn reached(home: &Home) -> i64 {
    let connection = rusqlite::Connection::open(home.database()).unwrap();
    connection.query_row("SELECT coalesce(max(size), 0) FROM audit_search_cursor", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn from_a_mistake_to_a_query_that_is_saved_chosen_and_counted() {
    let home = Home::founded(12).await;
    let mut screen = audit(&home).await;
    screen.press("/subject:customer0007<enter>").settle().await;
    shows(&mut screen, &["there is no field `subject`", "^^^^^^^"]);
    screen.press("<ctrl-u>customer0007 AND kind:license.*<enter>").settle().await;
    shows(&mut screen, &["Audit: query customer0007 AND kind:license.*", "license.issue", "1 of 1"]);
    screen.press("<enter>");
    shows(&mut screen, &["license.issue", "customer0007"]);
    screen.press("<esc>");

    screen.press("Sseventh<enter>").settle().await;
    shows(&mut screen, &["Saved: @seventh", "1 of 1"]);
    screen.press("F").settle().await;
    shows(&mut screen, &["filter.save", "Audit: all entries", "1 of 16"]);
    screen.press("/<down>").settle().await;
    shows(&mut screen, &["Saved queries", "seventh"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Audit: query customer0007", "1 of 1"]);
    screen.press("/<ctrl-u>").settle().await;
    screen.press("@seventh<enter>").settle().await;
    shows(&mut screen, &["Audit: query customer0007", "1 of 1"]);

    screen.press("F").settle().await;
    screen.press("c").settle().await;
    shows(&mut screen, &["16 entries", "> license.issue", "12 ████"]);
    screen.press("<tab>").settle().await;
    shows(&mut screen, &["mathieu@build7 16 ████"]);
    screen.press("<backtab>").settle().await;
    screen.press("<f2>");
    shows(&mut screen, &["licentia audit count --by kind"]);
    screen.press("<esc><enter>").settle().await;
    shows(&mut screen, &["Audit: kind license.issue", "1 of 12"]);
    screen.press("/customer0003<enter>").settle().await;
    shows(&mut screen, &["Audit: kind license.issue, query customer0003", "1 of 1"]);
    screen.press("<f2>");
    shows(&mut screen, &["licentia audit list --kind license.issue --query customer0003"]);

    screen.press("<esc>sD<enter>").settle().await;
    screen.press("D<enter>").settle().await;
    shows(&mut screen, &["No query is saved yet"]);
    screen.press("<esc>v").settle().await;
    shows(&mut screen, &["VERIFIED: everything"]);
}

#[tokio::test]
async fn a_filter_that_was_saved_as_a_query_finds_the_same() {
    let home = Home::founded(3).await;
    let mut screen = audit(&home).await;
    screen
        .press("flicense.*, issuer.create<tab>mathieu@build7<tab><tab>2026-05-20<tab>2026-05-21<enter>")
        .settle()
        .await;
    shows(&mut screen, &["1 of 4"]);
    screen.press("Sthatday<enter>").settle().await;
    screen.press("f<ctrl-u>license.*<tab><tab><tab><ctrl-u>2026-05-01<tab><ctrl-u>2026-05-20<enter>").settle().await;
    shows(&mut screen, &["No entry matches"]);
    screen.press("Sbefore<enter>").settle().await;
    screen.press("Fs").settle().await;
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["created_at:<\"2026-05", "No entry matches"]);
    screen.press("Fs").settle().await;
    screen.press("<down><enter>").settle().await;
    shows(&mut screen, &["Audit: query kind:(license.* OR", "1 of 4"]);
}

#[tokio::test]
async fn what_another_process_writes_is_found_too() {
    let home = Home::founded(3).await;
    let mut searching = audit(&home).await;
    searching.press("/kind:license.*<enter>").settle().await;
    shows(&mut searching, &["1 of 3"]);
    home.delete_newest().await;
    searching.wait_a_second().await;
    shows(&mut searching, &["license.delete", "2 of 4"]);
    searching.press("r").settle().await;
    shows(&mut searching, &["1 of 4"]);
}

#[tokio::test]
async fn the_index_follows_in_steps_and_is_no_news_to_the_screen() {
    let home = Home::founded(2_100).await;
    let (services, _) = Services::start(home.start(None)).await.unwrap();
    services.has_changed().await;
    for (more, step) in [(true, 1_000), (true, 2_000), (false, 2_103), (false, 2_103)] {
        assert_eq!((services.follow_with_index().await, reached(&home)), (more, step));
        assert!(!services.has_changed().await, "nothing that the screen shows has changed");
    }
    home.delete_newest().await;
    assert!(!services.follow_with_index().await);
    assert!(services.has_changed().await, "somebody wrote, whatever the index did meanwhile");
    services.close().await.unwrap();
}

#[tokio::test]
async fn keys_are_answered_while_the_index_follows() {
    let home = Home::founded(3_000).await;
    let mut screen = audit(&home).await;
    screen.second().begin();
    screen.press("/customer0042<enter>");
    shows(&mut screen, &["Audit: query customer0042"]);
    screen.begin();
    assert!(screen.wait_for("1 of 1").await, "what the index has not reached is searched all the same");
    screen.press("Sx<enter>").begin();
    assert!(screen.wait_for("Saved: @x").await);
    screen.rest().await;
    screen.wait_a_second().await;
    screen.close().await.unwrap();
    assert_eq!(reached(&home), 3_004);
}

#[tokio::test]
async fn a_copy_for_review_is_searched_and_stays_as_it_is() {
    let home = Home::founded(3).await;
    let copy = Home::empty();
    std::fs::create_dir(copy.directory.path().join("home")).unwrap();
    let licentia = Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
    licentia.backup(&copy.place().database, Backup::ForReview, Arc::new(|_, _| ())).await.unwrap();
    licentia.close().await;

    let before = reached(&copy);
    let mut screen = Box::pin(copy.open_on(TabId::Audit, None)).await;
    screen.wait_a_second().await;
    screen.press("/customer0002<enter>").settle().await;
    shows(&mut screen, &["Audit: query customer0002", "1 of 1"]);
    screen.wait_a_second().await;
    screen.press("S");
    shows(&mut screen, &["made for review"]);
    assert_eq!(reached(&copy), before);
    screen.close().await.unwrap();

    let (services, _) = Services::start(copy.start(None)).await.unwrap();
    assert!(!services.follow_with_index().await);
    services.close().await.unwrap();
    assert_eq!(reached(&copy), before, "not even when it is asked for");
}

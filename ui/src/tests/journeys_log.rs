//! Reviewing the log on a real database: filtering, verifying, exporting, and the alarm when it was tampered with.

use super::journeys::{Home, passphrase, shows};
use crate::tab::TabId;
use crate::testing::Harness;

async fn reviewing(home: &Home) -> Harness {
    let mut screen = home.open_on(TabId::Dashboard, None).await;
    screen.press("<esc>").settle().await;
    screen
}

#[tokio::test]
async fn a_review_without_the_passphrase_from_the_dashboard_to_the_export() {
    let home = Home::founded(3).await;
    let mut screen = Box::pin(reviewing(&home)).await;
    shows(
        &mut screen,
        &["active              3", "not yet since the start", "entries  6", "license.issue", "pin      none yet"],
    );

    screen.press("v").settle().await;
    shows(
        &mut screen,
        &["VERIFIED: everything that was checked holds", "6, from 1 to 6", "Nobody but the file itself"],
    );
    screen.press("<esc>");
    shows(&mut screen, &["VERIFIED; 6 entries"]);

    screen.press("9f").settle().await;
    shows(&mut screen, &["completes: issuer.create"]);
    screen.press("lic<down>").press("<enter>").settle().await;
    shows(&mut screen, &["Audit: kind license.issue", "1 of 3"]);
    screen.press("<enter>n");
    shows(&mut screen, &["Entry 5: license.issue", "customer0002"]);
    screen.press("T").settle().await;
    shows(&mut screen, &["Audit: target ", "1 of 1"]);
    screen.press("<enter>t").settle().await;
    shows(&mut screen, &["[2 Licenses]", "for customer0002", "issuer       main"]);

    screen.press("9E<tab><ctrl-u>");
    shows(&mut screen, &["What is exported: target", "does not record this export"]);
    let file = home.path("alice.jsonl");
    screen.type_text(&file.display().to_string()).press("<enter>").settle().await;
    shows(&mut screen, &["The export is written", "entries   1", "recorded  no"]);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert!(lines.lines().count() == 1 && lines.contains("customer0002"), "{lines}");

    screen.press("<esc>E<tab><ctrl-u>").type_text(&file.display().to_string()).press("<enter>").settle().await;
    shows(&mut screen, &["Error", "alice.jsonl"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), lines, "nothing is overwritten");
}

#[tokio::test]
async fn an_export_by_whoever_is_unlocked_is_in_the_log() {
    let home = Home::founded(1).await;
    let mut screen = home.open_on(TabId::Audit, Some(passphrase())).await;
    screen
        .press("E<right><tab><ctrl-u>")
        .type_text(&home.path("log.csv").display().to_string())
        .press("<enter>")
        .settle()
        .await;
    shows(&mut screen, &["recorded  as entry 5", "audit.export"]);
    screen.press("<esc>v").settle().await;
    shows(&mut screen, &["5, from 1 to 5"]);
}

#[tokio::test]
async fn a_log_that_was_tampered_with_raises_an_alarm_until_it_is_whole_again() {
    let home = Home::founded(3).await;
    let whole = std::fs::read(home.database()).unwrap();
    home.tamper("UPDATE license SET subject = 'mallory' WHERE subject = 'customer0002'");
    let mut screen = Box::pin(reviewing(&home)).await;
    screen.press("v").settle().await;
    shows(&mut screen, &["NOT VERIFIED: 1 issue", "CRITICAL row_altered", "changed around Licentia"]);
    screen.press("<esc>");
    for tab in ["1", "2", "9"] {
        screen.press(tab).settle().await;
        shows(&mut screen, &["! THE AUDIT LOG IS NOT VERIFIED: 1 issue"]);
    }
    screen.close().await.unwrap();

    std::fs::write(home.database(), whole).unwrap();
    let mut screen = Box::pin(reviewing(&home)).await;
    screen.press("v").settle().await;
    shows(&mut screen, &["VERIFIED: everything"]);
}

#[tokio::test]
async fn a_log_is_verified_from_the_fingerprint_that_was_written_down() {
    let home = Home::founded(0).await;
    let mut screen = Box::pin(reviewing(&home)).await;
    screen.press("V").type_text(&format!("blake3:{}", "0".repeat(64))).press("<enter>").settle().await;
    shows(&mut screen, &["NOT VERIFIED", "wrong_log", "It starts from the fingerprint that was given"]);
}

#[tokio::test]
async fn what_was_deleted_is_found_in_the_log() {
    let home = Home::founded(2).await;
    let mut screen = home.open_on(TabId::Audit, Some(passphrase())).await;
    home.delete_newest().await;
    screen.wait_a_second().await;
    screen.press("r").settle().await;
    shows(&mut screen, &["license.delete"]);
    screen.press("<enter>t").settle().await;
    shows(&mut screen, &["It is not there any more", "Audit: target ", "1 of 2"]);
    screen.press("F").settle().await;
    screen.press("<end>").settle().await;
    screen.press("<enter>").press("t").settle().await;
    shows(&mut screen, &["There is no page of it", "vault.create"]);
    screen.press("F").settle().await;
    screen.press("<end>").settle().await;
    screen.press("<up><enter>t").settle().await;
    shows(&mut screen, &["[3 Issuers]", "main"]);
    screen.press("A").settle().await;
    screen.press("<enter>n");
    shows(&mut screen, &["issuer.create"]);
}

#[tokio::test]
async fn a_new_key_for_the_log_and_what_it_means_before() {
    let home = Home::founded(1).await;
    let mut screen = home.open_on(TabId::Audit, Some(passphrase())).await;
    screen.press("K");
    shows(&mut screen, &["Give the log a new key?", "The old key is gone then", "has to unlock again"]);
    screen.press("<f2>");
    shows(&mut screen, &["licentia audit rotate-key"]);
    screen.press("<esc><enter>").settle().await;
    shows(&mut screen, &["The log has a new key: ", "audit.key_rotate"]);
    // The screen goes on with the new one.
    screen.press("K<enter>").settle().await;
    shows(&mut screen, &["The log has a new key: ", "mathieu"]);
    screen.press("v").settle().await;
    shows(&mut screen, &["6, from 1 to 6"]);
}

#[tokio::test]
async fn a_screen_whose_key_was_rotated_elsewhere_locks_itself_and_says_why() {
    let home = Home::founded(1).await;
    let mut screen = home.open_on(TabId::Licenses, Some(passphrase())).await;
    home.rotate_key().await;
    screen.press("x<enter><enter>").settle().await;
    shows(&mut screen, &["the log got another key since the vault was unlocked", "press L"]);
    screen.press("<esc><esc>").settle().await;
    screen.press("x");
    shows(&mut screen, &["Locked: a change needs the passphrase"]);
    screen.press("L").type_text("correct horse").press("<enter>").settle().await;
    screen.press("x<enter><enter>").settle().await;
    shows(&mut screen, &["is revoked."]);
}

#[tokio::test]
async fn what_an_earlier_session_found_is_said_by_the_next_one() {
    let home = Home::founded(3).await;
    let whole = std::fs::read(home.database()).unwrap();
    home.tamper("UPDATE license SET subject = 'mallory' WHERE subject = 'customer0002'");
    let mut screen = Box::pin(reviewing(&home)).await;
    screen.press("v").settle().await;
    screen.close().await.unwrap();
    // The end of the log holds, and that is all that is looked at first.
    let mut screen = Box::pin(reviewing(&home)).await;
    shows(&mut screen, &["THE AUDIT LOG IS NOT VERIFIED since", "row_altered"]);
    screen.close().await.unwrap();

    std::fs::write(home.database(), whole).unwrap();
    let mut screen = Box::pin(reviewing(&home)).await;
    shows(&mut screen, &["THE AUDIT LOG IS NOT VERIFIED since"]);
    screen.press("v").settle().await.press("<esc>");
    assert!(!screen.screen().contains("NOT VERIFIED"), "{}", screen.screen());
    screen.close().await.unwrap();
    let mut screen = Box::pin(reviewing(&home)).await;
    assert!(!screen.screen().contains("NOT VERIFIED"), "{}", screen.screen());
    screen.close().await.unwrap();
}

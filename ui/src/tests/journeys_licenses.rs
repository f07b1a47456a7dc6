//! What an operator does with licenses, on a real database.

use super::journeys::{Home, passphrase, shows};
use crate::testing::Harness;
use licentia_core::{Actor, Licentia};

async fn opened(licenses: u32) -> (Home, Harness) {
    let home = Home::founded(licenses).await;
    let screen = home.open(Some(passphrase())).await;
    (home, screen)
}

#[tokio::test]
async fn a_license_is_deleted_and_comes_back_as_what_it_was() {
    let (_home, mut screen) = opened(2).await;
    screen.press("jc");
    let token = screen.copied().unwrap().to_owned();
    screen.press("<enter>").settle().await;
    screen.press("D");
    shows(&mut screen, &["will be revoked with the reason cessation", "type the subject: customer0001"]);
    screen.press("customer0001<enter>").settle().await;
    shows(&mut screen, &["License", "is deleted.", "1 of 1", "customer0002"]);
    assert!(!screen.screen().contains("customer0001"));

    screen.press("i").paste(&format!("-----BEGIN LICENSE-----\n{token}\n-----END LICENSE-----\n"));
    screen.press("<enter>").settle().await;
    shows(
        &mut screen,
        &["Import this license?", "customer0001", "main (", "revoked, as it was when it was deleted here"],
    );
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["is imported; it is revoked.", "customer0001"]);

    screen.press("V").settle().await;
    shows(&mut screen, &["It is revoked here.", "ok  it matches the text", "ok  it says the same as the token"]);
    screen.press("<esc>u<enter>").settle().await;
    screen.press("V").settle().await;
    shows(&mut screen, &["It holds: signature, key, dates and status"]);
    screen.press("<esc><esc>9").settle().await;
    shows(&mut screen, &["license.delete", "license.import", "license.unrevoke"]);
}

#[tokio::test]
async fn a_license_is_suspended_in_its_detail_and_reinstated_in_the_list() {
    let (_home, mut screen) = opened(2).await;
    screen.press("<enter>").settle().await;
    screen.press("p").type_text("not paid").press("<enter><enter>").settle().await;
    shows(&mut screen, &["License", "is suspended.", "status       suspended", "[Overview]"]);
    screen.press("A").settle().await;
    shows(&mut screen, &["[Audit]", "license.suspend", "license.issue"]);
    screen.press("<esc>ss").settle().await;
    shows(&mut screen, &["Licenses: suspended", "1 of 1", "customer0002"]);
    screen.press("P<enter>").settle().await;
    shows(&mut screen, &["is active again."]);
    screen.press("9").settle().await;
    shows(&mut screen, &["license.reinstate", "license.suspend"]);
}

#[tokio::test]
async fn a_license_is_saved_once_and_known_when_it_is_read_again() {
    let (home, mut screen) = opened(1).await;
    let path = home.directory.path().join("a.lic");
    let typed = path.display().to_string();
    screen.press("o<ctrl-u>").type_text(&typed).press("<enter>").settle().await;
    shows(&mut screen, &["Saved as /", "a.lic"]);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("-----BEGIN LICENSE-----\neyJ"));

    screen.press("o<ctrl-u>").type_text(&typed).press("<enter>").settle().await;
    shows(&mut screen, &["Error", "Nothing is ever overwritten"]);
    screen.press("<esc><esc>i").type_text(&typed).press("<enter>").settle().await;
    shows(&mut screen, &["cannot be taken in", "It is here already"]);
    screen.press("<esc><ctrl-u>").type_text("/nowhere/a.lic").press("<enter>").settle().await;
    shows(&mut screen, &["Error", "/nowhere/a.lic"]);
    let database = home.directory.path().join("home/licentia.db").display().to_string();
    screen.press("<esc><ctrl-u>").type_text(&database).press("<enter>").settle().await;
    shows(&mut screen, &["database that is open"]);
    screen.press("<esc><ctrl-u>").paste("-----BEGIN LICENSE-----\nnonsense\n-----END LICENSE-----\n");
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["the license does not hold"]);
}

#[tokio::test]
async fn a_license_is_extended_and_its_chain_walked() {
    let (_home, mut screen) = opened(1).await;
    screen.press("<enter>").settle().await;
    screen.press("+");
    shows(&mut screen, &["days  365", "will end  2028-05-19"]);
    screen.press("<enter><enter>").settle().await;
    shows(&mut screen, &["is signed", "is superseded", "Chain (2)", "expires      2028-05-19"]);
    screen.press("<tab><tab><tab>");
    shows(&mut screen, &["\"replaces\":", "2028-05-19"]);
    screen.press("<tab><up><enter>").settle().await;
    shows(&mut screen, &["[Overview]", "status       superseded", "expires      2027-05-20"]);
    screen.press("A").settle().await;
    shows(&mut screen, &["[Audit]", "license.supersede", "license.issue", "1 of 2"]);
    screen.press("<esc>");
    shows(&mut screen, &["Licenses: all"]);
}

#[tokio::test]
async fn the_list_narrows_with_each_letter_and_widens_again() {
    let (_home, mut screen) = opened(230).await;
    screen.press("/").type_text("r02").settle().await;
    shows(&mut screen, &["subject contains r02", "1 of 31", "customer0230"]);
    screen.type_text("15").settle().await;
    shows(&mut screen, &["1 of 1", "customer0215"]);
    screen.press("<esc>").settle().await;
    shows(&mut screen, &["Licenses: all", "1 of 100+"]);
    screen.press("w").settle().await;
    shows(&mut screen, &["Licenses: valid", "1 of 100+"]);
    screen.press("w").settle().await;
    shows(&mut screen, &["Licenses: expiring", "No license matches"]);
}

#[tokio::test]
async fn a_second_license_of_a_subject_is_pointed_out_before_it_is_signed() {
    let (_home, mut screen) = opened(3).await;
    screen.press("n").settle().await;
    screen.type_text("customer0002").settle().await;
    shows(&mut screen, &["This subject already has", "active until 2027-05-20"]);
    screen.press("<tab>studio<enter>perpetual<enter><enter>");
    shows(&mut screen, &["[4 Review]", "This subject already has", "cannot be revoked in the field"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["is signed", "1 of 4", "never"]);
}

#[tokio::test]
async fn a_license_that_another_process_deletes_closes_itself() {
    let (home, mut screen) = opened(2).await;
    screen.wait_a_second().await;
    screen.press("<enter>").settle().await;
    let mut other = home.open(Some(passphrase())).await;
    other.press("D<up><right><tab>customer0002<enter>").settle().await;
    shows(&mut other, &["is deleted. What was handed out stays valid."]);
    screen.wait_a_second().await;
    shows(&mut screen, &["was deleted meanwhile.", "1 of 1", "customer0001"]);
}

#[tokio::test]
async fn a_list_by_time_goes_on_when_the_end_of_its_page_is_deleted() {
    let (home, mut screen) = opened(150).await;
    screen.press("w").settle().await;
    shows(&mut screen, &["Licenses: valid", "1 of 100+"]);
    let mut other = home.open(Some(passphrase())).await;
    other.press("/").type_text("customer0100").settle().await;
    other.press("<enter>Dcustomer0100<enter>").settle().await;
    shows(&mut other, &["is deleted."]);
    screen.press("<end>").settle().await;
    assert!(!screen.screen().contains("Error"), "{}", screen.screen());
    shows(&mut screen, &["1 of 100+"]);
    screen.press("<end>").settle().await;
    shows(&mut screen, &["149 of 149"]);
}

#[tokio::test]
async fn a_license_names_an_identity_and_its_reissue_does_too() {
    let home = Home::founded(0).await;
    let licentia = Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
    let operator = licentia.vault().unlock(&passphrase(), Actor::new("mathieu@build7").unwrap()).await.unwrap();
    let identity = licentia.identities().create(&operator, "kiosk").await.unwrap();
    licentia.close().await;

    let mut screen = home.open(Some(passphrase())).await;
    screen.press("n").settle().await;
    screen.press("alice<tab>studio<tab>kios").settle().await;
    screen.press("<enter>");
    shows(&mut screen, &["! ", "kios", "[1 Who]"]);
    screen.press("k").settle().await;
    screen.press("<enter>30<enter><enter>");
    shows(&mut screen, &["identity  kiosk", "[4 Review]"]);
    screen.press("<enter>").settle().await;
    screen.press("<enter>").settle().await;
    shows(&mut screen, &[&identity.id.to_string()]);
    screen.press("e").settle().await;
    shows(&mut screen, &["identity  kiosk"]);
    screen.press("<enter><ctrl-u>90<enter><enter>");
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["is superseded", &identity.id.to_string()]);
}

//! Bindings and publications on a real database.

use super::journeys::{Home, actor, passphrase, shows};
use super::support::machine;
use crate::testing::Harness;
use licentia_core::{Fingerprint, Founding, Licentia};

/// A home whose licenses have a status list.
async fn opened() -> (Home, Harness) {
    let home = Home::empty();
    let licentia = Licentia::create(home.place(), home.ambient.clone()).await.unwrap();
    let status_url = Some("https://acme.example/status".to_owned());
    let vendor = Some("acme.example".to_owned());
    let founding = Founding { vendor, issuer: "main".to_owned(), status_url, throwaway: true };
    licentia.vault().create(&passphrase(), actor(), founding).await.unwrap();
    licentia.close().await;
    let screen = home.open(Some(passphrase())).await;
    (home, screen)
}

fn written(home: &Home, name: &str, machine: &Fingerprint) -> String {
    let path = home.path(name);
    std::fs::write(&path, machine.to_json()).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn a_license_is_bound_and_rebound_when_a_disk_was_changed() {
    let (home, mut screen) = opened().await;
    let old = written(&home, "desk.json", &machine("front desk", 1));
    let new = written(&home, "repaired.json", &machine("front desk, repaired", 2));
    screen.press("n").settle().await;
    screen.press("alice<tab>studio<tab><tab>").type_text(&old).press("<tab>2<tab><right><enter>").settle().await;
    screen.press("30<enter><enter>");
    shows(&mut screen, &["machine   front desk: machine id, disk, host name", "a new secret is made"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["shown this once", "otpauth://totp/studio:alice?secret="]);
    screen.press("x").settle().await;
    assert!(!screen.screen().contains("otpauth"));

    screen.press("<enter>").settle().await;
    shows(&mut screen, &["bound to     a machine, and a TOTP secret"]);
    screen.press("<tab><tab>");
    shows(&mut screen, &["[Bindings]", "front desk", "2 of 3 have to agree", "in the vault", "every 30 seconds"]);

    screen.press("e").settle().await;
    screen.press("<tab><tab><tab><ctrl-u>").type_text(&new).press("<enter>").settle().await;
    screen.press("<enter><enter>");
    shows(&mut screen, &["front desk before, front desk, repaired now", "* disk", "changed", "the secret of before"]);
    screen.press("<enter>").settle().await;
    shows(
        &mut screen,
        &["is superseded", "[Bindings]", "front desk, repaired", "2 of 3 have to agree", "in the vault"],
    );
    screen.press("9").settle().await;
    shows(&mut screen, &["totp.create", "license.reissue"]);
    assert!(!screen.screen().contains("totp.reveal"));
}

#[tokio::test]
async fn a_fingerprint_for_another_vendor_and_a_file_that_is_none_are_refused() {
    let (home, mut screen) = opened().await;
    let path = home.path("no.json");
    std::fs::write(&path, "{}").unwrap();
    screen.press("n").settle().await;
    screen.press("alice<tab>studio<tab><tab>").type_text(path.to_str().unwrap()).press("<enter>").settle().await;
    shows(&mut screen, &["[1 Who]", "is no machine"]);
    screen.press("<ctrl-u>/nowhere/a.json<enter>").settle().await;
    shows(&mut screen, &["[1 Who]", "! "]);
    let stranger = Fingerprint::new("other.example", machine("x", 1).components().clone(), [].into(), None).unwrap();
    screen.press("<ctrl-u>").paste(&stranger.to_text());
    screen.press("<enter>").settle().await;
    screen.press("30<enter><enter><enter>").settle().await;
    shows(&mut screen, &["other.example"]);
    assert!(!screen.screen().contains("is signed"));
}

#[tokio::test]
async fn lists_are_published_and_each_license_knows_what_was_said_of_it() {
    let (home, mut screen) = opened().await;
    screen.press("n").settle().await;
    screen.press("alice<tab>studio<enter>30<enter><enter><enter>").settle().await;
    screen.press("<enter><tab>").settle().await;
    shows(&mut screen, &["[Status]", "says now   valid", "never: products know nothing"]);
    let www = home.path("www");
    screen.press("S").settle().await;
    screen.type_text(www.to_str().unwrap()).press("<enter>");
    shows(&mut screen, &["of main: 0 revoked, 0 suspended, 0 superseded"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["is published, good until", "said then  valid"]);
    assert_eq!(std::fs::read_dir(&www).unwrap().count(), 1);

    screen.press("x<enter><enter>").settle().await;
    shows(&mut screen, &["[Status]", "says now   revoked", "said then  something else"]);
    screen.press("S").settle().await;
    screen.type_text(www.to_str().unwrap()).press("<enter>");
    shows(&mut screen, &["of main: 1 revoked, 0 suspended, 0 superseded"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["said then  revoked", "1 revoked, 0 suspended, 0 superseded, in the whole list"]);
    assert_eq!(std::fs::read_dir(&www).unwrap().count(), 1, "it takes the place of the one before");
}

#[tokio::test]
async fn where_no_issuer_has_an_address_there_is_nothing_to_publish() {
    let home = Home::founded(1).await;
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("S").settle().await;
    shows(&mut screen, &["Error"]);
    screen.press("<esc>");
    assert!(!screen.screen().contains("Publish the"));
}

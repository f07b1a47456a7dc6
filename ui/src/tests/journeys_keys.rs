//! Issuers, identities and probes, from the first key to the database and back.

use super::journeys::{Home, PASSPHRASE, passphrase, shows};
use crate::testing::Harness;
use licentia_core::{Fingerprint, Licentia, SignedResult};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn typed_path(screen: &mut Harness, path: &Path) {
    screen.press("<ctrl-u>").type_text(path.to_str().unwrap());
}

/// The token that stands on the screen.
fn token(screen: &mut Harness) -> String {
    let text = screen.screen();
    let start = text.find("lprobe_").unwrap();
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect()
}

#[tokio::test]
async fn an_issuer_is_made_activated_retired_and_its_key_taken_in_elsewhere() {
    let home = Home::founded(1).await;
    let out = home.directory.path().join("spare.jwk");
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("3").settle().await;
    shows(&mut screen, &["> main", "active", "1 of 1"]);
    screen.press("nspare<tab>https://acme.example/status<enter>").settle().await;
    shows(&mut screen, &["Issuer spare is made", "> spare", "https://acme.example/status"]);
    screen.press("nspare<enter>").settle().await;
    shows(&mut screen, &["Error", "the name spare is taken"]);
    screen.press("<esc><esc>a");
    shows(&mut screen, &["in place of  main"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Issuer spare is active."]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["status          active", "can be deleted  yes", "-----BEGIN PUBLIC KEY-----"]);
    screen.press("A").settle().await;
    shows(&mut screen, &["issuer.set_active", "issuer.create"]);
    screen.press("<esc>o<right><tab>");
    typed_path(&mut screen, &out);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Saved to ", "spare.jwk"]);
    screen.press("o<right><tab>");
    typed_path(&mut screen, &out);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Error", "Nothing is ever overwritten"]);
    screen.press("<esc><esc>R<enter>").settle().await;
    shows(&mut screen, &["status          retired"]);
    screen.press("Dspare<enter>").settle().await;
    shows(&mut screen, &["Issuer spare is deleted.", "1 of 1"]);
    screen.press("Dmain<enter>").settle().await;
    shows(&mut screen, &["Error", "has signed or taken in licenses", "issuer retire"]);
    screen.press("<esc><esc>i").type_text(out.to_str().unwrap()).press("<tab>partner<enter>").settle().await;
    shows(&mut screen, &["Import this key?", "a public key: it only verifies"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Issuer partner is imported.", "> partner", "no"]);
    screen.close().await.unwrap();
}

#[tokio::test]
async fn a_pasted_key_is_taken_in_and_one_that_is_none_is_explained() {
    let home = Home::founded(0).await;
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("3").settle().await;
    screen.press("i").type_text("/no/such/file").press("<enter>").settle().await;
    shows(&mut screen, &["Error", "cannot read /no/such/file"]);
    screen.press("<esc><ctrl-u>").paste("{\"kty\":\"OKP\"}").press("<enter>").settle().await;
    shows(&mut screen, &["this is not the public JWK of an Ed25519 key"]);
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    screen.press("<esc><ctrl-u>").paste(pem).press("<enter>").settle().await;
    shows(&mut screen, &["Import this key?", "the text that was given", "imported-"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["> imported-"]);
}

#[tokio::test]
async fn an_identity_is_made_bound_handed_out_and_made_anew() {
    let home = Home::founded(0).await;
    let out = home.directory.path().join("till.key");
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("4").settle().await;
    shows(&mut screen, &["There is no identity yet"]);
    screen.press("ntill<enter>").settle().await;
    shows(&mut screen, &["Identity till is made", "1 of 1", "blake3:"]);

    let licentia = licentia_core::Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
    let operator = licentia.vault().unlock(&passphrase(), super::journeys::actor()).await.unwrap();
    let till = licentia.identities().resolve("till").await.unwrap();
    let bound = licentia_core::IssueRequest { identity: Some(till.id), ..super::journeys::request(1) };
    licentia.licenses().issue(&operator, bound).await.unwrap();

    screen.wait_a_second().await;
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["licenses     1"]);
    screen.press("Dtill<enter>").settle().await;
    shows(&mut screen, &["Error", "identity till is named by 1 license(s)"]);
    screen.press("<esc><esc>o");
    typed_path(&mut screen, &out);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Saved to "]);
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!((bytes.len(), out.metadata().unwrap().permissions().mode() & 0o777), (32, 0o600));
    screen.press("R");
    shows(&mut screen, &["1 license names it"]);
    screen.press("till<enter>").settle().await;
    shows(&mut screen, &["1 license matches it no more"]);
    screen.press("A").settle().await;
    shows(&mut screen, &["identity.regenerate", "identity.export", "identity.create"]);
    licentia.close().await;
}

#[tokio::test]
async fn a_probe_is_made_saved_answered_and_another_one_cancelled() {
    let home = Home::founded(0).await;
    let (saved, result) = (home.directory.path().join("a.token"), home.directory.path().join("result.json"));
    std::fs::write(&result, "{\"cpu\":\"x86-64\"}").unwrap();
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("5").settle().await;
    shows(&mut screen, &["There is no probe yet"]);
    screen.press("nbuild server<enter>").settle().await;
    shows(&mut screen, &["The token", "shown this once"]);
    let token = token(&mut screen);
    assert_eq!(token.len(), "lprobe_".len() + 43);
    screen.press("s");
    typed_path(&mut screen, &saved);
    screen.press("<enter>").settle().await;
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), format!("{token}\n"));
    screen.press("<esc>");
    shows(&mut screen, &["build server", "pending", "23:59:"]);

    screen.press("i").paste(&format!("{token}\n")).press("<tab>").type_text(result.to_str().unwrap());
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["The result for build server is taken in.", "consumed"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["\"cpu\": \"x86-64\""]);
    screen.press("A").settle().await;
    shows(&mut screen, &["probe.result", "probe.token_created"]);
    screen.press("<esc><esc>i").paste(&token).press("<tab>").type_text(result.to_str().unwrap());
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["Error", "the probe token is consumed"]);

    screen.press("<esc><esc>ndesk<enter>").settle().await;
    screen.press("<esc>x<enter>").settle().await;
    shows(&mut screen, &["is cancelled.", "cancelled"]);
}

#[tokio::test]
async fn a_result_arrives_by_itself_and_is_taken_in_with_a_key() {
    let home = Home::founded(0).await;
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("5").settle().await.press("nbuild server<enter>").settle().await;
    let token = token(&mut screen);
    screen.press("<esc>1").settle().await;

    // As a server does it, in another process.
    let inbox = licentia_core::probe::Inbox::at(home.path("inbox"));
    inbox.make().unwrap();
    let licentia = Licentia::open_for_reading(home.place(), home.ambient.clone()).await.unwrap();
    let vendor = licentia.vault().vendor().await.unwrap();
    licentia.close().await;
    let made = |vendor: &str, seed: u8| {
        let mut report = super::support::signed_result().report().clone();
        let components = report.fingerprint.components().clone();
        report.fingerprint = Fingerprint::new(vendor, components, [].into(), None).unwrap();
        SignedResult::make(report, &token, &[seed; 32])
    };
    let (result, foreign) = (made(&vendor, 5), made("globex", 6));
    std::fs::write(home.path("inbox/mail.json"), foreign.text()).unwrap();
    screen.wait_a_second().await;
    shows(&mut screen, &["mail.json in the inbox stays there. No license of", "could be bound to it"]);
    std::fs::remove_file(home.path("inbox/mail.json")).unwrap();
    inbox.put(&result, &home.ambient).unwrap();
    std::fs::write(home.path("inbox/scan.pdf"), [0xff]).unwrap();
    screen.wait_a_second().await;
    shows(&mut screen, &["A result for build server has arrived", &result.key_fingerprint()]);
    screen.press("5").settle().await;
    shows(&mut screen, &["arrived", &result.key_fingerprint(), "! scan.pdf in the inbox cannot be taken in"]);
    screen.press("t");
    shows(&mut screen, &["Compare the key"]);
    screen.press("<f2>");
    shows(&mut screen, &["licentia", "probe inbox --consume"]);
    screen.press("<esc><enter>").settle().await;
    shows(&mut screen, &["The result for build server is taken in.", "consumed"]);
    assert_eq!(inbox.files().unwrap().len(), 1, "what cannot be taken in is left");
    screen.press("<enter>A").settle().await;
    shows(&mut screen, &["probe.result"]);

    // The process that took it in was killed before it removed the file.
    inbox.put(&result, &home.ambient).unwrap();
    std::fs::remove_file(home.path("inbox/scan.pdf")).unwrap();
    screen.wait_a_second().await;
    shows(&mut screen, &["in the inbox stays there. It was taken in before"]);
    assert!(!screen.screen().contains("scan.pdf"));
    screen.press("<esc><esc>5").settle().await;
    screen.press("t");
    shows(&mut screen, &["Move this file aside?", "only its file is left"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["The file for build server was moved to"]);
    assert_eq!(inbox.files().unwrap(), []);

    // Somebody else had the token as well.
    let other = made(&vendor, 7);
    std::fs::write(home.path("inbox/late.json"), other.text()).unwrap();
    screen.wait_a_second().await;
    shows(&mut screen, &["late.json in the inbox", "this is another result for a token that was used"]);
    screen.press("5").settle().await;
    screen.press("t");
    shows(&mut screen, &["Move this file aside?", &other.key_fingerprint(), &result.key_fingerprint()]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["The file for build server was moved to"]);
    assert_eq!(inbox.files().unwrap(), []);
}

#[tokio::test]
async fn a_reviewer_reads_it_all() {
    let home = Home::founded(1).await;
    let mut screen = home.open(None).await;
    screen.press("<esc>3").settle().await;
    shows(&mut screen, &["main", "reviewer mode"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["1 license", "-----BEGIN PUBLIC KEY-----"]);
    screen.press("4n");
    shows(&mut screen, &["Press L and give it"]);
    screen.press("L").type_text(PASSPHRASE).press("<enter>").settle().await;
    screen.press("ntill<enter>").settle().await;
    shows(&mut screen, &["Identity till is made"]);
}

//! Files of licenses, with real services.

use super::journeys::{Home, passphrase, shows};
use crate::tab::TabId;
use crate::testing::Harness;
use std::fmt::Write;

impl Home {
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

fn rows(count: usize) -> String {
    let mut text = "subject,audience,days\n".to_owned();
    (1..=count).for_each(|number| writeln!(text, "customer{number:06},studio,365").unwrap());
    text
}

#[tokio::test]
async fn a_file_is_corrected_signed_and_written_out() {
    let home = Home::founded(1).await;
    let mut screen = home.open(Some(passphrase())).await;
    let path = home.file("new.csv", "subject,audience,days,issuer\nalice,studio,30,\nbob,studio,0,\ncarol,,9,nobody\n");
    screen.press("b").type_text(&path).press("<enter>").settle().await;
    shows(&mut screen, &["2 of 3 rows are refused", "alice", "can be signed", "days is not a whole number"]);
    screen.press("r<down>");
    shows(&mut screen, &["line 4: an audience is missing, and config.toml names none"]);

    home.file("new.csv", "subject,audience,days\nalice,studio,30\nbob,studio,60\ncarol,studio,9\n");
    screen.press("<f5>").settle().await;
    shows(&mut screen, &["3 licenses can be signed"]);
    screen.press("<enter>");
    shows(&mut screen, &["Sign all of these?", "licenses  3", "alice", "carol"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["3 licenses signed.", "1 of 4"]);

    let out = home.path("tokens.jsonl").display().to_string();
    screen.press("w").type_text(&out).press("<enter>").settle().await;
    shows(&mut screen, &["3 licenses signed.", "Written to "]);
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count(), 3);
    screen.press("w").type_text(&out).press("<enter>").settle().await;
    shows(&mut screen, &["exists already", "Nothing is ever overwritten"]);
    screen.press("<esc>").press("<ctrl-u>").type_text(&home.path("all").display().to_string());
    screen.press("<enter>").settle().await;
    assert_eq!(std::fs::read_dir(home.path("all")).unwrap().count(), 3);
    screen.press("<esc>9").settle().await;
    shows(&mut screen, &["license.issue", "1 of 7"]);
}

#[tokio::test]
async fn files_that_are_no_batch_are_explained() {
    let home = Home::founded(0).await;
    let mut screen = home.open(Some(passphrase())).await;
    let cases: [(&str, Option<&[u8]>, &str); 7] = [
        ("none.csv", None, "No such file"),
        ("a.txt", Some(b"a"), "ends neither in .csv nor in .jsonl"),
        ("empty.csv", Some(b"subject,days\n"), "nothing in it to issue"),
        ("latin.csv", Some(b"subject,days\nJos\xe9,3\n"), "not UTF-8: line 2"),
        ("zip.csv", Some(b"PK\x03\x04\0\0\0"), "zero byte in line 1"),
        ("columns.csv", Some(b"audience,days\na,3\n"), "the column subject is missing"),
        ("lines.jsonl", Some(b"\n\n"), "nothing in it to issue"),
    ];
    for (name, content, why) in cases {
        let path = match content {
            Some(content) => home.file(name, content),
            None => home.path(name).display().to_string(),
        };
        screen.press("b").type_text(&path).press("<enter>").settle().await;
        shows(&mut screen, &["Error", why, "Hint: "]);
        screen.press("<esc><esc>");
        shows(&mut screen, &["There is no license yet"]);
    }
}

#[tokio::test]
async fn rows_that_name_no_audience_have_the_usual_one() {
    let home = Home::founded(0).await;
    let path = home.file("new.jsonl", "{\"subject\":\"alice\",\"days\":30}\n");
    let mut start = home.start(Some(passphrase()));
    start.audience = Ok(vec!["usual".to_owned()]);
    let mut screen = Harness::on_tab(TabId::Licenses, start, 120, 36).await.unwrap();
    screen.settle().await.press("b").type_text(&path).press("<enter>").settle().await;
    shows(&mut screen, &["usual", "can be signed"]);

    let mut start = home.start(Some(passphrase()));
    start.audience = Err(super::support::why());
    let mut screen = Harness::on_tab(TabId::Licenses, start, 120, 36).await.unwrap();
    screen.settle().await.press("b").type_text(&path).press("<enter>").settle().await;
    shows(&mut screen, &["Error", "make room and try again"]);
}

#[tokio::test]
async fn a_hundred_thousand_lines_are_read_while_keys_answer_and_can_be_given_up() {
    let home = Home::founded(1).await;
    let path = home.file("many.csv", rows(100_000));
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("b").type_text(&path).press("<enter>").begin();
    assert!(screen.wait_for("Reading 1").await, "it says how far it is");
    screen.press("<f1>");
    shows(&mut screen, &["The field before"]);
    screen.press("<esc><esc>");
    shows(&mut screen, &["not read to its end"]);
    screen.rest().await;
    shows(&mut screen, &["Issue licenses from a file"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["100000 licenses can be signed.", "1 of 100000"]);
    screen.press("<end>");
    shows(&mut screen, &["customer100000", "100000 of 100000"]);
}

#[tokio::test]
async fn the_open_database_is_not_read_as_a_batch_by_any_name() {
    let home = Home::founded(1).await;
    let alias = home.directory.path().join("customers.csv");
    std::os::unix::fs::symlink(&home.place().database, &alias).unwrap();
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("b").type_text(&alias.display().to_string()).press("<enter>").settle().await;
    shows(&mut screen, &["This is a file of the database that is open"]);
}

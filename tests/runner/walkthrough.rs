//! The walkthrough in the README shows what the screen shows.
//!
//! Each of its captures stands under a comment that says which keys were pressed since the capture before:
//! `<!-- screen: n alice<tab>editor -->`. They are pressed here, on a real database, and what is then on the screen is
//! compared with the capture. `LICENTIA_WRITE_README=1 cargo test -p licentia-tests walkthrough` takes them anew.

use licentia_core::{Actor, Ambient, Place, Timestamp};
use licentia_ui::Start;
use licentia_ui::testing::Harness;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// What stands in the captures in place of the directory they were taken in. Both are equally long.
const HOME: &str = "/srv/acme/licentia";

/// The file that a batch is read from.
const CUSTOMERS: &str = "subject,audience,days,limit
bob@example.com,editor,365,seats=3
carol@example.com,editor;viewer,365,seats=20
,editor,365,
dave@example.com,editor,a year,
";

/// A clock that the test moves, and ids that are the same every day.
fn ambient(clock: Arc<AtomicI64>) -> Ambient {
    let drawn = AtomicU64::new(0);
    Ambient::new(
        move || Timestamp::from_seconds(clock.load(Ordering::Relaxed)),
        move |bytes| {
            let draw = drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            blake3::Hasher::new().update(&draw).finalize_xof().fill(bytes);
        },
    )
}

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")
}

/// The README with every capture as the screen is now, and how many there are.
async fn taken_anew(text: &str) -> (String, usize) {
    let directory = tempfile::Builder::new().prefix("lic").rand_bytes(10).tempdir_in("/tmp").unwrap();
    let home = directory.path().to_str().unwrap().to_owned();
    assert_eq!(home.len(), HOME.len());
    std::fs::write(directory.path().join("customers.csv"), CUSTOMERS).unwrap();
    let place = Place { database: directory.path().join("licentia.db"), pins: Some(directory.path().join("pins")) };
    let actor = Actor::new("mathieu@build7").unwrap();
    let clock = Arc::new(AtomicI64::new(1_779_285_600));
    let start = Start {
        stops_after_failure: false,
        place,
        ambient: ambient(Arc::clone(&clock)),
        actor,
        passphrase: None,
        named_home: None,
        publish_to: None,
        audience: Ok(vec![]),
        log_claim: true,
        inbox: directory.path().join("inbox"),
        post: licentia_ui::testing::nobody(),
    };
    let mut screen = Harness::new(start, 80, 24).await.unwrap();
    screen.settle().await;

    let (mut written, mut captures) = (String::new(), 0);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(written, "{line}").unwrap();
        let Some(keys) = line.strip_prefix("<!-- screen: ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        screen.press_and_settle(&keys.replace("{home}", &home)).await;
        assert_eq!(lines.next(), Some("```text"), "no capture under {line}");
        for _ in lines.by_ref().take_while(|line| *line != "```") {}
        let shown = screen.screen().replace(&home, HOME);
        writeln!(written, "```text\n{}\n```", shown.trim_end()).unwrap();
        captures += 1;
        // Whoever reads this needs a while as well.
        clock.fetch_add(40, Ordering::Relaxed);
    }
    screen.close().await.unwrap();
    (written, captures)
}

#[tokio::test]
async fn the_captures_in_the_readme_are_what_the_screen_shows() {
    let text = std::fs::read_to_string(readme()).unwrap();
    let (written, captures) = Box::pin(taken_anew(&text)).await;
    assert!(captures >= 8, "README.md has only {captures} captures");
    if std::env::var_os("LICENTIA_WRITE_README").is_some() {
        std::fs::write(readme(), written).unwrap();
    } else {
        let old = text.lines().zip(written.lines()).find(|(old, new)| old != new);
        assert_eq!(old, None, "LICENTIA_WRITE_README=1 takes the captures anew; then look at them");
        assert_eq!(text.lines().count(), written.lines().count());
    }
}

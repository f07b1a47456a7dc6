//! The command lines that the screen shows, given to a real shell: they do what the screen does.
//!
//! Two homes that are alike to the last byte. On one the screen acts; on the other a shell runs what the screen showed.

use crate::{PROGRAM, empty, founded};
use licentia_core::audit::AuditFilter;
use licentia_core::{LicenseFilter, Licentia, Place};
use licentia_tests::{Founder, NOW, Shell, block_on, passphrase};
use licentia_ui::Start;
use licentia_ui::testing::Harness;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Quotes, what a shell expands, what drives a terminal, what turns the reading direction, what is wide.
const HOSTILE: &str = "O'Brien & \"Söhne\" $HOME `id` \\n %s ~ ! \u{1b}[31m\u{202e}日本\u{200b}";

/// The screen on one home, and a shell on the other.
struct Twins {
    screen: Harness,
    shell: Shell,
    twin: Place,
}

impl Twins {
    async fn of(shell: Shell) -> Self {
        let twin = Place { database: shell.path("twin/licentia.db"), pins: None };
        if shell.home().is_dir() {
            fs::create_dir(shell.path("twin")).unwrap();
            fs::copy(shell.database(), &twin.database).unwrap();
        }
        let start = Start {
            place: twin.clone(),
            ambient: Founder::at(NOW).ambient,
            actor: licentia_core::Actor::new("tester@bench").unwrap(),
            passphrase: shell.home().is_dir().then(passphrase),
            named_home: Some(shell.home()),
            publish_to: None,
            audience: Ok(vec![]),
            stops_after_failure: false,
            log_claim: true,
            inbox: twin.database.with_file_name("inbox"),
            post: licentia_ui::testing::nobody(),
        };
        let mut screen = Harness::new(start, 160, 60).await.unwrap();
        screen.settle().await;
        if shell.home().is_dir() {
            screen.press("2").settle().await;
        }
        Self { screen, shell, twin }
    }

    async fn press(&mut self, keys: &str) -> &mut Self {
        self.screen.press(keys).settle().await;
        self
    }

    /// Has a shell do what the open dialog would do, has the screen do it, and compares what came of both.
    async fn both(&mut self, what: &str, keys: &str) {
        let script = self.shown(what);
        let function = format!("licentia() {{ '{PROGRAM}' \"$@\"; }}\n{script}\n");
        let mut sh = self.shell.other_command(Path::new("/bin/sh"), ["-c", &function]);
        let ran = sh.env("LICENTIA_HOME", "/nowhere").output().unwrap();
        assert!(ran.status.success(), "{script}\n{}", String::from_utf8_lossy(&ran.stderr));
        self.press("<esc>").await.press(keys).await;
        let (of_the_shell, of_the_screen) = (dump(self.shell.place()).await, dump(self.twin.clone()).await);
        assert!(!of_the_shell.is_empty());
        assert_eq!(of_the_shell, of_the_screen, "{what}\n{script}");
    }

    /// The command as somebody would copy it: line by line.
    #[track_caller]
    fn shown(&mut self, what: &str) -> String {
        self.screen.press("<f2>");
        let screen = self.screen.screen();
        let mut lines = screen.lines().skip_while(|line| !line.contains("╭ The same on the command line"));
        let title = lines.next().unwrap_or_else(|| panic!("no command for {what}:\n{screen}"));
        let left = title.split("╭ The same").next().map_or(0, |before| before.chars().count());
        let inside = lines.map(|line| {
            let line: String = line.chars().skip(left + 1).take_while(|c| *c != '│').collect();
            line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()
        });
        inside.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// All licenses and all events, without ids.
async fn dump(place: Place) -> Vec<String> {
    let licentia = Licentia::open_for_reading(place, Founder::at(NOW).ambient).await.unwrap();
    let mut said = vec![];
    let licenses = licentia.licenses().list(&LicenseFilter::default(), None, 1_000).await.unwrap().items;
    let issuers = licentia.issuers().list().await.unwrap();
    for license in &licenses {
        let mut json = Value::Object(licentia_core::Licenses::to_json(license, license.created_at, false));
        json["status_list"]["idx"].take();
        said.push(without_ids(&json.to_string()));
    }
    for issuer in issuers {
        said.push(format!("{} {:?} {:?} {}", issuer.name, issuer.vendor.is_some(), issuer.status_url, issuer.status));
    }
    // Ids of one moment have no order of their own.
    said.sort();
    for entry in licentia.audit().list(&AuditFilter::default(), None, 1_000).await.unwrap().items {
        let mut payload = entry.payload_value();
        // Drawn at random in each home.
        for member in ["kid", "log_key", "fingerprint", "digest"] {
            payload.as_object_mut().map(|members| members.remove(member));
        }
        let payload = without_ids(&payload.to_string());
        said.push(format!("{} {} {} {payload}", entry.seq, entry.kind, entry.actor));
    }
    licentia.close().await;
    said
}

fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let id = rest.get(..36).filter(|part| uuid::Uuid::try_parse(part).is_ok());
        let length = id.map_or(first.len_utf8(), str::len);
        out.push_str(if id.is_some() { "ID" } else { &rest[..length] });
        rest = &rest[length..];
    }
    out
}

/// A home with three licenses.
fn with_licenses() -> Shell {
    let shell = founded();
    for subject in ["first", "second", "third"] {
        let args = ["license", "issue", "--subject", subject, "--audience", "studio", "--days", "30", "--payload", "1"];
        shell.run_args(args).done();
    }
    shell
}

#[test]
fn what_the_screen_shows_does_what_the_screen_does() {
    let shell = with_licenses();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        twins.press("x<right><tab>").await.screen.paste(HOSTILE);
        twins.both("revoke", "<enter><enter>").await;
        twins.press("u").await.both("unrevoke", "<enter>").await;
        twins.press("p").await.screen.paste(HOSTILE);
        twins.both("suspend", "<enter><enter>").await;
        twins.press("P").await.both("reinstate", "<enter>").await;

        // A subject may hold no control character.
        twins.press("<down>e<ctrl-u>").await.screen.paste(&HOSTILE.replace('\u{1b}', ""));
        // Who, when, what.
        let keys = "<tab><ctrl-u>a b, cloud<enter><ctrl-u>perpetual<tab>2026-06-01<enter>";
        let what = "export, -x<tab>seats=-3, edition=pro<tab><ctrl-u>";
        twins.press(keys).await.press(what).await;
        twins.both("reissue", "<enter><enter>").await;

        twins.press("n-dash<tab>studio<enter>2027-01-31<enter>a,b<tab><tab>{\"q\":\"it's\",\"n\":[1.5,null]}").await;
        twins.both("issue", "<enter><enter>").await;

        let rows = "subject,audience,days\nalice,studio,30\nbob,studio,60\n";
        let name = twins.shell.write("new ones.csv", rows);
        let path = twins.shell.path(&name).display().to_string();
        twins.press("b").await.screen.type_text(&path);
        twins.both("checking a file", "<enter>").await;
        twins.both("signing a file", "<enter><enter>").await;
    });
}

#[test]
fn extending_and_deleting_too() {
    let shell = with_licenses();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        // Of what was made in one second nobody knows which comes first.
        twins.press("/second<enter>").await.press("+").await.both("extend", "<enter><enter>").await;
        twins
            .press("/<ctrl-u>first<enter>")
            .await
            .press("D")
            .await
            .press("first")
            .await
            .both("delete", "<enter>")
            .await;
    });
}

#[test]
fn saved_queries_too_and_what_is_found_is_found_by_the_command() {
    let shell = with_licenses();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        twins.press("9/").await.screen.paste("-\"O'Brien & $HOME `id` %s ! 日本\" AND payload.subject:second");
        twins.press("<ctrl-s>").await.press("-odd").await;
        twins.both("save a query", "<enter>").await;

        twins.press("<enter>").await;
        let script = twins.shown("a search");
        let function = format!("licentia() {{ '{PROGRAM}' \"$@\"; }}\n{script} --format jsonl\n");
        let mut sh = twins.shell.other_command(Path::new("/bin/sh"), ["-c", &function]);
        let ran = sh.env("LICENTIA_HOME", "/nowhere").output().unwrap();
        let found = String::from_utf8(ran.stdout).unwrap();
        assert!(ran.status.success() && found.lines().count() == 1 && found.contains("second"), "{script}\n{found}");

        twins.press("<esc>s").await.press("D").await.both("forget a query", "<enter>").await;
    });
}

#[test]
fn the_review_and_the_form_show_the_same_command() {
    let shell = with_licenses();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        twins.press("nalice<tab>studio<enter>30<enter>").await;
        let form = twins.shown("the form");
        twins.press("<esc><enter>").await;
        assert_eq!(twins.shown("the review"), form);
        twins.press("<esc><enter>").await.press("e").await;
        let reissue = twins.shown("a reissue that changes nothing");
        assert!(reissue.contains("license reissue "), "{reissue}");
    });
}

#[test]
fn issuers_identities_and_probes_too() {
    let mut shell = founded();
    // One after the other, so that it is known in which order they stand.
    shell.travel("2026-05-20T12:00:10Z").run("issuer create spare").done();
    shell.travel("2026-05-20T12:00:20Z").run("issuer create old").done();
    shell.travel(NOW);
    shell.run("identity create pin").done();
    shell.run("probe create --label gate").done();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        twins.press("3").await.press("<home><down>a").await.both("issuer activate", "<enter>").await;
        twins.press("<down>R").await.press("old").await.both("issuer retire", "<enter>").await;
        twins.press("D").await.press("old").await.both("issuer delete", "<enter>").await;
        twins.press("n").await.screen.paste("it's \"$HOME\"\u{202e}");
        twins.press("<tab>https://acme.example/s").await.both("issuer create", "<enter>").await;
        twins.press("4n-dash").await.both("identity create", "<enter>").await;
        twins.press("5n").await.press("bell").await.both("probe create", "<enter>").await;
    });
}

#[test]
fn an_export_of_the_log_too() {
    let shell = with_licenses();
    block_on(async {
        let mut twins = Twins::of(shell).await;
        let out = twins.shell.path("the log.jsonl").display().to_string();
        twins.press("9").await.press("E<tab><ctrl-u>").await.screen.type_text(&out);
        let script = twins.shown("export");
        let script = format!("licentia() {{ '{PROGRAM}' \"$@\"; }}\n{script}\n");
        let mut sh = twins.shell.other_command(Path::new("/bin/sh"), ["-c", &script]);
        assert!(sh.env("LICENTIA_HOME", "/nowhere").status().unwrap().success(), "{script}");
        let of_the_shell = fs::read_to_string(&out).unwrap();
        fs::remove_file(&out).unwrap();
        fs::remove_file(format!("{out}.manifest.json")).unwrap();
        twins.press("<esc><enter>").await;
        assert_eq!(fs::read_to_string(&out).unwrap(), of_the_shell);
        assert_eq!(of_the_shell.lines().count(), 6);
    });
}

#[test]
fn the_wizard_shows_how_a_home_is_made() {
    block_on(async {
        let mut twins = Twins::of(empty()).await;
        let passphrase = licentia_tests::PASSPHRASE;
        twins.screen.type_text(passphrase).press("<tab>").type_text(passphrase);
        twins.press("<tab><ctrl-u>it's mine<tab>acme<tab>https://acme.example/s").await;
        twins.both("init", "<enter>").await;
    });
}

//! What goes wrong is said in three parts on standard error, and as JSON when that was asked for.

use super::issue;
use crate::{empty, founded};
use serde_json::Value;

/// Command lines that make no sense.
const NONSENSE: [&str; 16] = [
    "frobnicate",
    "license",
    "license frobnicate",
    "license issue --nonsense",
    "license show",
    "license show a b",
    "license list --status nonsense",
    "license list --limit many",
    "license revoke x",
    "license issue --subject a",
    "license issue --subject a --audience b",
    "license verify x",
    "issuer export",
    "audit show many",
    "audit verify --from 3 --to 2",
    "completions tcl",
];

#[test]
fn wrong_usage_is_2_in_every_format() {
    let shell = founded();
    for line in NONSENSE {
        shell.run(line).wrong_usage("");
        for format in ["json", "jsonl"] {
            let error = shell.run(&format!("{line} --format {format}")).wrong_usage("").error();
            for part in ["message", "cause", "hint"] {
                assert!(error[part].as_str().is_some_and(|text| !text.trim().is_empty()), "{line}: no {part}: {error}");
            }
        }
    }
    shell.run("license list --format xml").wrong_usage("xml");
    shell.run("--frobnicate").wrong_usage("frobnicate");
}

#[test]
fn what_is_refused_is_1_in_every_format() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license revoke {id} --reason refund")).done();
    for line in [
        "license show nothing".to_owned(),
        format!("license revoke {id} --reason refund"),
        "issuer create main".to_owned(),
        "issuer activate main".to_owned(),
        "issuer create ''".to_owned(),
        "identity create ''".to_owned(),
        "license issue --subject '' --audience b --days 1".to_owned(),
        "license issue --subject a --audience b --days 1 --actor ''".to_owned(),
        "license inspect missing.lic".to_owned(),
        "license verify missing.lic --keys missing.json".to_owned(),
        "issuer import missing.pem".to_owned(),
        "license issue --from missing.csv".to_owned(),
        "init".to_owned(),
        "audit show 999".to_owned(),
        "backup --out /no/such/place".to_owned(),
        "audit key --out /no/such/place".to_owned(),
        "license list --home /dev/null/x".to_owned(),
        "probe cancel nothing".to_owned(),
        "vault change-passphrase --new-passphrase-file missing".to_owned(),
    ] {
        shell.run(&line).refused("");
        let _ = shell.run(&format!("{line} --format json")).refused("").error();
    }
}

#[test]
fn a_wrong_passphrase_is_refused_before_anything_is_looked_at() {
    let mut shell = founded();
    shell.set("LICENTIA_PASSPHRASE", "wrong wrong wrong");
    let error = shell.run("license issue --subject a --audience b --days 1 --format json").refused("").error();
    assert!(error["message"].as_str().unwrap().contains("passphrase is wrong"), "{error}");
    assert!(!error.to_string().contains("wrong wrong"), "the passphrase is shown: {error}");
}

#[test]
fn help_is_a_result_of_every_command() {
    fn look(shell: &licentia_tests::Shell, path: &str) {
        let run = shell.run(&format!("{path} --help")).done();
        assert_eq!(run.err(), "");
        let out = run.out();
        assert!(out.contains("Usage: licentia"), "{run}");
        let commands = out.split("Commands:\n").nth(1).unwrap_or_default();
        for line in commands.lines().take_while(|line| line.starts_with("  ")) {
            let name = line.split_whitespace().next().unwrap();
            if name != "help" && !line.starts_with("   ") {
                look(shell, &format!("{path} {name}"));
            }
        }
    }
    let shell = empty();
    look(&shell, "");
    assert!(shell.run("--version").done().out().starts_with("licentia "));
}

#[test]
fn nothing_but_results_on_standard_output() {
    let shell = founded();
    let id = issue(&shell, "alice");
    for line in [
        "issuer create quiet".to_owned(),
        format!("license reissue {id}"),
        "license list --limit 1".to_owned(),
        "audit list --limit 1".to_owned(),
        "audit verify".to_owned(),
    ] {
        let run = shell.run(&format!("{line} --format json")).done();
        let _: Value = run.json();
    }
}

#[test]
fn whoever_stops_reading_is_no_failure() {
    use std::io::Read;
    use std::process::Stdio;
    let shell = founded();
    shell.write(
        "many.csv",
        (0..2_000).fold("subject,audience,days\n".to_owned(), |text, number| {
            format!("{text}a customer with number {number},editor,9\n")
        }),
    );
    shell.run("license issue --from many.csv").done();
    let mut child = shell
        .command(["license", "list", "--limit", "2000"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}

//! What people see: whole outputs, with everything masked that differs from run to run.

use super::{issue, masked};
use crate::{empty, founded};
use licentia_tests::Shell;
use std::fmt::Write;

/// Command lines with what came of them, one below the other.
fn pictures(shell: &Shell, lines: &[&str]) -> String {
    let shown = lines.iter().map(|line| {
        let run = shell.run(line);
        let mut text = format!("$ licentia {line}\n{}", run.out());
        if !run.stderr.is_empty() {
            write!(text, "--- stderr\n{}", run.err()).unwrap();
        }
        if run.status != 0 {
            writeln!(text, "--- exit {}", run.status).unwrap();
        }
        masked(shell, &text)
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn help() {
    insta::assert_snapshot!(pictures(&empty(), &["--help"]));
}

#[test]
fn the_first_minutes() {
    insta::assert_snapshot!(pictures(
        &empty(),
        &[
            "license list",
            "init --vendor acme --status-url https://status.example.com",
            "init",
            "issuer list",
            "license issue --subject alice@example.com --audience editor --days 365 --limit seats=5 --feature export",
            "license list",
            "audit list",
            "audit verify",
            "audit key",
            "",
        ]
    ));
}

#[test]
fn a_reviewer() {
    let mut shell = founded();
    let id = issue(&shell, "alice");
    shell.run(&format!("license revoke {id} --reason refund --note 'order 4711'")).done();
    shell.set("LICENTIA_PASSPHRASE", None);
    insta::assert_snapshot!(pictures(
        &shell,
        &[
            "audit list --kind 'license.*'",
            "audit show 5",
            "license list --status revoked",
            "audit verify --log blake3:0000000000000000000000000000000000000000000000000000000000000000",
            "license issue --subject bob --audience editor --days 1",
        ]
    ));
}

#[test]
fn refusals() {
    let shell = founded();
    issue(&shell, "alice");
    insta::assert_snapshot!(pictures(
        &shell,
        &[
            "license show nothing",
            "license show nothing --format json",
            "license issue --subject bob --days 30",
            "license issue --subject bob --audience editor --expires 2020-01-01",
            "license revoke nothing --reason because",
            "license frobnicate --format json",
            "issuer activate main",
        ]
    ));
}

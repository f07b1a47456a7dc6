//! What is promised of every command line.

use crate::args::Cli;
use crate::testing::Scene;
use clap::CommandFactory;
use std::fmt::Write;

#[test]
fn without_a_terminal_the_screen_is_wrong_usage() {
    let scene = Scene::default();
    assert_eq!(scene.run("licentia"), 2);
    assert!(scene.stderr.text().contains("licentia --help"));
}

#[test]
fn wrong_usage_is_2_and_json_when_asked_for() {
    let scene = Scene::default();
    assert_eq!(scene.run("licentia license issue --nonsense --format json"), 2);
    let error: serde_json::Value = serde_json::from_str(&scene.stderr.text()).unwrap();
    assert_eq!(error["error"]["message"], "unexpected argument '--nonsense' found");
    assert_eq!(scene.stdout.text(), "");
}

#[test]
fn exactly_one_end_is_given() {
    for (line, status) in [
        ("--days 3 --perpetual", 2),
        ("--expires 2027-01-01 --days 3", 2),
        ("--days 0", 2),
        ("--from a.csv --subject a", 2),
        ("--dry-run --subject a", 2),
        ("--subject a --audience b", 2),
    ] {
        assert_eq!(Scene::default().run(&format!("licentia license issue {line}")), status, "{line}");
    }
}

#[test]
fn help_is_a_result() {
    let scene = Scene::default();
    assert_eq!(scene.run("licentia license --help"), 0);
    assert!(scene.stdout.text().starts_with("Issue, reissue, revoke"));
    assert_eq!(scene.stderr.text(), "");
}

#[test]
fn every_option_says_what_it_is_for() {
    fn look(command: &clap::Command) {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
        command.get_subcommands().for_each(look);
    }
    look(&Cli::command());
}

/// The promise to scripts and people in one place: whatever changes here changes for them. What every command takes
/// stands there once.
#[test]
fn the_help_of_every_command() {
    fn write(command: &clap::Command, out: &mut String) {
        let mut shown = command.clone();
        let _ = write!(out, "\n{:=<100}\n{}", "", shown.render_long_help());
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let alone = verb.clone().mut_args(|option| {
                let everywhere = option.is_global_set();
                option.hide(everywhere)
            });
            write(&alone, out);
        }
    }
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut out = String::new();
    write(&command, &mut out);
    insta::assert_snapshot!(out);
}

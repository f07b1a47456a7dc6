//! Binding a license to machines and to a TOTP secret.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, ReadMachines};
use crate::message::Msg;
use licentia_core::{
    ClearField, Fingerprint, IssueRequest, Issued, Page, ProbeStatus, Rebound, ReissueRequest, Reissued,
};

/// The wizard for a new license in the field for machines.
fn at_machines() -> App {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "nalice<tab>studio<tab><tab>");
    app
}

/// The same for one that is issued anew.
fn rebinding() -> App {
    let mut app = with_licenses(vec![bound_license()]);
    press(&mut app, "e<tab><tab><tab>");
    app
}

#[track_caller]
fn asked(effects: &[Effect]) -> (u64, Vec<String>) {
    let Some(Effect::ReadMachines { request, machines, .. }) = effects.last() else { panic!("{effects:?}") };
    (*request, machines.clone())
}

fn read(app: &mut App, effects: &[Effect], machines: Vec<Fingerprint>, rebound: Vec<Rebound>) -> Vec<Effect> {
    let (request, _) = asked(effects);
    app.update(Msg::MachinesRead { request, answer: Ok(ReadMachines { machines, rebound }) })
}

#[track_caller]
fn issues(effects: &[Effect]) -> IssueRequest {
    let [Effect::Issue(request)] = effects else { panic!("{effects:?}") };
    request.clone()
}

#[track_caller]
fn reissues(effects: &[Effect]) -> ReissueRequest {
    let [Effect::Reissue { request, .. }] = effects else { panic!("{effects:?}") };
    request.clone()
}

#[test]
fn a_machine_is_read_before_the_step_is_left_and_named_in_the_review() {
    let mut app = at_machines();
    app.update(Msg::Paste("lmachine_abc, /tmp/b.json".to_owned()));
    let effects = press(&mut app, "<tab>2<enter>");
    let (_, machines) = asked(&effects);
    assert_eq!(machines, ["lmachine_abc", "/tmp/b.json"]);
    assert_eq!(press(&mut app, "<enter>"), [], "it is being read");
    shows(&mut app, &["[1 Who]"]);
    read(&mut app, &effects, vec![machine("front desk", 1), machine("till", 2)], vec![]);
    shows(&mut app, &["[2 When]"]);
    press(&mut app, "30<enter><enter>");
    shows(
        &mut app,
        &["machine   front desk: machine id, disk, host name", "machine   till:", "agreeing  2 components"],
    );
    let request = issues(&press(&mut app, "<enter>"));
    assert_eq!(request.machines, [bound_machine("front desk", 1, Some(2)), bound_machine("till", 2, Some(2))]);
    assert!(!request.totp);
}

#[test]
fn enter_goes_on_by_itself_once_the_machine_is_read() {
    let mut app = at_machines();
    let effects = press(&mut app, "a.json<enter>");
    shows(&mut app, &["[1 Who]"]);
    assert_eq!(read(&mut app, &effects, vec![machine("till", 2)], vec![]), []);
    shows(&mut app, &["[2 When]"]);
    assert_eq!(press(&mut app, "<esc><enter>"), [], "what was read is not read again");
    shows(&mut app, &["[2 When]"]);
}

#[test]
fn whoever_types_on_stays_and_an_old_answer_counts_for_nothing() {
    let mut app = at_machines();
    let effects = press(&mut app, "a.json<enter>");
    press(&mut app, "x");
    read(&mut app, &effects, vec![machine("till", 2)], vec![]);
    shows(&mut app, &["[1 Who]", "a.jsonx"]);
    let effects = press(&mut app, "<enter>");
    assert_eq!(asked(&effects).1, ["a.jsonx"]);
    assert_eq!(press(&mut app, "y<enter>"), [], "one question at a time");
    let effects = read(&mut app, &effects, vec![machine("till", 2)], vec![]);
    assert_eq!(asked(&effects).1, ["a.jsonxy"]);
    read(&mut app, &effects, vec![machine("till", 2)], vec![]);
    shows(&mut app, &["[2 When]"]);
}

#[test]
fn a_file_that_is_no_fingerprint_is_said_at_its_field_and_read_again() {
    let mut app = at_machines();
    let (request, _) = asked(&press(&mut app, "a.json<enter>"));
    app.update(Msg::MachinesRead { request, answer: Err(why()) });
    shows(&mut app, &["[1 Who]", "! the license was not issued: the disk is full", "> machines"]);
    let effects = press(&mut app, "<enter>");
    assert_eq!(asked(&effects).1, ["a.json"], "it may be there now");
}

#[test]
fn how_many_have_to_agree_is_a_number_and_about_a_machine() {
    let mut app = at_machines();
    press(&mut app, "<tab>2<enter>");
    shows(&mut app, &["! of which machine?"]);
    press(&mut app, "<ctrl-u>9<backtab>a.json");
    let effects = press(&mut app, "<enter>");
    read(&mut app, &effects, vec![machine("till", 2)], vec![]);
    shows(&mut app, &["[1 Who]", "! a number from 1 to 5"]);
}

#[test]
fn a_probe_is_picked_from_those_that_have_a_result() {
    let mut app = at_machines();
    let effects = press(&mut app, "<ctrl-p>");
    let [Effect::LoadResults { request }] = effects.as_slice() else { panic!("{effects:?}") };
    shows(&mut app, &["Which machine?", "reading"]);
    let probes = vec![probe(1, "till 4", ProbeStatus::Consumed, 1), probe(2, "front desk", ProbeStatus::Consumed, 1)];
    let id = probes[1].id;
    app.update(Msg::ResultsLoaded { request: *request, answer: Ok(page(probes)) });
    shows(&mut app, &["till 4", "front desk"]);
    assert!(!text(&mut app, 120, 36).contains("older"), "these are all");
    press(&mut app, "<down><enter>");
    assert!(!text(&mut app, 120, 36).contains("Which machine?"));
    let effects = press(&mut app, "<enter>");
    assert_eq!(asked(&effects).1, [format!("probe:{id}")]);
}

#[test]
fn where_there_are_more_probes_than_are_shown_it_is_said() {
    let mut app = at_machines();
    let effects = press(&mut app, "<ctrl-p>");
    let [Effect::LoadResults { request }] = effects.as_slice() else { panic!("{effects:?}") };
    let items: Vec<_> = (1..=100).map(|number| probe(number, "till", ProbeStatus::Consumed, 1)).collect();
    let next = items.last().map(|probe| probe.id);
    app.update(Msg::ResultsLoaded { request: *request, answer: Ok(Page { items, next }) });
    shows(&mut app, &["The newest 100. Of an older one type probe: and its id."]);
}

#[test]
fn without_a_result_nothing_is_picked() {
    let mut app = at_machines();
    let effects = press(&mut app, "<ctrl-p>");
    let [Effect::LoadResults { request }] = effects.as_slice() else { panic!("{effects:?}") };
    app.update(Msg::ResultsLoaded { request: *request, answer: Ok(page(vec![])) });
    shows(&mut app, &["No probe has a result"]);
    press(&mut app, "<enter><esc>");
    shows(&mut app, &["[1 Who]"]);
}

#[test]
fn rebinding_shows_old_and_new_side_by_side() {
    let mut app = rebinding();
    shows(&mut app, &["machines  as before"]);
    let effects = press(&mut app, "<ctrl-u>repaired.json<enter>");
    let Some(Effect::ReadMachines { base, .. }) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(*base, Some(license_id(1)));
    let rebound = repaired();
    read(&mut app, &effects, vec![rebound.now.clone()], vec![rebound.clone()]);
    press(&mut app, "<enter><enter>");
    let screen = text(&mut app, 120, 36);
    let line = |part: &str| screen.lines().find(|line| line.contains(part)).unwrap().to_owned();
    assert!(screen.contains("front desk before, front desk, repaired now"), "{screen}");
    assert!(line("machine id").contains("BwcHBwcH  BwcHBwcH  same"), "{screen}");
    assert!(line("* disk").contains("AQEBAQEB  AgICAgIC  changed"), "{screen}");
    let request = reissues(&press(&mut app, "<enter>"));
    assert_eq!((request.machines, request.require), (Some(vec![rebound.now]), None));
}

#[test]
fn what_is_left_alone_is_inherited_and_what_is_emptied_is_dropped() {
    let mut app = rebinding();
    press(&mut app, "<enter><enter><enter>");
    let request = reissues(&press(&mut app, "<enter>"));
    assert_eq!(request, ReissueRequest::default());

    let mut app = rebinding();
    press(&mut app, "<ctrl-u><tab><tab><right><right><enter><enter><enter>");
    shows(&mut app, &["machines  any", "TOTP      none any more"]);
    let mut request = reissues(&press(&mut app, "<enter>"));
    request.clear.sort_by_key(|field| format!("{field:?}"));
    assert_eq!(request.clear, [ClearField::Machines, ClearField::Totp]);
}

#[test]
fn a_reissue_may_overlap_with_the_license_of_before() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "e<enter><backtab>0<enter>");
    shows(&mut app, &["! a number of days, at least 1"]);
    press(&mut app, "<ctrl-u>14<enter><enter>");
    shows(&mut app, &["overlap   the list calls the old one valid until 2026-06-03 14:00:00 UTC"]);
    assert_eq!(reissues(&press(&mut app, "<enter>")).overlap, Some(14));

    let mut app = with_licenses(vec![licentia_core::License { status_list: None, ..license(1) }]);
    press(&mut app, "e<enter><backtab>14<enter><enter>");
    shows(&mut app, &["The old one has no status list, so an overlap changes nothing."]);
}

#[test]
fn a_new_license_has_nothing_to_overlap_with() {
    let mut app = at_machines();
    press(&mut app, "<enter>");
    assert!(!text(&mut app, 120, 36).contains("overlap"));
}

/// A license was just signed with a secret.
fn shown() -> App {
    let mut app = at_machines();
    press(&mut app, "<tab><tab><right><enter>30<enter><enter>");
    shows(&mut app, &["TOTP      a new secret is made, and shown once"]);
    assert!(issues(&press(&mut app, "<enter>")).totp);
    app.update(Msg::Issued(Ok(Box::new(Issued { license: license(2), totp: Some(factor("alice")) }))));
    app
}

#[test]
fn a_totp_secret_is_shown_once_and_goes_with_the_next_key() {
    for key in ["x", "<enter>", "q", "<f1>", "<ctrl-c>", "L", "<down>"] {
        let mut app = shown();
        let code = a_line_of_its_code(&factor("alice"));
        shows(
            &mut app,
            &["shown this once", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "otpauth://totp/studio:alice?", &code],
        );
        assert_eq!(press(&mut app, key), [], "{key}");
        let screen = text(&mut app, 120, 36);
        assert!(
            !screen.contains("GEZDGNBV") && !screen.contains(&code) && screen.contains("Licenses: all"),
            "{screen}"
        );
        assert!(!format!("{app:?}").contains("GEZDGNBV"));
    }
}

#[test]
fn a_window_that_is_too_small_for_the_code_says_how_large_it_has_to_be() {
    let mut app = shown();
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && screen.contains("make this one larger"), "{screen}");
    assert!(!screen.contains('▀'), "{screen}");
    let words: Vec<&str> = screen.split_whitespace().collect();
    let number = |unit: &str| {
        let at = words.iter().position(|word| word.starts_with(unit)).unwrap();
        words[at - 1].parse::<u16>().unwrap()
    };
    let (columns, lines) = (number("columns"), number("lines"));
    assert!(text(&mut app, columns, lines).contains('▀'), "a resize is no key");
    assert!(!text(&mut app, columns, lines - 1).contains('▀'));
}

#[test]
fn nothing_prints_the_secret_by_accident() {
    let app = shown();
    let printed = format!("{app:?}");
    assert!(!printed.contains("GEZDGNBV") && !printed.contains("12345678901234567890"));
}

#[test]
fn a_secret_of_a_reissue_is_shown_too_even_to_whoever_was_leaving() {
    let mut app = rebinding();
    press(&mut app, "<tab><tab><right><enter><enter><enter>");
    shows(&mut app, &["TOTP      a new secret is made"]);
    assert!(reissues(&press(&mut app, "<enter>")).totp);
    press(&mut app, "<ctrl-c>");
    let (license, superseded) = (license(3), bound_license());
    let totp = Some(factor("alice"));
    let reissued = Reissued { license, superseded, superseded_from: None, rebound: vec![], totp };
    let effects = app.update(Msg::Reissued(Ok(Box::new(reissued))));
    assert!(!effects.contains(&Effect::Quit), "{effects:?}");
    shows(&mut app, &["shown this once"]);
}

//! Tab 5.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, Inboxed, Probe, ProbeChange, ProbeDone, ReadMachines, Saving};
use crate::message::Msg;
use crate::session::{Session, Why};
use crate::widget::secret::Typed;
use licentia_core::{NewProbe, Page, ProbeStatus, ProbeToken, Timestamp};

fn few() -> Vec<ProbeToken> {
    vec![
        probe(4, "build server", ProbeStatus::Pending, 1),
        probe(3, "late", ProbeStatus::Pending, 30),
        probe(2, "till", ProbeStatus::Consumed, 3),
        probe(1, "desk", ProbeStatus::Cancelled, 4),
    ]
}

fn typed(text: &str) -> Typed {
    Typed(text.to_owned().into())
}

fn made(app: &mut App) -> Vec<Effect> {
    let done = ProbeDone::Created(probe(5, "kiosk", ProbeStatus::Pending, 0), typed("lprobe_abc"));
    app.update(Msg::ProbeChanged(Ok(Box::new(done))))
}

#[test]
fn pages_through_the_list_by_key() {
    let mut app = with_licenses(vec![]);
    let effects = press(&mut app, "5");
    assert_eq!(effects, [Effect::LoadProbes { request: 2, after: None, limit: 100 }]);
    let one = |number| probe(number, &format!("machine {number}"), ProbeStatus::Pending, 1);
    let items: Vec<_> = (101..=200).rev().map(one).collect();
    let next = items.last().map(|row| row.id);
    app.update(Msg::ProbesLoaded {
        request: 2,
        answer: Ok(Page { items: items.into_iter().map(Probe::from).collect(), next }),
    });
    assert_eq!(press(&mut app, "<end>"), [Effect::LoadProbes { request: 3, after: next, limit: 500 }]);
    app.update(Msg::ProbesLoaded { request: 3, answer: Ok(page((1..=100).rev().map(one).map(Probe::from).collect())) });
    assert!(text(&mut app, 80, 24).contains("200 of 200"));
}

#[test]
fn what_is_left_is_counted_down_and_ends_in_expired() {
    let mut app = with_probes(vec![probe(4, "build server", ProbeStatus::Pending, 1)]);
    assert!(text(&mut app, 80, 24).contains("23:00:00"));
    app.set_now(Timestamp(NOW.0 + 1_000_000));
    app.update(Msg::Second);
    assert!(text(&mut app, 80, 24).contains("22:59:59"));
    app.set_now(Timestamp(NOW.0 + 23 * 3_600_000_000));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("expired") && !screen.contains("00:00:00 \n"), "{screen}");
}

#[test]
fn a_token_is_shown_once_and_can_be_saved() {
    let mut app = with_probes(few());
    assert_eq!(press(&mut app, "n<tab><ctrl-u>2 weeks<enter>"), []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("which machine") && screen.contains("24h or 7d"), "{screen}");
    let effects = press(&mut app, "kiosk<tab><ctrl-u>14d<enter>");
    let new = NewProbe { label: "kiosk".to_owned(), ttl_seconds: 14 * 86_400 };
    assert_eq!(effects, [Effect::ChangeProbe(ProbeChange::Create(new))]);
    let effects = made(&mut app);
    assert!(matches!(effects.as_slice(), [Effect::LoadProbes { after: None, .. }]), "{effects:?}");
    assert!(text(&mut app, 80, 24).contains("lprobe_abc"));
    press(&mut app, "<enter>q ");
    assert!(text(&mut app, 80, 24).contains("lprobe_abc"), "a key that everybody presses does not close it");

    let effects = press(&mut app, "s<enter>");
    let [Effect::Save { saving, path }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((saving, path.as_str()), (&Saving::Token(typed("lprobe_abc")), "kiosk.token"));
    assert!(!format!("{effects:?}").contains("lprobe_abc"), "it is not printed by accident");
    app.update(Msg::Saved(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert!(matches!(press(&mut app, "<esc><enter>").as_slice(), [Effect::Save { .. }]));
    app.update(Msg::Saved(Ok("/tmp/kiosk.token".into())));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("Saved to /tmp/kiosk.token") && screen.contains("lprobe_abc"), "{screen}");
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 80, 24).contains("lprobe_abc"));
}

#[test]
fn a_token_that_was_not_made_is_said_so_in_front_of_the_form() {
    let mut app = with_probes(few());
    press(&mut app, "nkiosk<enter>");
    app.update(Msg::ProbeChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("kiosk"));
}

#[test]
fn a_result_comes_with_its_token_which_is_not_shown() {
    let mut app = with_probes(few());
    assert_eq!(press(&mut app, "inonsense<enter>"), []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("begins with lprobe_") && screen.contains("which file?"), "{screen}");
    let effects = press(&mut app, "<ctrl-u>lprobe_abc<tab>/tmp/result.json<enter>");
    let change = ProbeChange::Consume { token: typed("lprobe_abc"), path: "/tmp/result.json".to_owned() };
    assert_eq!(effects, [Effect::ChangeProbe(change)]);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("••••••••••") && !screen.contains("lprobe_abc"), "{screen}");
    app.update(Msg::ProbeChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc><enter>");
    let consumed = probe(4, "build server", ProbeStatus::Consumed, 1);
    let effects = app.update(Msg::ProbeChanged(Ok(Box::new(ProbeDone::Consumed(consumed)))));
    let [Effect::LoadProbes { request, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let newer = probe(9, "newer", ProbeStatus::Pending, 0);
    app.update(Msg::ProbesLoaded {
        request: *request,
        answer: Ok(page([vec![newer], few()].concat().into_iter().map(Probe::from).collect())),
    });
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("The result for build server is taken in.") && screen.contains("> 00000004"), "{screen}");
}

#[test]
fn only_what_was_not_used_can_be_cancelled() {
    let mut app = with_probes(few());
    let late = few()[1].id;
    assert_eq!(press(&mut app, "jx<enter>"), [Effect::ChangeProbe(ProbeChange::Cancel { id: late })]);
    app.update(Msg::ProbeChanged(Err(why())));
    press(&mut app, "<esc>");
    for (keys, said) in [("jx", "was used"), ("jx", "cancelled already")] {
        assert_eq!(press(&mut app, keys), []);
        assert!(text(&mut app, 80, 24).contains(said), "{said}");
    }
    let id = few()[0].id;
    assert_eq!(press(&mut app, "<home>x<enter>"), [Effect::ChangeProbe(ProbeChange::Cancel { id })]);
    app.update(Msg::ProbeChanged(Err(why())));
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>x<enter>");
    let done = ProbeDone::Cancelled(probe(4, "build server", ProbeStatus::Cancelled, 1));
    app.update(Msg::ProbeChanged(Ok(Box::new(done))));
    assert!(text(&mut app, 80, 24).contains("Probe 00000004 is cancelled."));
}

#[test]
fn enter_shows_the_result_and_capital_a_the_events() {
    let mut app = with_probes(few());
    let effects = press(&mut app, "jj<enter>");
    assert!(matches!(effects.as_slice(), [Effect::LoadProbe { .. }]));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("\"cpu\": \"x86-64\"") && screen.contains("consumed"), "{screen}");
    let effects = press(&mut app, "A");
    let [Effect::LoadEvents { request, target, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*target, few()[2].id.to_string());
    app.update(Msg::EventsLoaded { request: *request, answer: Ok(page(vec![record(5)])) });
    assert!(text(&mut app, 80, 24).contains("license.revoke"));
}

#[test]
fn a_reviewer_reads_and_changes_nothing() {
    let mut app = with_probes_as(Session::Reviewer(Why::NoVault), few());
    for key in ["n", "i", "x"] {
        assert_eq!(press(&mut app, key), []);
        assert!(text(&mut app, 120, 24).contains("made for review"), "{key}");
    }
    assert!(matches!(press(&mut app, "<enter>").as_slice(), [Effect::LoadProbe { .. }]));
}

fn inboxed(arrived: &[(&str, &str)], refused: &[(&str, &str)]) -> Msg {
    let all = |pairs: &[(&str, &str)]| pairs.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect();
    Msg::InboxLooked(Ok(Inboxed { arrived: all(arrived), refused: all(refused) }))
}

#[test]
fn what_arrives_is_said_once_on_whatever_tab_one_is() {
    let mut app = with_licenses(vec![]);
    assert_eq!(app.update(inboxed(&[("build server", "7b48-3502")], &[])), []);
    let screen = text(&mut app, 100, 24);
    assert!(screen.contains("A result for build server has arrived. Its key: 7b48-3502."), "{screen}");
    press(&mut app, "j");
    app.update(inboxed(&[("build server", "7b48-3502")], &[]));
    assert!(!text(&mut app, 100, 24).contains("has arrived"), "the same is no news");
    app.update(inboxed(&[("build server", "7b48-3502"), (HOSTILE, "aaaa")], &[]));
    let screen = text(&mut app, 100, 24);
    assert!(screen.contains("has arrived") && !screen.contains('\u{1b}'), "{screen}");
}

#[test]
fn files_that_cannot_be_taken_in_are_named_as_long_as_they_lie_there() {
    let mut app = with_probes(few());
    app.update(inboxed(&[], &[("a.json", "It is a link."), (HOSTILE, "It is no text.")]));
    press(&mut app, "j");
    let screen = text(&mut app, 100, 24);
    assert!(screen.contains("! a.json in the inbox cannot be taken in. It is a link. And 1 more."), "{screen}");
    press(&mut app, "<enter>");
    press(&mut app, "<esc>");
    app.update(inboxed(&[], &[]));
    assert!(!text(&mut app, 100, 24).contains("a.json"));
    app.update(Msg::InboxLooked(Err(why())));
    assert!(text(&mut app, 100, 24).contains("make room"), "an inbox that cannot be read is complained about");
}

#[test]
fn one_key_takes_in_what_arrived_after_it_was_compared() {
    let token = probe(4, "build server", ProbeStatus::Pending, 1);
    let key = signed_result().key_fingerprint();
    let mut app = with_inbox(vec![arrived(token.clone()), few().remove(2).into()]);
    let screen = text(&mut app, 120, 24);
    assert!(screen.contains("arrived") && screen.contains(&key), "{screen}");
    assert_eq!(press(&mut app, "t"), []);
    let screen = text(&mut app, 120, 36);
    for part in ["Take this result in?", &key, "Compare the key", "machine id", "host name (not to be trusted)", "acme"]
    {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let change = ProbeChange::TakeIn { id: token.id, name: "f9a4.json".into(), key_fingerprint: key };
    assert_eq!(press(&mut app, "<enter>"), [Effect::ChangeProbe(change)]);
    app.update(Msg::ProbeChanged(Err(why())));
    assert!(text(&mut app, 120, 24).contains("make room"));
    press(&mut app, "<esc>t<enter>");
    let before = ProbeDone::ConsumedBefore(token);
    app.update(Msg::ProbeChanged(Ok(Box::new(before))));
    assert!(text(&mut app, 120, 24).contains("was taken in before. The file was moved aside."));
    press(&mut app, "<end>");
    assert_eq!(press(&mut app, "t"), []);
    assert!(text(&mut app, 120, 24).contains("No result waits"));
}

#[test]
fn one_key_issues_a_license_for_the_machine() {
    let signed = signed_result();
    let taken = ProbeToken {
        token_hash: signed.token_hash().to_vec(),
        result: Some(signed.text().to_owned()),
        ..probe(2, "till", ProbeStatus::Consumed, 3)
    };
    let waits = arrived(probe(4, "desk", ProbeStatus::Pending, 1));
    let mut app = with_inbox(vec![taken.into(), waits, few().remove(2).into(), few().remove(1).into()]);
    for (keys, said) in [("jl", "Take its result in first"), ("jl", "is unsigned"), ("jl", "No result came")] {
        assert_eq!(press(&mut app, keys), []);
        assert!(text(&mut app, 120, 24).contains(said), "{said}");
    }
    let effects = press(&mut app, "<home>l");
    assert!(matches!(effects.as_slice(), [Effect::LoadIssuers { .. }]), "{effects:?}");
    shows(&mut app, &["machines  probe:00000002"]);
    let effects = press(&mut app, "alice<tab>editor<enter>");
    let Some(Effect::ReadMachines { request, .. }) = effects.last() else { panic!("{effects:?}") };
    let answer = Ok(ReadMachines { machines: vec![signed.report().fingerprint.clone()], rebound: vec![] });
    app.update(Msg::MachinesRead { request: *request, answer });
    press(&mut app, "365<enter><enter>");
    shows(&mut app, &["Sign this license?", "machine id"]);
    let effects = press(&mut app, "<enter>");
    let [Effect::Issue(request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(request.machines.len(), 1);
    assert_eq!(request.machines[0].fingerprint, signed.report().fingerprint);
}

/// Somebody had the token twice: nobody takes one of them in by a slip of the finger.
#[test]
fn of_two_results_neither_is_offered_and_both_keys_are_shown() {
    let mut app = with_inbox(vec![contested(probe(3, "till", ProbeStatus::Pending, 1))]);
    assert!(text(&mut app, 80, 24).contains("contested"));
    assert_eq!(press(&mut app, "t"), []);
    assert!(text(&mut app, 120, 24).contains("Several results wait for it. Enter shows their keys"));
    press(&mut app, "<enter>");
    let screen = text(&mut app, 120, 30);
    for part in ["7b48-3502", "a.json, key", &signed_result().key_fingerprint(), "somebody had the token twice"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
}

#[test]
fn what_arrived_in_time_is_no_expired_one() {
    let mut app = with_inbox(vec![arrived(probe(3, "late", ProbeStatus::Pending, 30))]);
    assert!(text(&mut app, 80, 24).contains("arrived"));
    press(&mut app, "<enter>");
    let screen = text(&mut app, 80, 30);
    assert!(screen.contains("waits in the inbox; t takes it in"), "{screen}");
}

#[test]
fn a_file_whose_token_was_used_is_moved_aside_and_another_result_is_not_called_a_leftover() {
    let token = |number| probe(number, "till", ProbeStatus::Consumed, 3);
    let mut app = with_inbox(vec![left_over(token(2), true), left_over(token(1), false)]);
    press(&mut app, "<enter>");
    shows(&mut app, &["the file of its result is there still; t moves it aside", "\"cpu\": \"x86-64\""]);
    press(&mut app, "<esc>t");
    shows(&mut app, &["Move this file aside?", "f9a4.json", "taken in before: only its file is left"]);
    assert!(!text(&mut app, 120, 36).contains("somebody else"));
    let key = signed_result().key_fingerprint();
    let change = ProbeChange::SetAside { name: "f9a4.json".into(), key_fingerprint: key.clone() };
    assert_eq!(press(&mut app, "<enter>"), [Effect::ChangeProbe(change)]);
    let done = ProbeDone::SetAside(token(2), "/in/aside/77-f9a4.json".into());
    let effects = app.update(Msg::ProbeChanged(Ok(Box::new(done))));
    assert!(matches!(effects.as_slice(), [Effect::LoadProbes { .. }]), "{effects:?}");
    shows(&mut app, &["The file for till was moved to /in/aside/77-f9a4.json."]);

    let mut app = with_inbox(vec![left_over(token(1), false)]);
    press(&mut app, "<enter>");
    shows(&mut app, &["another result for a token that was used, possibly somebody else's"]);
    press(&mut app, "t");
    shows(&mut app, &["Move this file aside?", "an unsigned result", &key, "possibly somebody else's"]);
}

#[test]
fn what_was_taken_in_shows_who_vouches_for_it() {
    let signed = signed_result();
    let token = ProbeToken {
        token_hash: signed.token_hash().to_vec(),
        result: Some(signed.text().to_owned()),
        ..probe(2, "till", ProbeStatus::Consumed, 3)
    };
    let mut app = with_inbox(vec![token.into(), few().remove(2).into()]);
    press(&mut app, "<enter>");
    shows(&mut app, &[&signed.key_fingerprint(), "linux, x86_64, licentia 0.1.0"]);
    press(&mut app, "<esc>j<enter>");
    shows(&mut app, &["it is unsigned, and nobody vouches for it"]);
}

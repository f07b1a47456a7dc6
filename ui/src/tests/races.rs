//! What comes at a bad moment: while a change is written, while one leaves, when the terminal is gone, too late.

use super::journeys::{Home, passphrase};
use super::support::*;
use crate::effect::{Effect, ProbeDone, Target};
use crate::message::Msg;
use crate::tab::TabId;
use crate::widget::secret::Typed;
use licentia_core::{IssuerStatus, License, LicenseStatus, ProbeStatus, Timestamp};

fn revoked(number: u64) -> License {
    License { status: LicenseStatus::Revoked, ..license(number) }
}

#[tokio::test]
async fn what_is_written_before_the_first_second_is_over_appears_too() {
    let home = Home::founded(1).await;
    let mut watching = home.open(None).await;
    watching.press("<esc>").settle().await;
    let mut working = home.open(Some(passphrase())).await;
    working.press("nnewcomer<tab>studio<enter>30<enter><enter><enter>").settle().await;
    watching.wait_a_second().await;
    assert!(watching.screen().contains("newcomer"), "{}", watching.screen());
}

#[test]
fn without_a_terminal_nobody_reads_why_a_change_failed() {
    let mut app = with_licenses(vec![license(1)]);
    assert!(matches!(press(&mut app, "x<enter><enter>").as_slice(), [Effect::Revoke(_)]));
    assert_eq!(app.update(Msg::HungUp), [], "the change is waited for");
    assert_eq!(app.update(Msg::Revoked(Err(why()))), LEAVES);
}

#[test]
fn a_token_that_is_seen_once_is_seen_also_by_whoever_was_leaving() {
    let created = || {
        let probe = probe(5, "kiosk", ProbeStatus::Pending, 0);
        Msg::ProbeChanged(Ok(Box::new(ProbeDone::Created(probe, Typed("lprobe_abc".to_owned().into())))))
    };
    let mut app = with_probes(vec![]);
    press(&mut app, "nkiosk<enter>");
    assert_eq!(press(&mut app, "<ctrl-c>"), []);
    assert!(!app.update(created()).contains(&Effect::Quit));
    assert!(text(&mut app, 80, 24).contains("lprobe_abc"));
    assert_eq!(press(&mut app, "<ctrl-c>"), LEAVES);

    let mut app = with_probes(vec![]);
    press(&mut app, "nkiosk<enter>");
    app.update(Msg::HungUp);
    assert_eq!(app.update(created()), LEAVES, "nobody is there to see it");
}

#[test]
fn a_file_that_is_being_written_is_waited_for_before_leaving() {
    let mut app = with_issuers(vec![issuer(7, "main", IssuerStatus::Active)]);
    assert!(matches!(press(&mut app, "o<enter>").as_slice(), [Effect::Save { .. }]));
    assert_eq!(press(&mut app, "<enter><esc>"), [], "the form waits");
    assert_eq!(press(&mut app, "<ctrl-c>"), []);
    assert_eq!(app.update(Msg::Saved(Ok("/tmp/main.pem".into()))), LEAVES);
}

#[test]
fn no_form_opens_for_a_second_change_while_the_first_is_written() {
    let mut app = with_licenses(vec![revoked(1)]);
    assert!(matches!(press(&mut app, "u<enter>").as_slice(), [Effect::Unrevoke { .. }]));
    assert_eq!(press(&mut app, "o"), []);
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("still being written") && !screen.contains("Save 00000001"), "{screen}");
    app.update(Msg::Unrevoked(Ok(Box::new(license(1)))));
    press(&mut app, "o");
    assert!(text(&mut app, 80, 24).contains("Save 00000001"));
}

#[test]
fn nobody_is_taken_to_a_target_after_going_elsewhere() {
    let mut app = with_records(vec![record(2), record(1)]);
    let asked = press(&mut app, "<enter>t");
    let [Effect::FindTarget { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    press(&mut app, "<esc>4");
    let found = || Msg::TargetFound { request: *request, answer: Ok(Target::License(Box::new(license(2)))) };
    assert_eq!(app.update(found()), []);
    assert!(text(&mut app, 80, 24).contains("[4 Identities]"));

    press(&mut app, "9");
    let asked = press(&mut app, "<enter>t");
    let [Effect::FindTarget { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    press(&mut app, "<right>");
    let late = Msg::TargetFound { request: *request, answer: Ok(Target::License(Box::new(license(2)))) };
    assert_eq!(app.update(late), [], "another entry is shown now");
}

/// Whatever is written meanwhile, a detail is asked for once until that is answered: a slow answer is not passed over
/// for ever, and questions do not pile up.
#[test]
fn a_detail_that_is_slow_is_asked_for_once() {
    let mut app = with_licenses(vec![license(1)]);
    let asked = press(&mut app, "<enter>");
    let [Effect::LoadLicense { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    for _ in 0..3 {
        let asked = app.update(Msg::LookedForChanges(true));
        assert!(!asked.iter().any(|effect| matches!(effect, Effect::LoadLicense { .. })), "{asked:?}");
    }
    let more = app.update(Msg::LicenseLoaded { request: *request, answer: Ok(Box::new(details(license(1)))) });
    assert!(matches!(more.as_slice(), [Effect::LoadLicense { .. }]), "what was written since: {more:?}");
    assert!(text(&mut app, 80, 24).contains("default"), "and what came is shown");

    let mut app = with_issuers(vec![issuer(7, "main", IssuerStatus::Active)]);
    let asked = press(&mut app, "<enter>");
    let [Effect::LoadIssuer { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    for _ in 0..3 {
        let asked = app.update(Msg::LookedForChanges(true));
        assert!(!asked.iter().any(|effect| matches!(effect, Effect::LoadIssuer { .. })), "{asked:?}");
    }
    let read = Box::new((issuer(7, "main", IssuerStatus::Active), issuer_more(3)));
    let more = app.update(Msg::IssuerLoaded { request: *request, answer: Ok(Some(read)) });
    assert!(matches!(more.as_slice(), [Effect::LoadIssuer { .. }]));
    assert!(text(&mut app, 80, 24).contains("3 licenses"));
}

#[test]
fn the_same_error_again_and_again_is_one_dialog() {
    let (mut app, mut effects) = start_on(TabId::Dashboard, Some(unlocked()));
    for minute in 1..=3 {
        for effect in effects {
            match effect {
                Effect::LoadOverview { request } => {
                    app.update(Msg::OverviewLoaded { request, answer: Err(why()) });
                }
                Effect::CountLicenses { request } => {
                    app.update(Msg::LicensesCounted { request, answer: Err(why()) });
                }
                other => panic!("{other:?}"),
            }
        }
        app.set_now(Timestamp(NOW.0 + minute * 61_000_000));
        effects = app.update(Msg::LookedForChanges(false));
        assert_eq!(effects.len(), 2);
    }
    assert!(text(&mut app, 80, 24).contains("make room"));
    press(&mut app, "<esc>");
    assert!(!text(&mut app, 80, 24).contains("make room"));
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_dashboard() {
    let (mut app, effects) = start_on(TabId::Dashboard, Some(unlocked()));
    for effect in effects {
        match effect {
            Effect::LoadOverview { request } => {
                app.update(Msg::OverviewLoaded { request, answer: Ok(Box::new(overview())) });
            }
            Effect::CountLicenses { request } => {
                app.update(Msg::LicensesCounted { request, answer: Ok(counts()) });
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(app.update(Msg::LookedForChanges(false)), []);
    app.set_now(Timestamp(NOW.0 - 3_600_000_000));
    assert_eq!(app.update(Msg::LookedForChanges(false)).len(), 2);
    assert_eq!(app.update(Msg::LookedForChanges(false)), [], "once");
}

#[test]
fn the_end_of_one_batch_does_not_close_the_next() {
    let mut app = with_batch(batch(3));
    assert!(matches!(press(&mut app, "<enter><enter>").as_slice(), [Effect::IssueBatch { .. }]));
    let asked = press(&mut app, "<esc>bnext.csv<enter>");
    let [Effect::ReadBatch { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    app.update(Msg::BatchRead { request: *request, answer: Ok(batch(5)) });
    assert!(text(&mut app, 80, 24).contains("5 licenses can be signed."));
    app.update(Msg::BatchIssued(Ok((1..=3).map(license).collect())));
    assert!(text(&mut app, 80, 24).contains("5 licenses can be signed."));
    assert!(matches!(press(&mut app, "<enter><enter>").as_slice(), [Effect::IssueBatch { .. }]));
    app.update(Msg::BatchIssued(Ok((1..=5).map(license).collect())));
    let screen = text(&mut app, 80, 24);
    assert!(screen.contains("licenses signed.") && !screen.contains("can be signed"), "{screen}");
}

#[test]
fn tokens_that_are_being_written_are_waited_for_before_leaving() {
    let writing = || {
        let mut app = with_batch(batch(3));
        press(&mut app, "<enter><enter>");
        app.update(Msg::BatchIssued(Ok((1..=3).map(license).collect())));
        let asked = press(&mut app, "w/tmp/out<enter>");
        let [Effect::WriteTokens { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        (app, *request)
    };
    let (mut app, request) = writing();
    assert_eq!(press(&mut app, "<ctrl-c>"), []);
    assert!(app.is_writing(), "also when the terminal fails");
    assert_eq!(app.update(Msg::TokensWritten { request, answer: Ok("/tmp/out".into()) }), LEAVES);

    let (mut app, request) = writing();
    press(&mut app, "<ctrl-c>");
    assert_eq!(app.update(Msg::TokensWritten { request, answer: Err(why()) }), [], "there is an error to read");
    assert!(text(&mut app, 80, 24).contains("make room"));
    assert_eq!(press(&mut app, "<ctrl-c>"), LEAVES);

    let (mut app, request) = writing();
    app.update(Msg::HungUp);
    assert_eq!(app.update(Msg::TokensWritten { request, answer: Err(why()) }), LEAVES);

    let (mut app, request) = writing();
    press(&mut app, "<ctrl-c>");
    let [sign, quit] = LEAVES;
    assert_eq!(press(&mut app, "<esc>"), [Effect::Stop { request }, sign, quit], "nothing is left to wait for");
}

#[test]
fn what_was_written_before_it_could_be_given_up_is_not_denied() {
    let mut app = with_batch(batch(3));
    press(&mut app, "<enter><enter>");
    app.update(Msg::BatchIssued(Ok((1..=3).map(license).collect())));
    let asked = press(&mut app, "w/tmp/out<enter>");
    let [Effect::WriteTokens { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    press(&mut app, "<esc>");
    assert!(text(&mut app, 80, 24).contains("nothing was written"));
    app.update(Msg::TokensWritten { request: *request, answer: Ok("/tmp/out".into()) });
    assert!(text(&mut app, 80, 24).contains("Written to /tmp/out."));
}

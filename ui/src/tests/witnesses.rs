//! Witnesses are asked beside everything else: nobody waits for them, and whoever did not sign is named.

use super::journeys::{Home, actor, passphrase, shows as on_screen};
use super::support::*;
use crate::Start;
use crate::app::App;
use crate::effect::Effect;
use crate::message::Msg;
use crate::session::Session;
use crate::tab::TabId;
use crate::testing::Harness;
use crate::witnessing::{Missed, Vouched};
use licentia_core::witness::{AddCheckpoint, Log, NewWitness, Post, Reply, SIZE_TYPE, Seen, WitnessKey};
use licentia_core::{Ambient, Explanation, Licentia, Timestamp};
use std::sync::{Arc, Mutex};

fn missed(contradicts: bool) -> Missed {
    let message = "witness acme-witness cannot be reached".to_owned();
    let why = Explanation { message, cause: None, hint: Some("ask again".to_owned()) };
    Missed { witness: "acme-witness".to_owned(), why, contradicts }
}

/// What is asked of witnesses: the number of the request, and whether it is the end.
fn asks(effects: &[Effect]) -> Vec<(u64, bool)> {
    let asks = effects.iter().filter_map(|effect| match effect {
        Effect::AskWitnesses { request, at_end } => Some((*request, *at_end)),
        _ => None,
    });
    asks.collect()
}

fn signed(app: &mut App) -> Vec<(u64, bool)> {
    asks(&app.update(Msg::LogSigned))
}

fn answer(app: &mut App, request: u64, missed: Vec<Missed>) -> Vec<(u64, bool)> {
    asks(&app.update(Msg::WitnessesAsked { request, answer: Ok(missed) }))
}

#[test]
fn they_are_asked_whenever_the_log_was_signed_here_and_once_at_a_time() {
    let mut app = with_records(vec![record(1)]);
    let first = signed(&mut app);
    let [(request, false)] = first[..] else { panic!("{first:?}") };
    assert_eq!(signed(&mut app), [], "they are being asked");
    assert_eq!(signed(&mut app), []);
    assert_eq!(answer(&mut app, request + 7, vec![]), [], "nobody asked with that");
    let again = answer(&mut app, request, vec![]);
    assert_eq!(again, [(request + 1, false)], "for what was signed meanwhile, once");
    assert_eq!(answer(&mut app, request + 1, vec![]), []);
    assert_eq!(asks(&app.update(Msg::Checkpointed(Ok(())))).len(), 1, "an hour went by");
}

#[test]
fn what_could_not_be_signed_is_sent_to_nobody() {
    let mut app = with_records(vec![]);
    assert_eq!(asks(&app.update(Msg::Checkpointed(Err(why())))), []);
}

#[test]
fn who_does_not_answer_is_named_until_it_does() {
    let mut app = with_records(vec![record(1)]);
    app.update(Msg::VouchedLoaded(Ok(vouched(41, 14))));
    let request = signed(&mut app)[0].0;
    let effects = app.update(Msg::WitnessesAsked { request, answer: Ok(vec![missed(false)]) });
    assert_eq!(effects, [Effect::LoadVouched]);
    let screen = text(&mut app, 100, 24);
    assert!(screen.contains("witnessed up to 41, 14 minutes ago, by acme-witness"), "{screen}");
    assert!(screen.contains("! just now: witness acme-witness cannot be reached"), "{screen}");
    assert!(screen.contains("cannot be reached: tried again at the next checkpoint."), "{screen}");
    assert!(!screen.contains("ask again"), "no window opens");
    press(&mut app, "<down>");
    assert!(text(&mut app, 80, 24).contains("! just now: witness acme-witness"), "until it answers");
    let request = signed(&mut app)[0].0;
    answer(&mut app, request, vec![]);
    assert!(!text(&mut app, 80, 24).contains("cannot be reached"));
}

#[test]
fn one_that_knows_another_log_is_said_at_once() {
    let mut app = with_records(vec![record(1)]);
    let request = signed(&mut app)[0].0;
    answer(&mut app, request, vec![missed(true)]);
    assert!(text(&mut app, 80, 24).contains("ask again"), "with all that is known of it, in a window");
}

#[test]
fn nothing_is_said_where_nobody_is_known() {
    let mut app = with_records(vec![record(1)]);
    let before = text(&mut app, 80, 24);
    app.update(Msg::VouchedLoaded(Ok(Vouched::default())));
    assert_eq!(text(&mut app, 80, 24), before);
}

#[test]
fn leaving_gives_them_a_moment_and_tells_afterwards_who_did_not_sign() {
    let mut app = with_records(vec![]);
    let request = signed(&mut app)[0].0;
    assert_eq!(press(&mut app, "q"), LEAVES);
    assert!(text(&mut app, 80, 24).contains("signing the log…"));
    let effects = app.update(Msg::Checkpointed(Ok(())));
    assert_eq!(effects, [Effect::AskWitnesses { request: request + 1, at_end: true }]);
    assert!(text(&mut app, 80, 24).contains("asking the witnesses, for 3 seconds…"));
    assert_eq!(answer(&mut app, request, vec![]), [], "this had all the time there was");
    assert!(app.is_ending());
    answer(&mut app, request + 1, vec![missed(false), missed(true)]);
    assert!(!app.is_ending());
    let told = app.farewells();
    assert_eq!(told[0].what, "witness acme-witness has not signed the last checkpoint");
    assert!(told[1].what.contains("knows another log"), "{told:?}");
    assert_eq!(told[1].why, missed(true).why);
}

#[test]
fn who_was_removed_is_not_said_to_have_missed_anything() {
    let mut app = with_records(vec![]);
    let effects = app.update(Msg::Checkpointed(Ok(())));
    let request = asks(&effects)[0].0;
    answer(&mut app, request, vec![missed(false)]);
    app.update(Msg::VouchedLoaded(Ok(vouched(8, 0))));
    shows(&mut app, &["cannot be reached"]);
    let other = Vouched { known: vec!["other".to_owned()], ..vouched(8, 0) };
    press(&mut app, "x");
    app.update(Msg::VouchedLoaded(Ok(other)));
    let screen = text(&mut app, 120, 36);
    assert!(!screen.contains("cannot be reached"), "{screen}");
}

#[test]
fn a_signing_or_a_witness_without_end_keeps_nobody() {
    let mut app = with_records(vec![]);
    // The hour is over, and the disk does not answer.
    app.set_now(Timestamp(NOW.0 + 3_600_000_000));
    app.update(Msg::Second);
    press(&mut app, "q");
    assert!(app.is_ending());
    app.end_now();
    assert!(!app.is_ending());
    let told = app.farewells();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].why.message, "the log was not signed in time");
}

#[test]
fn who_locked_and_leaves_waits_no_longer_either() {
    let mut app = with_records(vec![]);
    press(&mut app, "L");
    let request = asks(&app.update(Msg::Locked(Ok(()))))[0].0;
    assert_eq!(press(&mut app, "q"), [Effect::AskWitnesses { request: request + 1, at_end: true }, Effect::Quit]);
    let mut app = with_licenses_as(Session::Locked, vec![]);
    assert_eq!(press(&mut app, "<esc>q"), [Effect::Quit], "who only looked asks nobody");
}

/// A witness without a network, which can be switched off.
#[derive(Clone)]
struct Remote {
    key: Arc<WitnessKey>,
    log: Arc<Log>,
    seen: Arc<Mutex<Option<Seen>>>,
    down: Arc<Mutex<bool>>,
    ambient: Ambient,
}

impl Remote {
    /// One that this home knows.
    async fn of(home: &Home) -> Self {
        let licentia = Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
        let vkey = licentia.audit().verifier_key().await.unwrap();
        let remote = Self {
            key: Arc::new(WitnessKey::new("witness.example.com/one", &[9; 32]).unwrap()),
            log: Arc::new(Log::gather([vkey]).unwrap().remove(0)),
            seen: Arc::default(),
            down: Arc::default(),
            ambient: home.ambient.clone(),
        };
        let operator = licentia.vault().unlock(&passphrase(), actor()).await.unwrap();
        let new = NewWitness {
            name: "acme-witness".to_owned(),
            url: "https://witness.example.com".to_owned(),
            verifier_key: remote.key.verifier_key().to_string(),
        };
        licentia.witnesses().add(&operator, new).await.unwrap();
        licentia.close().await;
        remote
    }

    fn post(&self) -> Post {
        let remote = self.clone();
        Arc::new(move |_, body| {
            if *remote.down.lock().unwrap() {
                return Err("connection refused".to_owned());
            }
            let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
            let mut seen = remote.seen.lock().unwrap();
            Ok(match request.judge(&remote.log, seen.as_ref(), &remote.key, remote.ambient.now()) {
                Ok(new) => {
                    let body = new.cosignatures(&remote.key).into_bytes();
                    *seen = Some(new);
                    Reply { status: 200, content_type: "text/plain".to_owned(), body }
                }
                Err(refusal) => Reply {
                    status: refusal.status(),
                    content_type: SIZE_TYPE.to_owned(),
                    body: seen.as_ref().map_or(0, Seen::size).to_string().into_bytes(),
                },
            })
        })
    }

    fn is_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    async fn screen(&self, home: &Home) -> Harness {
        let start = Start { post: self.post(), ..home.start(Some(passphrase())) };
        let mut screen = Harness::on_tab(TabId::Dashboard, start, 120, 36).await.unwrap();
        screen.settle().await;
        screen
    }
}

#[tokio::test]
async fn a_session_with_a_witness_that_is_down_and_comes_back() {
    let home = Home::founded(3).await;
    let remote = Remote::of(&home).await;
    let mut screen = remote.screen(&home).await;
    on_screen(&mut screen, &["not witnessed yet, though a witness is known"]);

    // Each export signs the log first: whoever is known is asked without anybody's doing.
    remote.is_down(true);
    screen.press_and_settle("9").await;
    let file = home.path("log.csv").display().to_string();
    screen.press("E<right><tab><ctrl-u>").type_text(&file).press("<enter>").settle().await.press("<esc>");
    on_screen(&mut screen, &["not witnessed", "! just now: witness acme-witness cannot be reached"]);
    remote.is_down(false);
    screen.press_and_settle("L").await;
    on_screen(&mut screen, &["witnessed up to 8, just now, by acme-witness"]);
    assert!(!screen.screen().contains("cannot be reached"), "{}", screen.screen());
    screen.press_and_settle("1").await;
    on_screen(&mut screen, &["witnessed up to 8, just now, by acme-witness"]);

    // Somebody writes a line of their own into the file: nobody's key stands behind it.
    home.tamper(
        "DROP TRIGGER audit_cosignature_no_update;
         UPDATE audit_cosignature SET line = replace(line, substr(line, -8, 4), 'AAAA');",
    );
    screen.wait_a_second().await;
    on_screen(&mut screen, &["not witnessed"]);
    screen.press_and_settle("q").await;
    assert_eq!(screen.close().await.unwrap(), []);
}

#[tokio::test]
async fn a_witness_that_is_down_at_the_end_is_told_of_and_nothing_else() {
    let home = Home::founded(3).await;
    let remote = Remote::of(&home).await;
    remote.is_down(true);
    let mut screen = remote.screen(&home).await;
    screen.press_and_settle("q").await;
    assert!(screen.has_left());
    let told = screen.close().await.unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].why.message, "witness acme-witness cannot be reached");
    // The next session has it signed.
    remote.is_down(false);
    let mut screen = remote.screen(&home).await;
    screen.press_and_settle("q").await;
    assert_eq!(screen.close().await.unwrap(), []);
    let mut screen = home.open_on(TabId::Audit, None).await;
    on_screen(&mut screen, &["witnessed up to 7, just now, by acme-witness"]);
}

#[tokio::test]
async fn a_home_without_witnesses_talks_to_nobody() {
    let home = Home::founded(3).await;
    let start = Start { post: Arc::new(|url, _| panic!("{url}")), ..home.start(Some(passphrase())) };
    let mut screen = Harness::on_tab(TabId::Dashboard, start, 120, 36).await.unwrap();
    screen.settle().await.press_and_settle("9q").await;
    assert_eq!(screen.close().await.unwrap(), []);
}

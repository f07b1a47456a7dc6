//! The log is signed every hour and at the end, as long as somebody is unlocked.

use super::journeys::{Home, passphrase, request};
use super::support::{NOW, why};
use crate::app::{App, not_signed};
use crate::effect::Effect;
use crate::message::Msg;
use crate::services::Opening;
use crate::session::Session;
use crate::tab::TabId;
use crate::theme::Theme;
use licentia_core::audit::CheckpointReason;
use licentia_core::{Explanation, Licentia, Timestamp};

const HOUR: i64 = 3_600_000_000;

fn app(session: Session) -> App {
    let opening = Opening {
        session: Some(session),
        home: "/home".to_owned(),
        actor: "mathieu@build7".to_owned(),
        named_home: None,
        publish_to: String::new(),
        fingerprint: None,
        has_passphrase: false,
        warning: None,
        failed: None,
        audience: vec![],
    };
    App::new(opening, Theme::from_no_color(None), NOW).0
}

fn unlocked() -> App {
    app(Session::Unlocked { actor: "mathieu@build7".to_owned() })
}

/// What is asked for at a moment after the start, besides looking for changes and for damage.
fn asked(app: &mut App, after: i64) -> Vec<Effect> {
    app.set_now(Timestamp(NOW.0 + after));
    let mut effects = app.update(Msg::Second);
    effects.retain(|effect| matches!(effect, Effect::Checkpoint { .. }));
    effects
}

fn signs(reason: CheckpointReason) -> Effect {
    Effect::Checkpoint { reason }
}

#[test]
fn once_an_hour_and_never_twice_at_a_time() {
    let mut app = unlocked();
    assert_eq!(asked(&mut app, HOUR - 1), []);
    assert_eq!(asked(&mut app, HOUR), [signs(CheckpointReason::Hourly)]);
    assert_eq!(asked(&mut app, HOUR + 1), []);
    assert_eq!(asked(&mut app, 2 * HOUR), [], "the one before is still under way");
    app.update(Msg::Checkpointed(Ok(())));
    assert_eq!(asked(&mut app, 3 * HOUR), [signs(CheckpointReason::Hourly)]);
    // A laptop that slept for a day owes one, not twenty-four.
    app.update(Msg::Checkpointed(Ok(())));
    assert_eq!(asked(&mut app, 27 * HOUR), [signs(CheckpointReason::Hourly)]);
    app.update(Msg::Checkpointed(Ok(())));
    assert_eq!(asked(&mut app, 27 * HOUR + 1), []);
}

#[test]
fn a_clock_that_was_set_back_puts_it_off_by_no_more_than_an_hour() {
    let mut app = unlocked();
    assert_eq!(asked(&mut app, -48 * HOUR), []);
    assert_eq!(asked(&mut app, -47 * HOUR), [signs(CheckpointReason::Hourly)]);
}

#[test]
fn whoever_only_reads_signs_nothing() {
    let mut app = app(Session::Locked);
    assert_eq!(asked(&mut app, 5 * HOUR), []);
    assert_eq!(app.update(Msg::HungUp), [Effect::Quit]);
    assert!(!app.is_signing());
    let mut app = self::app(Session::Locked);
    app.set_now(Timestamp(NOW.0 + 5 * HOUR));
    app.update(Msg::Unlocked(Ok("mathieu@build7".to_owned())));
    assert_eq!(asked(&mut app, 5 * HOUR + 1), [], "the hour begins with the unlocking");
    assert_eq!(asked(&mut app, 6 * HOUR), [signs(CheckpointReason::Hourly)]);
}

#[test]
fn leaving_signs_and_is_waited_for() {
    let mut app = unlocked();
    assert_eq!(app.update(Msg::HungUp), [signs(CheckpointReason::End), Effect::Quit]);
    assert!(app.is_signing());
    app.update(Msg::Checkpointed(Ok(())));
    assert!(!app.is_signing());
    assert!(app.is_ending(), "the witnesses have a moment");
}

#[test]
fn what_could_not_be_signed_is_said() {
    let mut app = unlocked();
    asked(&mut app, HOUR);
    let why = Explanation { message: "the log does not hold".to_owned(), cause: None, hint: None };
    app.update(Msg::Checkpointed(Err(why.clone())));
    assert!(super::support::text(&mut app, 80, 24).contains("the log does not hold"));
    let mut app = unlocked();
    app.update(Msg::NotSigned(why));
    assert!(super::support::text(&mut app, 80, 24).contains("the log does not hold"));
}

#[test]
fn locking_ends_the_session_and_is_waited_for() {
    let mut app = unlocked();
    assert_eq!(super::support::press(&mut app, "L"), [Effect::Lock]);
    assert!(app.is_signing());
    assert_eq!(asked(&mut app, HOUR), [], "nobody is unlocked any more");
    assert_eq!(app.update(Msg::HungUp), [Effect::Quit]);
    assert!(app.is_ending());
    app.update(Msg::Locked(Err(why())));
    assert!(!app.is_ending());
    assert_eq!(app.farewells(), [not_signed(why())], "nobody would see a window any more");
    let mut app = unlocked();
    super::support::press(&mut app, "L");
    app.update(Msg::Locked(Err(why())));
    assert!(super::support::text(&mut app, 80, 24).contains("the license was not issued"));
}

#[test]
fn who_unlocks_while_it_is_being_locked_stays_unlocked() {
    let mut app = unlocked();
    super::support::press(&mut app, "L");
    app.update(Msg::Unlocked(Ok("mathieu@build7".to_owned())));
    app.update(Msg::Locked(Ok(())));
    assert_eq!(super::support::press(&mut app, "L"), [Effect::Lock]);
}

#[test]
fn what_is_not_signed_at_the_end_is_told_to_whoever_left() {
    let mut app = unlocked();
    app.update(Msg::HungUp);
    assert_eq!(app.update(Msg::Checkpointed(Err(why()))), []);
    assert!(!app.is_ending());
    assert_eq!(app.farewells(), [not_signed(why())]);
}

async fn reasons(home: &Home) -> Vec<(i64, String)> {
    let licentia = Licentia::open_for_reading(home.place(), home.ambient.clone()).await.unwrap();
    let kept = licentia.audit().checkpoints(None, 10).await.unwrap().items;
    licentia.close().await;
    kept.into_iter().map(|kept| (kept.checkpoint.size, kept.checkpoint.reason)).collect()
}

#[tokio::test]
async fn a_session_ends_with_a_checkpoint_and_the_next_license_carries_it() {
    let home = Home::founded(3).await;
    let mut screen = home.open_on(TabId::Dashboard, Some(passphrase())).await;
    screen.press_and_settle("q").await;
    assert!(screen.has_left());
    screen.close().await.unwrap();
    assert_eq!(reasons(&home).await, [(6, "end".to_owned())]);

    let mut screen = home.open_on(TabId::Dashboard, Some(passphrase())).await;
    assert!(screen.screen().contains("up to 6, just now"), "{}", screen.screen());
    // Nothing came since: nothing more is signed.
    screen.press_and_settle("q").await;
    screen.close().await.unwrap();
    assert_eq!(reasons(&home).await.len(), 1);

    let licentia = Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
    let operator = licentia.vault().unlock(&passphrase(), super::journeys::actor()).await.unwrap();
    licentia.licenses().issue(&operator, request(9)).await.unwrap();
    licentia.close().await;
    let mut screen = home.open(None).await;
    screen.press_and_settle("<esc><enter>").await;
    assert!(screen.screen().contains("6 entries when it was signed, root "), "{}", screen.screen());
}

#[tokio::test]
async fn locking_leaves_a_checkpoint_and_locks_all_the_same_where_it_cannot() {
    let home = Home::founded(3).await;
    let mut screen = home.open_on(TabId::Dashboard, Some(passphrase())).await;
    screen.press_and_settle("L").await;
    assert_eq!(reasons(&home).await, [(6, "end".to_owned())]);
    screen.press_and_settle("n").await;
    assert!(screen.screen().contains("Locked: a change needs the passphrase"), "{}", screen.screen());
    assert!(screen.press_and_settle("q").await.has_left());
    assert_eq!(screen.close().await.unwrap(), []);

    let home = Home::founded(3).await;
    let mut screen = home.open_on(TabId::Dashboard, Some(passphrase())).await;
    home.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq = 4;");
    screen.press_and_settle("L").await;
    assert!(screen.screen().contains("reviewer mode"), "{}", screen.screen());
    assert!(screen.screen().contains("the log does not hold"), "{}", screen.screen());
    assert_eq!(reasons(&home).await, []);
}

#[tokio::test]
async fn who_only_looked_leaves_no_checkpoint() {
    let home = Home::founded(3).await;
    let mut screen = home.open_on(TabId::Dashboard, None).await;
    screen.press_and_settle("<esc>q").await;
    screen.close().await.unwrap();
    assert_eq!(reasons(&home).await, []);
}

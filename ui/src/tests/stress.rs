//! What takes long stands still in its middle, and every key answers all the same.

use super::journeys::{Home, actor, passphrase, request, shows};
use super::support::NOW;
use crate::Start;
use crate::tab::TabId;
use crate::testing::Harness;
use licentia_core::audit::VerifyRequest;
use licentia_core::{Ambient, Licentia, Timestamp};
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::ThreadId;

/// How many licenses a batch has here.
const MANY: usize = 10_000;

/// Randomness that comes to a halt when so much of it was drawn: what draws it stands still until it is let go on.
/// What looks at the log by itself meanwhile, on the screen's own thread, draws as it likes.
struct Gate {
    screen: ThreadId,
    state: Mutex<State>,
    moved: Condvar,
    clock: Arc<AtomicI64>,
}

#[derive(Default)]
struct State {
    drawn: u64,
    close_at: Option<u64>,
    standing: bool,
}

impl Gate {
    fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(NOW.plus_days(1).0));
        Self { screen: std::thread::current().id(), state: Mutex::default(), moved: Condvar::new(), clock }
    }

    fn ambient(self: &Arc<Self>) -> Ambient {
        let gate = Arc::clone(self);
        // It moves, so that what comes later stands above what came before.
        let clock = Arc::clone(&self.clock);
        Ambient::new(
            move || Timestamp(clock.fetch_add(1_000, Ordering::Relaxed)),
            move |bytes| {
                gate.pass();
                getrandom::fill(bytes).unwrap();
            },
        )
    }

    fn pass(&self) {
        if std::thread::current().id() == self.screen {
            return;
        }
        let mut state = self.state.lock().unwrap();
        state.drawn += 1;
        while state.close_at.is_some_and(|at| state.drawn > at) {
            state.standing = true;
            self.moved.notify_all();
            state = self.moved.wait(state).unwrap();
        }
    }

    fn drawn(&self) -> u64 {
        self.state.lock().unwrap().drawn
    }

    fn close_after(&self, more: u64) {
        let mut state = self.state.lock().unwrap();
        state.close_at = Some(state.drawn + more);
    }

    fn wait_until_it_stands(&self) {
        let mut state = self.state.lock().unwrap();
        while !state.standing {
            state = self.moved.wait(state).unwrap();
        }
    }

    fn open(&self) {
        let mut state = self.state.lock().unwrap();
        (state.close_at, state.standing) = (None, false);
        self.moved.notify_all();
    }
}

/// A home with licenses in it, a file with many more, and the gate.
struct Scene {
    home: Home,
    gate: Arc<Gate>,
    file: String,
    /// What signing draws for each license.
    drawn_for_each: u64,
}

impl Scene {
    async fn new() -> Self {
        let home = Home::founded(730).await;
        let mut text = "subject,audience,days\n".to_owned();
        (0..MANY).for_each(|number| writeln!(text, "many{number:05},studio,365").unwrap());
        let file = home.directory.path().join("many.csv");
        std::fs::write(&file, text).unwrap();

        let gate = Arc::new(Gate::new());
        let licentia = Licentia::open(home.place(), gate.ambient()).await.unwrap();
        let operator = licentia.vault().unlock(&passphrase(), actor()).await.unwrap();
        let signed = Arc::new(Mutex::new(0));
        let (before, counting, seen) = (gate.drawn(), Arc::clone(&gate), Arc::clone(&signed));
        let progress = Arc::new(move |done, total| {
            if done == total {
                *seen.lock().unwrap() = counting.drawn();
            }
        });
        licentia.licenses().issue_batch(&operator, (0..100).map(request).collect(), progress).await.unwrap();
        licentia.close().await;
        let drawn_for_each = (*signed.lock().unwrap() - before) / 100;
        assert!(drawn_for_each > 0, "signing draws nothing that could be held back");
        Self { home, gate, file: file.display().to_string(), drawn_for_each }
    }

    async fn open(&self) -> Harness {
        let start = Start { ambient: self.gate.ambient(), ..self.home.start(Some(passphrase())) };
        let mut screen = Harness::on_tab(TabId::Licenses, start, 120, 36).await.unwrap();
        screen.settle().await;
        screen
    }

    /// The batch is begun, and stands still after so many draws of randomness.
    async fn begin(&self, screen: &mut Harness, draws: u64) {
        screen.press("b").type_text(&self.file).press("<enter>").settle().await;
        shows(screen, &["10000 licenses can be signed."]);
        self.gate.close_after(draws);
        screen.press("<enter><enter>").begin();
        self.gate.wait_until_it_stands();
    }

    /// Everything that was asked for is there, and the log is whole.
    async fn is_whole(&self, licenses: usize) {
        let licentia = Licentia::open(self.home.place(), self.gate.ambient()).await.unwrap();
        let found = licentia.licenses().list(&licentia_core::LicenseFilter::default(), None, 50_000).await.unwrap();
        assert_eq!(found.items.len(), licenses);
        let report = licentia.audit().verify(&VerifyRequest::default(), Arc::new(|_, _| ())).await.unwrap();
        assert!(report.verified, "{report:?}");
        licentia.close().await;
    }
}

impl Drop for Scene {
    /// A test that fails leaves nothing standing still.
    fn drop(&mut self) {
        self.gate.open();
    }
}

/// Every kind of key: moving, paging, filtering, opening, other tabs, help, refusals.
async fn every_key_answers(screen: &mut Harness, status: &str) {
    shows(screen, &[status]);
    screen.press("<down><down>");
    shows(screen, &["3 of 100+", status]);
    for _ in 0..9 {
        screen.press("<pgdn>").settle().await;
    }
    shows(screen, &[" of 4", status]);
    screen.press("<end>").settle().await;
    shows(screen, &["830 of 830", status]);
    screen.press("<home>").settle().await;
    screen.press("/r07<enter>").settle().await;
    shows(screen, &["subject contains \"r07\"", "1 of 31", status]);
    screen.press("<enter>").settle().await;
    shows(screen, &["[Overview]", status]);
    screen.press("A").settle().await;
    shows(screen, &["license.issue", status]);
    screen.press("<esc><esc>F").settle().await;
    shows(screen, &["Licenses: all", status]);
    screen.press("9").settle().await;
    shows(screen, &["1 of 100+", status]);
    screen.press("fvault.*<enter>").settle().await;
    shows(screen, &["vault.create", "1 of 1", status]);
    screen.press("F").settle().await;
    screen.press("2?");
    shows(screen, &["Keys", "Issue a license"]);
    screen.press("<esc>Z").resize(100, 30).resize(120, 36).wait_a_second().await;
    shows(screen, &[status]);
}

/// One change after the other.
fn no_other_change_begins(screen: &mut Harness) {
    screen.press("n");
    shows(screen, &["The change before is still being written."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_key_answers_while_ten_thousand_licenses_are_signed() {
    let scene = Scene::new().await;
    let mut screen = scene.open().await;
    scene.begin(&mut screen, scene.drawn_for_each * 5_000).await;
    assert!(screen.wait_for("Signing 4992 of 10000…").await);
    screen.press("<pgdn>");
    shows(&mut screen, &["Signing 4992 of 10000…", "many00026", "27 of 10000"]);
    screen.press("<esc>");
    every_key_answers(&mut screen, "signing 4992 of 10000…").await;
    no_other_change_begins(&mut screen);

    // Whoever leaves now waits, and nothing is lost.
    screen.press("q").settle().await;
    assert!(!screen.has_left());
    shows(&mut screen, &["waiting for a change to be written…"]);
    scene.gate.open();
    screen.rest().await;
    assert!(screen.has_left());
    screen.close().await.unwrap();
    scene.is_whole(830 + MANY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_key_answers_while_ten_thousand_licenses_are_written() {
    let scene = Scene::new().await;
    let mut screen = scene.open().await;
    // Half-way through the entries of the log, of which each draws as well: the database is locked for writing.
    let writing = u64::try_from(MANY).unwrap() / 2;
    scene.begin(&mut screen, scene.drawn_for_each * u64::try_from(MANY).unwrap() + writing).await;
    assert!(screen.wait_for("10000 licenses are signed; writing them…").await);
    screen.press("<esc>");
    every_key_answers(&mut screen, "writing…").await;
    no_other_change_begins(&mut screen);
    scene.gate.open();
    assert!(screen.wait_for("10000 licenses signed.").await);
    screen.rest().await.press("<esc>");
    shows(&mut screen, &["Licenses: all", "many09999"]);
    screen.press("q");
    assert!(screen.has_left());
    screen.close().await.unwrap();
    scene.is_whole(830 + MANY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_key_answers_while_the_log_is_verified() {
    let scene = Scene::new().await;
    let mut screen = scene.open().await;
    screen.press("9").settle().await.press("v").begin().press("b2");
    every_key_answers(&mut screen, "verifying").await;
    // Not even a change has to wait, and it is no false alarm.
    screen.press("x<enter><enter>").settle().await;
    shows(&mut screen, &["is revoked", "verifying"]);
    assert!(screen.wait_for("VERIFIED: everything that was checked holds").await);
    screen.rest().await.press("<esc>q");
    assert!(screen.has_left());
    screen.close().await.unwrap();
    scene.is_whole(830).await;
}

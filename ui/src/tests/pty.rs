//! The loop in a real terminal: it wakes for keys, and gives the terminal back, also after a panic.

use super::support::NOW;
use crate::{Start, run};
use licentia_core::{Actor, Ambient, Place};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Names the home that [`child`] opens; once there is a file `panic` in it, its clock panics.
const HOME: &str = "LICENTIA_UI_TEST_HOME";

#[test]
#[ignore = "runs in the terminals of the other tests"]
fn child() {
    let Some(home) = std::env::var_os(HOME).map(PathBuf::from) else { return };
    let place = Place { database: home.join("licentia.db"), pins: None };
    let inbox = home.join("inbox");
    let now = move || {
        assert!(!home.join("panic").exists(), "the clock stopped");
        NOW
    };
    let ambient = Ambient::new(now, |bytes| getrandom::fill(bytes).unwrap());
    let actor = Actor::new("mathieu@build7").unwrap();
    let start = Start {
        place,
        ambient,
        actor,
        passphrase: None,
        named_home: None,
        audience: Ok(vec![]),
        publish_to: None,
        stops_after_failure: false,
        log_claim: true,
        inbox,
        post: crate::testing::nobody(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(run(start)).unwrap();
}

/// A terminal with the child in it.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    fn open(home: &Path) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tests::pty::child", "--ignored", "--nocapture"]);
        command.env(HOME, home);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        Self { child, keys, output, screen, _master: pair.master }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Reads until the screen shows it.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            match self.output.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(error) => panic!("{error}: no {text} in\n{}", self.screen.screen().contents()),
            }
        }
    }

    /// Reads until the child has gone; its exit status.
    fn end(&mut self) -> u32 {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.screen.process(&bytes);
        }
        status.exit_code()
    }

    fn is_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
    }
}

#[test]
fn wakes_for_keys_and_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(home.path());
    terminal.wait_for("Welcome to Licentia");
    assert!(!terminal.is_given_back());
    terminal.press("correct horse\tcorrect horse\r");
    terminal.wait_for("fingerprint");
    terminal.press("\r");
    for _ in 0..3 {
        terminal.press("9");
        terminal.wait_for("vault.create");
        terminal.press("2");
        terminal.wait_for("There is no license yet");
    }
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_given_back());
}

#[test]
fn gives_the_terminal_back_after_a_panic() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(home.path());
    terminal.wait_for("Welcome to Licentia");
    std::fs::write(home.path().join("panic"), "").unwrap();
    terminal.press("a");
    terminal.wait_for("the clock stopped");
    assert_ne!(terminal.end(), 0);
    assert!(terminal.is_given_back());
}

#[test]
fn gives_the_terminal_back_to_whoever_asks_the_program_to_end() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::open(home.path());
        terminal.wait_for("Welcome to Licentia");
        let id = terminal.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(terminal.end(), 0, "{signal}");
        assert!(terminal.is_given_back(), "{signal}");
    }
}

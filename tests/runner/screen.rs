//! The whole program in a terminal of its own: the screen, and what is asked on the terminal. Nothing here sleeps:
//! each step waits for what the emulated screen shows.

use crate::{PROGRAM, empty, founded};
use base64ct::{Base64, Encoding};
use licentia_tests::{PASSPHRASE, Shell};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A terminal with the program in it.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// All that came, as it came.
    raw: Vec<u8>,
    master: Box<dyn MasterPty + Send>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn open(shell: &Shell, line: &str) -> Self {
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let plain = shell.command(licentia_tests::words(line));
        let mut command = CommandBuilder::new(PROGRAM);
        command.env_clear();
        command.args(plain.get_args());
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap());
        }
        command.env("TERM", "xterm-256color");
        command.env_remove("COLUMNS");
        command.cwd(shell.root());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
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
        let screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 1_000);
        Self { child, keys, output, screen, raw: vec![], master: pair.master }
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    fn resize(&mut self, rows: u16, cols: u16) {
        self.screen.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        self.master.resize(size(rows, cols)).unwrap();
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads until the screen shows it.
    #[track_caller]
    fn wait_for(&mut self, text: &str) -> &mut Self {
        self.wait_until(text, |screen| screen.contains(text))
    }

    #[track_caller]
    fn wait_until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Self {
        while !holds(&self.text()) {
            match self.output.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(error) => panic!("{error}: no {what:?} in\n{}", self.text()),
            }
        }
        self
    }

    /// Waits for a question whose answer is not shown, and answers it.
    #[track_caller]
    fn answer(&mut self, question: &str, answer: &str) -> &mut Self {
        use rustix::termios::{LocalModes, tcgetattr};
        self.wait_for(question);
        let tty = std::fs::File::open(self.master.tty_name().unwrap()).unwrap();
        let begun = std::time::Instant::now();
        while tcgetattr(&tty).unwrap().local_modes.contains(LocalModes::ECHO) {
            assert!(begun.elapsed() < Duration::from_mins(1), "what is typed after {question:?} would be shown");
            std::thread::yield_now();
        }
        self.press(answer).press("\r")
    }

    /// Reads until the program has gone; its exit status.
    #[track_caller]
    fn end(mut self) -> (u32, vt100::Parser) {
        loop {
            match self.output.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => self.screen.process(&bytes),
                // Nobody holds the other end any more.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end\n{}", self.text()),
            }
        }
        (self.child.wait().unwrap().exit_code(), self.screen)
    }
}

#[track_caller]
fn assert_given_back(terminal: Terminal) {
    let (status, screen) = terminal.end();
    let screen = screen.screen();
    assert_eq!(status, 0, "{}", screen.contents());
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
}

#[test]
fn a_reviewer_looks_around_and_leaves() {
    let mut shell = founded();
    for subject in ["alice", "bob", "carol"] {
        shell.run(&format!("license issue --subject {subject} --audience editor --days 365")).done();
    }
    shell.set("LICENTIA_PASSPHRASE", None);
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("Unlock").press("\u{1b}").wait_for("reviewer mode").press("2").wait_for("alice");
    assert!(terminal.screen.screen().alternate_screen());
    terminal.press("9").wait_for("vault.create").press("2").wait_for("carol");
    // A larger window shows more, a smaller one still works.
    terminal.resize(40, 140);
    terminal.wait_until("the last line at its new place", |screen| {
        screen.lines().nth(39).is_some_and(|line| line.contains("quit"))
    });
    terminal.resize(12, 60);
    terminal
        .wait_until("the last line where it is now", |screen| screen.lines().count() <= 12 && screen.contains("alice"));
    terminal.press("q");
    assert_given_back(terminal);
    assert_eq!(shell.run("audit key --format json").done().json()["size"], 6, "reading makes no event");
}

#[test]
fn a_token_goes_to_the_clipboard_of_the_terminal() {
    let mut shell = founded();
    let issue = "license issue --subject alice --audience editor --perpetual --format json";
    let token = shell.run(issue).done().json()["token"].as_str().unwrap().to_owned();
    shell.set("LICENTIA_PASSPHRASE", None);
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("Unlock").press("\u{1b}").wait_for("reviewer mode").press("2").wait_for("1 of 1");
    terminal.press("c").wait_for("Sent to the clipboard");
    // OSC 52, for the clipboard rather than the selection.
    let sent = format!("\u{1b}]52;c;{}", Base64::encode_string(token.as_bytes()));
    assert!(terminal.raw.windows(sent.len()).any(|seen| seen == sent.as_bytes()));
    terminal.press("q");
    assert_given_back(terminal);
}

#[test]
fn the_audience_of_the_configuration_is_offered() {
    let shell = founded();
    shell.write("home/config.toml", "audience = [\"editor\", \"viewer\"]");
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("Dashboard").press("2").wait_for("There is no license yet").press("n").wait_for("editor, viewer");
    // Nothing was typed, so nothing is asked.
    terminal.press("\u{1b}").wait_until("the list", |screen| !screen.contains("Issue a license"));
    terminal.press("q");
    assert_given_back(terminal);
}

#[test]
fn from_the_wizard_to_a_revoked_license() {
    let mut shell = empty();
    shell.set("LICENTIA_PASSPHRASE", None);
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("Welcome to Licentia").press(PASSPHRASE).press("\t").press(PASSPHRASE).press("\r");
    terminal.wait_for("blake3:").wait_for("Write the fingerprint").press("\r").wait_for("There is none yet");
    terminal.press("2").wait_for("There is no license yet");
    terminal.press("n").wait_for("Issue a license").press("alice\teditor\r30\r\r").wait_for("Sign this license?");
    terminal.press("\r").wait_for("is signed").press("\u{1b}");
    terminal.wait_until("the list", |screen| screen.contains("alice") && !screen.contains("is signed"));
    terminal.press("x").wait_for("reason").press("\r").wait_for("Revoke?").press("\r");
    terminal.wait_until("the list", |screen| screen.contains("revoked") && !screen.contains("Revoke?"));
    terminal.press("9").wait_for("license.revoke").press("q");
    assert_given_back(terminal);

    // The command line sees what the screen did.
    let rows = shell.run("license list --format json").done().rows();
    assert_eq!((&rows[0]["subject"], &rows[0]["status"]), (&"alice".into(), &"revoked".into()));
    assert_eq!(shell.review("audit verify --format json").done().json()["verified"], true);
}

#[test]
fn a_demo_leaves_nothing_behind() {
    let mut shell = empty();
    let root = shell.root().display().to_string();
    shell.set("TMPDIR", &*root);
    let mut terminal = Terminal::open(&shell, "demo --licenses 12");
    terminal.wait_for("Dashboard").press("2").wait_for("1 of 12").press("q");
    assert_given_back(terminal);
    let left: Vec<_> = std::fs::read_dir(shell.root()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["user"]);
}

#[test]
fn a_passphrase_is_asked_for_and_not_shown() {
    let mut shell = empty();
    shell.set("LICENTIA_PASSPHRASE", None);
    let mut terminal = Terminal::open(&shell, "init");
    terminal.answer("New passphrase: ", PASSPHRASE).answer("The same again: ", "another one");
    let (status, screen) = terminal.end();
    assert_eq!(status, 1);
    assert!(screen.screen().contents().contains("differ"), "{}", screen.screen().contents());
    assert!(!shell.database().exists());

    let mut terminal = Terminal::open(&shell, "init");
    terminal.answer("New passphrase: ", PASSPHRASE).answer("The same again: ", PASSPHRASE);
    let (status, screen) = terminal.end();
    assert_eq!(status, 0, "{}", screen.screen().contents());
    let mut terminal = Terminal::open(&shell, "identity create pin");
    terminal.answer("Passphrase: ", PASSPHRASE);
    let (status, screen) = terminal.end();
    assert_eq!(status, 0, "{}", screen.screen().contents());
    assert!(!screen.screen().contents().contains("horse"), "{}", screen.screen().contents());
}

#[test]
fn whoever_leaves_while_a_batch_is_signed_waits_for_it() {
    let shell = founded();
    let rows = (0..3_000).fold("subject,audience,days\n".to_owned(), |text, number| format!("{text}s{number},a,9\n"));
    shell.write("many.csv", rows);
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("Dashboard").press("2").wait_for("There is no license yet").press("b").wait_for("from a file");
    terminal.press("many.csv\r").wait_for("3000 licenses can be signed.").press("\r").wait_for("Sign all of these?");
    // In one go: what is pressed behind the answer arrives while it is being signed.
    terminal.press("\r\u{3}");
    assert_given_back(terminal);
    assert_eq!(shell.run("license list --limit 5000 --format json").done().rows().len(), 3_000);
    assert_eq!(shell.review("audit verify --format json").done().json()["verified"], true);
}

#[test]
fn a_batch_shows_how_far_it_is() {
    let shell = founded();
    let rows = (0..3_000).fold("subject,audience,days\n".to_owned(), |text, number| format!("{text}s{number},a,9\n"));
    shell.write("many.csv", rows);
    let mut terminal = Terminal::open(&shell, "license issue --from many.csv");
    terminal.wait_for("signing");
    let (status, screen) = terminal.end();
    assert_eq!(status, 0);
    assert!(screen.screen().contents().contains("3000 licenses issued"), "{}", screen.screen().contents());
}

#[test]
fn a_witness_that_is_silent_keeps_nobody_for_long() {
    let shell = founded();
    let key = shell.run("witness keygen --name witness.example.com/one --out witness.key --format json").done();
    // It takes connections, and never says anything.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, vkey) = (listener.local_addr().unwrap(), key.text("verifier_key"));
    shell.run(&format!("audit witness add --name acme-witness --url http://{url} --key {vkey}")).done();
    let mut terminal = Terminal::open(&shell, "");
    terminal.wait_for("not witnessed yet, though a witness is known").press("q");
    let begun = std::time::Instant::now();
    terminal.wait_for("asking the witnesses, for 3 seconds…");
    let (status, screen) = terminal.end();
    assert!(begun.elapsed() < Duration::from_secs(15), "the request itself has twenty");
    let said = screen.screen().contents();
    assert_eq!(status, 0, "{said}");
    assert!(
        !screen.screen().alternate_screen() && said.contains("acme-witness has not signed the last checkpoint"),
        "{said}"
    );
    assert_eq!(shell.run("audit checkpoints --format json").done().rows().len(), 1);
}

//! How long a key takes until what it asked for is drawn, and how long the program takes until there is a picture.
//!
//! `cargo bench -p licentia-ui --bench keys -- HOME`, on a home that is there already: nothing in it is changed.
//! `licentia demo --home HOME --fill --licenses 100000` makes one. For the start a built program is needed: that which
//! `LICENTIA_PROGRAM` names, else `target/release/licentia`; without one the start is left out, and the table says so.
//!
//! In process: key in, effects performed on the database, answer taken in, 120 columns by 36 lines drawn.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a bench prints, looks at the clock, and stops"
)]

use licentia_core::{Actor, Ambient, Place, Timestamp};
use licentia_ui::Start;
use licentia_ui::testing::Harness;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

const TIMES: usize = 300;
const STARTS: usize = 50;

/// What is looked for in subjects: common, rare, and nowhere.
const TEXTS: [&str; 10] = ["a", "an", "lab", "studio", "example", "@", "zz", "42", "nobody-is-called-this", "e"];
const KINDS: [&str; 5] = ["license.*", "license.revoke", "issuer.create", "audit.export", "probe.*"];

fn main() {
    let Some(home) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map(PathBuf::from) else {
        eprintln!("which home? cargo bench -p licentia-ui --bench keys -- HOME");
        std::process::exit(2);
    };
    let home = if home.is_file() { home.parent().unwrap().to_owned() } else { home };
    println!("{:34} {:>5} {:>9} {:>9} {:>9}", "", "times", "median", "p99", "longest");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(keys(&home));
    start(&home);
}

async fn keys(home: &Path) {
    let mut bench = Bench { screen: open(home).await, times: vec![] };
    bench.screen.press("<esc>2").settle().await;

    for _ in 0..TIMES {
        bench.timed("<down>").await;
    }
    bench.say("a line down");
    bench.untimed("<home>").await;
    for _ in 0..TIMES {
        bench.timed("<pgdn>").await;
    }
    bench.say("a page down, through new pages");
    for _ in 0..TIMES {
        bench.timed("<pgup>").await;
    }
    bench.say("a page up, back again");
    for _ in 0..TIMES {
        bench.timed("s").await;
    }
    bench.say("another status");
    bench.untimed("F").await;
    for text in TEXTS.into_iter().cycle().take(TIMES) {
        let (before, last) = text.split_at(text.len() - 1);
        bench.untimed(&format!("/<ctrl-u>{before}")).await;
        bench.timed(last).await;
        bench.untimed("<enter>").await;
    }
    bench.say("a letter more of the subject");
    bench.untimed("F").await;
    for _ in 0..TIMES {
        bench.timed("<enter>").await;
        bench.untimed("<esc><down>").await;
    }
    bench.say("a license in detail");
    for _ in 0..TIMES {
        bench.untimed("<enter>").await;
        bench.timed("A").await;
        bench.untimed("<esc><esc><up>").await;
    }
    bench.say("its events");
    bench.untimed("9").await;
    for _ in 0..TIMES {
        bench.timed("<pgdn>").await;
    }
    bench.say("a page down in the log");
    for kind in KINDS.into_iter().cycle().take(TIMES) {
        bench.untimed("f<ctrl-u>").await;
        bench.screen.type_text(kind);
        bench.timed("<enter>").await;
    }
    bench.say("another kind in the log");
    for _ in 0..TIMES {
        bench.timed("2").await;
        bench.untimed("9").await;
    }
    bench.say("another tab");
    bench.screen.close().await.unwrap();
}

struct Bench {
    screen: Harness,
    times: Vec<Duration>,
}

impl Bench {
    async fn timed(&mut self, keys: &str) {
        let begun = Instant::now();
        self.screen.press(keys).settle().await.draw();
        self.times.push(begun.elapsed());
    }

    async fn untimed(&mut self, keys: &str) {
        self.screen.press(keys).settle().await.draw();
    }

    fn say(&mut self, what: &str) {
        say(what, std::mem::take(&mut self.times));
    }
}

async fn open(home: &Path) -> Harness {
    let now = || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp(i64::try_from(now.as_micros()).unwrap())
    };
    let start = Start {
        place: Place { database: home.join("licentia.db"), pins: None },
        ambient: Ambient::new(now, |bytes| getrandom::fill(bytes).unwrap()),
        actor: Actor::new("bench").unwrap(),
        passphrase: None,
        named_home: None,
        audience: Ok(vec![]),
        publish_to: None,
        stops_after_failure: false,
        log_claim: true,
        inbox: home.join("inbox"),
        post: licentia_ui::testing::nobody(),
    };
    let mut screen = Harness::new(start, 120, 36).await.unwrap();
    screen.settle().await.draw();
    screen
}

/// From the start of the process until the tabs are on its terminal, with the list behind them.
fn start(home: &Path) {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/licentia");
    let program = std::env::var_os("LICENTIA_PROGRAM").map_or(beside, PathBuf::from);
    if !program.is_file() {
        println!("{:34} not measured: there is no {}", "start to the first picture", program.display());
        return;
    }
    let pins = tempfile::tempdir().unwrap();
    for (what, sign) in [("start to the first picture", "Licentia"), ("start to the first numbers", "active ")] {
        say(what, (0..STARTS).map(|_| start_once(&program, home, pins.path(), sign)).collect());
    }
}

fn start_once(program: &Path, home: &Path, pins: &Path, sign: &str) -> Duration {
    let pair = native_pty_system().openpty(PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(program);
    command.arg("--home");
    command.arg(home);
    command.env("LICENTIA_PIN_DIR", pins);
    command.env("TERM", "xterm-256color");
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut screen = vt100::Parser::new(36.try_into().unwrap(), 120.try_into().unwrap(), 0);
    let mut bytes = [0; 4096];
    let begun = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    while !screen.screen().contents().contains(sign) {
        let count = reader.read(&mut bytes).unwrap();
        assert!(count > 0, "it ended before it showed {sign}:\n{}", screen.screen().contents());
        screen.process(bytes.get(..count).unwrap());
    }
    let took = begun.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

fn say(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    let shown = |time: Option<Duration>| format!("{:.2} ms", time.unwrap_or_default().as_secs_f64() * 1_000.0);
    let (median, p99, longest) = (shown(at(50)), shown(at(99)), shown(at(100)));
    println!("{what:34} {:>5} {median:>9} {p99:>9} {longest:>9}", times.len());
}

//! Two processes: a log on one side, `licentia witness serve` on the other, and what becomes of both when one is killed.

use crate::{empty, founded, tls_file};
use ed25519_dalek::SigningKey;
use licentia_core::tlog::merkle::{Frontier, Hash, leaf_hash, prove_consistency};
use licentia_core::tlog::{self, SignatureKind, VerifierKey};
use licentia_core::witness::{AddCheckpoint, Log, Seen};
use licentia_license::PublicKey;
use licentia_tests::{Run, Shell};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

const ORIGIN: &str = "licentia/a-log/1";

fn log_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn vkey(origin: &str) -> String {
    let public = PublicKey::from_bytes(log_key().verifying_key().as_bytes()).unwrap();
    VerifierKey::new(origin, SignatureKind::Ed25519, public).unwrap().to_string()
}

/// A witness that runs, in the directory of a shell.
struct Witness {
    child: Child,
    url: String,
    address: String,
    vkey: String,
}

impl Witness {
    fn start(shell: &Shell, log: &str) -> Self {
        Self::start_with(shell, log, "")
    }

    fn start_with(shell: &Shell, log: &str, more: &str) -> Self {
        let args =
            format!("witness serve --listen 127.0.0.1:0 --state state --key witness.key --format jsonl {more} --log");
        let mut child = shell
            .command(args.split_whitespace().chain([log]))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        let text = |member: &str| said[member].as_str().unwrap().to_owned();
        let url = text("listening");
        let address = url.split_once("://").unwrap().1.to_owned();
        Self { child, url, address, vkey: text("verifier_key") }
    }

    /// Asks it in a request of its own; none where no answer came.
    fn send(&self, body: &str) -> Option<u16> {
        let mut stream = self.begin(body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Asks, and does not wait.
    fn begin(&self, body: &str) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let head = "POST /add-checkpoint HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length:";
        write!(stream, "{head} {}\r\n\r\n{body}", body.len()).ok()?;
        Some(stream)
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a system does.
    fn terminate(mut self) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let status = self.child.wait().unwrap().code();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status, said)
    }
}

fn with_key() -> Shell {
    let shell = empty();
    shell.run("witness keygen --name witness.example.com/one --out witness.key").done();
    shell
}

fn request(fork: bool, old: u64, new: u64) -> String {
    let leaf = |at: u64| -> Hash { leaf_hash(&[&at.to_be_bytes()[..], &[u8::from(fork && at > 0)]].concat()) };
    let mut tree = Frontier::new();
    tree.extend((0..new).map(leaf));
    let checkpoint = tlog::Checkpoint::new(ORIGIN, new, tree.root()).unwrap().sign(ORIGIN, &log_key()).unwrap();
    let proof = prove_consistency(old, new, (0..new).map(leaf)).unwrap();
    AddCheckpoint { old, proof, checkpoint }.to_string()
}

/// The size that the witness has on disk.
fn remembered(shell: &Shell) -> u64 {
    match std::fs::read(shell.path(&format!("state/{}.checkpoint", Log::hash(ORIGIN)))) {
        Ok(bytes) => Seen::parse(&bytes).unwrap().size(),
        Err(_) => 0,
    }
}

#[test]
fn a_witness_that_is_killed_before_it_answered_remembers_what_it_signed() {
    let shell = with_key();
    let witness = Witness::start(&shell, &vkey(ORIGIN));
    // Nobody listens for the answer; what counts is what is on disk when the power goes.
    let unheard = witness.begin(&request(false, 0, 5)).unwrap();
    while remembered(&shell) == 0 {
        std::thread::yield_now();
    }
    witness.kill();
    drop(unheard);
    let witness = Witness::start(&shell, &vkey(ORIGIN));
    assert_eq!(witness.send(&request(true, 0, 9)), Some(409));
    assert_eq!(witness.send(&request(true, 5, 9)), Some(422));
    assert_eq!(witness.send(&request(false, 5, 9)), Some(200));
    witness.kill();
}

#[test]
fn whenever_it_is_killed_it_never_signs_two_histories() {
    let shell = with_key();
    let mut size = 1;
    // Killed too early, it is given longer; killed too late, less: so the kills gather around the
    // moment at which it signs, however slow the machine is.
    let mut patience = Duration::from_micros(100);
    let witness = Witness::start(&shell, &vkey(ORIGIN));
    assert_eq!(witness.send(&request(false, 0, size)), Some(200));
    witness.kill();
    for _ in 0..30 {
        let witness = Witness::start(&shell, &vkey(ORIGIN));
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| witness.send(&request(false, size, size + 1)));
            std::thread::sleep(patience);
            kill_process(Pid::from_child(&witness.child), Signal::KILL).unwrap();
            asked.join().unwrap()
        });
        witness.kill();
        let now = remembered(&shell);
        assert!(now == size || now == size + 1, "{size} became {now}");
        assert!(answer != Some(200) || now == size + 1, "signed and forgotten");
        patience = if now == size { patience * 8 / 5 } else { patience * 3 / 4 };
        size = now;
        let witness = Witness::start(&shell, &vkey(ORIGIN));
        if size > 1 {
            assert_eq!(witness.send(&request(true, size, size + 1)), Some(422), "another history");
        }
        assert_eq!(witness.send(&request(false, size, size)), Some(200));
        witness.kill();
    }
    assert!(size > 1, "it never signed, and was given {patience:?} in the end");
}

#[test]
fn it_ends_when_it_is_told_to_and_one_directory_has_one_witness() {
    let shell = with_key();
    let witness = Witness::start(&shell, &vkey(ORIGIN));
    let second = format!("witness serve --listen 127.0.0.1:0 --state state --key witness.key --log {}", vkey(ORIGIN));
    shell.run(&second).refused("is in use");
    assert_eq!(witness.send(&request(false, 0, 5)), Some(200));
    assert_eq!(witness.send(&request(true, 5, 6)), Some(422));
    let idle = TcpStream::connect(&witness.address).unwrap();
    let (status, said) = witness.terminate();
    drop(idle);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("2026-05-20T12:00:00Z 200 licentia/a-log/1 5\n"), "{said}");
    assert!(said.contains("422 the checkpoint does not follow"), "{said}");
}

#[test]
fn what_a_witness_cannot_work_with_is_said_at_once() {
    let shell = with_key();
    shell.run("witness keygen --name witness.example.com/one --out witness.key").refused("witness.key");
    shell.run("witness keygen --name 'a b' --out other.key").refused("cannot be the name of a key");
    assert!(!shell.path("other.key").exists());
    let serve = |rest: &str| shell.run(&format!("witness serve --listen 127.0.0.1:0 --state state {rest}"));
    serve("--key witness.key").wrong_usage("no log is named");
    serve("--key witness.key --log nonsense").refused("is no verifier key of a log");
    let own = shell.run("witness keygen --name b --out b.key --format json").done().text("verifier_key");
    serve(&format!("--key witness.key --log {own}")).refused("of a witness, not of a log");
    shell.write("logs.txt", format!("# ours\n\n{}\n", vkey(ORIGIN)));
    shell.write("bad.key", "PRIVATE+KEY+nonsense\n");
    serve("--key bad.key --logs logs.txt").refused("is not the key of a witness");
    std::fs::set_permissions(shell.path("b.key"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    serve("--key b.key --logs logs.txt").refused("others on this machine can read");
    shell
        .run("witness serve --listen nowhere --state state --key witness.key --logs logs.txt")
        .refused("cannot listen");
    assert_eq!(shell.path("witness.key").metadata().map(|found| mode(&found)).unwrap(), 0o600);
}

fn mode(found: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777
}

/// Signs all there is: how large it is.
fn checkpoint(shell: &Shell) -> u64 {
    shell.run("audit checkpoint --format json").done().json()["size"].as_u64().unwrap()
}

fn issue(shell: &Shell, subject: &str) -> Run {
    shell.run(&format!("license issue --subject {subject} --audience editor --days 30")).done()
}

#[test]
fn a_log_and_its_witness() {
    let (elsewhere, mut shell) = (with_key(), founded());
    let log: Value = shell.run("audit key --format json").done().json();
    let witness = Witness::start(&elsewhere, log["verifier_key"].as_str().unwrap());
    shell.run("audit witness ask").refused("there is no witness to ask");
    let add = format!("audit witness add --name acme-witness --url {} --key {}", witness.url, witness.vkey);
    shell.run(&add).done();
    shell.run(&add).refused("taken by another witness");
    shell.run("audit witness ask acme-witness").refused("there is no checkpoint to send");

    // Asking and looking need no passphrase.
    checkpoint(&shell);
    let copy = shell.path("older.db");
    std::fs::copy(shell.database(), &copy).unwrap();
    issue(&shell, "alice");
    let size = checkpoint(&shell);
    shell.set("LICENTIA_PASSPHRASE", None);
    let asked = shell.run("audit witness ask --format json").done().rows();
    assert_eq!(asked[0]["outcome"], "signed");
    assert_eq!(asked[0]["size"], size);
    let asked = shell.run("audit witness ask acme-witness --format json").done().rows();
    assert_eq!(asked[0]["outcome"], "signed before");
    shell.travel("2026-05-20T12:14:30Z");
    let known = shell.run("audit witness list --format json").done().rows();
    assert_eq!((&known[0]["witnessed_to"], &known[0]["witnessed_at"]), (&size.into(), &"2026-05-20T12:00:00Z".into()));
    let doctor = shell.run("doctor").done();
    let words = format!("witnessed up to {size}, 14 minutes ago, by acme-witness");
    assert!(doctor.out().contains(&words), "{doctor}");
    let report = shell.review("audit verify --format json").json();
    assert_eq!(report["entries_checked"], size, "{report:#}");

    // Somebody puts the older file back, and its pin away: the witness knows better.
    std::fs::copy(&copy, shell.database()).unwrap();
    std::fs::remove_dir_all(shell.place().pins.unwrap()).unwrap();
    let run = shell.run("audit witness ask").ends(3);
    assert!(run.err().contains(&format!("has seen this log with {size} entries")), "{run}");
    for command in ["audit witness ask acme-witness --format json", "audit witness ask --format json"] {
        let run = shell.run(command).ends(3);
        assert_eq!(run.rows()[0]["outcome"], "failed", "{run}");
        let error: Value = serde_json::from_str(&run.err()).unwrap();
        assert!(error["error"]["message"].as_str().unwrap().contains("has seen this log"), "{run}");
    }

    // It is down: said, and nothing else.
    witness.kill();
    shell.run("audit witness ask acme-witness").refused("cannot be reached");
    let run = shell.run("audit witness ask").ends(1);
    assert!(run.err().contains("cannot be reached"), "{run}");
    let run = shell.run("audit witness ask --format json").ends(1);
    let error: Value = serde_json::from_str(&run.err()).unwrap();
    assert_eq!(error["error"]["message"], "witness acme-witness cannot be reached");
    shell.run("license list").done();
    shell.set("LICENTIA_PASSPHRASE", licentia_tests::PASSPHRASE);
    shell.run("audit witness remove acme-witness").done();
    shell.run("audit witness remove acme-witness").refused("there is no witness acme-witness");
}

/// A second host in the house has its certificate from the house's own authority.
#[test]
fn a_witness_with_a_certificate_signs_for_whoever_believes_it() {
    let (elsewhere, mut shell) = (with_key(), founded());
    for name in ["server.pem", "server.key"] {
        elsewhere.write(name, std::fs::read(tls_file(name)).unwrap());
    }
    let log: Value = shell.run("audit key --format json").done().json();
    let log = log["verifier_key"].as_str().unwrap();
    elsewhere
        .run(&format!(
            "witness serve --listen 127.0.0.1:0 --state s --key witness.key --log {log} --tls-cert server.pem"
        ))
        .wrong_usage("--tls-key");
    let witness = Witness::start_with(&elsewhere, log, "--tls-cert server.pem --tls-key server.key");
    assert!(witness.url.starts_with("https://"), "{}", witness.url);
    shell.run(&format!("audit witness add --name acme --url {} --key {}", witness.url, witness.vkey)).done();
    let size = checkpoint(&shell);
    shell.run("audit witness ask acme").refused("cannot be reached");
    shell.set("SSL_CERT_FILE", tls_file("ca.pem").display().to_string().as_str());
    let asked = shell.run("audit witness ask --format json").done().rows();
    assert_eq!((&asked[0]["outcome"], &asked[0]["size"]), (&"signed".into(), &size.into()));
    witness.terminate();
}

//! A real server on a real port, asked by logs that are honest, forked, slow, or none.

use super::desk::{Desk, Verdict};
use super::{client, server};
use crate::http::testing::Running;
use ed25519_dalek::SigningKey;
use licentia_core::tlog::merkle::{Frontier, Hash, leaf_hash, prove_consistency};
use licentia_core::tlog::{Checkpoint, Note, NoteSignature, SignatureKind, VerifierKey};
use licentia_core::witness::{AddCheckpoint, Log, Reply, SIZE_TYPE, WitnessKey};
use licentia_core::{Ambient, Timestamp};
use licentia_license::PublicKey;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const ORIGINS: [&str; 2] = ["licentia/a-log/1", "licentia/b-log/1"];
const NOW: Timestamp = Timestamp::from_seconds(1_779_285_600);

fn log_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn key() -> WitnessKey {
    WitnessKey::new("witness.example.com/one", &[9; 32]).unwrap()
}

fn desk(directory: &Path) -> crate::failure::Result<Desk> {
    let public = PublicKey::from_bytes(log_key().verifying_key().as_bytes()).unwrap();
    let vkeys = ORIGINS.map(|origin| VerifierKey::new(origin, SignatureKind::Ed25519, public.clone()).unwrap());
    Desk::open(directory, key(), Log::gather(vkeys).unwrap())
}

fn leaves(fork: u8, size: u64) -> impl Iterator<Item = Hash> {
    (0..size).map(move |at| leaf_hash(&[&at.to_be_bytes()[..], &[if at < 3 { 0 } else { fork }]].concat()))
}

fn request_of(origin: &str, fork: u8, old: u64, new: u64) -> String {
    let mut tree = Frontier::new();
    tree.extend(leaves(fork, new));
    let checkpoint = Checkpoint::new(origin, new, tree.root()).unwrap().sign(origin, &log_key()).unwrap();
    let proof = prove_consistency(old, new, leaves(fork, new)).unwrap_or_default();
    AddCheckpoint { old, proof, checkpoint }.to_string()
}

fn request(old: u64, new: u64) -> String {
    request_of(ORIGINS[0], 0, old, new)
}

fn fork(old: u64, new: u64) -> String {
    request_of(ORIGINS[0], 1, old, new)
}

/// A server that ends when the test does.
struct Server {
    running: Running,
}

impl Server {
    async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    async fn start_in(directory: TempDir) -> Self {
        let desk = Arc::new(desk(directory.path()).unwrap());
        let ambient = Ambient::new(|| NOW, |bytes| bytes.fill(7));
        let serve = |door, lines, ending| server::serve(door, desk, ambient, lines, ending);
        Self { running: Running::start(directory, serve).await }
    }

    /// Sends a body as our client does.
    async fn send(&self, body: String) -> Reply {
        let url = format!("http://{}/add-checkpoint", self.running.address);
        tokio::task::spawn_blocking(move || client::post()(&url, &body).unwrap()).await.unwrap()
    }

    async fn status(&self, body: String) -> u16 {
        self.send(body).await.status
    }

    fn state(&self) -> String {
        std::fs::read_to_string(self.running.directory.path().join(format!("{}.checkpoint", Log::hash(ORIGINS[0]))))
            .unwrap()
    }
}

fn size_of(reply: &Reply) -> u64 {
    assert_eq!((reply.status, reply.content_type.as_str()), (409, SIZE_TYPE));
    let text = std::str::from_utf8(&reply.body).unwrap();
    text.strip_suffix('\n').unwrap().parse().unwrap()
}

/// The specification's statuses, one after the other on one log.
#[tokio::test(flavor = "multi_thread")]
async fn every_status_of_the_specification() {
    let server = Server::start().await;
    assert_eq!(server.status(request_of("licentia/c-log/1", 0, 0, 5)).await, 404, "a log that nobody named");
    let line = request(0, 5).lines().last().unwrap().to_owned();
    let unknown = NoteSignature::sign("a\n", ORIGINS[0], &SigningKey::from_bytes(&[2; 32])).unwrap().to_string();
    assert_eq!(server.status(request(0, 5).replace(&line, &unknown)).await, 403, "a key that nobody named");
    let wrong = NoteSignature::sign("a\n", ORIGINS[0], &log_key()).unwrap().to_string();
    assert_eq!(server.status(request(0, 5).replace(&line, &wrong)).await, 403, "a signature that does not hold");
    assert_eq!(server.status(format!("{}{wrong}\n", request(0, 5))).await, 403, "one that does, and one that does not");
    assert_eq!(size_of(&server.send(request(3, 5)).await), 0, "it was never asked");
    assert_eq!(
        server.status(request(0, 5).replace("old 0\n", &format!("old 0\n{}\n", "A".repeat(43) + "="))).await,
        422
    );
    assert!(
        std::fs::read_dir(server.running.directory.path()).unwrap().count() == 1,
        "nothing but the lock was written"
    );

    let reply = server.send(format!("{}{unknown}\n", request(0, 5))).await;
    assert_eq!(reply.status, 200, "a line of an unknown key is passed over");
    let text = request(0, 5);
    let mut note = Note::new(text.split("\n\n").nth(1).unwrap().to_owned() + "\n").unwrap();
    NoteSignature::parse_lines(&reply.body).unwrap().into_iter().for_each(|line| note.add(line));
    let trusted = [key().verifier_key()];
    assert_eq!(note.verify(&trusted).unwrap()[0].time, Some(1_779_285_600));

    assert_eq!(server.status(request(5, 5)).await, 200, "the same again");
    assert_eq!(server.status(fork(5, 5)).await, 422, "the same size with another root");
    assert_eq!(server.status(fork(5, 9)).await, 422, "a fork");
    assert_eq!(size_of(&server.send(fork(4, 9)).await), 5, "a fork from before");
    assert_eq!(size_of(&server.send(request(0, 3)).await), 5, "a replay");
    assert_eq!(size_of(&server.send(request(3, 4)).await), 5, "a log that was rolled back");
    assert_eq!(server.status(request(3, 4).replace("old 3", "old 5")).await, 400, "old is larger than new");
    assert_eq!(server.status(request(5, 9).replace("old 5\n", "old 5\nx\n")).await, 400);
    assert_eq!(server.status(request(5, 9)).await, 200);
    assert_eq!(size_of(&server.send(request(5, 9)).await), 9);
    assert_eq!(server.status(request_of(ORIGINS[1], 0, 0, 0)).await, 200, "another log without entries");
    assert_eq!(server.status(request_of(ORIGINS[1], 1, 0, 7)).await, 200, "which may be anything");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_watch_logs_can_fetch_what_was_signed() {
    let mut server = Server::start().await;
    let path = format!("/{}/checkpoint", Log::hash(ORIGINS[0]));
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(server.running.raw(get(&path)).await.starts_with("HTTP/1.1 404 "), "nothing was signed yet");
    server.send(request(0, 5)).await;
    let answer = server.running.raw(get(&path)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "));
    let (_, note) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(note, server.state());
    assert_eq!(note.matches('\u{2014}').count(), 2, "the log's signature and ours");
    for path in ["/", "/checkpoint", "/../lock", "/lock", "//checkpoint", "/%2e%2e/checkpoint", "/00/checkpoint"] {
        assert!(server.running.raw(get(path)).await.starts_with("HTTP/1.1 404 "), "{path}");
    }
    let written = server.running.journal.recv().await.unwrap();
    assert_eq!(written, "2026-05-20T14:00:00Z 200 licentia/a-log/1 5");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_signed() {
    let server = Arc::new(Server::start().await);
    assert_eq!(server.status(request(0, 5)).await, 200);
    for round in 0..20 {
        // The honest log and its fork, both from where the witness is.
        let old = 5 + round;
        let both = [request(old, old + 1), request_of(ORIGINS[0], 0, old, old + 1)].map(|body| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.send(body).await })
        });
        let mut statuses = Vec::new();
        for reply in both {
            statuses.push(reply.await.unwrap().status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}");
    }
    Arc::into_inner(server).unwrap().running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_log_and_its_fork_one_history_is_signed() {
    for _ in 0..20 {
        let server = Arc::new(Server::start().await);
        let all = (4..12).flat_map(|size| [request(0, size), fork(0, size)]).map(|body| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.send(body).await.status })
        });
        let mut signed = 0;
        for status in all.collect::<Vec<_>>() {
            match status.await.unwrap() {
                200 => signed += 1,
                409 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(signed, 1);
        Arc::into_inner(server).unwrap().running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_with_nonsense_gets_an_answer_and_harms_nobody() {
    let server = Server::start().await;
    let status = |answer: &str| answer.split(' ').nth(1).unwrap_or("none").to_owned();
    let post = |body: &[u8]| {
        let head = format!(
            "POST /add-checkpoint HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let huge = vec![b'A'; 70_000];
    let hashes = format!("old 5\n{}", format!("{}=\n", "A".repeat(43)).repeat(64));
    let good = request(0, 5);
    for (expected, bytes) in [
        ("400", post(b"")),
        ("400", post(b"\0\0\0\0")),
        ("400", post(&[0xff; 1_000])),
        ("400", post(b"old 0\n\n")),
        ("400", post(good.replace('\n', "\r\n").as_bytes())),
        ("400", post(good.split_at(good.len() - 1).0.as_bytes())),
        ("400", post(good.replacen("old 0", hashes.trim_end(), 1).as_bytes())),
        ("413", post(&huge)),
        ("413", b"POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n".to_vec()),
        ("400", b"POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n".to_vec()),
        ("400", b"POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec()),
        ("400", [b"POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\n", good.as_bytes()].concat()),
        ("405", b"GET /add-checkpoint HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("405", b"DELETE /add-checkpoint HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("405", format!("POST /{}/checkpoint HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", Log::hash("a")).into()),
        ("404", b"POST /sign-subtree HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("431", format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(200_000)).into()),
        ("400", b"nonsense\r\n\r\n".to_vec()),
        ("400", vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, b'\r', b'\n', b'\r', b'\n']),
    ] {
        let answer = server.running.raw(bytes.clone()).await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(status(&answer), expected, "{shown:?}");
    }
    assert_eq!(server.status(request(0, 5)).await, 200, "and the next one is served");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_only_connect_do_not_keep_others_out() {
    let server = Server::start().await;
    let idle: Vec<_> = (0..100).map(|_| TcpStream::connect(server.running.address).unwrap()).collect();
    assert_eq!(server.status(request(0, 5)).await, 200);
    drop(idle);
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_is_known_after_the_answer_got_lost() {
    let directory = tempfile::tempdir().unwrap();
    let first = desk(directory.path()).unwrap();
    let Verdict::Signed { size: 5, .. } = first.judge(request(0, 5).as_bytes(), NOW) else { panic!("not signed") };
    // The answer never left: as if the power had gone. Files that were begun lie about.
    drop(first);
    std::fs::write(directory.path().join(".tmpAbCdEf"), "half").unwrap();
    let server = Server::start_in(directory).await;
    assert_eq!(size_of(&server.send(fork(0, 9)).await), 5);
    assert_eq!(server.status(fork(5, 9)).await, 422);
    assert_eq!(server.status(request(5, 9)).await, 200);
    server.running.stop().await;
}

#[test]
fn a_memory_belongs_to_one_witness_and_has_to_be_whole() {
    let directory = tempfile::tempdir().unwrap();
    let first = desk(directory.path()).unwrap();
    let second = desk(directory.path()).unwrap_err();
    assert!(second.explanation().unwrap().message.ends_with("is in use"));
    let Verdict::Signed { .. } = first.judge(request(0, 5).as_bytes(), NOW) else { panic!("not signed") };
    drop(first);

    let file = directory.path().join(format!("{}.checkpoint", Log::hash(ORIGINS[0])));
    let good = std::fs::read(&file).unwrap();
    let other = directory.path().join(format!("{}.checkpoint", Log::hash(ORIGINS[1])));
    for bad in [&b""[..], b"nonsense", &good[..good.len() - 9]] {
        std::fs::write(&file, bad).unwrap();
        assert!(desk(directory.path()).is_err());
    }
    std::fs::write(&file, &good).unwrap();
    std::fs::write(&other, &good).unwrap();
    assert!(desk(directory.path()).is_err(), "the memory of one log in the place of another");
    std::fs::remove_file(&other).unwrap();
    desk(directory.path()).unwrap();
}

#[test]
fn what_cannot_be_remembered_is_not_signed() {
    let directory = tempfile::tempdir().unwrap();
    let desk = desk(directory.path()).unwrap();
    // A directory in the place of the file; modes would not stop root.
    let file = directory.path().join(format!("{}.checkpoint", Log::hash(ORIGINS[0])));
    std::fs::create_dir(&file).unwrap();
    assert!(matches!(desk.judge(request(0, 5).as_bytes(), NOW), Verdict::Failed(_)));
    std::fs::remove_dir(&file).unwrap();
    assert!(matches!(desk.judge(request(0, 5).as_bytes(), NOW), Verdict::Signed { .. }));
}

//! A real server on a real port, which strangers, the careless and the quick post to.

use super::server::{self, Post};
use super::tokens::Tokens;
use super::{PATH, client};
use crate::http::server::Door;
use crate::http::testing::Running;
use licentia_core::probe::{Inbox, ProbeReport, ProbedHost, to_hex, token_hash};
use licentia_core::{Ambient, SignedResult, Timestamp};
use licentia_license::machine::{Component, Fingerprint};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

const NOW: Timestamp = Timestamp::from_seconds(1_779_285_600);

fn token(number: u8) -> String {
    format!("lprobe_{number}")
}

fn result(number: u8, seed: u8) -> SignedResult {
    let report = ProbeReport {
        fingerprint: Fingerprint::new("acme", [(Component::MachineId, [1; 32])].into(), [].into(), None).unwrap(),
        host: ProbedHost { os: "linux".to_owned(), arch: "x86_64".to_owned(), licentia: "0.1.0".to_owned() },
        made_at: NOW,
    };
    SignedResult::make(report, &token(number), &[seed; 32])
}

/// A server that ends when the test does. Tokens 1 to 9 wait, 10 is over.
struct Server {
    running: Running,
}

impl Server {
    async fn start() -> Self {
        Self::with_room_for(128).await
    }

    /// One address may have so many connections.
    async fn with_room_for(most_of_one: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let line = |number, until: i64| {
            format!("{} {}\n", to_hex(&token_hash(&token(number))), Timestamp(NOW.0 + until * 1_000_000))
        };
        let open: String = (1..10).map(|number| line(number, 60)).chain([line(10, 0)]).collect();
        let tokens = directory.path().join("open.txt");
        std::fs::write(&tokens, format!("# tokens that wait\n\n{open}")).unwrap();
        let inbox = Inbox::at(directory.path().join("inbox"));
        inbox.make().unwrap();
        let random = AtomicU8::new(0);
        let ambient = Ambient::new(|| NOW, move |bytes| bytes.fill(random.fetch_add(1, Ordering::SeqCst)));
        let post = Arc::new(Post::new(inbox, Tokens::File(tokens), ambient));
        let serve = |door, lines, ending| server::serve(Door { most_of_one, ..door }, post, lines, ending);
        Self { running: Running::start(directory, serve).await }
    }

    fn inbox(&self) -> Vec<String> {
        let files = self.running.directory.path().join("inbox").read_dir().unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Sends bytes as they are; the status that comes back, and everything.
    async fn raw(&self, bytes: impl Into<Vec<u8>>) -> (u16, String) {
        let answer = self.running.raw(bytes).await;
        (answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), answer)
    }

    async fn post(&self, token: &str, body: &str) -> u16 {
        self.raw(request(token, body)).await.0
    }
}

fn request(token: &str, body: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_put_into_the_inbox_once() {
    let mut server = Server::start().await;
    let first = result(1, 1);
    let url = format!("http://{}{PATH}", server.running.address);
    let posted = {
        let text = first.text().to_owned();
        tokio::task::spawn_blocking(move || client::post(&url, &token(1), &text)).await.unwrap()
    };
    posted.unwrap();
    let name = format!("{}.json", to_hex(first.token_hash()));
    assert_eq!(server.inbox(), std::slice::from_ref(&name));
    let file = server.running.directory.path().join("inbox").join(name);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}\n", first.text()));
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(server.post(&token(1), result(1, 2).text()).await, 409, "another result for the same token");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}\n", first.text()));
    assert_eq!(server.post(&token(2), result(2, 1).text()).await, 201, "another token has a place of its own");

    let line = server.running.journal.recv().await.unwrap();
    let said = format!("2026-05-20T14:00:00Z 201 127.0.0.1 in the inbox, key {}", first.key_fingerprint());
    assert_eq!(line, said);
    assert!(!line.contains("lprobe_"));
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_token_that_waits_puts_nothing_in() {
    let server = Server::start().await;
    let good = result(1, 1);
    for (status, token, body) in [
        (401, "lprobe_guessed".to_owned(), good.text().to_owned()),
        (401, String::new(), good.text().to_owned()),
        (401, to_hex(&token_hash(&token(1))), good.text().to_owned()),
        (410, token(10), result(10, 1).text().to_owned()),
        (422, token(2), good.text().to_owned()),
        (422, token(1), good.text().replace("linux", "plan9")),
        (422, token(1), "{\"cpu\":\"x\"}".to_owned()),
        (422, token(1), String::new()),
    ] {
        assert_eq!(server.post(&token, &body).await, status, "{token} {body}");
    }
    let (status, answer) = server.raw(request("lprobe_guessed", "")).await;
    assert!(status == 401 && answer.contains("www-authenticate: Bearer"), "{answer}");
    let no_header = format!("POST {PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(server.raw(no_header).await.0, 401);
    let basic = request(&token(1), good.text()).replace("Bearer", "Basic");
    assert_eq!(server.raw(basic).await.0, 401);
    assert_eq!(server.inbox(), Vec::<String>::new());
    assert_eq!(server.post(&token(1), good.text()).await, 201, "none of it used the token up");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_with_nonsense_gets_an_answer_and_harms_nobody() {
    let server = Server::start().await;
    let head = |token: &str, more: &str| {
        format!(
            "POST {PATH} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{more}\r\n\r\n"
        )
    };
    let good = token(1);
    for (status, bytes) in [
        (413, request(&good, &"x".repeat(70_000)).into_bytes()),
        (413, head(&good, "content-length: 99999999999").into_bytes()),
        (400, head(&good, "content-length: -1").into_bytes()),
        (400, head(&good, "transfer-encoding: chunked").into_bytes().into_iter().chain(*b"zz\r\n").collect()),
        (400, [head(&good, "content-length: 500").as_bytes(), b"{"].concat()),
        (422, [head(&good, "content-length: 2").as_bytes(), b"\xff\xfe"].concat()),
        (401, head("lprobe_guessed", "content-length: 99999999999").into_bytes()),
        (405, format!("GET {PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").into_bytes()),
        (404, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        (404, b"POST /probe/../inbox HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        (431, format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(200_000)).into_bytes()),
        (400, b"nonsense\r\n\r\n".to_vec()),
        (400, vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, b'\r', b'\n', b'\r', b'\n']),
    ] {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        assert_eq!(server.raw(bytes).await.0, status, "{shown:?}");
    }
    assert_eq!(server.post(&good, result(1, 1).text()).await, 201, "and the next one is served");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_taken() {
    let server = Arc::new(Server::start().await);
    for number in 1..9 {
        let both = [1, 2].map(|seed| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.post(&token(number), result(number, seed).text()).await })
        });
        let mut statuses = Vec::new();
        for status in both {
            statuses.push(status.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "token {number}");
    }
    assert_eq!(server.inbox().len(), 8, "and nothing half-written is left");
    Arc::into_inner(server).unwrap().running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_too_often_is_told_to_wait_and_keeps_nobody_out_who_has_a_token() {
    let mut server = Server::start().await;
    let began = Instant::now();
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(server.post("lprobe_guessed", "{}").await);
    }
    assert_eq!(statuses[..20], [401; 20]);
    let (status, answer) = server.raw(request("lprobe_guessed", "{}")).await;
    assert_eq!(status, 429, "{statuses:?}");
    assert!(answer.contains("retry-after: 60"), "{answer}");
    // From the same address, as behind a server of ours that speaks for everybody.
    for bad in 0..30 {
        assert_eq!(server.post(&token(2), "{}").await, 422, "{bad}: it is said what is wrong");
    }
    assert_eq!(server.post(&token(1), result(1, 1).text()).await, 201);
    assert_eq!(server.post(&token(1), result(1, 1).text()).await, 429, "it does not wait any more");
    assert_eq!(server.inbox().len(), 1);
    let mut journal = Vec::new();
    while let Ok(line) = server.running.journal.try_recv() {
        journal.push(line);
    }
    let with = |status: &str| journal.iter().filter(|line| line.contains(status)).count();
    assert!(with(" 201 ") == 1 && with(" 401 ") >= 20, "{journal:#?}");
    // 63 were refused. However long this takes, one more is let through in three seconds.
    let slow = usize::try_from(began.elapsed().as_secs()).unwrap();
    let written = with(" 429 ") + with(" 422 ");
    assert!((1..=4 + slow).contains(&written), "a flood is not written down: {journal:#?}");
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_connections_and_others_find_room() {
    let server = Server::with_room_for(2).await;
    let idle = || std::net::TcpStream::connect(server.running.address).unwrap();
    let (first, second) = (idle(), idle());
    assert_eq!(server.post(&token(1), result(1, 1).text()).await, 0, "nobody answers");
    let other = std::net::SocketAddr::from(([127, 0, 0, 2], 0));
    let answer = server.running.raw_from(Some(other), request("lprobe_guessed", "{}")).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "who comes from elsewhere is answered: {answer}");
    drop(first);
    // It takes a moment until it is noticed, but not as long as the server is patient with who says nothing.
    let began = Instant::now();
    let mut status = 0;
    while status == 0 && began.elapsed() < Duration::from_secs(10) {
        status = server.post(&token(1), result(1, 1).text()).await;
    }
    assert_eq!(status, 201);
    drop(second);
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_knows_no_tokens_any_more_takes_nothing() {
    let mut server = Server::start().await;
    let file = server.running.directory.path().join("open.txt");
    for content in ["nonsense", "00 2026-05-20", &format!("{} never", to_hex(&[1; 32]))] {
        std::fs::write(&file, content).unwrap();
        assert_eq!(server.post(&token(1), result(1, 1).text()).await, 503, "{content}");
        assert!(server.running.journal.recv().await.unwrap().contains("cannot look tokens up"));
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(server.post(&token(1), result(1, 1).text()).await, 503);
    std::fs::write(&file, "").unwrap();
    assert_eq!(server.post(&token(1), result(1, 1).text()).await, 401, "it is looked up each time");
    server.running.stop().await;
}

//! Three parties: an operator with a home, a server that holds nothing but an inbox, and machines that answer.

use crate::{PROGRAM, empty, founded, tls_file};
use licentia_tests::{Run, Shell};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

/// A machine to be licensed: a user without a home, on a system of its own.
fn machine(number: u8) -> Shell {
    let mut shell = empty();
    let write = |name: &str, content: &str| {
        let path = shell.path("system").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write("etc/machine-id", &format!("3f2b9c1e7a4d4f5e8c6b0a1d2e3f4a{number:02x}\n"));
    write("proc/sys/kernel/hostname", "till-3\n");
    let system = shell.path("system").display().to_string();
    shell.set("LICENTIA_TEST_MACHINE", system.as_str()).set("LICENTIA_PASSPHRASE", None).set("LICENTIA_HOME", None);
    shell
}

/// Makes a token, and brings its file to the machine.
fn invite(operator: &Shell, machine: &Shell, label: &str) -> String {
    let file = format!("{label}.token");
    let made = operator.run(&format!("probe create --label {label} --out {file} --format json")).done().json();
    assert!(made.get("token").is_none(), "it is in the file, and nowhere else");
    machine.write("probe.token", operator.read(&file));
    made["id"].as_str().unwrap().to_owned()
}

/// `probe serve`, in the directory of a shell.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(shell: &Shell, more: &str) -> Self {
        let listen = if more.contains("--listen") { "" } else { "--listen 127.0.0.1:0" };
        let line = format!("probe serve --inbox home/inbox --format jsonl {listen} {more}");
        let mut child = shell
            .command(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // It is never asked for one.
            .env_remove("LICENTIA_PASSPHRASE")
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        Self { child, url: said["listening"].as_str().unwrap().to_owned() }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a system does, and answers with its journal.
    fn terminate(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

fn post(machine: &Shell, url: &str) -> Run {
    machine.run(&format!("probe run --token-file probe.token --url {url} --yes --format json"))
}

fn inbox(operator: &Shell) -> Vec<Value> {
    operator.run("probe inbox --format json").done().rows()
}

fn events(operator: &Shell) -> usize {
    operator.run("audit list --kind probe.result --format json").done().rows().len()
}

#[test]
fn from_a_token_over_the_server_into_the_log() {
    let (operator, till) = (founded(), machine(1));
    let id = invite(&operator, &till, "till");
    let server = Server::start(&operator, "");
    let sent = post(&till, &server.url).done();
    assert_eq!(sent.json()["vendor"], "acme");
    let shown = String::from_utf8_lossy(&sent.stderr).into_owned();
    for told in ["machine id", "host name", "Argon2id", "acme", "The token itself", "2026-05-20T12:00:00Z"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let key = sent.text("key_fingerprint");
    assert!(shown.contains(&format!("Fingerprint of the key: {key}")), "{shown}");

    let waiting = inbox(&operator);
    let of = |member: &str| waiting[0][member].as_str().unwrap().to_owned();
    assert_eq!((of("state"), of("label"), of("key_fingerprint")), ("waiting".into(), "till".into(), key.clone()));
    assert_eq!(events(&operator), 0, "to look is no event");
    let taken = operator.run(&format!("probe inbox --consume {id} --format json")).done().rows();
    assert_eq!(taken[0]["state"], "taken in");
    assert!(inbox(&operator).is_empty());
    let probe = operator.run(&format!("probe show {id} --format json")).done().json();
    assert_eq!(
        (&probe["state"], &probe["signed"], &probe["key_fingerprint"]),
        (&"consumed".into(), &true.into(), &key.into())
    );
    assert_eq!(probe["result"]["fingerprint"]["vendor"], "acme");
    // Raw ids never leave the machine.
    let everything = probe.to_string() + &shown;
    assert!(!everything.contains("3f2b9c1e7a4d4f5e8c6b0a1d2e3f4a01") && !everything.contains("till-3"), "{everything}");
    assert_eq!(events(&operator), 1);
    operator.review("audit verify").done();

    post(&till, &server.url).refused("409");
    let journal = server.terminate();
    assert!(journal.contains(" 201 127.0.0.1 in the inbox") && journal.contains(" 409 "), "{journal}");
    assert!(!journal.contains("lprobe_"), "{journal}");
}

#[test]
fn a_license_is_bound_to_the_machine_that_answered() {
    let (operator, till, twin) = (founded(), machine(1), machine(2));
    let id = invite(&operator, &till, "till");
    let issue = format!("license issue --subject a --audience editor --days 9 --machine probe:{id} --out a.lic");
    operator.run(&issue).refused("has no result yet");
    till.run("probe run --token-file probe.token --out r.json --yes").done();
    operator.write("r.json", till.read("r.json"));
    operator.run("probe consume --token-file till.token --file r.json").done();
    operator.run(&issue).done();
    let keys = operator.run("issuer export --as jwks").done().out();
    for (shell, status) in [(&till, 0), (&twin, 3)] {
        shell.write("a.lic", operator.read("a.lic"));
        shell.write("keys.json", &keys);
        let run = shell.run("license verify a.lic --keys keys.json --audience editor --machine auto --format json");
        assert_eq!(run.json()["code"].as_str(), (status == 3).then_some("machine_mismatch"), "{run}");
        run.ends(status);
    }
}

#[test]
fn by_hand_it_is_worth_as_much() {
    let (operator, till) = (founded(), machine(1));
    let id = invite(&operator, &till, "till");
    let made = till.run("probe run --token-file probe.token --yes --format json").done();
    assert_eq!(made.json()["path"], "probe-result.json");
    let file = till.path("probe-result.json");
    let rights = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(rights & 0o777, 0o600);
    till.run("probe run --token-file probe.token --yes").refused("is a file of that name");

    let text = till.read("probe-result.json");
    operator.write("altered.json", text.replace("\"licentia\":\"", "\"licentia\":\"9"));
    operator.run("probe consume --token-file till.token --file altered.json").refused("signature");
    operator.write("result.json", &text);
    let other = machine(2);
    invite(&operator, &other, "desk");
    operator.run("probe consume --token-file desk.token --file result.json").refused("another token");
    let probe = operator.run("probe consume --token-file till.token --file result.json --format json").done().json();
    assert_eq!((probe["id"].as_str(), &probe["signed"]), (Some(id.as_str()), &true.into()));
    assert_eq!(probe["key_fingerprint"], made.json()["key_fingerprint"]);

    // A file in the inbox is taken in as one that was posted.
    other.run("probe run --token-file probe.token --out desk.json --yes").done();
    std::fs::create_dir(operator.path("drop")).unwrap();
    operator.write("drop/from-a-mail.json", other.read("desk.json"));
    let taken = operator.run("probe inbox --dir drop --consume --format json").done().rows();
    assert_eq!((&taken[0]["state"], &taken[0]["label"]), (&"taken in".into(), &"desk".into()));
    assert_eq!(std::fs::read_dir(operator.path("drop")).unwrap().count(), 0);
    assert_eq!(events(&operator), 2);
}

#[test]
fn an_unsigned_object_is_taken_as_it_is_and_says_so() {
    let operator = founded();
    let token = operator.run("probe create --label old --format json").done().text("token");
    operator.write("token", format!("{token}\n"));
    operator.write("result.json", "{\"cpu\":\"x86-64\"}");
    let probe = operator.run("probe consume --token-file token --file result.json --format json").done().json();
    assert_eq!((&probe["signed"], &probe["key_fingerprint"]), (&false.into(), &Value::Null));
}

#[test]
fn nobody_is_asked_where_nobody_sits_and_nothing_is_sent_then() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    till.run("probe run --token-file probe.token").wrong_usage("--yes");
    till.run("probe run --yes").wrong_usage("--token-file");
    till.run("probe run --token-file probe.token --url http://probes.acme.example/probe --yes").wrong_usage("TLS");
    till.write("bare.token", till.read("probe.token").lines().next().unwrap());
    till.run("probe run --token-file bare.token --yes").wrong_usage("--vendor");
    till.run("probe run --token-file bare.token --vendor other --out other.json --yes").done();
    till.write("no.token", "vendor: acme\n");
    till.run("probe run --token-file no.token --yes").refused("lprobe_");
    let unknown = machine(1);
    std::fs::remove_dir_all(unknown.path("system")).unwrap();
    unknown.write("probe.token", till.read("probe.token"));
    unknown.run("probe run --token-file probe.token --yes").refused("cannot be told from others");
    assert!(!till.path("probe-result.json").exists());
}

#[test]
fn what_is_not_agreed_to_is_not_sent() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    for (answer, sent) in [("n", false), ("", false), ("y", true)] {
        let (said, status) = typed(&till, answer);
        assert!(said.contains("machine id") && said.contains("Go on? [y/N]"), "{said}");
        assert_eq!((status == 0, till.path("probe-result.json").exists()), (sent, sent), "{said}");
    }
}

/// Runs it on a terminal, and types an answer; what was shown, and the exit status.
fn typed(till: &Shell, answer: &str) -> (String, u32) {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let pair = native_pty_system().openpty(PtySize { rows: 50, cols: 200, ..PtySize::default() }).unwrap();
    let plain = till.command(["probe", "run", "--token-file", "probe.token"]);
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(plain.get_args());
    command.env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.cwd(till.root());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (mut reader, mut writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let mut said = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&said).contains("[y/N]") && reader.read(&mut byte).unwrap_or(0) == 1 {
        said.push(byte[0]);
    }
    writeln!(writer, "{answer}").unwrap();
    // The end of a terminal is an error of its own on some systems.
    let _ = reader.read_to_end(&mut said);
    let status = child.wait().unwrap().exit_code();
    (String::from_utf8_lossy(&said).into_owned(), status)
}

#[test]
fn a_server_listens_beyond_this_machine_with_tls_only() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    for listen in ["0.0.0.0:0", "[::]:0"] {
        operator.run(&format!("probe serve --inbox in --listen {listen}")).wrong_usage("--tls-cert");
    }
    for name in ["server.pem", "server.key"] {
        operator.write(name, std::fs::read(tls_file(name)).unwrap());
    }
    operator.run("probe serve --inbox in --tls-cert server.pem").wrong_usage("--tls-key");
    operator.run("probe serve --inbox in --tls-cert server.key --tls-key server.key").refused("certificate");
    operator.run("probe serve --inbox in --tls-cert server.pem --tls-key server.pem").refused("private key");
    std::fs::copy(tls_file("server.key"), operator.path("open.key")).unwrap();
    std::fs::set_permissions(operator.path("open.key"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    operator.run("probe serve --inbox in --tls-cert server.pem --tls-key open.key").refused("can read");

    let server = Server::start(&operator, "--listen 0.0.0.0:0 --tls-cert server.pem --tls-key server.key");
    let url = server.url.replace("0.0.0.0", "127.0.0.1");
    assert!(url.starts_with("https://"), "{url}");
    post(&till, &url).refused("not taken in");
    let mut till = till;
    let authority = tls_file("ca.pem").display().to_string();
    till.set("SSL_CERT_FILE", authority.as_str());
    post(&till, &url).done();
    assert_eq!(inbox(&operator).len(), 1);
    post(&till, &url.replace("https", "http")).refused("not taken in");
    server.terminate();
}

/// A proxy that lets nobody further: what was said to it first, and after it agreed.
fn proxy() -> (String, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut heard, mut byte) = (Vec::new(), [0]);
        // A head may come in several pieces.
        while !heard.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
            heard.push(byte[0]);
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let mut more = [0; 8_192];
        let read = stream.read(&mut more).unwrap_or(0);
        heard.extend_from_slice(&more[..read]);
        String::from_utf8_lossy(&heard).into_owned()
    });
    (address, heard)
}

#[test]
fn a_proxy_never_hears_a_token() {
    let (operator, mut till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    let server = Server::start(&operator, "");
    let urls =
        [server.url.clone(), server.url.replace("127.0.0.1", "localhost"), "https://probes.invalid/probe".into()];
    for url in urls {
        let (address, heard) = proxy();
        for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
            till.set(name, format!("http://{address}").as_str());
        }
        let run = post(&till, &url);
        // Where nobody came, the proxy waits still.
        let _ = TcpStream::connect(address).and_then(|mut stream| stream.write_all(b"nobody came"));
        let heard = heard.join().unwrap();
        assert!(!heard.contains("lprobe_"), "{url}: {heard}");
        if url.starts_with("https") {
            assert!(heard.starts_with("CONNECT probes.invalid:443"), "{heard}");
        } else {
            assert_eq!(heard, "nobody came", "{url}: {run}");
        }
    }
    assert_eq!(inbox(&operator).len(), 1);
    server.terminate();
}

#[test]
fn of_two_at_once_one_is_taken_and_nobody_can_send_too_much_or_too_often() {
    let (operator, till, twin) = (founded(), machine(1), machine(2));
    invite(&operator, &till, "till");
    twin.write("probe.token", till.read("probe.token"));
    let server = Server::start(&operator, "");
    let mut statuses = std::thread::scope(|scope| {
        let both = [&till, &twin].map(|machine| scope.spawn(|| post(machine, &server.url).status));
        both.map(|run| run.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [0, 1]);
    assert_eq!(inbox(&operator).len(), 1);

    let token = operator.run("probe create --label large --format json").done().text("token");
    assert_eq!(send(&server, &token, &"x".repeat(70_000)), 413);
    assert_eq!(send(&server, &token, "{}"), 422);
    let answers: Vec<u16> = (0..25).map(|_| send(&server, "lprobe_guessed", "{}")).collect();
    assert!(answers.contains(&401) && answers.last() == Some(&429), "{answers:?}");
    invite(&operator, &till, "late");
    post(&till, &server.url).done();
    let journal = server.terminate();
    assert!(journal.contains(" 413 ") && journal.contains(" 429 "), "{journal}");
}

/// Posts something in a request of its own; the status that comes back.
fn send(server: &Server, token: &str, body: &str) -> u16 {
    let (address, path) = server.url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST /{path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}");
    // Who sends too much is answered before all is said.
    let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_token_that_is_wrong_cancelled_or_over_puts_nothing_in() {
    let (mut operator, till, desk) = (founded(), machine(1), machine(2));
    let id = invite(&operator, &till, "till");
    invite(&operator, &desk, "desk");
    let server = Server::start(&operator, "");
    let token = till.read("probe.token");
    till.write("probe.token", token.replace("lprobe_", "lprobe_x"));
    post(&till, &server.url).refused("401");
    till.write("probe.token", token);
    operator.run(&format!("probe cancel {id}")).done();
    post(&till, &server.url).refused("cancelled");
    server.terminate();
    operator.travel("2026-05-22T12:00:00Z");
    let server = Server::start(&operator, "");
    post(&desk, &server.url).refused("expired");
    assert!(inbox(&operator).is_empty());
    server.terminate();
}

#[test]
fn a_result_that_is_not_the_machines_can_be_turned_away_after_its_token_is_over() {
    let (mut operator, till) = (founded(), machine(1));
    let id = invite(&operator, &till, "till");
    till.run("probe run --token-file probe.token --out r.json --yes").done();
    let file = operator.home().join("inbox/r.json");
    std::fs::create_dir(operator.home().join("inbox")).unwrap();
    std::fs::write(&file, till.read("r.json")).unwrap();
    let arrived = std::time::UNIX_EPOCH + std::time::Duration::from_mins(29_654_655);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(arrived).unwrap();
    operator.travel("2026-05-22T12:00:00Z");
    assert_eq!(inbox(&operator)[0]["state"], "waiting", "it came in time");
    operator.run(&format!("probe cancel {id}")).done();
    let run = operator.run("probe inbox --consume --format json");
    assert!(run.out().contains("refused") && run.out().contains("cancelled"), "{run}");
    assert_eq!(events(&operator), 0);
    operator.run(&format!("probe cancel {id}")).refused("cancelled");
}

#[test]
fn a_server_on_another_host_knows_hashes_only() {
    let (operator, till, desk) = (founded(), machine(1), machine(2));
    let id = invite(&operator, &till, "till");
    let run = operator.run("probe tokens").done();
    let lines = String::from_utf8(run.stdout).unwrap();
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let host = empty();
    host.write("open.txt", &lines);
    let server = Server::start(&host, "--tokens open.txt");
    post(&till, &server.url).done();
    post(&till, &server.url).refused("409");
    invite(&operator, &desk, "desk");
    post(&desk, &server.url).refused("401");
    host.write("open.txt", String::from_utf8(operator.run("probe tokens").done().stdout).unwrap());
    post(&desk, &server.url).done();
    assert!(!host.path("home/licentia.db").exists());
    // What was gathered there is brought here.
    std::fs::rename(host.path("home/inbox"), operator.path("gathered")).unwrap();
    let taken = operator.run("probe inbox --dir gathered --consume --format json").done().rows();
    assert_eq!(taken.len(), 2);
    assert_eq!(operator.run(&format!("probe show {id} --format json")).done().json()["state"], "consumed");
    server.terminate();
}

#[test]
fn killed_in_the_middle_nothing_is_lost_and_nothing_is_taken_in_twice() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    let server = Server::start(&operator, "");
    post(&till, &server.url).done();
    server.kill();
    // A file that was being written when the power went, and the same result once more after it was taken in.
    std::fs::write(operator.home().join("inbox/.half.json.0707.tmp"), "{\"vers").unwrap();
    let name = inbox(&operator)[0]["file"].as_str().unwrap().to_owned();
    let file = operator.home().join("inbox").join(&name);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(operator.run("probe inbox --consume --format json").done().rows()[0]["state"], "taken in");
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(inbox(&operator)[0]["state"], "refused");
    let again = operator.run("probe inbox --consume --format json").done().rows();
    assert_eq!(again[0]["state"], "moved aside");
    assert!(inbox(&operator).is_empty());
    assert_eq!(std::fs::read_dir(operator.home().join("inbox/aside")).unwrap().count(), 1);
    assert_eq!(events(&operator), 1);
    let server = Server::start(&operator, "");
    post(&till, &server.url).refused("409");
    server.terminate();
}

#[test]
fn a_consumer_that_is_killed_at_any_moment_takes_each_result_in_once() {
    let operator = founded();
    let server = Server::start(&operator, "");
    let tills: Vec<Shell> = (0..5).map(machine).collect();
    for (at, till) in tills.iter().enumerate() {
        invite(&operator, till, &format!("till{at}"));
        post(till, &server.url).done();
    }
    let consume = ["probe", "inbox", "--consume"];
    for millis in [10, 60, 120, 180, 240, 300, 400] {
        let mut child = operator.command(consume).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    operator.run("probe inbox --consume").done();
    assert_eq!(events(&operator), 5);
    assert!(inbox(&operator).is_empty());
    operator.review("audit verify").done();
    server.terminate();
}

#[test]
fn bad_files_are_named_and_left_and_the_good_one_is_taken_in() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    till.run("probe run --token-file probe.token --out r.json --yes").done();
    let directory = operator.home().join("inbox");
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(directory.join("good.json"), till.read("r.json")).unwrap();
    std::fs::write(directory.join("\u{1b}[31mbad"), "{}").unwrap();
    std::fs::write(directory.join("large.json"), vec![b' '; 100_000]).unwrap();
    std::os::unix::fs::symlink("good.json", directory.join("link.json")).unwrap();
    let run = operator.run("probe inbox --consume --format json").ends(1);
    assert!(run.err().contains("3 of 4 files could not be taken in"), "{run}");
    assert_eq!(states(&run), ["refused", "taken in", "refused", "refused"], "{run}");
    assert!(!operator.run("probe inbox").done().out().contains('\u{1b}'));
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 3);
    operator.run("probe inbox --consume nobody").refused("nobody");
}

fn states(run: &Run) -> Vec<String> {
    run.rows().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_file_that_cannot_be_moved_stands_in_nobodys_way() {
    let (operator, till, desk) = (founded(), machine(1), machine(2));
    let directory = operator.home().join("inbox");
    std::fs::create_dir(&directory).unwrap();
    invite(&operator, &till, "till");
    till.run("probe run --token-file probe.token --out r.json --yes").done();
    std::fs::write(directory.join("a.json"), till.read("r.json")).unwrap();
    operator.run("probe inbox --consume").done();
    invite(&operator, &desk, "desk");
    desk.run("probe run --token-file probe.token --out r.json --yes").done();
    // The first is left over and has nowhere to go; nothing can be read from the second.
    std::fs::write(directory.join("a.json"), till.read("r.json")).unwrap();
    std::fs::write(directory.join("aside"), "in the way").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(directory.join("b.sock")).unwrap();
    std::fs::write(directory.join("c.json"), desk.read("r.json")).unwrap();
    let run = operator.run("probe inbox --consume --format json").ends(1);
    assert!(run.err().contains("2 of 3 files could not be taken in"), "{run}");
    assert_eq!(states(&run), ["refused", "refused", "taken in"], "{run}");
    assert!(run.rows()[0]["why"].as_str().unwrap().contains("aside"), "{run}");
    assert_eq!(
        states(&operator.run("probe inbox --format json").done()),
        ["refused", "refused"],
        "to look is no failure"
    );
    std::fs::remove_file(directory.join("aside")).unwrap();
    std::fs::remove_file(directory.join("b.sock")).unwrap();
    assert_eq!(states(&operator.run("probe inbox --consume --format json").done()), ["moved aside"]);
}

#[test]
fn another_result_for_a_token_that_was_used_is_not_moved_unseen() {
    let (operator, till, thief) = (founded(), machine(1), machine(2));
    let id = invite(&operator, &till, "till");
    thief.write("probe.token", till.read("probe.token"));
    let directory = operator.home().join("inbox");
    std::fs::create_dir(&directory).unwrap();
    for (name, machine) in [("a.json", &till), ("b.json", &thief)] {
        machine.run("probe run --token-file probe.token --out r.json --yes").done();
        std::fs::write(directory.join(name), machine.read("r.json")).unwrap();
    }
    let consume = format!("probe inbox --consume {id} --format json");
    let run = operator.run(&consume).ends(1);
    assert!(run.err().contains("2 of 2"), "{run}");
    assert_eq!(states(&run), ["refused", "refused"], "nobody can tell which of them is the machine's");
    assert!(run.rows()[0]["why"].as_str().unwrap().contains("one of several results for one token"), "{run}");
    assert_eq!(events(&operator), 0);

    let stolen = std::fs::read(directory.join("b.json")).unwrap();
    std::fs::remove_file(directory.join("b.json")).unwrap();
    assert_eq!(states(&operator.run(&consume).done()), ["taken in"]);
    std::fs::write(directory.join("b.json"), stolen).unwrap();
    let run = operator.run(&consume).ends(1);
    assert!(run.err().contains("1 of 1"), "{run}");
    let why = run.rows()[0]["why"].as_str().unwrap().to_owned();
    assert!(why.contains("another result for a token that was used") && why.contains("somebody else"), "{why}");
    assert!(directory.join("b.json").exists());
    assert_eq!(events(&operator), 1);
}

#[test]
fn a_result_for_another_vendor_uses_no_token_up() {
    let (operator, till) = (founded(), machine(1));
    invite(&operator, &till, "till");
    till.write("bare.token", till.read("probe.token").lines().next().unwrap());
    till.run("probe run --token-file bare.token --vendor globex --out r.json --yes").done();
    operator.write("r.json", till.read("r.json"));
    let server = Server::start(&operator, "");
    let url = &server.url;
    till.run(&format!("probe run --token-file bare.token --vendor globex --url {url} --yes")).refused("this is acme");
    assert!(inbox(&operator).is_empty(), "it would lie in the place of the right one");
    assert!(server.terminate().contains(" 422 127.0.0.1 a result for another vendor"));
    let consume = "probe consume --token-file till.token --file r.json";
    operator.run(consume).refused("made for the vendor globex, and this is acme");
    std::fs::create_dir(operator.path("in")).unwrap();
    operator.write("in/r.json", till.read("r.json"));
    let run = operator.run("probe inbox --dir in --consume --format json").ends(1);
    assert!(run.err().contains("1 of 1 files"), "{run}");
    assert_eq!(states(&run), ["refused"]);
    assert_eq!(events(&operator), 0);
    till.run("probe run --token-file probe.token --out good.json --yes").done();
    operator.write("r.json", till.read("good.json"));
    operator.run(consume).done();
}

//! Results that wait in the inbox, and an operator who takes them in: each once, whatever happens in between.

use crate::common::{World, names};
use licentia_core::probe::{Delivery, Inbox, ProbeReport, ProbedHost, SignedResult, TakenIn, token_hash};
use licentia_core::{Error, NewProbe, ProbeState, ProbeStatus};
use licentia_license::machine::{Component, Fingerprint};
use std::ffi::OsStr;
use std::time::{Duration, UNIX_EPOCH};

const HOUR: i64 = 3_600;

struct Story {
    world: World,
    inbox: Inbox,
}

impl Story {
    async fn new() -> Self {
        let world = World::new().await;
        let inbox = Inbox::at(world.path("inbox"));
        inbox.make().unwrap();
        Self { world, inbox }
    }

    async fn token(&self, label: &str) -> String {
        let new = NewProbe { label: label.to_owned(), ttl_seconds: HOUR };
        self.world.licentia.probes().new_token(&self.world.operator, new).await.unwrap().token
    }

    async fn result(&self, token: &str) -> SignedResult {
        self.result_for(&self.world.licentia.vault().vendor().await.unwrap(), token)
    }

    fn result_for(&self, vendor: &str, token: &str) -> SignedResult {
        let components = [(Component::MachineId, [1; 32])].into();
        let report = ProbeReport {
            fingerprint: Fingerprint::new(vendor, components, [].into(), None).unwrap(),
            host: ProbedHost { os: "linux".to_owned(), arch: "x86_64".to_owned(), licentia: "0.1.0".to_owned() },
            made_at: self.world.clock.now(),
        };
        SignedResult::make(report, token, &self.world.licentia.ambient().bytes())
    }

    fn put(&self, result: &SignedResult) -> String {
        self.inbox.put(result, self.world.licentia.ambient()).unwrap();
        let name = format!("{}.json", result.token_hash().map(|byte| format!("{byte:02x}")).concat());
        self.written_at(&name, 0);
        name
    }

    /// Lets a file be written that many seconds from now by the clock of the story.
    fn written_at(&self, name: &str, seconds: i64) {
        let at = u64::try_from(self.world.clock.now().seconds() + seconds).unwrap();
        let file = std::fs::File::options().write(true).open(self.inbox.directory().join(name)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(at)).unwrap();
    }

    async fn take_in(&self, name: &str) -> licentia_core::Result<TakenIn> {
        let probes = self.world.licentia.probes();
        probes.take_in(&self.world.operator, &self.inbox, OsStr::new(name), None).await
    }

    /// What is said of each file, by name.
    async fn waiting(&self) -> Vec<(String, Result<String, String>)> {
        let arrivals = self.world.licentia.probes().inbox(&self.inbox).await.unwrap();
        let said = arrivals.into_iter().map(|arrival| {
            let found = match arrival.found {
                Delivery::Waits(arrived) => Ok(arrived.probe.label),
                Delivery::Contested(_) => Err("contested".to_owned()),
                Delivery::Used { arrived: _, same: true } => Err("left over".to_owned()),
                Delivery::Used { arrived: _, same: false } => Err("another".to_owned()),
                Delivery::Refused(error) => Err(licentia_core::Explanation::from(&error).cause.unwrap()),
            };
            (arrival.name.into_string().unwrap(), found)
        });
        said.collect()
    }
}

#[tokio::test]
async fn a_result_waits_is_shown_and_is_taken_in_with_its_event() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let result = story.result(&token).await;
    let name = story.put(&result);
    assert_eq!(story.waiting().await, [(name.clone(), Ok("till".to_owned()))]);

    let done = story.take_in(&name).await.unwrap();
    let TakenIn::Now { probe, left: None } = done else { panic!("{done:?}") };
    assert_eq!((probe.status, probe.result.as_deref()), (ProbeStatus::Consumed, Some(result.text())));
    assert_eq!(SignedResult::of(&probe), Some(result.clone()));
    let event = story.world.last_entry().await;
    assert_eq!(event.kind, "probe.result");
    let payload = event.payload_value();
    assert_eq!(payload["key_fingerprint"], result.key_fingerprint());
    assert_eq!(payload["arrived_at"], story.world.clock.now().to_string());
    assert_eq!(names(story.inbox.directory()), Vec::<String>::new());
    story.world.assert_verified().await;
}

#[tokio::test]
async fn killed_before_the_file_was_taken_away_nothing_is_taken_in_twice() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let result = story.result(&token).await;
    let name = story.put(&result);
    story.take_in(&name).await.unwrap();
    let entries = story.world.entries().await;
    // As a kill between the commit and the removal leaves it.
    story.put(&result);
    assert_eq!(story.waiting().await, [(name.clone(), Err("left over".to_owned()))], "it says so");
    let again = story.take_in(&name).await.unwrap();
    let TakenIn::Before { probe, aside } = again else { panic!("{again:?}") };
    assert_eq!(probe.status, ProbeStatus::Consumed);
    assert_eq!(story.world.entries().await, entries, "no second event");
    assert!(aside.is_file());
    assert_eq!(names(story.inbox.directory()), ["aside"]);
    assert_eq!(story.waiting().await, []);
}

#[tokio::test]
async fn one_token_has_one_place_in_the_inbox() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let name = story.put(&story.result(&token).await);
    let before = std::fs::read(story.inbox.directory().join(&name)).unwrap();
    let second = story.inbox.put(&story.result(&token).await, story.world.licentia.ambient());
    assert!(matches!(second, Err(Error::FileExists(_))));
    assert_eq!(std::fs::read(story.inbox.directory().join(&name)).unwrap(), before);
    assert_eq!(names(story.inbox.directory()), [name], "nothing half-written is left");
    assert!(story.inbox.holds(&token_hash(&token)));
}

#[tokio::test]
async fn what_arrived_in_time_can_be_taken_in_later() {
    let story = Story::new().await;
    let (token, late) = (story.token("till").await, story.token("late").await);
    let (name, late) = (story.put(&story.result(&token).await), story.put(&story.result(&late).await));
    story.written_at(&late, HOUR);
    let arrived = story.world.clock.now();
    story.world.clock.advance(3 * 24 * HOUR);
    assert!(matches!(story.take_in(&late).await, Err(Error::ProbeClosed(ProbeState::Expired))));
    assert!(matches!(story.take_in(&name).await, Ok(TakenIn::Now { .. })));
    assert_eq!(story.world.last_entry().await.payload_value()["arrived_at"], arrived.to_string());
    assert_eq!(names(story.inbox.directory()), [late], "what is refused stays");
}

#[tokio::test]
async fn a_file_of_the_future_does_not_outlive_its_token() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let name = story.put(&story.result(&token).await);
    story.written_at(&name, 10 * 365 * 24 * HOUR);
    assert!(story.waiting().await[0].1.is_ok());
    story.world.clock.advance(HOUR);
    assert!(matches!(story.take_in(&name).await, Err(Error::ProbeClosed(ProbeState::Expired))));
}

#[tokio::test]
async fn a_file_from_before_its_token_came_now() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let name = story.put(&story.result(&token).await);
    story.written_at(&name, -HOUR);
    let arrivals = story.world.licentia.probes().inbox(&story.inbox).await.unwrap();
    assert_eq!(arrivals[0].arrived().unwrap().at, story.world.clock.now());
    story.world.clock.advance(HOUR);
    assert!(story.waiting().await[0].1.is_err(), "whoever sets the time back has no more of it");
    assert!(matches!(story.take_in(&name).await, Err(Error::ProbeClosed(ProbeState::Expired))));
}

#[tokio::test]
async fn a_result_for_another_vendor_uses_no_token_up() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let foreign = story.result_for("https://globex.example", &token);
    let name = story.put(&foreign);
    let entries = story.world.entries().await;
    let said = story.waiting().await.remove(0).1.unwrap_err();
    assert!(said.contains("No license of https://vendor1.example"), "{said}");
    let refused = story.take_in(&name).await.unwrap_err();
    assert!(matches!(&refused, Error::ProbeOfOtherVendor { found, .. } if found == "https://globex.example"));
    let probes = story.world.licentia.probes();
    let by_hand = probes.consume_token(&story.world.operator, &token, foreign.text()).await;
    assert!(matches!(by_hand, Err(Error::ProbeOfOtherVendor { .. })), "{by_hand:?}");
    assert_eq!(story.world.entries().await, entries);
    assert_eq!(names(story.inbox.directory()), std::slice::from_ref(&name), "it stays where it is");

    std::fs::remove_file(story.inbox.directory().join(&name)).unwrap();
    story.put(&story.result(&token).await);
    assert!(matches!(story.take_in(&name).await, Ok(TakenIn::Now { .. })));
}

#[tokio::test]
async fn another_result_for_a_token_that_was_used_is_not_passed_over() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let name = story.put(&story.result(&token).await);
    let aside = |key: String| {
        let (probes, inbox, name) = (story.world.licentia.probes(), &story.inbox, OsStr::new(&name));
        async move { probes.set_aside(inbox, name, &key).await }
    };
    let waits = story.world.licentia.probes().inbox(&story.inbox).await.unwrap().remove(0);
    let early = aside(waits.arrived().unwrap().result.key_fingerprint()).await;
    assert!(matches!(early, Err(Error::Invalid { why, .. }) if why.contains("no result")));
    story.take_in(&name).await.unwrap();

    let (entries, other) = (story.world.entries().await, story.result(&token).await);
    story.put(&other);
    assert_eq!(story.waiting().await, [(name.clone(), Err("another".to_owned()))]);
    assert!(matches!(story.take_in(&name).await, Err(Error::ProbeUsedByOther)));
    assert_eq!(names(story.inbox.directory()), std::slice::from_ref(&name), "it stays until somebody says so");
    assert!(matches!(aside("0000-0000".to_owned()).await, Err(Error::Invalid { why, .. }) if why.contains("another")));
    let (probe, moved) = aside(other.key_fingerprint()).await.unwrap();
    assert_eq!((probe.label.as_str(), moved.is_file()), ("till", true));
    assert_eq!(names(story.inbox.directory()), ["aside"]);
    assert!(aside(other.key_fingerprint()).await.unwrap_err().is_file_gone());
    assert_eq!(story.world.entries().await, entries);
}

/// Somebody had the token twice: which of them is the machine's, nobody can tell by the files.
#[tokio::test]
async fn of_two_results_for_one_token_neither_is_called_the_one_that_waits() {
    let story = Story::new().await;
    let (token, other) = (story.token("till").await, story.token("desk").await);
    story.put(&story.result(&token).await);
    story.put(&story.result(&other).await);
    std::fs::write(story.inbox.directory().join("a.json"), story.result(&token).await.text()).unwrap();
    let found: Vec<_> = story.waiting().await.into_iter().map(|(_, found)| found).collect();
    assert_eq!(found.iter().filter(|found| **found == Err("contested".to_owned())).count(), 2);
    assert_eq!(found.iter().filter(|found| **found == Ok("desk".to_owned())).count(), 1);
    std::fs::remove_file(story.inbox.directory().join("a.json")).unwrap();
    assert!(story.waiting().await.iter().all(|(_, found)| found.is_ok()));
}

#[tokio::test]
async fn what_was_taken_in_by_hand_is_known_again_in_the_inbox() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let result = story.result(&token).await;
    let file = format!(" {}\r\n", result.text());
    story.world.licentia.probes().consume_token(&story.world.operator, &token, &file).await.unwrap();
    let name = story.put(&result);
    assert_eq!(story.waiting().await, [(name.clone(), Err("left over".to_owned()))]);
    assert!(matches!(story.take_in(&name).await, Ok(TakenIn::Before { .. })));
}

#[tokio::test]
async fn bad_files_are_named_and_left() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let good = story.result(&token).await;
    let directory = story.inbox.directory().to_owned();
    let write = |name: &str, content: &[u8]| std::fs::write(directory.join(name), content).unwrap();
    write("a-empty", b"");
    write("b-binary", &[0xff, 0xfe, 0]);
    write("c-unsigned.json", b"{\"cpu\":\"x86-64\"}");
    write("d-altered.json", good.text().replace("x86_64", "x86_65").as_bytes());
    write("e-large", &vec![b'x'; 70_000]);
    write("f-unknown.json", story.result("lprobe_nobody").await.text().as_bytes());
    write(".being-written.tmp", b"half");
    std::fs::create_dir(directory.join("g-directory")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", directory.join("h-link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        directory.join("i-pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let before = names(&directory);
    let said = story.waiting().await;
    for (at, (name, why)) in [
        ("a-empty", "not written"),
        ("b-binary", "no text"),
        ("c-unsigned.json", "unknown field"),
        ("d-altered.json", "does not hold"),
        ("e-large", "65537 bytes"),
        ("f-unknown.json", "never made here"),
        ("g-directory", "no ordinary file"),
        ("h-link", "a link"),
        ("i-pipe", "no ordinary file"),
    ]
    .into_iter()
    .enumerate()
    {
        let (found, said) = &said[at];
        assert_eq!(found, name);
        let said = said.as_ref().unwrap_err();
        assert!(said.contains(why), "{name}: {said}");
        let entries = story.world.entries().await;
        assert!(story.take_in(name).await.is_err(), "{name}");
        assert_eq!(story.world.entries().await, entries);
    }
    assert!(story.take_in("../home/licentia.db").await.is_err(), "nothing outside is a file of the inbox");
    assert_eq!(names(&directory), before);
}

#[tokio::test]
async fn what_was_compared_is_what_is_taken_in() {
    let story = Story::new().await;
    let token = story.token("till").await;
    let shown = story.result(&token).await;
    let name = story.put(&shown);
    std::fs::remove_file(story.inbox.directory().join(&name)).unwrap();
    let other = story.result(&token).await;
    story.put(&other);
    let probes = story.world.licentia.probes();
    let take = |key: String| {
        let (operator, inbox, name) = (&story.world.operator, &story.inbox, OsStr::new(&name));
        async move { probes.take_in(operator, inbox, name, Some(&key)).await }
    };
    assert!(matches!(take(shown.key_fingerprint()).await, Err(Error::Invalid { why, .. }) if why.contains("another")));
    assert!(matches!(take(other.key_fingerprint()).await, Ok(TakenIn::Now { .. })));
}

#[tokio::test]
async fn an_inbox_that_is_not_there_is_empty() {
    let story = Story::new().await;
    let none = Inbox::at(story.world.path("nowhere"));
    assert!(story.world.licentia.probes().inbox(&none).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_signed_result_comes_by_hand_as_well_and_only_for_its_token() {
    let story = Story::new().await;
    let (token, other) = (story.token("till").await, story.token("desk").await);
    let result = story.result(&token).await;
    let probes = story.world.licentia.probes();
    let operator = &story.world.operator;
    let wrong = probes.consume_token(operator, &other, result.text()).await;
    assert!(matches!(wrong, Err(Error::ProbeResult(_))), "{wrong:?}");
    let altered = result.text().replace("linux", "plan9");
    assert!(matches!(probes.consume_token(operator, &token, &altered).await, Err(Error::ProbeResult(_))));
    let file = format!("{}\n", result.text());
    let probe = probes.consume_token(operator, &token, &file).await.unwrap();
    assert_eq!(probe.result.as_deref(), Some(file.as_str()), "kept as it came");
    assert_eq!(SignedResult::of(&probe), Some(result));

    let probe = probes.consume_token(operator, &other, "{\"cpu\":\"x86-64\"}").await.unwrap();
    assert_eq!(SignedResult::of(&probe), None);
    assert!(story.world.last_entry().await.payload_value()["key_fingerprint"].is_null(), "unsigned");
}

//! A log and its witnesses: known, asked, believed, and told about what they saw.

use crate::common::World;
use ed25519_dalek::SigningKey;
use licentia_core::tlog;
use licentia_core::witness::{
    AddCheckpoint, Asked, Log, NewWitness, Post, Refusal, Reply, SIZE_TYPE, Seen, WitnessError, WitnessKey,
};
use licentia_core::{Backup, CheckState, Error, Explanation, Licentia, Noun, RestoreRequest, Timestamp, Witness};
use std::sync::{Arc, Mutex};

/// A witness without a network.
#[derive(Clone)]
struct Remote {
    key: Arc<WitnessKey>,
    log: Arc<Log>,
    seen: Arc<Mutex<Option<Seen>>>,
    /// What came in, for whoever wants to look.
    requests: Arc<Mutex<Vec<AddCheckpoint>>>,
    now: Timestamp,
}

impl Remote {
    async fn new(world: &World) -> Self {
        let vkey = world.licentia.audit().verifier_key().await.unwrap();
        Self {
            key: Arc::new(WitnessKey::new("witness.example.com/one", &[9; 32]).unwrap()),
            log: Arc::new(Log::gather([vkey]).unwrap().remove(0)),
            seen: Arc::default(),
            requests: Arc::default(),
            now: world.licentia.ambient().now(),
        }
    }

    fn post(&self) -> Post {
        let remote = self.clone();
        Arc::new(move |url, body| {
            assert_eq!(url, "https://witness.example.com/base/add-checkpoint");
            let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
            remote.requests.lock().unwrap().push(request.clone());
            let mut seen = remote.seen.lock().unwrap();
            let (status, content_type, body) = match request.judge(&remote.log, seen.as_ref(), &remote.key, remote.now)
            {
                Ok(new) => {
                    let lines = new.cosignatures(&remote.key);
                    *seen = Some(new);
                    (200, "text/plain", lines)
                }
                Err(Refusal::Conflict { size, .. }) => (409, SIZE_TYPE, format!("{size}\n")),
                Err(refusal) => (refusal.status(), "text/plain", refusal.to_string()),
            };
            Ok(Reply { status, content_type: content_type.to_owned(), body: body.into_bytes() })
        })
    }

    fn vkey(&self) -> String {
        self.key.verifier_key().to_string()
    }

    fn olds(&self) -> Vec<u64> {
        self.requests.lock().unwrap().iter().map(|request| request.old).collect()
    }
}

fn answering(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Post {
    let body = body.into();
    Arc::new(move |_, _| Ok(Reply { status, content_type: content_type.to_owned(), body: body.clone() }))
}

fn new_witness(key: String) -> NewWitness {
    NewWitness {
        name: "acme-witness".to_owned(),
        url: "https://witness.example.com/base/".to_owned(),
        verifier_key: key,
    }
}

impl World {
    /// A checkpoint of everything there is: how large.
    async fn signed(&self) -> u64 {
        u64::try_from(self.checkpoint().await.size).unwrap()
    }

    async fn with_witness() -> (Self, Remote, Witness) {
        let world = Self::new().await;
        let remote = Remote::new(&world).await;
        let witness = world.licentia.witnesses().add(&world.operator, new_witness(remote.vkey())).await.unwrap();
        (world, remote, witness)
    }

    async fn ask(&self, witness: &Witness, post: Post) -> Result<Asked, WitnessError> {
        match self.licentia.witnesses().ask(witness, post).await {
            Ok(asked) => Ok(asked),
            Err(Error::Witness(error)) => Err(error),
            Err(error) => panic!("{error}"),
        }
    }

    async fn words(&self, licentia: &Licentia) -> Option<String> {
        let latest = licentia.witnesses().latest().await.unwrap();
        latest.map(|latest| latest.words(self.licentia.ambient().now()))
    }
}

#[tokio::test]
async fn a_witness_is_made_known_once_and_removed_by_its_name() {
    let (world, remote, witness) = World::with_witness().await;
    let witnesses = world.licentia.witnesses();
    assert_eq!(witness.url, "https://witness.example.com/base");
    assert_eq!(witnesses.list().await.unwrap(), std::slice::from_ref(&witness));

    let again = world.refused(witnesses.add(&world.operator, new_witness(remote.vkey()))).await;
    assert!(matches!(again, Error::NameTaken { noun: Noun::Witness, .. }));
    let renamed = NewWitness { name: "other".to_owned(), ..new_witness(remote.vkey()) };
    let again = world.refused(witnesses.add(&world.operator, renamed)).await;
    assert!(matches!(again, Error::Witness(WitnessError::KeyKnown { name }) if name == "acme-witness"));

    let removed = witnesses.remove(&world.operator, "acme-witness").await.unwrap();
    assert_eq!(removed, witness);
    assert!(witnesses.list().await.unwrap().is_empty());
    let gone = world.refused(witnesses.remove(&world.operator, "acme-witness")).await;
    let said = Explanation::from(&gone);
    assert_eq!(said.message, "there is no witness acme-witness");
    assert_eq!(said.hint.as_deref(), Some("`licentia audit witness list` shows what there is."));
    world.assert_verified().await;
}

/// After a lost database the epoch is the number of seconds since 1970: nobody can look into each of so many.
#[tokio::test]
async fn that_a_witness_has_signed_nothing_is_found_out_in_any_epoch() {
    let world = World::new().await;
    let backup = world.back_up("backup.db").await;
    let world = world.lost_and_restored(RestoreRequest { file: backup, published: None, force: true }).await;
    world.checkpoint().await;
    let remote = Remote::new(&world).await;
    let witnesses = world.licentia.witnesses();
    witnesses.add(&world.operator, new_witness(remote.vkey())).await.unwrap();
    assert_eq!(witnesses.latest().await.unwrap(), None);
}

#[tokio::test]
async fn what_is_no_address_or_no_key_of_a_witness_is_refused() {
    let world = World::new().await;
    let remote = Remote::new(&world).await;
    let witnesses = world.licentia.witnesses();
    for url in [
        "",
        "witness.example.com",
        "ftp://a",
        "https://",
        "https:///a",
        "https://me:you@a",
        "http://a?b",
        "http://a b",
        "http://ä",
    ] {
        let new = NewWitness { url: url.to_owned(), ..new_witness(remote.vkey()) };
        let error = world.refused(witnesses.add(&world.operator, new)).await;
        assert!(matches!(error, Error::Invalid { what: "the witness's URL", .. }), "{url}: {error}");
    }
    let key = remote.vkey();
    let of_a_log = world.licentia.audit().verifier_key().await.unwrap().to_string();
    for key in ["", "a+b+c", &key[1..], &key[..key.len() - 4], &of_a_log] {
        let error = world.refused(witnesses.add(&world.operator, new_witness(key.to_owned()))).await;
        assert!(matches!(error, Error::Invalid { what: "the verifier key", .. }), "{key}: {error}");
    }
}

#[tokio::test]
async fn a_growing_log_is_witnessed_and_everybody_can_see_how_far() {
    let (world, remote, witness) = World::with_witness().await;
    assert_eq!(world.ask(&witness, remote.post()).await, Err(WitnessError::NoCheckpoint));
    assert_eq!(world.words(&world.licentia).await, None);

    let size = world.signed().await;
    let asked = world.ask(&witness, remote.post()).await.unwrap();
    assert_eq!((asked.size, asked.known, asked.signed_at), (size, false, remote.now));
    assert_eq!(
        world.words(&world.licentia).await.unwrap(),
        format!("witnessed up to {size}, just now, by acme-witness")
    );
    // Asked again it has nothing to say.
    assert!(world.ask(&witness, remote.post()).await.unwrap().known);
    assert_eq!(remote.olds(), [0]);

    for subject in ["one", "two", "three"] {
        world.issue(subject).await;
        world.signed().await;
        world.issue("in between").await;
        let size = world.signed().await;
        let asked = world.ask(&witness, remote.post()).await.unwrap();
        assert_eq!((asked.size, asked.known), (size, false));
    }
    assert_eq!(remote.olds(), [0, 4, 6, 8], "each time from where it was the last time");
    world.clock.advance(14 * 60);
    assert_eq!(world.words(&world.licentia).await.unwrap(), "witnessed up to 10, 14 minutes ago, by acme-witness");
    world.assert_verified().await;
}

#[tokio::test]
async fn what_the_witness_knows_is_learnt_from_its_answer() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    world.issue("one").await;
    // Somebody else asked it for this log; here it is as if its answers never came.
    world.licentia.witnesses().remove(&world.operator, "acme-witness").await.unwrap();
    let other = WitnessKey::new("witness.example.com/two", &[9; 32]).unwrap();
    let remote = Remote { key: Arc::new(other), ..remote };
    let witness = world.licentia.witnesses().add(&world.operator, new_witness(remote.vkey())).await.unwrap();
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    assert_eq!(remote.olds(), [0, 0, 4]);
}

#[tokio::test]
async fn a_log_that_was_rolled_back_or_forked_is_told_so() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    let database = &world.licentia.place().database;
    let older = world.path("older.db");
    world.tamper(&format!("VACUUM INTO '{}'", older.display()));
    for subject in ["one", "two", "three"] {
        world.issue(subject).await;
    }
    let ours = world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();

    // The older copy, whose pin nobody has.
    let place = licentia_core::Place { database: older.clone(), pins: None };
    let rolled_back = Licentia::open(place, world.licentia.ambient().clone()).await.unwrap();
    let error = rolled_back.witnesses().ask(&witness, remote.post()).await.unwrap_err();
    assert!(matches!(error, Error::Witness(WitnessError::Ahead { theirs, ours: 4, .. }) if theirs == ours), "{error}");
    rolled_back.close().await;

    // The same, after it went on in another way.
    let fork = World { licentia: world.reopen(older).await, operator: world.operator.clone(), ..World::new().await };
    for subject in ["four", "five", "six", "seven"] {
        fork.issue(subject).await;
    }
    fork.signed().await;
    assert_eq!(
        fork.ask(&witness, remote.post()).await,
        Err(WitnessError::OtherHistory { witness: "acme-witness".to_owned() })
    );
    assert_eq!(fork.words(&fork.licentia).await, None, "what is not signed is not shown");
    assert!(database.exists());
}

impl World {
    async fn reopen(&self, database: std::path::PathBuf) -> Licentia {
        let place = licentia_core::Place { database, pins: None };
        Licentia::open(place, self.licentia.ambient().clone()).await.unwrap()
    }
}

#[tokio::test]
async fn an_entry_that_was_changed_is_noticed_before_anything_is_sent() {
    let (world, remote, witness) = World::with_witness().await;
    let size = world.signed().await;
    world.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq = 2");
    assert_eq!(world.ask(&witness, remote.post()).await, Err(WitnessError::Disagrees { size }));
    assert!(remote.olds().is_empty());
}

#[tokio::test]
async fn the_doctor_tells_how_far_the_log_is_witnessed() {
    let (world, remote, witness) = World::with_witness().await;
    let said = async || {
        let diagnosis = world.licentia.diagnose().await.unwrap();
        let check = diagnosis.checks.into_iter().find(|check| check.name == "witness").unwrap();
        (check.state, check.found)
    };
    assert_eq!(said().await, (CheckState::Ok, "1 known, and none has signed yet".to_owned()));
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    assert_eq!(said().await, (CheckState::Ok, "witnessed up to 4, just now, by acme-witness".to_owned()));
    world.issue("one").await;
    world.signed().await;
    world.clock.advance(86_400);
    assert_eq!(said().await.0, CheckState::Ok);
    world.clock.advance(1);
    let (state, found) = said().await;
    assert_eq!(state, CheckState::Warning);
    assert_eq!(found, "witnessed up to 4, 1 day ago, by acme-witness; a later checkpoint waits for more than a day");
    world.licentia.witnesses().remove(&world.operator, "acme-witness").await.unwrap();
    let (state, found) = said().await;
    assert_eq!((state, found.starts_with("none is known")), (CheckState::Ok, true), "{found}");
}

#[tokio::test]
async fn answers_that_are_none_are_not_kept() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    let bad = async |post: Post| match world.ask(&witness, post).await {
        Err(WitnessError::BadAnswer { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    // Another witness, under its own name and under the right one.
    let other = |name| Remote {
        key: Arc::new(WitnessKey::new(name, &[8; 32]).unwrap()),
        seen: Arc::default(),
        ..remote.clone()
    };
    assert_eq!(bad(other("elsewhere").post()).await, "its key did not sign");
    assert_eq!(bad(other("witness.example.com/one").post()).await, "its key did not sign");
    assert_eq!(bad(answering(200, "", "")).await, "its key did not sign");
    assert!(bad(answering(200, "", "nonsense\n")).await.contains("malformed"));
    assert!(bad(answering(200, "", [0xff])).await.contains("UTF-8"));
    // The right key under another checkpoint.
    let elsewhere = tlog::Checkpoint::new("a", 4, [0; 32]).unwrap();
    let line = |time| {
        let key = SigningKey::from_bytes(&[9; 32]);
        format!("{}\n", elsewhere.cosign("witness.example.com/one", &key, time).unwrap())
    };
    assert_eq!(bad(answering(200, "", line(1))).await, "its signature does not hold");
    // Its clock is ahead by more than clocks are.
    let at = |seconds| Remote {
        now: Timestamp::from_seconds(remote.now.seconds() + seconds),
        seen: Arc::default(),
        ..remote.clone()
    };
    assert_eq!(bad(at(301).post()).await, "it says that it signed in the future");
    assert_eq!(bad(answering(409, SIZE_TYPE, "1\n")).await, "it kept telling of other sizes of this log");
    assert_eq!(world.words(&world.licentia).await, None);
    world.ask(&witness, at(300).post()).await.unwrap();
}

#[tokio::test]
async fn each_refusal_has_its_words() {
    let (world, _, witness) = World::with_witness().await;
    world.signed().await;
    let refused = async |post: Post| Explanation::from(&Error::Witness(world.ask(&witness, post).await.unwrap_err()));
    assert!(refused(answering(404, "", "")).await.message.contains("does not know this log"));
    assert!(refused(answering(403, "", "")).await.message.contains("does not know the key"));
    assert!(refused(answering(422, "", "")).await.message.contains("another history"));
    assert!(refused(answering(409, SIZE_TYPE, "99\n")).await.message.contains("seen this log with 99 entries"));
    assert!(refused(answering(409, "text/html", "99\n")).await.message.contains("refused with status 409"));
    assert!(refused(answering(302, "", "")).await.message.contains("refused with status 302"));
    let html = refused(answering(502, "text/html", format!("<html>\u{1b}[2J{}", "x".repeat(5_000)))).await;
    let cause = html.cause.unwrap();
    assert!(cause.starts_with("It said: <html>") && cause.len() < 300 && !cause.contains('\u{1b}'), "{cause}");
    let down: Post = Arc::new(|_, _| Err("connection refused".to_owned()));
    let down = refused(down).await;
    assert_eq!(down.message, "witness acme-witness cannot be reached");
    assert_eq!(down.cause.as_deref(), Some("Connection refused."));
}

#[tokio::test]
async fn a_witness_that_forgot_is_told_apart_from_one_that_never_knew() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    world.issue("one").await;
    let known = world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    world.issue("two").await;
    world.signed().await;
    *remote.seen.lock().unwrap() = None;
    let name = "acme-witness".to_owned();
    assert_eq!(world.ask(&witness, remote.post()).await, Err(WitnessError::Forgot { witness: name, theirs: 0, known }));
}

#[tokio::test]
async fn one_that_is_down_keeps_no_other_from_being_asked() {
    let (world, remote, _) = World::with_witness().await;
    world.signed().await;
    let second = WitnessKey::new("second", &[4; 32]).unwrap();
    let new = NewWitness {
        name: "second".to_owned(),
        url: "http://127.0.0.1:1".to_owned(),
        verifier_key: second.verifier_key().to_string(),
    };
    world.licentia.witnesses().add(&world.operator, new).await.unwrap();
    let up = remote.post();
    let post: Post =
        Arc::new(
            move |url, body| {
                if url.starts_with("http:") { Err("connection refused".to_owned()) } else { up(url, body) }
            },
        );
    let outcomes = world.licentia.witnesses().ask_all(post).await.unwrap();
    let said: Vec<_> = outcomes.iter().map(|(witness, outcome)| (witness.name.as_str(), outcome.is_ok())).collect();
    assert_eq!(said, [("acme-witness", true), ("second", false)]);
}

#[tokio::test]
async fn a_copy_for_review_shows_what_was_witnessed_and_cannot_ask() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    let copy = world.path("review.db");
    world.licentia.backup(&copy, Backup::ForReview, World::quiet()).await.unwrap();
    let place = licentia_core::Place { database: copy, pins: None };
    let copy = Licentia::open(place, world.licentia.ambient().clone()).await.unwrap();
    assert_eq!(world.words(&copy).await.unwrap(), "witnessed up to 4, just now, by acme-witness");
    assert!(matches!(copy.witnesses().ask(&witness, remote.post()).await, Err(Error::NoVault)));
}

#[tokio::test]
async fn a_line_that_somebody_forged_is_not_shown() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    world.tamper(
        "DROP TRIGGER audit_cosignature_no_update;
         UPDATE audit_cosignature SET line = replace(line, 'witness.example.com/one ', 'witness.example.com/one A')",
    );
    assert_eq!(world.words(&world.licentia).await, None);
}

/// Who has the log's key signs another checkpoint of that size, or who has only the file invents a line.
#[tokio::test]
async fn a_line_that_does_not_hold_keeps_no_witness_from_being_asked() {
    for forged in [
        "INSERT INTO audit_cosignature SELECT 5, witness, line, signed_at, received_at FROM audit_cosignature WHERE size = 4",
        "INSERT INTO audit_cosignature VALUES (5, 'witness.example.com/one', 'x', 0, 0)",
    ] {
        let (world, remote, witness) = World::with_witness().await;
        world.signed().await;
        world.ask(&witness, remote.post()).await.unwrap();
        world.issue("one").await;
        assert_eq!(world.signed().await, 5);
        world.tamper(forged);
        let said = world.words(&world.licentia).await.unwrap();
        assert!(said.starts_with("witnessed up to 4,"), "what held before still does: {said}");
        let asked = world.ask(&witness, remote.post()).await.unwrap();
        assert_eq!((asked.size, asked.known), (5, false), "{forged}");
        assert_eq!(remote.olds(), [0, 4]);
        assert!(world.words(&world.licentia).await.unwrap().starts_with("witnessed up to 5,"));
        assert!(world.ask(&witness, remote.post()).await.unwrap().known);
    }
}

#[tokio::test]
async fn a_witness_that_lost_its_memory_goes_on_with_a_new_key_of_its_name() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    world.ask(&witness, remote.post()).await.unwrap();
    // Its memory is gone: as advised, it comes back with another key. Its name is still its name.
    world.clock.advance(60);
    world.licentia.witnesses().remove(&world.operator, "acme-witness").await.unwrap();
    let key = WitnessKey::new("witness.example.com/one", &[8; 32]).unwrap();
    let anew = Remote { key: Arc::new(key), seen: Arc::default(), requests: Arc::default(), ..remote.clone() };
    let witness = world.licentia.witnesses().add(&world.operator, new_witness(anew.vkey())).await.unwrap();
    assert_eq!(world.words(&world.licentia).await, None);
    world.clock.advance(60);

    let asked = world.ask(&witness, anew.post()).await.unwrap();
    assert_eq!((asked.size, asked.known), (4, false), "the very checkpoint that the old key signed");
    assert!(world.words(&world.licentia).await.unwrap().starts_with("witnessed up to 4,"));
    assert!(world.ask(&witness, anew.post()).await.unwrap().known);
    let size = world.signed().await;
    assert_eq!(world.ask(&witness, anew.post()).await.unwrap().size, size);
    assert_eq!(anew.olds(), [0, 4]);
    world.assert_verified().await;
}

/// Between reading the last checkpoint and the answer another process signs a larger one and has it witnessed.
#[tokio::test]
async fn what_another_process_had_witnessed_meanwhile_is_no_other_history() {
    let (world, remote, witness) = World::with_witness().await;
    world.signed().await;
    let world = Arc::new(world);
    let (other, asks, once) = (Arc::clone(&world), remote.post(), Arc::new(Mutex::new(true)));
    let known = witness.clone();
    let post: Post = Arc::new(move |url, body| {
        if std::mem::take(&mut *once.lock().unwrap()) {
            let (other, known, asks) = (Arc::clone(&other), known.clone(), Arc::clone(&asks));
            tokio::runtime::Handle::current().block_on(async move {
                other.issue("meanwhile").await;
                other.signed().await;
                other.ask(&known, asks).await.unwrap();
            });
        }
        asks(url, body)
    });
    let asked = world.ask(&witness, post).await.unwrap();
    assert_eq!((asked.size, asked.known), (5, true));
}

#[tokio::test]
async fn a_witness_that_has_another_tree_of_the_same_size_knows_another_history() {
    let (world, _, witness) = World::with_witness().await;
    let size = world.signed().await;
    // Before July 2026 the specification had 409 for that too, and not all of them gave the size then.
    let first = answering(409, SIZE_TYPE, format!("{size}\n"));
    let plain = answering(409, "text/plain", "conflict\n");
    let second: Post = Arc::new({
        let first = Arc::clone(&first);
        move |url, body| if body.starts_with("old 0\n") { first(url, body) } else { plain(url, body) }
    });
    for post in [first, second] {
        assert_eq!(
            world.ask(&witness, post).await,
            Err(WitnessError::OtherHistory { witness: "acme-witness".to_owned() })
        );
    }
}

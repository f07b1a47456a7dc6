//! From the first key to the database and back, with real services in a temporary directory.

use super::support::NOW;
use crate::Start;
use crate::tab::TabId;
use crate::testing::Harness;
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, Backup, Founding, IssueRequest, LicenseFilter, Licentia, Place, Term, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

pub(super) const PASSPHRASE: &str = "correct horse";

/// A home that goes when the test ends, and a clock that moves a second at each look.
pub(super) struct Home {
    pub(super) directory: TempDir,
    pub(super) ambient: Ambient,
}

impl Home {
    pub(super) fn empty() -> Self {
        let clock = AtomicI64::new(NOW.seconds());
        let now = move || Timestamp::from_seconds(clock.fetch_add(1, Ordering::Relaxed));
        let ambient = Ambient::new(now, |bytes| getrandom::fill(bytes).unwrap());
        Self { directory: tempfile::tempdir().unwrap(), ambient }
    }

    /// With `licenses` licenses in it.
    pub(super) async fn founded(licenses: u32) -> Self {
        let home = Self::empty();
        let licentia = Licentia::create(home.place(), home.ambient.clone()).await.unwrap();
        let founding = Founding { vendor: None, issuer: "main".to_owned(), status_url: None, throwaway: true };
        let founded = licentia.vault().create(&passphrase(), actor(), founding).await.unwrap();
        let requests = (1..=licenses).map(request).collect();
        if licenses > 0 {
            licentia.licenses().issue_batch(&founded.operator, requests, Arc::new(|_, _| ())).await.unwrap();
        }
        licentia.close().await;
        home
    }

    pub(super) fn place(&self) -> Place {
        let directory = self.directory.path();
        Place { database: directory.join("home/licentia.db"), pins: Some(directory.join("pins")) }
    }

    pub(super) fn start(&self, passphrase: Option<Passphrase>) -> Start {
        let (place, ambient) = (self.place(), self.ambient.clone());
        Start {
            place,
            ambient,
            actor: actor(),
            passphrase,
            named_home: None,
            audience: Ok(vec![]),
            publish_to: None,
            stops_after_failure: false,
            log_claim: true,
            inbox: self.path("inbox"),
            post: crate::testing::nobody(),
        }
    }

    pub(super) async fn open(&self, passphrase: Option<Passphrase>) -> Harness {
        self.open_on(TabId::Licenses, passphrase).await
    }

    pub(super) async fn open_on(&self, tab: TabId, passphrase: Option<Passphrase>) -> Harness {
        let start = self.start(passphrase);
        let mut harness = Harness::on_tab(tab, start, 120, 36).await.unwrap();
        harness.settle().await;
        harness
    }

    /// A path beside the home.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn database(&self) -> PathBuf {
        self.place().database
    }

    /// Somebody edits the file with another program.
    pub(super) fn tamper(&self, sql: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }

    /// Another process gives the log a new key.
    pub(super) async fn rotate_key(&self) {
        let licentia = Licentia::open(self.place(), self.ambient.clone()).await.unwrap();
        let operator = licentia.vault().unlock(&passphrase(), actor()).await.unwrap();
        licentia.audit().rotate_key(&operator).await.unwrap();
        licentia.close().await;
    }

    /// Another process deletes the newest license.
    pub(super) async fn delete_newest(&self) {
        let licentia = Licentia::open(self.place(), self.ambient.clone()).await.unwrap();
        let operator = licentia.vault().unlock(&passphrase(), actor()).await.unwrap();
        let page = licentia.licenses().list(&LicenseFilter::default(), None, 1).await.unwrap();
        licentia.licenses().delete(&operator, page.items[0].id).await.unwrap();
        licentia.close().await;
    }
}

pub(super) fn request(number: u32) -> IssueRequest {
    IssueRequest {
        subject: format!("customer{number:04}"),
        audience: vec!["studio".to_owned()],
        issuer: None,
        not_before: None,
        term: Term::Days(365),
        features: vec![],
        limits: [].into(),
        payload: None,
        identity: None,
        machines: vec![],
        totp: false,
    }
}

pub(super) fn actor() -> Actor {
    Actor::new("mathieu@build7").unwrap()
}

pub(super) fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned()).unwrap()
}

#[track_caller]
pub(super) fn shows(harness: &mut Harness, parts: &[&str]) {
    let screen = harness.screen();
    for part in parts {
        assert!(screen.contains(part), "{part} is not in\n{screen}");
    }
}

#[tokio::test]
async fn the_first_start_sets_a_home_up_and_issues_a_license() {
    let home = Home::empty();
    let mut screen = home.open(None).await;
    shows(&mut screen, &["Welcome to Licentia"]);
    screen.type_text(PASSPHRASE).press("<tab>").type_text(PASSPHRASE).press("<enter>").settle().await;
    shows(&mut screen, &["The home is set up", "blake3:", "urn:uuid:", "Write the fingerprint"]);
    screen.press("<enter>");
    shows(&mut screen, &["There is no license yet", "mathieu@build7"]);

    screen.press("n").settle().await;
    screen.press("alice@example.com<tab>studio<enter>30<enter>export<tab>seats=10<tab>{\"order\":1}<enter>");
    shows(&mut screen, &["Sign this license?", "issuer    main"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["is signed", "alice@example.com", "active", "expiring", "2026-06-19"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["seats=10", "\"order\": 1", "issuer       main"]);

    screen.press("q");
    assert!(screen.has_left());
    screen.close().await.unwrap();
    assert!(home.directory.path().join("pins").is_dir());
}

#[tokio::test]
async fn a_setup_that_core_refuses_can_be_corrected() {
    let home = Home::empty();
    let mut screen = home.open(None).await;
    screen.type_text(PASSPHRASE).press("<tab>").type_text(PASSPHRASE);
    screen.press("<tab><tab><tab>not an address<enter>").settle().await;
    shows(&mut screen, &["Error"]);
    screen.press("<esc><ctrl-u><enter>").settle().await;
    shows(&mut screen, &["The home is set up"]);
}

#[tokio::test]
async fn a_wrong_passphrase_is_asked_for_again() {
    let home = Home::founded(1).await;
    let mut screen = home.open(None).await;
    shows(&mut screen, &["Unlock", "customer0001"]);
    screen.press("wrong<enter>").settle().await;
    shows(&mut screen, &["passphrase is wrong"]);
    screen.type_text(PASSPHRASE).press("<enter>").settle().await;
    shows(&mut screen, &["mathieu@build7"]);
    assert!(!screen.screen().contains("Unlock"));
}

#[tokio::test]
async fn who_has_no_passphrase_reads_everything_and_changes_nothing() {
    let home = Home::founded(1).await;
    let mut screen = home.open(None).await;
    screen.press("<esc>nx");
    shows(&mut screen, &["reviewer mode: read only", "Press L and give it"]);
    screen.press("<enter>").settle().await;
    screen.press("<tab><tab><tab>");
    shows(&mut screen, &["eyJ"]);
    screen.press("<esc>9").settle().await;
    shows(&mut screen, &["license.issue", "vault.create"]);
    screen.press("2L").type_text(PASSPHRASE).press("<enter>").settle().await;
    screen.press("n").settle().await;
    shows(&mut screen, &["Issue a license"]);
    screen.press("<esc>L").settle().await;
    shows(&mut screen, &["reviewer mode: read only"]);
}

#[tokio::test]
async fn a_license_is_revoked_given_back_and_issued_anew() {
    let home = Home::founded(1).await;
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("x<right><right><right><right><tab>unpaid<enter>");
    shows(&mut screen, &["Revoke?", "breach", "unpaid", "goes on working"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["revoked"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["reason       breach", "note         unpaid", "by mathieu@build7"]);
    screen.press("u<enter>").settle().await;
    shows(&mut screen, &["status       active", "is active again"]);
    screen.press("e").settle().await;
    screen.press("<ctrl-u>bob<enter><ctrl-u>perpetual<enter><enter>");
    shows(&mut screen, &["bob  (changed)", "never  (changed)"]);
    screen.press("<enter>").settle().await;
    shows(&mut screen, &["for bob", "expires      never", "replaces", "Chain (2)"]);
    screen.press("A").settle().await;
    shows(&mut screen, &["license.reissue"]);
    screen.press("A<esc>s").settle().await;
    shows(&mut screen, &["Licenses: active", "bob"]);
    assert!(!screen.screen().contains("customer0001"));
    screen.press("ss").settle().await;
    shows(&mut screen, &["Licenses: superseded", "customer0001"]);
}

#[tokio::test]
async fn the_log_is_filtered_by_kind_actor_and_target() {
    let home = Home::founded(3).await;
    let mut screen = home.open(Some(passphrase())).await;
    screen.press("x<enter><enter>").settle().await;
    screen.press("9").settle().await;
    shows(&mut screen, &["1 of 7", "license.revoke", "vault.create"]);
    screen.press("flicense.*<enter>").settle().await;
    shows(&mut screen, &["kind license.*", "1 of 4"]);
    screen.press("f<ctrl-u>license.revoke<enter>").settle().await;
    shows(&mut screen, &["1 of 1"]);
    screen.press("<enter>");
    shows(&mut screen, &["\"reason\": \"other\"", "previous hash", "blake3:"]);
    screen.press("<esc>F").settle().await;
    screen.press("f<tab><tab>main<enter>").settle().await;
    shows(&mut screen, &["target main", "issuer.create", "1 of 2"]);
    screen.press("f<tab>nobody<enter>").settle().await;
    shows(&mut screen, &["No entry matches"]);
}

#[tokio::test]
async fn long_lists_are_read_page_by_page_to_the_end() {
    let home = Home::founded(730).await;
    let mut screen = home.open(Some(passphrase())).await;
    shows(&mut screen, &["1 of 100+"]);
    screen.press("<end>").settle().await;
    shows(&mut screen, &["730 of 730"]);
    screen.press("<home>").settle().await;
    shows(&mut screen, &["1 of 100+"]);
    screen.press("/r07<enter>").settle().await;
    shows(&mut screen, &["1 of 31", "customer07"]);
    screen.press("9<end>").settle().await;
    shows(&mut screen, &["733 of 733", "vault.create"]);
}

#[tokio::test]
async fn a_service_that_refuses_is_explained() {
    let home = Home::founded(1).await;
    let mut first = home.open(Some(passphrase())).await;
    let mut second = home.open(Some(passphrase())).await;
    first.press("x<enter><enter>").settle().await;
    second.press("x<enter><enter>").settle().await;
    shows(&mut second, &["Error", "revoked"]);
}

#[tokio::test]
async fn a_copy_for_review_opens_in_reviewer_mode_at_once() {
    let home = Home::founded(1).await;
    let copy = Home::empty();
    std::fs::create_dir(copy.directory.path().join("home")).unwrap();
    let licentia = Licentia::open(home.place(), home.ambient.clone()).await.unwrap();
    licentia.backup(&copy.place().database, Backup::ForReview, Arc::new(|_, _| ())).await.unwrap();
    licentia.close().await;

    let mut screen = copy.open(None).await;
    shows(&mut screen, &["reviewer mode: read only", "licentia.db  log", "customer0001"]);
    screen.press("n");
    shows(&mut screen, &["made for review"]);
    screen.press("9").settle().await;
    shows(&mut screen, &["vault.create", "1 of 4"]);
    screen.press("q").settle().await;
    screen.close().await.unwrap();
}

#[tokio::test]
async fn what_another_process_writes_appears_by_itself() {
    let home = Home::founded(3).await;
    let mut watching = home.open(None).await;
    watching.press("<esc>").wait_a_second().await;
    watching.press("<down>");
    shows(&mut watching, &["2 of 3", "> "]);
    let selected = |screen: &str| screen.lines().find(|line| line.starts_with('>')).map(str::to_owned).unwrap();
    let before = selected(&watching.screen());

    let mut working = home.open(Some(passphrase())).await;
    working.press("nnewcomer<tab>studio<enter>30<enter><enter><enter>").settle().await;

    watching.wait_a_second().await;
    shows(&mut watching, &["newcomer", "3 of 4"]);
    assert_eq!(selected(&watching.screen()), before, "the selection stays on its row");
    watching.press("9").settle().await;
    shows(&mut watching, &["1 of 7"]);
    working.press("x<enter><enter>").settle().await;
    watching.wait_a_second().await;
    shows(&mut watching, &["license.revoke", "2 of 8"]);
}

//! Backups, copies for a reviewer, and the doctor.

use super::{assert_verified, entries, issue};
use crate::founded;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_backup_is_a_whole_and_verified_copy() {
    let mut shell = founded();
    issue(&shell, "alice");
    let run = shell.run("backup --out copy.db --format json").done();
    let report = run.json();
    assert_eq!(report["verified"], true);
    assert_eq!(report["for_review"], false);
    assert_eq!(shell.path("copy.db").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    shell.run("backup --out copy.db").refused("copy.db");
    shell.run("backup --out no/such/dir.db").refused("dir.db");
    assert_verified(&shell);

    // It opens in the place of a home, and is as good as the first.
    shell.run("license list --home copy.db").done();
    shell.review("audit verify --home copy.db").done();
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("backup --out second.db").done();
    let before = entries(&shell);
    shell.run("backup --out third.db").done();
    assert_eq!(entries(&shell), before);
    let mut other = crate::empty();
    std::fs::create_dir(other.home()).unwrap();
    std::fs::copy(shell.path("copy.db"), other.database()).unwrap();
    issue(&other, "bob");
    assert_verified(other.set("LICENTIA_PASSPHRASE", None));
}

#[test]
fn a_copy_for_review_holds_no_secret() {
    let shell = founded();
    issue(&shell, "alice");
    shell.run("identity create pin").done();
    let run = shell.run("backup --out review.db --for-review --format json").done();
    assert_eq!(run.json()["for_review"], true);
    let copy = rusqlite::Connection::open(shell.path("review.db")).unwrap();
    for table in ["vault", "secret"] {
        let rows: i64 = copy.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    drop(copy);
    // Nor anything of them in pages that were freed.
    let bytes = std::fs::read(shell.path("review.db")).unwrap();
    let live = rusqlite::Connection::open(shell.database()).unwrap();
    let mut statement = live.prepare("SELECT ciphertext FROM secret UNION ALL SELECT wrapped_key FROM vault").unwrap();
    let secrets: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(secrets.len() >= 4);
    for secret in secrets {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "a sealed secret is in the copy");
    }

    shell.run("license list --home review.db").done();
    let report = shell.review("audit verify --home review.db --format json").done().json();
    assert_eq!(report["verified"], true);
    assert_eq!(report["issues"][0]["code"], "secrets_withheld");
    assert_eq!(report["issues"][0]["severity"], "notice");
    shell.run("license issue --subject b --audience c --days 1 --home review.db").refused("copy for review");
    shell.review("audit verify --home review.db").done();
}

#[test]
fn a_healthy_home() {
    let shell = founded();
    issue(&shell, "alice");
    let run = shell.run("doctor --format json").done();
    assert_eq!(run.json()["healthy"], true, "{run}");
    let fingerprint = shell.run("audit key --format json").done().text("fingerprint");
    assert!(run.out().contains(&fingerprint), "the doctor prints the fingerprint\n{run}");
    for check in run.json()["checks"].as_array().unwrap() {
        assert_eq!(check["state"], "ok", "{check}");
    }
    shell.run("doctor").done();
}

#[test]
fn the_doctor_says_what_to_do() {
    let shell = founded();
    std::fs::set_permissions(shell.database(), PermissionsExt::from_mode(0o644)).unwrap();
    let run = shell.run("doctor --format json").ends(1);
    assert_eq!(run.json()["healthy"], false);
    let wrong: Vec<_> =
        run.json()["checks"].as_array().unwrap().iter().filter(|check| check["state"] != "ok").cloned().collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0]["advice"].as_str().unwrap().contains("chmod"), "{wrong:?}");
    // Files that SQLite made meanwhile took the mode after the database's.
    for file in std::fs::read_dir(shell.home()).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), PermissionsExt::from_mode(0o600)).unwrap();
    }
    shell.run("doctor").done();

    std::fs::write(shell.database(), "not a database").unwrap();
    let run = shell.run("doctor --format json").ends(1);
    assert_eq!(run.json()["healthy"], false);
}

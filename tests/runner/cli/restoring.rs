//! Restoring a backup: what is said, what is kept, what others have to accept.

use super::{entries, issue, newest};
use crate::{PROGRAM, WORKER, founded};
use licentia_tests::{Run, Shell, skip, words};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_backup_takes_the_place_of_the_database_and_others_accept_that_by_name() {
    let mut shell = founded();
    issue(&shell, "alice");
    shell.run("backup --out backup.db").done();
    let bob = issue(&shell, "bob");
    shell.run(&format!("license revoke {bob} --reason refund")).done();
    // Somebody else on this machine saw that.
    let mine = shell.place().pins.unwrap().display().to_string();
    shell.set("LICENTIA_PIN_DIR", "theirs");
    issue(&shell, "carol");
    shell.set("LICENTIA_PIN_DIR", &*mine);

    let restored = shell.run("restore backup.db --format json").done().json();
    assert_eq!((&restored["restored_size"], &restored["abandoned_size"]), (&4.into(), &7.into()));
    assert_eq!((&restored["carried"], &restored["carried_from"]), (&2.into(), &"live".into()));
    let kept = restored["kept"].as_str().unwrap();
    shell.run(&format!("license show {bob} --home {kept}")).done();
    let event = newest(&shell);
    assert_eq!(
        (&event["kind"], &event["severity"], &event["seq"]),
        (&"log.restored".into(), &"critical".into(), &restored["seq"])
    );
    assert_eq!(event["payload"]["abandoned_size"], 7);
    // Whoever restored it goes on.
    shell.review("audit verify").done();
    issue(&shell, "dave");

    shell.set("LICENTIA_PIN_DIR", "theirs");
    let seq = &restored["seq"];
    let run = shell.review("audit verify --format json").ends(3);
    let said = run.json()["issues"][0]["meaning"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!("licentia audit accept {seq}")), "{run}");
    shell.run("license issue --subject x --audience b --days 9").refused("audit accept");
    shell.run("audit accept 1").refused("is no restore");
    let before = entries(&shell);
    let run = shell.set("LICENTIA_PASSPHRASE", None).run(&format!("audit accept {seq} --format json")).done();
    assert_eq!((&run.json()["kind"], &run.json()["verified"]), (&"log.restored".into(), &true.into()));
    assert_eq!(entries(&shell), before, "it changes nothing");
    shell.review("audit verify").done();
    shell.run(&format!("audit accept {seq}")).refused("no restore to accept");
}

#[test]
fn a_restore_is_refused_in_words() {
    let mut shell = founded();
    shell.run("backup --out backup.db").done();
    shell.run("restore backup.db").refused("nothing would be abandoned");
    issue(&shell, "alice");
    shell.run("backup --out review.db --for-review").done();
    shell.run("restore review.db").refused("has no vault");
    shell.run("restore none.db").refused("no database at none.db");
    shell.run("restore").wrong_usage("FILE");
    // The passphrase is that of the time of the backup.
    shell.write("new", "a passphrase of today");
    shell.run("vault change-passphrase --new-passphrase-file new").done();
    shell.set("LICENTIA_PASSPHRASE", "a passphrase of today");
    shell.run("restore backup.db").refused("2026-05-20T12:00:00Z");
    issue(&shell, "bob");
    // A new machine, to which nothing came but the backup.
    let other = crate::empty();
    std::fs::copy(shell.path("backup.db"), other.path("backup.db")).unwrap();
    other.run("restore backup.db").refused("--published DIR");
    let run = other.run("restore backup.db --force").done();
    assert!(run.err().contains("nobody knows all that was revoked"), "{run}");
    other.review("audit verify").done();
    issue(&other, "erin");
}

#[test]
fn every_other_process_has_to_be_left_first() {
    let shell = founded();
    shell.run("backup --out backup.db").done();
    let place = shell.place();
    let mut other = shell.other_command(Path::new(WORKER), ["issue"]);
    other.arg(place.database).arg(place.pins.unwrap()).args(["other", "1000000"]).stdout(Stdio::piped());
    let mut other = other.spawn().unwrap();
    let mut line = String::new();
    // Read from until the end: without a reader it would end by itself.
    let mut lines = BufReader::new(other.stdout.take().unwrap());
    lines.read_line(&mut line).unwrap();
    let run = shell.run("restore backup.db").refused("another Licentia has");
    assert!(run.err().contains("Leave every other Licentia"), "{run}");
    other.kill().unwrap();
    other.wait().unwrap();
    shell.run("restore backup.db").done();
    shell.review("audit verify").done();
}

/// The calls that make something durable.
const CALLS: [&str; 5] = ["fsync", "fdatasync", "link", "unlink", "rename"];

/// The program under `strace`, which kills it when one of its threads makes such a call for the `nth` time.
fn killed_at(shell: &Shell, call: &str, nth: u32, line: &str) -> Run {
    let output = shell
        .other_command(Path::new("strace"), ["-f", "-qq", "-o", "trace", "-e", &format!("trace={call}"), "-e"])
        .arg(format!("inject={call}:signal=KILL:when={nth}"))
        .arg(PROGRAM)
        .args(words(line))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let status = output.status.code().unwrap_or(-1);
    Run { line: line.to_owned(), status, stdout: output.stdout, stderr: output.stderr }
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_database_or_the_new_one() {
    if !Path::new("/usr/bin/strace").exists() {
        return skip("a restore that is killed", "strace is not installed");
    }
    let shell = founded();
    issue(&shell, "alice");
    shell.run("backup --out backup.db").done();
    let bob = issue(&shell, "bob");
    shell.run(&format!("license revoke {bob} --reason refund")).done();
    let pins = shell.place().pins.unwrap();
    let before: Vec<(std::path::PathBuf, Vec<u8>)> = [shell.home(), pins.clone()]
        .iter()
        .flat_map(|directory| std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    let reset = || {
        for directory in [shell.home(), pins.clone()] {
            std::fs::remove_dir_all(&directory).unwrap();
            std::fs::create_dir(&directory).unwrap();
            std::fs::set_permissions(&directory, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        }
        for (path, bytes) in &before {
            std::fs::write(path, bytes).unwrap();
        }
    };
    let (mut old, mut new) = (0, 0);
    for call in CALLS {
        for nth in 1..100 {
            reset();
            let run = killed_at(&shell, call, nth, "restore backup.db");
            if run.status == 0 {
                break;
            }
            if run.err().contains("ptrace") {
                return skip("a restore that is killed", &format!("strace may not trace here: {run}"));
            }
            if is_restored(&shell) {
                new += 1;
            } else {
                old += 1;
                assert_eq!(entries(&shell), 6, "killed at {call} {nth}");
                shell.run("restore backup.db").done();
                assert!(is_restored(&shell));
            }
            issue(&shell, "after");
            shell.review("audit verify").done();
        }
    }
    assert!(old > 5 && new > 0, "{old} times the old one, {new} times the new one");
}

/// Whether the new database is in place; where the pin did not move along with it, it is accepted now.
fn is_restored(shell: &Shell) -> bool {
    let restores = shell.run("audit list --kind log.restored --format json").done().rows();
    let Some(event) = restores.first() else {
        shell.review("audit verify").done();
        return false;
    };
    if shell.review("audit verify").status != 0 {
        shell.run(&format!("audit accept {}", event["seq"])).done();
    }
    shell.review("audit verify").done();
    true
}

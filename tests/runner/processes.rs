//! Several processes at once, processes that are killed, and disks that are full or fail.

use crate::{PROGRAM, WORKER, empty, founded};
use licentia_tests::{Run, Shell, skip};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn worker(shell: &Shell, args: &[&str]) -> Child {
    let (verb, rest) = args.split_first().unwrap();
    let place = shell.place();
    let mut command = shell.other_command(Path::new(WORKER), [verb]);
    command.arg(place.database).arg(place.pins.unwrap()).args(rest);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for it, and answers with the lines it wrote.
#[track_caller]
fn finished(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Ids of all licenses in the database.
fn licenses(shell: &Shell) -> BTreeSet<String> {
    let run = shell.run("license list --limit 100000 --format jsonl").done();
    run.json_lines().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// One chain without a gap, in which each of these licenses has its event.
#[track_caller]
fn assert_whole(shell: &Shell, expected: &BTreeSet<String>) {
    let report = shell.review("audit verify --format json").done().json();
    assert_eq!(report["verified"], true, "{report:#}");
    assert_eq!(report["entries_checked"], report["to"]);
    let found = licenses(shell);
    let lost: Vec<_> = expected.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    let entries = shell.run("audit list --kind license.issue --limit 100000 --format jsonl").done().json_lines();
    let told: BTreeSet<String> = entries.iter().map(|row| row["target_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, found, "licenses and events are not the same");
}

#[test]
fn two_write_a_thousand_each_while_a_third_reads() {
    let shell = founded();
    let reader = worker(&shell, &["read"]);
    let writers = [worker(&shell, &["issue", "one", "1000"]), worker(&shell, &["issue", "two", "1000"])];
    let mut issued = BTreeSet::new();
    for writer in writers {
        issued.extend(finished(writer));
    }
    // Its input ends here, and with it the reading.
    let rounds: u64 = finished(reader)[0].parse().unwrap();
    assert!(rounds > 0, "nothing was read");
    assert_eq!(issued.len(), 2_000);
    assert_whole(&shell, &issued);
    assert_eq!(licenses(&shell), issued);
    assert_eq!(shell.run("audit key --format json").done().json()["size"], 2_003);
    // Each index of a status list is drawn once.
    let rows = shell.run("license list --limit 100000 --format jsonl").done().json_lines();
    let indices: BTreeSet<u64> = rows.iter().map(|row| row["status_list"]["idx"].as_u64().unwrap()).collect();
    assert_eq!(indices.len(), 2_000);
}

#[test]
fn four_shells_at_once() {
    let mut shell = founded();
    // Each with the clock of this machine, as real shells have.
    shell.set("LICENTIA_TEST_NOW", None);
    let issued: Vec<String> = std::thread::scope(|scope| {
        let shells = (0..4).map(|number| {
            let shell = &shell;
            scope.spawn(move || {
                let issue = |turn| {
                    shell
                        .run(&format!(
                            "license issue --subject s{number}-{turn} --audience a --days 9 --actor shell-{number} --format json"
                        ))
                        .done()
                        .id()
                };
                (0..10).map(issue).collect::<Vec<_>>()
            })
        });
        shells.collect::<Vec<_>>().into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    let issued: BTreeSet<String> = issued.into_iter().collect();
    assert_eq!(issued.len(), 40);
    assert_whole(&shell, &issued);
    for number in 0..4 {
        let rows = shell.run(&format!("audit list --actor shell-{number} --format json")).done().rows();
        assert_eq!(rows.len(), 10);
    }
}

#[test]
fn four_found_one_home_at_once_and_one_does() {
    let shell = empty();
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let founders = (0..4).map(|_| scope.spawn(|| shell.run("init")));
        founders.collect::<Vec<_>>().into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let done = runs.iter().filter(|run| run.status == 0).count();
    assert_eq!(done, 1, "{runs:?}");
    for run in runs.into_iter().filter(|run| run.status != 0) {
        run.refused("");
    }
    shell.review("audit verify").done();
    assert_eq!(shell.run("audit list --format json").done().rows().len(), 3);
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    killed_again_and_again(&["issue", "victim", "1000000"], 40);
}

#[test]
fn a_kill_in_the_middle_of_a_rotation_leaves_one_key_or_the_other() {
    killed_again_and_again(&["rotate", "1000000"], 4);
}

/// `most`: after so many acknowledgements at most it is killed.
fn killed_again_and_again(args: &[&str], most: u8) {
    let rounds: u64 =
        std::env::var("LICENTIA_KILLS").map_or(20, |many| many.parse().expect("LICENTIA_KILLS is a number"));
    let shell = founded();
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let mut child = worker(&shell, args);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        // Between the first acknowledgement and the last one, and then at any moment of the next transactions.
        let mut random = [0; 3];
        licentia_tests::fill(&mut random);
        for _ in 0..=random[0] % most {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "round {round}: the worker ended by itself");
            acknowledged.insert(line.trim().to_owned());
        }
        std::thread::sleep(std::time::Duration::from_micros(u64::from(u16::from_be_bytes([random[1], random[2]])) / 8));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it wrote before it was killed was acknowledged too; a half line was not.
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        acknowledged
            .extend(rest.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| line.trim().to_owned()));
        let report = shell.review("audit verify --format json").done().json();
        assert_eq!(report["verified"], true, "round {round}: {report:#}");
    }
    assert!(acknowledged.len() >= usize::try_from(rounds).unwrap());
    assert_whole(&shell, &acknowledged);
    shell.run("license issue --subject after --audience a --days 9").done();
}

#[test]
fn a_process_that_has_the_old_key_writes_nothing_after_a_rotation() {
    let shell = founded();
    let mut late = worker(&shell, &["issue", "late", "1000000"]);
    let mut lines = BufReader::new(late.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let rotated = shell.run("audit rotate-key --format json").done().json();
    lines.read_to_string(&mut line).unwrap();
    let ended = late.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("KeyRotated"), "{said}");
    let issued: BTreeSet<String> = line.lines().map(str::to_owned).collect();
    assert_whole(&shell, &issued);
    assert_eq!(licenses(&shell), issued, "after the rotation nothing came");
    // It was the last that the old key signed.
    let last = shell.run("audit list --limit 1 --format json").done().rows().remove(0);
    assert_eq!(last["kind"], "audit.key_rotate");
    assert_eq!(last["metadata"]["key_id"], rotated["old_key_id"]);
    assert_eq!(shell.run("audit key --format json").done().json()["key_id"], rotated["key_id"]);
    shell.run("license issue --subject s --audience a --days 9").done();
    shell.review("audit verify").done();
}

/// A small disk of its own; unmounted when dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path, size: &str) -> Result<Self, String> {
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "tmpfs"])
            .arg(at)
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(Self(at.to_owned()))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    fn resize(&self, size: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    let shell = empty();
    std::fs::create_dir(shell.home()).unwrap();
    let disk = match SmallDisk::mount(&shell.home(), "2m") {
        Ok(disk) => disk,
        Err(why) => return skip("a full disk", &format!("a small one cannot be mounted: {why}")),
    };
    shell.run("init --status-url https://s.example.com").done();
    let payload = "x".repeat(30_000);
    shell.write("payload.json", format!("\"{payload}\""));
    let mut acknowledged = BTreeSet::new();
    let full = loop {
        let run = shell.run("license issue --subject s --audience a --days 9 --payload @payload.json --format json");
        if run.status != 0 {
            break run;
        }
        acknowledged.insert(run.id());
        assert!(acknowledged.len() < 100, "the disk does not become full");
    };
    assert!(!acknowledged.is_empty(), "nothing fits: {full}");
    let error = full.refused("").error();
    assert!(error["message"].as_str().unwrap().contains("full"), "{error}");
    // A batch that does not fit is not there in part.
    shell.write(
        "many.csv",
        (0..2_000).fold("subject,audience,days\n".to_owned(), |text, n| format!("{text}s{n},a,9\n")),
    );
    shell.run("license issue --from many.csv").refused("");
    assert_eq!(licenses(&shell), acknowledged);

    disk.resize("64m");
    assert_whole(&shell, &acknowledged);
    acknowledged.insert(shell.run("license issue --subject s --audience a --days 9 --format json").done().id());
    assert_whole(&shell, &acknowledged);
    shell.run("doctor").done();
    drop(disk);
}

/// The program under `strace`, which makes system calls fail.
fn with_failing(shell: &Shell, inject: &str, line: &str) -> Run {
    let output = shell
        .other_command(Path::new("strace"), ["-f", "-qq", "-o", "trace", "-e", "trace=fdatasync,fsync", "-e"])
        .arg(format!("inject={inject}"))
        .arg(PROGRAM)
        .args(licentia_tests::words(line))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Run {
        line: line.to_owned(),
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

#[test]
fn a_sync_that_fails_has_an_answer_and_the_answer_is_true() {
    if !Path::new("/usr/bin/strace").exists() {
        return skip("a sync that fails", "strace is not installed");
    }
    let shell = founded();
    let probe = with_failing(&shell, "fdatasync:delay_enter=1:when=65000", "license list");
    if probe.status != 0 {
        return skip("a sync that fails", &format!("strace may not trace here: {probe}"));
    }
    let mut outcomes = BTreeSet::new();
    for call in ["fdatasync", "fsync"] {
        for when in ["1", "2", "3", "1+"] {
            let before = licenses(&shell);
            let line = format!("license issue --subject {call}-{when} --audience a --days 9 --format json");
            let run = with_failing(&shell, &format!("{call}:error=EIO:when={when}"), &line);
            let failed = shell.read("trace").contains("INJECTED");
            let after = licenses(&shell);
            let new: BTreeSet<String> = after.difference(&before).cloned().collect();
            match run.status {
                0 => assert_eq!(new, BTreeSet::from([run.id()]), "{run}"),
                1 => {
                    assert!(failed, "it failed without a reason: {run}");
                    let error = run.error();
                    let said = error["message"].as_str().unwrap();
                    if !said.contains("could not be found out") {
                        assert!(new.is_empty(), "it says that nothing was written, and there is a license: {run}");
                    }
                }
                _ => panic!("{run}"),
            }
            if failed {
                outcomes.insert(run.status);
            }
            shell.review("audit verify").done();
            shell.run("license issue --subject next --audience a --days 9").done();
        }
    }
    assert!(!outcomes.is_empty(), "no sync was made to fail");
}

#[test]
fn a_tail_follows_what_others_write_and_ends_when_it_is_told_to() {
    let shell = founded();
    let mut tail = shell
        .command([
            "audit",
            "tail",
            "-f",
            "--limit",
            "1",
            "--format",
            "jsonl",
            "--query",
            "kind:license.* OR kind:issuer.*",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next =
        || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap()["seq"].clone();
    assert_eq!(next(), 3);
    shell.run("license issue --subject alice --audience editor --perpetual").done();
    assert_eq!(next(), 4);
    // What the query leaves out is passed over, and nothing is shown twice.
    shell.run("identity create till").done();
    shell.run("license issue --subject bob --audience editor --perpetual").done();
    assert_eq!(next(), 6);
    assert!(Command::new("kill").args(["-INT", &tail.id().to_string()]).status().unwrap().success());
    assert!(lines.next().is_none());
    let output = tail.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_tail_ends_when_nobody_reads_it_any_more() {
    let shell = founded();
    let mut tail = shell.command(["audit", "tail", "-f"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("SEQ"));
    drop(lines);
    for name in ["one", "two"] {
        shell.run(&format!("identity create {name}")).done();
    }
    assert_eq!(tail.wait().unwrap().code(), Some(0));
}

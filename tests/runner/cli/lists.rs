//! Lists of licenses: filters, pages, formats.

use super::{LICENSE, column, issue, members};
use crate::{empty, founded};

#[test]
fn pages_follow_one_another_without_gap() {
    let shell = founded();
    let mut expected: Vec<String> = (0..7).map(|number| issue(&shell, &format!("s{number}"))).collect();
    // Of one moment: what comes first is decided by the rest of the id.
    expected.sort();
    expected.reverse();
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let run = shell.run(&format!("license list --limit 3 {after} --format json")).done();
        let rows = run.rows();
        found.extend(column(&rows, "id").into_iter().map(str::to_owned));
        match run.err().split("--after ").nth(1) {
            Some(id) => after = format!("--after {}", id.trim()),
            None => break,
        }
    }
    assert_eq!(found, expected);
    assert_eq!(shell.run("license list --limit 7").done().err(), "");
    shell.run("license list --limit 0").wrong_usage("--limit");
}

#[test]
fn every_filter() {
    let mut shell = founded();
    let subjects = |shell: &licentia_tests::Shell, filter: &str| {
        let rows = shell.run(&format!("license list {filter} --format json")).done().rows();
        let mut subjects: Vec<String> = column(&rows, "subject").into_iter().map(str::to_owned).collect();
        subjects.sort();
        subjects
    };
    shell.run("issuer create second").done();
    let none: [&str; 0] = [];
    assert_eq!(subjects(&shell, ""), none);
    let make = |subject: &str, more: &str| {
        shell.run(&format!("license issue --subject {subject} --audience b {more} --format json")).done().id()
    };
    make("soon", "--days 10");
    make("later", "--days 40");
    make("never", "--perpetual");
    make("future", "--perpetual --not-before 2026-07-01");
    make("other@second", "--perpetual --issuer second");
    let revoked = make("revoked", "--perpetual");
    shell.run(&format!("license revoke {revoked} --reason other")).done();
    let unpaid = make("unpaid", "--perpetual");
    shell.run(&format!("license suspend {unpaid}")).done();
    let old = make("renewed", "--days 400");
    shell.run(&format!("license reissue {old} --subject renewed2")).done();

    assert_eq!(subjects(&shell, "--status revoked"), ["revoked"]);
    assert_eq!(subjects(&shell, "--status superseded"), ["renewed"]);
    assert_eq!(subjects(&shell, "--status suspended"), ["unpaid"]);
    assert_eq!(subjects(&shell, "--status expiring"), ["soon"]);
    assert_eq!(subjects(&shell, "--status not_yet_valid"), ["future"]);
    assert_eq!(subjects(&shell, "--status expired"), none);
    assert_eq!(subjects(&shell, "--expiring 30"), ["soon"]);
    assert_eq!(subjects(&shell, "--expiring 60"), ["later", "soon"]);
    assert_eq!(subjects(&shell, "--subject SECOND"), ["other@second"]);
    assert_eq!(subjects(&shell, "--subject %"), none);
    assert_eq!(subjects(&shell, "--issuer second"), ["other@second"]);
    assert_eq!(subjects(&shell, "--issuer main --status active --subject renew"), ["renewed2"]);
    shell.run("license list --status lost").wrong_usage("superseded");
    shell.run("license list --issuer nobody").refused("nobody");

    shell.travel("2026-06-05T00:00:00Z");
    assert_eq!(subjects(&shell, "--status expired"), ["soon"]);
    assert_eq!(subjects(&shell, "--status expiring"), ["later"]);
    // Perpetual ones with expiry filters are out.
    assert_eq!(subjects(&shell, "--expiring 3650"), ["later", "renewed", "renewed2"]);
}

#[test]
fn the_same_rows_in_every_format() {
    let shell = founded();
    for number in 0..3 {
        issue(&shell, &format!("subject {number}"));
    }
    let rows = shell.run("license list --format json").done().rows();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        assert_eq!(members(row), LICENSE, "lists leave the token out");
    }
    assert_eq!(shell.run("license list --format jsonl").done().json_lines(), rows);
    let csv = shell.run("license list --format csv").done();
    let mut reader = csv::Reader::from_reader(csv.stdout.as_slice());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), LICENSE);
    let ids: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(ids, column(&rows, "id"));
    let table = shell.run("license list").done().out();
    assert_eq!(table.lines().count(), 4);
    for id in ids {
        assert!(table.contains(&id[28..]), "{table}");
    }
}

#[test]
fn an_empty_list_is_a_list() {
    let shell = founded();
    for what in ["license", "identity", "probe"] {
        let json = shell.run(&format!("{what} list --format json")).done();
        assert_eq!(json.rows().len(), 0, "{json}");
        assert_eq!(shell.run(&format!("{what} list --format jsonl")).done().out(), "");
        assert_eq!(shell.run(&format!("{what} list --format csv")).done().out().lines().count(), 1);
        assert_eq!(shell.run(&format!("{what} list")).done().out().lines().count(), 1);
    }
    drop(empty());
}

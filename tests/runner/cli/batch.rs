//! Issuing a whole file: all or nothing.

use super::{assert_verified, column, entries, kinds};
use crate::founded;
use serde_json::json;
use std::fmt::Write;

#[test]
fn the_same_batch_as_csv_and_as_json_lines() {
    let shell = founded();
    shell.run("identity create pin").done();
    shell.run("issuer create second").done();
    shell.write(
        "a.csv",
        "subject,audience,days,perpetual,expires,not-before,feature,limit,payload,identity,issuer\n\
         alice,editor;viewer,365,,,2026-06-01,export;sync,seats=5;edition=pro,\"{\"\"po\"\": 7}\",pin,\n\
         bob,editor,,yes,,,,,,,second\n\
         \"carol\n& sons\",editor,,,2027-01-01,,,,,,\n",
    );
    shell.run("license issue --from a.csv").refused("line 4");
    shell.write(
        "a.csv",
        "subject,audience,days,perpetual,expires,not-before,feature,limit,payload,identity,issuer\n\
         alice,editor;viewer,365,,,2026-06-01,export;sync,seats=5;edition=pro,\"{\"\"po\"\": 7}\",pin,\n\
         bob,editor,,yes,,,,,,,second\n\
         carol,editor,,,2027-01-01,,,,,,\n",
    );
    shell.write(
        "b.jsonl",
        r#"{"subject":"alice","audience":["editor","viewer"],"days":365,"not_before":"2026-06-01","features":["export","sync"],"limits":{"seats":5,"edition":"pro"},"payload":{"po":7},"identity":"pin"}
{"subject":"bob","audience":["editor"],"perpetual":true,"issuer":"second"}

{"subject":"carol","audience":["editor"],"expires":"2027-01-01"}
"#,
    );
    let before = entries(&shell);
    let dry = shell.run("license issue --from a.csv --dry-run --format json").done().json();
    assert_eq!(dry, json!({ "rows": 3, "issued": 0, "dry_run": true }));
    assert_eq!(entries(&shell), before);

    let mut told = Vec::new();
    for file in ["a.csv", "b.jsonl"] {
        let run = shell.run(&format!("license issue --from {file} --format json")).done();
        let rows = run.rows();
        assert_eq!(column(&rows, "subject"), ["alice", "bob", "carol"]);
        assert!(rows.iter().all(|row| row["token"].is_string()), "{run}");
        told.push(
            rows.into_iter()
                .map(|mut row| {
                    for own in ["id", "token", "status_list"] {
                        row[own].take();
                    }
                    row
                })
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][0]["limits"], json!({ "seats": 5, "edition": "pro" }));
    // One event for each license, all of one transaction.
    assert_eq!(entries(&shell), before + 6);
    let rows = shell.run("audit list --limit 3 --format json").done().rows();
    assert_eq!(column(&rows, "kind"), ["license.issue"; 3]);
    assert_eq!(rows[0]["metadata"]["transaction_id"], rows[2]["metadata"]["transaction_id"]);
    assert_eq!(shell.run("license issue --from a.csv --format jsonl").done().json_lines().len(), 3);
    assert!(shell.run("license issue --from a.csv").done().out().contains("3 licenses issued"));
    assert_verified(&shell);
}

#[test]
fn every_bad_row_is_named_and_nothing_is_written() {
    let shell = founded();
    shell.run("issuer create old").done();
    shell.run("issuer retire old").done();
    let before = (entries(&shell), kinds(&shell));
    let bad = [
        (2, ",editor,30,,,", "subject"),
        (3, "a,editor,,,,", "expires"),
        (4, "a,editor,30,yes,,", "expires"),
        (5, "a,editor,0,,,", "days"),
        (6, "a,editor,soon,,,", "days"),
        (7, "a,editor,,,tomorrow,", "expires"),
        (8, "a,editor,,,2020-01-01,", "expired"),
        (9, "a,editor,30,,,nobody", "nobody"),
        (10, "a,editor,30,,,old", "retired"),
        (11, "a,editor,30", "cells"),
        (12, "a,,30,,,", "audience"),
    ];
    let mut text = "subject,audience,days,perpetual,expires,issuer\n".to_owned();
    for (_, row, _) in bad {
        text.push_str(row);
        text.push('\n');
    }
    text.push_str("fine,editor,30,,,\n");
    shell.write("bad.csv", text);
    for more in ["", "--dry-run"] {
        let run = shell.run(&format!("license issue --from bad.csv {more}")).refused("11 of 12 rows");
        for (line, _, why) in bad {
            let said = run.err();
            let found = said
                .lines()
                .find(|text| text.contains(&format!("line {line}: ")))
                .unwrap_or_else(|| panic!("{line}: {run}"));
            assert!(found.contains(why), "line {line} does not say {why}: {found}");
        }
        assert!(!run.err().contains("line 13"), "{run}");
        let error = shell.run(&format!("license issue --from bad.csv {more} --format json")).ends(1).error();
        assert!(error["cause"].as_str().unwrap().contains("line 12: "), "{error}");
    }
    shell.write("bad.jsonl", "{\"subject\":\"a\",\"audience\":\"b\",\"days\":1}\nnonsense\n[]\n{\"subjct\":1}\n");
    let run = shell.run("license issue --from bad.jsonl").refused("line 2: ");
    assert!(run.err().contains("line 3: ") && run.err().contains("line 4: "), "{run}");
    assert_eq!((entries(&shell), kinds(&shell)), before);
    assert_eq!(shell.run("license list --format json").done().rows().len(), 0);
}

#[test]
fn a_file_that_is_no_batch() {
    let shell = founded();
    let before = entries(&shell);
    shell.write("empty.csv", "");
    shell.run("license issue --from empty.csv").refused("");
    shell.write("header.csv", "subject,audience,days\n");
    shell.run("license issue --from header.csv").refused("no rows");
    shell.write("wrong.csv", "subject,audience,until\na,b,c\n");
    shell.run("license issue --from wrong.csv").refused("until");
    shell.write("twice.csv", "subject,feature,features,days,audience\na,b,c,1,d\n");
    shell.run("license issue --from twice.csv").refused("twice");
    shell.write("binary.csv", b"subject,audience\n\xff\xfe,b\n");
    shell.run("license issue --from binary.csv").refused("UTF-8");
    shell.write("empty.jsonl", "\n\n");
    shell.run("license issue --from empty.jsonl").refused("no rows");
    shell.write("list.txt", "a");
    shell.run("license issue --from list.txt").wrong_usage(".csv");
    shell.run("license issue --from missing.csv").refused("missing.csv");
    shell.run("license issue --dry-run --subject a --audience b --days 1").wrong_usage("--from");
    shell.run("license issue --from a.csv --subject a").wrong_usage("cannot be used with");
    assert_eq!(entries(&shell), before);
}

#[test]
fn a_batch_of_a_thousand_is_one_transaction() {
    let shell = founded();
    let mut text = "subject,audience,days\n".to_owned();
    for number in 0..1_000 {
        writeln!(text, "customer {number},editor,365").unwrap();
    }
    shell.write("many.csv", text);
    let lines = shell.run("license issue --from many.csv --format jsonl").done().json_lines();
    assert_eq!(lines.len(), 1_000);
    assert_eq!(lines[999]["subject"], "customer 999");
    assert_eq!(entries(&shell), 1_003);
    let indices: std::collections::BTreeSet<u64> =
        lines.iter().map(|row| row["status_list"]["idx"].as_u64().unwrap()).collect();
    assert_eq!(indices.len(), 1_000, "an index was used twice");
    assert_verified(&shell);
}

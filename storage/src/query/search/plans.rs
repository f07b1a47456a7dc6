//! How SQLite goes about a search: each walk along its index, nothing else of the log scanned, only the page's rows read.

use super::condition::{Column, Condition, Fit, MemberFit, TextFit};
use super::walk::{Known, Seldom, Walk};
use super::{Zone, count, floor, rows};
use crate::query::plans::{database, plan};
use crate::{EventId, Timestamp};
use uuid::Uuid;

fn walks() -> [(Walk, &'static str); 9] {
    let word = || "a".to_owned();
    [
        (
            Walk::Id(EventId(Uuid::nil())),
            "SEARCH audit_entry USING COVERING INDEX sqlite_autoindex_audit_entry_1 (id=?",
        ),
        (Walk::Target(word()), "SEARCH audit_entry USING COVERING INDEX audit_entry_by_target (target_id=?"),
        (
            Walk::ActorAndKind(word(), word()),
            "SEARCH audit_entry USING COVERING INDEX audit_entry_by_actor_kind (actor=? AND kind=?",
        ),
        (Walk::Actor(word()), "SEARCH audit_entry USING COVERING INDEX audit_entry_by_actor (actor=?"),
        (Walk::Kind(word()), "SEARCH audit_entry USING COVERING INDEX audit_entry_by_kind (kind=?"),
        (
            Walk::Seldom(Seldom::Severity, word()),
            "SEARCH audit_entry USING COVERING INDEX audit_entry_by_severity (severity=?",
        ),
        (
            Walk::Seldom(Seldom::Outcome, word()),
            "SEARCH audit_entry USING COVERING INDEX audit_entry_by_outcome (outcome=?",
        ),
        (
            Walk::Seldom(Seldom::ActorKind, word()),
            "SEARCH audit_entry USING COVERING INDEX audit_entry_by_actor_kind_seldom (actor_kind=?",
        ),
        (Walk::Words("\"a\"".to_owned()), "SCAN audit_search VIRTUAL TABLE INDEX"),
    ]
}

fn hard() -> Condition {
    Condition::Any(vec![
        Condition::Not(Box::new(Condition::Word(Column::Severity, Fit::Is("info".to_owned())))),
        Condition::Member(vec!["reason".to_owned()], MemberFit::Is("refund".to_owned())),
        Condition::Time { since: Some(Timestamp(1)), until: None },
    ])
}

/// The lines about the log; what is done with the numbers that came out of it is no matter.
fn about_the_log(plan: &[String]) -> Vec<&String> {
    let tables = ["audit_entry", "audit_search", " e ", " p "];
    plan.iter().filter(|line| tables.iter().any(|table| format!("{line} ").contains(table))).collect()
}

#[test]
fn every_walk_goes_along_its_index_and_reads_only_the_rows_of_its_round() {
    let database = database();
    let all = walks();
    for (number, (walk, expected)) in all.iter().enumerate() {
        let (other, also) = &all[(number + 1) % all.len()];
        for (walks, expected) in
            [(vec![walk.clone()], vec![*expected]), (vec![walk.clone(), other.clone()], vec![*expected, *also])]
        {
            let zone = Zone { low: 1, high: 100, walks: Some(walks.clone()) };
            let lines = plan(&database, &floor(&walks, &zone, 50));
            let lines = about_the_log(&lines);
            assert_eq!(lines.len(), expected.len(), "{lines:#?}");
            assert!(expected.iter().all(|one| lines.iter().any(|line| line.starts_with(one))), "{lines:#?}");

            let lines = plan(&database, &rows(&hard(), &zone, 20, 100));
            let lines = about_the_log(&lines);
            assert!(expected.iter().all(|one| lines.iter().any(|line| line.starts_with(one))), "{lines:#?}");
            for row in ["SEARCH e USING INTEGER PRIMARY KEY (rowid=?)", "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)"]
            {
                assert!(lines.iter().any(|line| line.starts_with(row)), "{lines:#?}");
            }
            assert_eq!(lines.len(), expected.len() + 2, "{lines:#?}");
            // One walk comes in its order, so that it ends with the page.
            let sorts = plan(&database, &rows(&hard(), &zone, 20, 100)).iter().any(|line| line.contains("TEMP B-TREE"));
            assert_eq!(sorts, walks.len() > 1, "{walks:?}");
        }
    }
}

#[test]
fn without_a_walk_a_range_of_the_log_is_read_backwards() {
    let database = database();
    let zone = Zone { low: 1, high: 100, walks: None };
    let lines = plan(&database, &rows(&hard(), &zone, 20, 100));
    assert_eq!(about_the_log(&lines).len(), 2, "{lines:#?}");
    assert!(
        lines.iter().any(|line| line == "SEARCH audit_entry USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        "{lines:#?}"
    );
    assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{lines:#?}");
    let exact = Condition::Not(Box::new(Condition::Word(Column::Severity, Fit::Is("info".to_owned()))));
    let lines = plan(&database, &count::counted(&exact, count::CountBy::Day, &zone));
    assert!(lines.iter().any(|line| line == "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"), "{lines:#?}");
}

#[test]
fn the_way_follows_from_the_condition() {
    let is = |column, word: &str| Condition::Word(column, Fit::Is(word.to_owned()));
    let text = |word: &str| Condition::Text(TextFit::phrase(word).unwrap());
    let (actor, kind) = (is(Column::Actor, "ci"), Condition::Word(Column::Kind, Fit::Begins("license.".to_owned())));
    let known = Known {
        kinds: ["issuer.create", "license.issue", "license.revoke"].map(str::to_owned).to_vec(),
        indexed: true,
        ..Known::default()
    };
    let both = |kind: &str| Walk::ActorAndKind("ci".to_owned(), kind.to_owned());
    let words = |text: &str| vec![Walk::Words(text.to_owned())];
    for (condition, ways) in [
        (Condition::everything(), vec![]),
        (Condition::Not(Box::new(actor.clone())), vec![]),
        (is(Column::Severity, "info"), vec![]),
        (is(Column::TargetKind, "license"), vec![]),
        (kind.clone(), vec![vec![Walk::Kind("license.issue".to_owned()), Walk::Kind("license.revoke".to_owned())]]),
        (Condition::All(vec![actor.clone(), kind.clone()]), vec![vec![both("license.issue"), both("license.revoke")]]),
        (Condition::Any(vec![actor.clone(), Condition::Not(Box::new(kind.clone()))]), vec![]),
        (
            Condition::Any(vec![actor.clone(), is(Column::Severity, "error")]),
            vec![vec![Walk::Seldom(Seldom::Severity, "error".to_owned()), Walk::Actor("ci".to_owned())]],
        ),
        (
            Condition::All(vec![Condition::Any(vec![actor.clone(), is(Column::Severity, "error")]), kind.clone()]),
            vec![
                vec![both("license.issue"), both("license.revoke"), Walk::Seldom(Seldom::Severity, "error".to_owned())],
                vec![Walk::Seldom(Seldom::Severity, "error".to_owned()), Walk::Actor("ci".to_owned())],
                vec![Walk::Kind("license.issue".to_owned()), Walk::Kind("license.revoke".to_owned())],
            ],
        ),
        // The shorter of the two is found by counting.
        (
            Condition::All(vec![
                is(Column::Actor, "ci"),
                is(Column::Kind, "license.issue"),
                Condition::Any(vec![is(Column::Severity, "error"), text("a")]),
            ]),
            vec![
                vec![both("license.issue")],
                vec![Walk::Seldom(Seldom::Severity, "error".to_owned()), Walk::Words("\"a\"".to_owned())],
            ],
        ),
        (
            Condition::All(vec![text("a b"), text("c"), is(Column::Severity, "info")]),
            vec![words("((\"a\" AND \"b\") AND \"c\")")],
        ),
        (
            Condition::Member(vec!["reason".to_owned()], MemberFit::Is("key_compromise".to_owned())),
            vec![words("(\"key\" AND \"compromise\")")],
        ),
        // A number may be written 5, 5.0 or 5e0.
        (Condition::Member(vec!["entries".to_owned()], MemberFit::Is("5".to_owned())), vec![]),
    ] {
        assert_eq!(known.ways(&condition), ways, "{condition:?}");
    }
}

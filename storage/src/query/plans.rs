//! How SQLite goes about each list: along an index, never by sorting or scanning a large table.

use super::audit::Span;
use super::license::{Segment, active_of};
use super::pages;
use super::{AuditQuery, LicenseOrder, LicenseQuery, LicenseSpan};
use crate::{
    IdentityId, IssuerId, License, LicenseId, LicenseStatus, Limits, Origin, ProbeTokenId, Strings, SubjectSignature,
    Timestamp,
};
use sea_orm::Statement;
use sea_orm::sea_query::Value;
use uuid::Uuid;

/// An empty database with our schema: the planner has no statistics in a full one either.
pub(super) fn database() -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for migration in [
        include_str!("../migration/0001_foundation.sql"),
        include_str!("../migration/0002_witness.sql"),
        include_str!("../migration/0003_search.sql"),
    ] {
        connection.execute_batch(migration).unwrap();
    }
    connection
}

/// The lines of a plan.
pub(super) fn plan(database: &rusqlite::Connection, statement: &Statement) -> Vec<String> {
    let values = statement.values.iter().flat_map(|values| &values.0).map(|value| match value {
        Value::String(text) => rusqlite::types::Value::from(text.clone()),
        Value::BigInt(number) => rusqlite::types::Value::from(*number),
        Value::Uuid(id) => rusqlite::types::Value::from(id.map(|id| id.as_bytes().to_vec())),
        other => panic!("{other:?}"),
    });
    let mut prepared = database.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let lines = prepared.query_map(rusqlite::params_from_iter(values), |row| row.get(3)).unwrap();
    lines.collect::<Result<_, _>>().unwrap()
}

/// How a search reads the rows of its page.
const LOOKED_UP: &str = "SEARCH license USING INTEGER PRIMARY KEY (rowid=?)";

/// Asserts that every walk through `table` is one of `walks`, and that only short pages are sorted.
fn assert_walks(about: &str, plan: &[String], table: &str, walks: &[&str]) {
    let all = plan.join("\n  ");
    let own: Vec<&String> = plan.iter().filter(|line| line.contains(&format!(" {table} "))).collect();
    assert!(!own.is_empty(), "{about}\n  {all}");
    for line in own {
        assert!(walks.contains(&line.as_str()), "{about}: {line}\n  {all}");
    }
    if !plan.iter().any(|line| line.contains("subquery")) {
        assert!(!all.contains("TEMP B-TREE"), "{about}\n  {all}");
    }
    // A line that sorts stands behind what it sorts: a page that was put together or looked up, never the table.
    for pair in plan.windows(2) {
        let walked = pair[0].contains(&format!(" {table} ")) && pair[0] != LOOKED_UP;
        assert!(!pair[1].contains("TEMP B-TREE") || !walked, "{about}\n  {all}");
    }
}

fn last_of_a_page(not_before: Option<i64>, not_after: Option<i64>) -> License {
    License {
        id: LicenseId(Uuid::nil()),
        issuer_id: IssuerId(Uuid::nil()),
        jti: String::new(),
        subject: String::new(),
        audience: Strings::default(),
        status: LicenseStatus::Active,
        origin: Origin::Issued,
        not_before: not_before.map(Timestamp),
        not_after: not_after.map(Timestamp),
        features: Strings::default(),
        limits: Limits::default(),
        payload: None,
        bindings: None,
        identity_id: None,
        replaces: None,
        status_list: None,
        token: String::new(),
        created_at: Timestamp(0),
        subject_signature: SubjectSignature::of(""),
    }
}

#[test]
fn every_list_of_licenses_walks_along_its_index() {
    let database = database();
    let spans = [(None, None), (Some(3), None), (None, Some(9)), (Some(3), Some(9))];
    let expiries = spans.map(|(after, until)| LicenseSpan { after: after.map(Timestamp), until: until.map(Timestamp) });
    let mut seen = 0;
    for status in [None, Some(LicenseStatus::Active)] {
        for issuer in [None, Some(IssuerId(Uuid::nil()))] {
            for expiry in [None].into_iter().chain(expiries.map(Some)) {
                for started in [None, Some((true, Timestamp(5))), Some((false, Timestamp(5)))] {
                    for subject in [None, Some("x".to_owned()), Some("long".to_owned())] {
                        for after in [None, Some(last_of_a_page(Some(6), Some(7))), Some(last_of_a_page(Some(6), None))]
                        {
                            let query = LicenseQuery {
                                status,
                                issuer,
                                subject: subject.clone(),
                                expiry,
                                started,
                                after: after.as_ref().map(Into::into),
                                limit: 100,
                            };
                            let plan = plan(&database, &query.statement(&Segment::default()));
                            let walks = searched(&query, walks(&query));
                            let walks: Vec<&str> = walks.iter().map(String::as_str).collect();
                            assert_walks(&format!("{query:?}"), &plan, "license", &walks);
                            seen += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen, 540);
}

#[test]
fn the_licenses_of_a_subject_are_found_in_an_index() {
    let plan = plan(&database(), &active_of("alice", 3));
    assert_walks("active_of", &plan, "license", &["SEARCH license USING INDEX license_by_status (status=?)"]);
}

#[test]
fn a_part_of_a_search_walks_along_its_part_of_the_index() {
    let database = database();
    let bound = Some(LicenseId(Uuid::nil()));
    let part = Segment { from: bound, below: bound };
    for (status, issuer, walk) in [
        (None, None, "license_by_id (id>? AND id<?)"),
        (Some(LicenseStatus::Active), None, "license_by_status (status=? AND id>? AND id<?)"),
        (None, Some(IssuerId(Uuid::nil())), "license_by_issuer (issuer_id=? AND status=? AND id>? AND id<?)"),
    ] {
        for after in [None, Some(last_of_a_page(None, None))] {
            let subject = Some("x".to_owned());
            let query = LicenseQuery {
                status,
                issuer,
                subject,
                after: after.as_ref().map(Into::into),
                limit: 100,
                ..LicenseQuery::default()
            };
            let plan = plan(&database, &query.statement(&part));
            let walk = format!("SEARCH license USING COVERING INDEX {walk}");
            assert_walks(&format!("{query:?}"), &plan, "license", &[&walk, LOOKED_UP]);
        }
    }
}

/// The same walks for a search: within the index, where it has all that is asked, and then for the rows of the page.
fn searched(query: &LicenseQuery, walks: &[&str]) -> Vec<String> {
    let walks = walks.iter().copied();
    let bounded = query.expiry.is_some_and(|span| span.after.or(span.until).is_some());
    let elsewhere = query.started.is_some_and(|(started, _)| started || bounded);
    match &query.subject {
        None => walks.map(str::to_owned).collect(),
        Some(_) if elsewhere => walks.chain([LOOKED_UP]).map(str::to_owned).collect(),
        Some(_) => {
            walks.map(|walk| walk.replace(" INDEX ", " COVERING INDEX ")).chain([LOOKED_UP.to_owned()]).collect()
        }
    }
}

fn walks(query: &LicenseQuery) -> &'static [&'static str] {
    let after = query.after.is_some();
    match (query.order(), query.issuer.is_some(), query.status.is_some(), query.subject.is_some()) {
        (LicenseOrder::NewestFirst, true, _, _) if after => {
            &["SEARCH license USING INDEX license_by_issuer (issuer_id=? AND status=? AND id<?)"]
        }
        (LicenseOrder::NewestFirst, true, _, _) => {
            &["SEARCH license USING INDEX license_by_issuer (issuer_id=? AND status=?)"]
        }
        (LicenseOrder::NewestFirst, false, true, _) if after => {
            &["SEARCH license USING INDEX license_by_status (status=? AND id<?)"]
        }
        (LicenseOrder::NewestFirst, false, true, _) => &["SEARCH license USING INDEX license_by_status (status=?)"],
        // All of them are asked for: the walk ends with the page.
        (LicenseOrder::NewestFirst, false, false, true) if after => {
            &["SEARCH license USING INDEX license_by_id (id<?)"]
        }
        (LicenseOrder::NewestFirst, false, false, true) => &["SCAN license USING INDEX license_by_id"],
        (LicenseOrder::NewestFirst, false, false, false) if after => {
            &["SEARCH license USING INDEX sqlite_autoindex_license_1 (id<?)"]
        }
        (LicenseOrder::NewestFirst, false, false, false) => &["SCAN license USING INDEX sqlite_autoindex_license_1"],
        (LicenseOrder::SoonestExpiryFirst, true, _, _) => &[
            "SEARCH license USING INDEX license_by_issuer_expiry (issuer_id=? AND status=?)",
            "SEARCH license USING INDEX license_by_issuer_expiry (issuer_id=? AND status=? AND <expr>>?)",
            "SEARCH license USING INDEX license_by_issuer_expiry (issuer_id=? AND status=? AND <expr><?)",
            "SEARCH license USING INDEX license_by_issuer_expiry (issuer_id=? AND status=? AND <expr>>? AND <expr><?)",
            "SEARCH license USING INDEX license_by_issuer_expiry (issuer_id=? AND status=? AND <expr>=? AND id>?)",
        ],
        (LicenseOrder::SoonestExpiryFirst, false, _, _) => &[
            "SEARCH license USING INDEX license_by_expiry (status=?)",
            "SEARCH license USING INDEX license_by_expiry (status=? AND <expr>>?)",
            "SEARCH license USING INDEX license_by_expiry (status=? AND <expr><?)",
            "SEARCH license USING INDEX license_by_expiry (status=? AND <expr>>? AND <expr><?)",
            "SEARCH license USING INDEX license_by_expiry (status=? AND <expr>=? AND id>?)",
        ],
        (LicenseOrder::SoonestStartFirst, _, _, _) => &[
            "SEARCH license USING INDEX license_by_start (status=? AND not_before>?)",
            "SEARCH license USING INDEX license_by_start (status=? AND not_before=? AND id>?)",
        ],
    }
}

#[test]
fn counting_walks_along_indexes_that_hold_all_it_needs() {
    let database = database();
    let plan = plan(&database, &super::counts::statement(Timestamp(5), Timestamp(9)));
    let walks = [
        "SCAN license USING COVERING INDEX license_by_tail",
        "SEARCH license USING COVERING INDEX license_by_status (status=?)",
        "SEARCH license USING COVERING INDEX license_by_expiry (status=? AND <expr><?)",
        "SEARCH license USING COVERING INDEX license_by_expiry (status=? AND <expr>>? AND <expr><?)",
        "SEARCH license USING INDEX license_by_start (status=? AND not_before>?)",
    ];
    assert_walks("counts", &plan, "license", &walks);
}

#[test]
fn every_list_of_entries_walks_along_its_index() {
    let database = database();
    let word = || Some("a".to_owned());
    let kinds = |count: usize| (0..count).map(|number| format!("kind.{number}")).collect::<Vec<_>>();
    for kinds in [kinds(0), kinds(1), kinds(2), kinds(40)] {
        for actor in [None, word()] {
            for target in [None, word()] {
                for window in [None, Some(Timestamp(3))] {
                    for oldest_first in [false, true] {
                        let query = AuditQuery {
                            kinds: kinds.clone(),
                            actor: actor.clone(),
                            target: target.clone(),
                            since: window,
                            until: window,
                            before: Some(50),
                            oldest_first,
                            limit: 100,
                        };
                        let plan = plan(&database, &query.statement(&Span { low: 1, high: 100 }));
                        let walk = match (&target, &actor, kinds.is_empty()) {
                            (Some(_), _, _) => "INDEX audit_entry_by_target (target_id=?",
                            (None, Some(_), true) => "INDEX audit_entry_by_actor (actor=?",
                            (None, Some(_), false) => "INDEX audit_entry_by_actor_kind (actor=? AND kind=?",
                            (None, None, false) => "INDEX audit_entry_by_kind (kind=?",
                            (None, None, true) => "INTEGER PRIMARY KEY (",
                        };
                        let bounds =
                            if walk.ends_with('(') { "rowid>? AND rowid<?)" } else { " AND rowid>? AND rowid<?)" };
                        let walks = ["", "COVERING "]
                            .map(|covering| format!("SEARCH audit_entry USING {covering}{walk}{bounds}"));
                        let walks = walks.each_ref().map(String::as_str);
                        assert_walks(&format!("{query:?}"), &plan, "audit_entry", &walks);
                        // Only the rows of the page are read.
                        let reads =
                            plan.iter().filter(|line| line.starts_with("SEARCH e ") || line.starts_with("SEARCH p "));
                        assert_eq!(reads.count(), 2, "{plan:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn keys_and_tokens_are_paged_along_their_ids_and_counted_along_an_index() {
    let database = database();
    for (after, walk) in [(None, ""), (Some(Uuid::nil()), " (id<?)")] {
        let verb = if after.is_some() { "SEARCH" } else { "SCAN" };
        let tokens = plan(&database, &pages::probe_tokens(after.map(ProbeTokenId), 100));
        assert_eq!(tokens, [format!("{verb} probe_token USING INDEX sqlite_autoindex_probe_token_1{walk}")]);
        let identities = plan(&database, &pages::identities(after.map(IdentityId), 100));
        let walks = [format!("{verb} identity USING INDEX sqlite_autoindex_identity_1{walk}")];
        assert_walks("identities", &identities, "identity", &walks.each_ref().map(String::as_str));
        let counted = "SEARCH license USING COVERING INDEX license_by_identity (identity_id=?)";
        assert_walks("identities", &identities, "license", &[counted]);
    }
    let signed = plan(&database, &pages::issuer_signed(IssuerId(Uuid::nil())));
    let list = "SEARCH status_list USING COVERING INDEX status_list_by_issuer (issuer_id=?)";
    assert_walks("signed", &signed, "status_list", &[list]);
    let entries = "SEARCH status_list_entry USING COVERING INDEX status_list_entry_position (list_id=?)";
    assert_walks("signed", &signed, "status_list_entry", &[entries]);
}

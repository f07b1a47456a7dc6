//! A status list that is overdue, and one that is not there.

use serde_json::{Value, json};

use super::DAY;
use crate::sample::NOW;
use crate::status_list::forge::{ISSUED, URI, license_at, list_claims, list_of, with_bytes};
use crate::vectors::Vector;
use crate::vectors::forge::{claims, with, with_claims};

/// Nothing is excused but that the list is overdue.
pub(super) fn vectors() -> Vec<Vector> {
    let exp = NOW + DAY;
    let (list, revoked) = (list_of(&list_claims()), list_of(&with_bytes(2, &[0, 0b0000_0100, 0, 0])));
    let place = json!({ "status_list": { "idx": 5, "uri": URI } });
    let plain = with(claims(), "status", place.clone());
    let expiring = with(with(claims(), "exp", json!(NOW - 60)), "status", place);
    let license = license_at(&json!(5));
    let holds = |name, about, claims: &Value, code: &str, until: i64, left: &[&str]| {
        let expect = json!({ "claims": claims, "unchecked": left, "in_grace": { "code": code, "until": until } });
        Vector::new(name, about, &with_claims(claims), expect).knowing("grace", DAY)
    };
    let no = |name, about, text: &str, code| Vector::refused(name, about, text, code).knowing("grace", DAY);
    let (missing, stale) = ("status_list_missing", "status_list_stale");
    let late = with_claims(&expiring);
    vec![
        holds("list-grace-stale", "overdue, and still looked at", &plain, stale, exp + DAY, &[])
            .knowing("list", list.clone())
            .at(exp + 60, 60),
        no("list-grace-stale-over", "overdue for too long", &license, stale)
            .knowing("list", list.clone())
            .at(exp + DAY + 60, 60),
        no("list-grace-stale-revoked", "what an old list revokes is revoked", &license, "revoked")
            .knowing("list", revoked.clone())
            .at(exp + 60, 60),
        no("list-grace-rolled-back", "no grace for a list that is held back", &license, "status_list_rolled_back")
            .knowing("list", list.clone())
            .knowing("newest_seen", ISSUED + 1)
            .at(exp + 60, 60),
        holds("list-grace-missing", "a minute after the last list", &plain, missing, NOW - 60 + DAY, &["status_list"])
            .knowing("required", true)
            .knowing("newest_seen", NOW - 60),
        no("list-grace-missing-over", "the last list was seen a day ago", &license, missing)
            .knowing("required", true)
            .knowing("newest_seen", NOW - DAY - 60),
        no("list-grace-missing-never-seen", "counted from the license's first day", &license, missing)
            .knowing("required", true),
        holds("list-grace-expired", "the list is looked up in grace too", &expiring, "expired", NOW - 60 + DAY, &[])
            .knowing("list", list.clone()),
        holds(
            "list-grace-both",
            "the first reason, until the first of both ends",
            &expiring,
            "expired",
            NOW - 60 + 2 * DAY,
            &[],
        )
        .knowing("list", list)
        .knowing("grace", 2 * DAY)
        .at(exp + 60, 60),
        no("list-grace-expired-revoked", "expired a moment ago, and revoked", &late, "revoked")
            .knowing("list", revoked),
    ]
}

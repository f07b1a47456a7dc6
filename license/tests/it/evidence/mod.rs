//! The golden vectors in `tests/vectors-evidence`: licenses that are in order, and what the verifier is, has or has
//! seen. Each is a vector of a license with more members, named as the methods of `Evidence` are.

mod bindings;
mod lists;

use serde_json::{Value, json};

use crate::golden::{self, Folder};
use crate::sample::{EXPIRES, NOW};
use crate::vectors::Vector;
use crate::vectors::forge::{claims, token, with, with_claims};

const FOLDER: &str = "vectors-evidence";
const DAY: i64 = 86_400;

pub(crate) fn made() -> Folder {
    let vectors = [clocks(), graces(), identities(), bindings::vectors(), lists::vectors()].concat();
    Folder::new(FOLDER, vectors.iter().map(Vector::to_file))
}

#[test]
fn every_vector_gets_its_answer() {
    for (name, vector) in golden::committed(FOLDER) {
        assert_eq!(golden::answer(&vector, vector["text"].as_str().unwrap()), vector["expect"], "{name}");
    }
}

fn holds(name: &'static str, about: &'static str, claims: &Value, left: &[&str]) -> Vector {
    Vector::new(name, about, &with_claims(claims), json!({ "claims": claims, "unchecked": left }))
}

fn clocks() -> Vec<Vector> {
    let back = |name, about| Vector::refused(name, about, &token(), "clock_rolled_back");
    let other = with_claims(&with(claims(), "aud", json!(["viewer"])));
    vec![
        back("clock-rolled-back", "a second before the leeway").knowing("latest_seen", NOW + 61),
        holds("valid-clock-leeway", "clocks that are set right by a minute", &claims(), &[])
            .knowing("latest_seen", NOW + 60),
        back("clock-rolled-back-into-validity", "it expired, and then the clock was set back")
            .knowing("latest_seen", EXPIRES + DAY),
        back("clock-rolled-back-grace", "no grace for that")
            .knowing("latest_seen", EXPIRES + DAY)
            .knowing("grace", 365 * DAY),
        Vector::refused("aud-other-clock", "the audience is looked at before the clock", &other, "wrong_audience")
            .knowing("latest_seen", i64::MAX),
    ]
}

fn graces() -> Vec<Vector> {
    let late = |name, about, now| {
        let expect = json!({
            "claims": claims(), "unchecked": [], "in_grace": { "code": "expired", "until": EXPIRES + DAY },
        });
        Vector::new(name, about, &token(), expect).at(now, 60).knowing("grace", DAY)
    };
    let no = |name, about, text: &str, code| Vector::refused(name, about, text, code).knowing("grace", 365 * DAY);
    let begins = with_claims(&with(claims(), "nbf", json!(NOW + 61)));
    let other = with_claims(&with(claims(), "aud", json!(["viewer"])));
    vec![
        holds("valid-before-grace", "grace changes nothing while it is valid", &claims(), &[])
            .at(EXPIRES + 59, 60)
            .knowing("grace", DAY),
        late("grace-first-second", "expired a moment ago", EXPIRES + 60),
        late("grace-last-second", "just within grace and leeway", EXPIRES + DAY + 59),
        Vector::refused("grace-over", "the first second after it", &token(), "expired")
            .at(EXPIRES + DAY + 60, 60)
            .knowing("grace", DAY),
        Vector::refused("grace-negative", "a negative grace is none", &token(), "expired")
            .at(EXPIRES, 0)
            .knowing("grace", -1),
        no("grace-not-yet-valid", "grace is for the end only", &begins, "not_yet_valid"),
        no("grace-other-audience", "another product's license is not excused", &other, "wrong_audience")
            .at(EXPIRES + 60, 60),
    ]
}

fn identities() -> Vec<Vector> {
    let pinned = with(claims(), "identity", json!(format!("blake3:{}", blake3::hash(&[7; 32]))));
    let is = |byte: &str| byte.repeat(32);
    vec![
        holds("valid-identity", "the program carries what the license names", &pinned, &[])
            .knowing("identity", is("07")),
        holds("valid-identity-unnamed", "a license for any program", &claims(), &[]).knowing("identity", is("07")),
        Vector::refused("identity-mismatch", "another program", &with_claims(&pinned), "identity_mismatch")
            .knowing("identity", is("08")),
        Vector::refused("identity-mismatch-grace", "no grace for that", &with_claims(&pinned), "identity_mismatch")
            .at(EXPIRES + 60, 60)
            .knowing("grace", DAY)
            .knowing("identity", is("08")),
        Vector::refused(
            "expired-identity",
            "the time is looked at before the identity",
            &with_claims(&pinned),
            "expired",
        )
        .at(EXPIRES + 60, 60)
        .knowing("identity", is("08")),
    ]
}

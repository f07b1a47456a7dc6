//! Of several answers to the same question only the newest counts, in whatever order they come. Lists of issuers,
//! identities and probes ask the next time only when the answer before is there; late targets are tested with the log.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, LicenseDetails};
use crate::message::Msg;
use licentia_core::{IssuerStatus, License};

/// Something that is asked for, asked for once more, and answered by number: an old and a new answer.
struct Case {
    name: &'static str,
    app: App,
    /// The first time, again before the answer, and once more after it.
    keys: [&'static str; 3],
    answer: fn(u64, bool) -> Msg,
    /// What only the old, and what only the new answer shows.
    signs: [&'static str; 2],
}

fn named(new: bool) -> License {
    License { subject: if new { "newcomer" } else { "oldtimer" }.to_owned(), ..license(1) }
}

fn detailed(new: bool) -> LicenseDetails {
    details(named(new))
}

fn cases() -> Vec<Case> {
    let signs = ["oldtimer", "newcomer"];
    let list = || with_licenses(vec![license(1)]);
    let detail = || {
        let mut app = list();
        press(&mut app, "<enter>");
        app
    };
    let audit = || with_records(vec![record(1)]);
    vec![
        Case {
            name: "licenses",
            app: list(),
            keys: ["r", "r", "r"],
            answer: |request, new| Msg::LicensesLoaded { request, answer: Ok(page(vec![named(new)])) },
            signs,
        },
        Case {
            name: "license",
            app: list(),
            keys: ["<enter>", "<esc><enter>", "<esc><enter>"],
            answer: |request, new| Msg::LicenseLoaded { request, answer: Ok(Box::new(detailed(new))) },
            signs,
        },
        Case {
            name: "events",
            app: detail(),
            keys: ["A", "r", "r"],
            answer: |request, new| {
                let mut record = record(7);
                record.actor = if new { "newcomer" } else { "oldtimer" }.to_owned();
                Msg::EventsLoaded { request, answer: Ok(page(vec![record])) }
            },
            signs,
        },
        Case {
            name: "audit",
            app: audit(),
            keys: ["r", "r", "r"],
            answer: |request, new| {
                let mut record = record(7);
                record.actor = if new { "newcomer" } else { "oldtimer" }.to_owned();
                Msg::AuditLoaded { request, answer: Ok(page(vec![record])) }
            },
            signs,
        },
        Case {
            name: "issuers",
            app: list(),
            keys: ["nx<tab>y<enter>", "<esc><esc><enter>nx<tab>y<enter>", "<esc><esc><enter>nx<tab>y<enter>"],
            answer: |request, new| {
                let name = if new { "newcomer" } else { "oldtimer" };
                Msg::IssuersLoaded { request, answer: Ok(vec![issuer(7, name, IssuerStatus::Active)]) }
            },
            signs,
        },
        Case {
            name: "kinds",
            app: audit(),
            keys: ["f", "<esc>f", "<esc>f"],
            answer: |request, new| {
                let kind = if new { "newcomer" } else { "oldtimer" };
                Msg::KindsLoaded { request, answer: Ok(vec![kind.to_owned()]) }
            },
            signs,
        },
        Case {
            name: "batch",
            app: with_batch(batch(1)),
            keys: ["<f5>", "<esc><f5>", "<f5>"],
            answer: |request, new| {
                let mut batch = batch(1);
                batch.rows[0].subject = if new { "newcomer" } else { "oldtimer" }.to_owned();
                Msg::BatchRead { request, answer: Ok(batch) }
            },
            signs,
        },
    ]
}

fn request(effects: &[Effect]) -> u64 {
    let number = |effect: &Effect| match effect {
        Effect::LoadLicenses { request, .. }
        | Effect::LoadLicense { request, .. }
        | Effect::LoadEvents { request, .. }
        | Effect::LoadAudit { request, .. }
        | Effect::LoadIssuers { request }
        | Effect::LoadKinds { request }
        | Effect::ReadBatch { request, .. } => Some(*request),
        _ => None,
    };
    effects.iter().rev().find_map(number).unwrap_or_else(|| panic!("no load in {effects:?}"))
}

#[test]
fn a_late_answer_never_takes_the_place_of_a_newer_one() {
    for case in cases() {
        let Case { name, mut app, keys, answer, signs: [old_sign, new_sign] } = case;
        let old = request(&press(&mut app, keys[0]));
        let new = request(&press(&mut app, keys[1]));
        assert!(old < new, "{name}");
        app.update(answer(new, true));
        let shown = text(&mut app, 120, 36);
        assert!(shown.contains(new_sign), "{name}: {shown}");
        app.update(answer(old, false));
        assert_eq!(text(&mut app, 120, 36), shown, "{name}");

        // And an old one that comes first is not shown either: the question is another one by now.
        let old = request(&press(&mut app, keys[2]));
        let new = request(&press(&mut app, keys[1]));
        app.update(answer(old, false));
        assert!(!text(&mut app, 120, 36).contains(old_sign), "{name}");
        app.update(answer(new, true));
        assert!(text(&mut app, 120, 36).contains(new_sign), "{name}");
    }
}

#[test]
fn a_late_failure_of_a_load_is_not_shown() {
    type Failure = (fn() -> App, &'static str, &'static str, fn(u64) -> Msg);
    let failures: [Failure; 4] = [
        (|| with_licenses(vec![license(1)]), "r", "r", |request| Msg::LicensesLoaded { request, answer: Err(why()) }),
        (|| with_records(vec![record(1)]), "r", "r", |request| Msg::AuditLoaded { request, answer: Err(why()) }),
        (|| with_records(vec![record(1)]), "f", "<esc>f", |request| Msg::KindsLoaded { request, answer: Err(why()) }),
        (|| with_batch(batch(1)), "<f5>", "<esc><f5>", |request| Msg::BatchRead { request, answer: Err(why()) }),
    ];
    for (app, first, again, answer) in failures {
        let mut app = app();
        let old = request(&press(&mut app, first));
        press(&mut app, again);
        app.update(answer(old));
        assert!(!text(&mut app, 120, 36).contains("make room"));
    }
}

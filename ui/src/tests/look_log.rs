//! What there is to see of the dashboard, the audit log, its verification and its export.

use super::support::*;
use crate::app::App;
use crate::effect::{Effect, Exported, FoundEntries, Overview};
use crate::message::Msg;
use crate::session::{Session, Why};
use crate::tab::TabId;
use crate::witnessing::{Missed, Vouched};
use licentia_core::audit::{ExportReport, SavedFilter, SearchPage, VerifyReport};
use licentia_core::pin::PinState;
use licentia_core::{Explanation, LicenseCounts};

type Scenes = Vec<(&'static str, App)>;

pub(super) fn scenes() -> Scenes {
    [log(), searching(), verification(), dashboards()].into_iter().flatten().collect()
}

fn on(mut app: App, keys: &str) -> App {
    press(&mut app, keys);
    app
}

fn log() -> Scenes {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    scene("audit_empty", with_records(vec![]));
    scene("audit", with_records((1..=60).rev().map(record).collect()));
    let witnessed = |vouched| {
        let mut app = with_records((1..=60).rev().map(record).collect());
        app.update(Msg::VouchedLoaded(Ok(vouched)));
        app
    };
    scene("audit_witnessed", witnessed(vouched(41_204, 14)));
    scene(
        "audit_not_witnessed",
        witnessed(Vouched { known: vec!["acme-witness".to_owned(), "other".to_owned()], latest: None }),
    );
    scene("audit_witness_silent", {
        let known = vec!["acme-witness".to_owned(), "beta".to_owned()];
        let mut app = witnessed(Vouched { known, ..vouched(41_204, 74) });
        let effects = app.update(Msg::LogSigned);
        let [Effect::AskWitnesses { request, .. }] = effects[..] else { panic!("{effects:?}") };
        let why = Explanation { message: "witness beta cannot be reached".to_owned(), cause: None, hint: None };
        let other = Explanation { message: format!("witness {HOSTILE} cannot be reached"), ..why.clone() };
        let missed = [why, other].map(|why| Missed { witness: "beta".to_owned(), why, contradicts: false }).to_vec();
        app.update(Msg::WitnessesAsked { request, answer: Ok(missed) });
        app
    });
    scene("audit_hostile", with_records(vec![hostile_record()]));
    let filtering = |keys: &str| {
        let mut app = on(with_records((1..=60).rev().map(record).collect()), "f");
        let kinds = ["issuer.create", "license.issue", "license.revoke", HOSTILE].map(str::to_owned).to_vec();
        app.update(Msg::KindsLoaded { request: 3, answer: Ok(kinds) });
        on(app, keys)
    };
    scene("audit_filter", filtering("license.issue, lic"));
    scene("audit_filter_problems", filtering("x<backtab>2026-05-01<backtab>2026-13-01<enter>"));
    scene("audit_filtered", {
        let mut app = filtering("license.*<tab>mathieu@build7<tab><tab>2026-05-01<tab>2026-06-01");
        let effects = press(&mut app, "<enter>");
        answer_audit(&mut app, &effects, page(vec![record(5), record(1)]));
        app
    });
    scene("entry", on(with_records(vec![record(5)]), "<enter>"));
    scene("entry_hostile", on(with_records(vec![hostile_record()]), "<enter>"));
    scenes
}

/// The query line, what it finds, saved queries and counts.
fn searching() -> Scenes {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    let line = |keys: &str| on(with_records((1..=60).rev().map(record).collect()), &format!("/{keys}"));
    let found = |mut app: App, items, next| {
        let page = SearchPage { items, next };
        app.update(Msg::Searched { request: 4, answer: Ok(FoundEntries { page, size: 1_000_000 }) });
        app
    };
    scene("audit_query", line("kind:license.* AND payload.reason:refund"));
    scene("audit_query_mistake", line("kind:license.* AND knd:x<enter>"));
    scene("audit_query_mistake_hostile", {
        let mut app = line("");
        app.update(Msg::Paste(format!("{} knd:{}", "refund ".repeat(30), HOSTILE.repeat(9))));
        on(app, "<enter>")
    });
    scene("audit_searching", found(line("refund<enter>"), vec![record(970_123)], Some(968_000)));
    scene("audit_search_stopped", on(found(line("refund<enter>"), vec![], Some(968_000)), "<esc>"));
    scene("audit_found", found(line("refund<enter>"), vec![record(5), record(1)], None));
    let saved = |query: &str| {
        let mut app = line("<down>");
        let filter = |name: &str, query: &str| SavedFilter { name: name.into(), query: query.into(), saved_at: NOW };
        let filters = vec![filter("denied", "outcome:denied AND created_at:[now-24h TO now]"), filter("odd", query)];
        app.update(Msg::FiltersLoaded { request: 4, answer: Ok(filters) });
        app
    };
    scene("saved_queries", saved("payload.reason:refund"));
    scene("saved_queries_hostile", saved(&HOSTILE.repeat(20)));
    scene("saved_queries_none", {
        let mut app = line("<down>");
        app.update(Msg::FiltersLoaded { request: 4, answer: Ok(vec![]) });
        app
    });
    scene("save_query", line("kind:license.revoke AND payload.reason:refund<ctrl-s>refunds"));
    scene("save_query_long", line(&format!("{}<ctrl-s>a b<enter>", "refund OR ".repeat(90) + "x")));
    scene("query_command", line("kind:license.* AND refund<f2>"));
    let counted = |keys: &str, request, rows: &[(&str, u64)]| {
        let mut app = on(with_records(vec![record(1)]), keys);
        let rows = rows.iter().map(|(key, many)| ((*key).to_owned(), *many)).collect();
        app.update(Msg::EntriesCounted { request, answer: Ok(rows) });
        app
    };
    let kinds = [("issuer.create", 1), ("license.issue", 61_204), ("license.revoke", 4_310), ("vault.create", 1)];
    scene("counts", counted("c", 3, &kinds));
    scene("counts_reading", on(with_records(vec![record(1)]), "c<tab>"));
    scene("counts_hostile", counted("c<tab>", 4, &[(HOSTILE, u64::MAX), (&HOSTILE.repeat(20), 1)]));
    let days: Vec<(String, u64)> = (1..=28).map(|day| (format!("2026-05-{day:02}"), day * day)).collect();
    let days: Vec<(&str, u64)> = days.iter().map(|(day, many)| (day.as_str(), *many)).collect();
    scene("counts_days", on(counted("c<backtab>", 4, &days), "<down><down>"));
    scenes
}

fn verification() -> Scenes {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    scene("verify_log", {
        let mut app = on(with_records(vec![record(1)]), "v");
        app.update(Msg::Progress { request: 3, done: 128_000, total: 300_000 });
        app.set_now(licentia_core::Timestamp(NOW.0 + 75_000_000));
        app
    });
    scene("verify_log_background", {
        let mut app = on(with_records(vec![record(1)]), "vb");
        app.update(Msg::Progress { request: 3, done: 128_000, total: 300_000 });
        app
    });
    scene("verify_log_from", on(with_records(vec![record(1)]), "Vblake3:6f1c<enter>"));
    scene("report_good", reported(good_report()));
    scene("report_bad", reported(broken_report()));
    scene("report_hostile", {
        let mut report = broken_report();
        report.issues[0].meaning = HOSTILE.repeat(20);
        report.trust.fingerprint = Some(HOSTILE.to_owned());
        reported(report)
    });
    scene("alarm", on(reported(broken_report()), "<esc>"));
    scene("export", on(with_records(vec![record(1)]), "E<right>"));
    scene("export_running", {
        let mut app = on(with_records(vec![record(1)]), "E<tab><ctrl-u>may.jsonl<enter>");
        app.update(Msg::Progress { request: 3, done: 128_000, total: 300_000 });
        app
    });
    scene("export_done", {
        let mut app = on(with_records(vec![record(1)]), "E<tab><ctrl-u>may.jsonl<enter>");
        let report = ExportReport { entries: 60, manifest: "may.jsonl.manifest.json".into(), recorded_as: None };
        app.update(Msg::AuditExported(Ok(Box::new(Exported { path: "may.jsonl".into(), report }))));
        app
    });
    scenes
}

fn dashboards() -> Scenes {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    scene("dashboard", dashboard(Session::Unlocked { actor: "mathieu@build7".to_owned() }, overview(), counts()));
    scene("dashboard_reading", start_on(TabId::Dashboard, Some(unlocked())).0);
    scene("dashboard_empty", {
        let empty = Overview { expiring: vec![], events: vec![record(1)], ..overview() };
        dashboard(unlocked(), empty, LicenseCounts::default())
    });
    scene("dashboard_reviewer", {
        let pin = Ok(Some(PinState::RolledBack { pinned: 80, found: 63 }));
        dashboard(Session::Reviewer(Why::NoVault), Overview { pin, issuer: None, ..overview() }, counts())
    });
    scene("dashboard_hostile", {
        let mut hostile = Overview { expiring: vec![hostile_license(), long_license()], ..overview() };
        hostile.events = vec![hostile_record()];
        hostile.log.fingerprint = HOSTILE.to_owned();
        hostile.pin = Err(Explanation { message: HOSTILE.repeat(9), cause: None, hint: None });
        if let Some(issuer) = &mut hostile.issuer {
            issuer.name = HOSTILE.to_owned();
            issuer.status_url = Some(HOSTILE.repeat(30));
        }
        dashboard(unlocked(), hostile, LicenseCounts { active: 9_999_999, revoked: 9_999_999, ..counts() })
    });
    scene("dashboard_verified", {
        let mut app = dashboard(unlocked(), overview(), counts());
        press(&mut app, "v");
        app.update(Msg::Verified { request: 3, answer: Ok(Box::new(good_report())) });
        on(app, "<esc>")
    });
    scenes
}

/// The audit tab with the report of a verification above it.
fn reported(report: VerifyReport) -> App {
    let mut app = with_records((1..=60).rev().map(record).collect());
    press(&mut app, "v");
    app.update(Msg::Verified { request: 3, answer: Ok(Box::new(report)) });
    app
}

fn dashboard(session: Session, overview: Overview, counts: LicenseCounts) -> App {
    let (mut app, _) = start_on(TabId::Dashboard, Some(session));
    app.update(Msg::OverviewLoaded { request: 1, answer: Ok(Box::new(overview)) });
    app.update(Msg::LicensesCounted { request: 2, answer: Ok(counts) });
    app
}

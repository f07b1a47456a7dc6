//! A batch from a CSV file: all or nothing, in one transaction.

use license_manager_examples::{Report, Result, World, in_words, no_progress};
use licentia_core::audit::AuditFilter;
use licentia_core::{Error, IssueRequest, Limit, Term};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 2).await?;
    let licenses = world.licentia.licenses();

    report.say("A file with two bad rows issues nothing:")?;
    let before = world.licentia.audit().identity().await?.size;
    let requests = rows(include_str!("mistakes.csv"))?;
    match licenses.issue_batch(&world.operator, requests, no_progress()).await {
        Err(Error::Batch(wrong)) => {
            for (index, error) in wrong {
                // The first row of the file is its heading, and people count from one.
                let (line, why) = (index + 2, in_words(&error));
                report.say(&format!("  line {line}: {why}"))?;
                report.emit("bad_row", json!({ "line": line, "why": why }))?;
            }
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("a batch with bad rows was issued".into()),
    }
    let after = world.licentia.audit().identity().await?.size;
    report.emit("nothing_issued", json!({ "entries_before": before, "entries_after": after }))?;

    let issued = licenses.issue_batch(&world.operator, rows(include_str!("customers.csv"))?, no_progress()).await?;
    report.say(&format!("The other file issues {} licenses.", issued.len()))?;
    for license in &issued {
        report.emit(
            "issued",
            json!({
                "id": license.id,
                "subject": license.subject,
                "audience": license.audience,
                "not_after": license.not_after,
                "features": license.features,
                "limits": license.limits,
            }),
        )?;
    }

    let filter = AuditFilter { kinds: vec!["license.issue".to_owned()], ..AuditFilter::default() };
    let events = world.licentia.audit().list(&filter, None, 100).await?.items;
    let transactions: BTreeSet<_> = events.iter().map(|event| event.transaction_id).collect();
    report.say("Each license has an event of its own, and all of them are one transaction.")?;
    report.emit("events", json!({ "license.issue": events.len(), "transactions": transactions.len() }))?;
    world.verify(report).await
}

/// Lists are split by `;`; what is empty is not said.
fn rows(csv: &str) -> Result<Vec<IssueRequest>> {
    let mut requests = Vec::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
        let row: BTreeMap<String, String> = row?;
        let cell = |name: &str| row.get(name).map(String::as_str).filter(|cell| !cell.is_empty());
        let list = |name| cell(name).unwrap_or_default().split(';').filter(|item| !item.is_empty()).map(str::to_owned);
        requests.push(IssueRequest {
            subject: cell("subject").unwrap_or_default().to_owned(),
            audience: list("audience").collect(),
            issuer: None,
            not_before: None,
            term: cell("days").map(str::parse).transpose()?.map_or(Term::Perpetual, Term::Days),
            features: list("features").collect(),
            limits: match cell("seats") {
                Some(seats) => BTreeMap::from([("seats".to_owned(), Limit::Number(seats.parse()?))]),
                None => BTreeMap::new(),
            },
            payload: None,
            identity: None,
            machines: vec![],
            totp: false,
        });
    }
    Ok(requests)
}

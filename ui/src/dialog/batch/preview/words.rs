//! How a row is told.

use crate::look::Look;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::table::{Cell, Column};
use licentia_core::{BatchRow, IssueRequest, Limit, Term};
use ratatui::layout::Constraint;

pub(super) const COLUMNS: &[Column] = &[
    Column::new("line", Constraint::Length(6)),
    Column::new("subject", Constraint::Fill(4)),
    Column::new("audience", Constraint::Fill(2)).from(100),
    Column::new("term", Constraint::Length(10)),
    Column::new("verdict", Constraint::Fill(4)),
];

pub(super) fn cells(row: &BatchRow, look: Look) -> Vec<Cell> {
    let (audience, term, verdict) = match &row.verdict {
        Ok(request) => {
            (request.audience.join(", "), term(request, look), Cell("can be signed".to_owned(), Meaning::Good))
        }
        Err(why) => (String::new(), String::new(), Cell(why.clone(), Meaning::Danger)),
    };
    vec![
        Cell(row.line.to_string(), Meaning::Muted),
        Cell::plain(&row.subject),
        Cell::plain(audience),
        Cell::plain(term),
        verdict,
    ]
}

fn term(request: &IssueRequest, look: Look) -> String {
    match request.term {
        Term::Perpetual => "perpetual".to_owned(),
        Term::Days(1) => "1 day".to_owned(),
        Term::Days(days) => format!("{days} days"),
        Term::Until(end) => look.date(end),
    }
}

/// All that there is to know of the selected row.
pub(super) fn said_of(row: &BatchRow, look: Look) -> (String, Meaning) {
    match &row.verdict {
        Err(why) => (format!("line {}: {}", row.line, clean(why)), Meaning::Danger),
        Ok(request) => (format!("line {}: {}", row.line, clean(&rest(request, look))), Meaning::Muted),
    }
}

/// What the table has no column for; on a small screen that is the audience too.
fn rest(request: &IssueRequest, look: Look) -> String {
    let issuer = request
        .issuer
        .map_or_else(|| "signed by the active issuer".to_owned(), |id| format!("signed by issuer {}", id.short()));
    let audience = format!("for {}", request.audience.join(", "));
    let begin = request.not_before.map(|start| format!("begins {}", look.zoned(start)));
    let features = (!request.features.is_empty()).then(|| format!("features {}", request.features.join(", ")));
    let limits = request.limits.iter().map(|(name, limit)| match limit {
        Limit::Number(number) => format!("{name}={number}"),
        Limit::Text(text) => format!("{name}={text}"),
    });
    let limits: Vec<String> = limits.collect();
    let limits = (!limits.is_empty()).then(|| format!("limits {}", limits.join(", ")));
    let payload = request.payload.as_ref().map(|payload| format!("payload {payload}"));
    let identity = request.identity.map(|id| format!("identity {}", id.short()));
    let parts = [Some(audience), Some(issuer), begin, features, limits, identity, payload];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

pub(super) fn licenses(count: usize) -> String {
    if count == 1 { "1 license".to_owned() } else { format!("{count} licenses") }
}

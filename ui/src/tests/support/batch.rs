//! Files of licenses, and the screen with one.

use super::{HOSTILE, NOW, press, with_licenses};
use crate::app::App;
use crate::message::Msg;
use licentia_core::{Batch, BatchRow, IssueRequest, Limit, Term};

pub(in crate::tests) fn batch_row(number: u64) -> BatchRow {
    let subject = format!("customer{number}@example.com");
    let request = IssueRequest {
        subject: subject.clone(),
        audience: vec!["acme-studio".to_owned()],
        issuer: None,
        not_before: (number == 2).then(|| NOW.plus_days(3)),
        term: [Term::Days(365), Term::Perpetual, Term::Until(NOW.plus_days(100))][usize::try_from(number % 3).unwrap()],
        features: vec!["export".to_owned()],
        limits: [("seats".to_owned(), Limit::Number(5))].into(),
        payload: None,
        identity: None,
        machines: vec![],
        totp: false,
    };
    BatchRow { line: number + 1, subject, verdict: Ok(request) }
}

/// A file whose rows can all be signed.
pub(in crate::tests) fn batch(rows: u64) -> Batch {
    Batch { path: "/home/mathieu/customers.csv".into(), rows: (1..=rows).map(batch_row).collect() }
}

/// A file of which every second row is refused.
pub(in crate::tests) fn half_refused(rows: u64) -> Batch {
    let mut batch = batch(rows);
    for row in batch.rows.iter_mut().skip(1).step_by(2) {
        row.verdict = Err("one of expires, days and perpetual is missing".to_owned());
    }
    batch
}

pub(in crate::tests) fn hostile_batch() -> Batch {
    let mut batch = batch(3);
    batch.path = HOSTILE.into();
    batch.rows[0].verdict = Err(HOSTILE.repeat(40));
    batch.rows[1].verdict.as_mut().unwrap().features = vec![HOSTILE.repeat(40)];
    for row in &mut batch.rows {
        row.subject = HOSTILE.repeat(9);
    }
    batch
}

/// The screen with this file on it; the last request was the third.
pub(in crate::tests) fn with_batch(batch: Batch) -> App {
    let mut app = with_licenses(vec![]);
    press(&mut app, "bcustomers.csv<enter>");
    app.update(Msg::BatchRead { request: 2, answer: Ok(batch) });
    app
}

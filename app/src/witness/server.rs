//! The HTTP of a witness: what is asked of it, and what it answers.

use super::desk::{Desk, Verdict};
use crate::http::server::{self, Door, body};
use crate::http::{Answer, Journal, not_allowed, plain, typed};
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use licentia_core::Ambient;
use licentia_core::witness::{Refusal, SIZE_TYPE};
use std::sync::Arc;
use tokio::sync::watch;

/// Serves until `end` becomes true, and then finishes what is under way.
pub(crate) async fn serve(door: Door, desk: Arc<Desk>, ambient: Ambient, journal: Journal, end: watch::Receiver<bool>) {
    let answer = move |request, _from| answer(request, Arc::clone(&desk), ambient.clone(), journal.clone());
    server::serve(door, answer, end).await;
}

async fn answer(request: Request<Incoming>, desk: Arc<Desk>, ambient: Ambient, journal: Journal) -> Answer {
    let path = request.uri().path().to_owned();
    match path.as_str() {
        "/add-checkpoint" if request.method() == Method::POST => add_checkpoint(request, desk, ambient, journal).await,
        "/add-checkpoint" => not_allowed("POST"),
        path => match path.strip_prefix('/').and_then(|path| path.strip_suffix("/checkpoint")) {
            None => plain(StatusCode::NOT_FOUND, "there is nothing here\n"),
            Some(_) if request.method() != Method::GET => not_allowed("GET"),
            Some(origin_hash) => latest(origin_hash.to_owned(), desk).await,
        },
    }
}

async fn add_checkpoint(request: Request<Incoming>, desk: Arc<Desk>, ambient: Ambient, journal: Journal) -> Answer {
    let body = match body(request).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let now = ambient.now();
    // A task of its own: who goes away meanwhile stops nothing.
    let judged = tokio::task::spawn_blocking(move || desk.judge(&body, now)).await;
    let (said, answer) = match judged {
        Ok(Verdict::Signed { origin, size, lines }) => (format!("200 {origin} {size}"), plain(StatusCode::OK, lines)),
        Ok(Verdict::Refused(refusal)) => (format!("{} {refusal}", refusal.status()), refused(&refusal)),
        Ok(Verdict::Failed(error)) => (format!("500 {error}"), failed()),
        Err(error) => (format!("500 {error}"), failed()),
    };
    // A full journal is no reason to keep a log waiting.
    let _ = journal.try_send(format!("{now} {said}"));
    answer
}

async fn latest(origin_hash: String, desk: Arc<Desk>) -> Answer {
    match tokio::task::spawn_blocking(move || desk.checkpoint(&origin_hash)).await {
        Ok(Ok(Some(note))) => plain(StatusCode::OK, note),
        Ok(Ok(None)) => plain(StatusCode::NOT_FOUND, "no checkpoint of this log was signed here\n"),
        Ok(Err(_)) | Err(_) => failed(),
    }
}

fn refused(refusal: &Refusal) -> Answer {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal {
        Refusal::Conflict { size, .. } => typed(status, SIZE_TYPE, format!("{size}\n")),
        refusal => plain(status, format!("{refusal}\n")),
    }
}

fn failed() -> Answer {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot remember now, so it signs nothing\n")
}

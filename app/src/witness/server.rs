//! The HTTP of a witness: plain, small, and bounded in everything that strangers can make large.

use super::desk::{Desk, Verdict};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use licentia_core::Ambient;
use licentia_core::witness::{Refusal, SIZE_TYPE};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A checkpoint with 63 hashes has 4 kB; signatures of the future have some more.
const MOST_BYTES: usize = 64 * 1024;

/// Logs keep their connections, so these are many more than logs that ask at the same moment.
const MOST_CONNECTIONS: usize = 128;

/// For the head of a request, and between two requests.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// For the body of a request.
const BODY_PATIENCE: Duration = Duration::from_secs(15);

/// However diligent: then it has to connect anew, and others get their turn.
const CONNECTION_PATIENCE: Duration = Duration::from_mins(2);

/// For requests that are under way when the server or a connection ends.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

type Answer = Response<Full<Bytes>>;

/// What happened, one line for each request, for whoever runs the witness.
pub(crate) type Journal = mpsc::Sender<String>;

/// Serves until `end` becomes true, and then finishes what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    desk: Arc<Desk>,
    ambient: Ambient,
    journal: Journal,
    mut end: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = async {
                // Who finds no room waits in the system's queue.
                let place = Arc::clone(&room).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
            Some(_) = connections.join_next() => continue,
            _ = end.wait_for(|end| *end) => break,
        };
        let (Ok(place), Ok((stream, _))) = accepted else {
            // Too many open files, most likely: it passes.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (desk, ambient, journal, end) = (Arc::clone(&desk), ambient.clone(), journal.clone(), end.clone());
        connections.spawn(async move {
            converse(stream, desk, ambient, journal, end).await;
            drop(place);
        });
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // Who is not done by then is dropped. What was judged is kept all the same: the disk is not given up half-way.
    let _ = timeout(LAST_PATIENCE, all).await;
}

async fn converse(
    stream: TcpStream,
    desk: Arc<Desk>,
    ambient: Ambient,
    journal: Journal,
    mut end: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| answer(request, Arc::clone(&desk), ambient.clone(), journal.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(MOST_BYTES)
        // Who has said all may close its side and still gets an answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // How a connection ends is the business of whoever made it.
        _ = connection.as_mut() => return,
        () = sleep(CONNECTION_PATIENCE) => {}
        _ = end.wait_for(|end| *end) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_PATIENCE, connection).await;
}

async fn answer(
    request: Request<Incoming>,
    desk: Arc<Desk>,
    ambient: Ambient,
    journal: Journal,
) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let answer = match path.as_str() {
        "/add-checkpoint" if request.method() == Method::POST => add_checkpoint(request, desk, ambient, journal).await,
        "/add-checkpoint" => not_allowed("POST"),
        path => match path.strip_prefix('/').and_then(|path| path.strip_suffix("/checkpoint")) {
            None => plain(StatusCode::NOT_FOUND, "there is nothing here\n"),
            Some(_) if request.method() != Method::GET => not_allowed("GET"),
            Some(origin_hash) => latest(origin_hash.to_owned(), desk).await,
        },
    };
    Ok(answer)
}

async fn add_checkpoint(request: Request<Incoming>, desk: Arc<Desk>, ambient: Ambient, journal: Journal) -> Answer {
    if request.body().size_hint().lower() > MOST_BYTES as u64 {
        return too_long();
    }
    let body = match timeout(BODY_PATIENCE, Limited::new(request.into_body(), MOST_BYTES).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return too_long();
        }
        Ok(Err(_)) => return plain(StatusCode::BAD_REQUEST, "the request broke off\n"),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request did not come in time\n"),
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

fn too_long() -> Answer {
    plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long\n")
}

fn failed() -> Answer {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot remember now, so it signs nothing\n")
}

fn not_allowed(method: &'static str) -> Answer {
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "not with this method\n");
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    answer
}

fn plain(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    typed(status, "text/plain; charset=utf-8", body)
}

fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

//! A small HTTP server: plain or with TLS, and bounded in everything that strangers can make large.

use super::Answer;
use super::room::Room;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// No body of a request is longer, and no head.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

/// Some clients keep their connections, so these are many more than ask at the same moment.
const MOST_CONNECTIONS: usize = 128;

/// Of one address. A program that asks has one, and a house with many machines a few.
const MOST_OF_ONE: usize = 16;

/// For the head of a request, and between two requests; and for the handshake before them.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// For the body of a request.
const BODY_PATIENCE: Duration = Duration::from_secs(15);

/// However diligent: then it has to connect anew, and others get their turn.
const CONNECTION_PATIENCE: Duration = Duration::from_mins(2);

/// For requests that are under way when the server or a connection ends.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// Where a server listens, and how.
pub(crate) struct Door {
    pub listener: TcpListener,
    /// None: what is said can be read by whoever is on the way.
    pub tls: Option<TlsAcceptor>,
    /// How many connections one address may have.
    pub most_of_one: usize,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, tls: Option<TlsAcceptor>) -> Self {
        // Whoever is on this machine is one of us: most likely a server that speaks for everybody.
        let ours = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
        Self { listener, tls, most_of_one: if ours { MOST_CONNECTIONS } else { MOST_OF_ONE } }
    }
}

/// Serves until `end` becomes true, and then finishes what is under way.
pub(crate) async fn serve<H, F>(door: Door, answer: H, mut end: watch::Receiver<bool>)
where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let Door { listener, tls, most_of_one } = door;
    let (all, of_one) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), Room::default());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = async {
                // Who finds no room waits in the system's queue.
                let place = Arc::clone(&all).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
            Some(_) = connections.join_next() => continue,
            _ = end.wait_for(|end| *end) => break,
        };
        let (Ok(place), Ok((stream, from))) = accepted else {
            // Too many open files, most likely: it passes.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Who has enough of them is not answered: that would cost what is to be saved.
        let Some(own) = of_one.enter(from.ip(), most_of_one) else { continue };
        let (answer, tls, end) = (answer.clone(), tls.clone(), end.clone());
        connections.spawn(async move {
            match tls {
                None => converse(stream, from, answer, end).await,
                Some(tls) => {
                    // Who cannot agree on a key has nothing to be answered with.
                    if let Ok(Ok(stream)) = timeout(HEAD_PATIENCE, tls.accept(stream)).await {
                        converse(stream, from, answer, end).await;
                    }
                }
            }
            drop((place, own));
        });
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // Who is not done by then is dropped. What is being kept is kept all the same: the disk is not given up half-way.
    let _ = timeout(LAST_PATIENCE, all).await;
}

async fn converse<S, H, F>(stream: S, from: SocketAddr, answer: H, mut end: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = answer(request, from);
        async move { Ok::<_, Infallible>(answer.await) }
    });
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

/// The body of a request, or what to answer in its place.
pub(crate) async fn body(request: Request<Incoming>) -> Result<Bytes, Answer> {
    let too_long = || super::plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long\n");
    if request.body().size_hint().lower() > MOST_BYTES as u64 {
        return Err(too_long());
    }
    match timeout(BODY_PATIENCE, Limited::new(request.into_body(), MOST_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long()),
        Ok(Err(_)) => Err(super::plain(StatusCode::BAD_REQUEST, "the request broke off\n")),
        Err(_) => Err(super::plain(StatusCode::REQUEST_TIMEOUT, "the request did not come in time\n")),
    }
}

//! What the servers and the clients of this program share.

pub(crate) mod client;
pub(crate) mod room;
pub(crate) mod running;
pub(crate) mod server;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod tls;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

/// What a server answers with.
pub(crate) type Answer = Response<Full<Bytes>>;

/// What happened, one line for each request, for whoever runs the server.
pub(crate) type Journal = tokio::sync::mpsc::Sender<String>;

pub(crate) fn not_allowed(method: &'static str) -> Answer {
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "not with this method\n");
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    answer
}

pub(crate) fn plain(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    typed(status, "text/plain; charset=utf-8", body)
}

pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

//! The HTTP of the inbox: one thing can be done here, once for each token. It has no key, and writes into no database.

use super::PATH;
use super::limit::Limit;
use super::tokens::{Standing, Tokens};
use crate::http::server::{self, Door, body};
use crate::http::{Answer, Journal, not_allowed, plain};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, StatusCode};
use licentia_core::probe::{Inbox, token_hash};
use licentia_core::{Ambient, Error, Explanation, ProbeState, SignedResult};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// What the server works with.
pub(crate) struct Post {
    pub inbox: Inbox,
    pub tokens: Tokens,
    pub limit: Limit,
    pub ambient: Ambient,
}

/// Serves until `end` becomes true, and then finishes what is under way.
pub(crate) async fn serve(door: Door, post: Arc<Post>, journal: Journal, end: watch::Receiver<bool>) {
    let answer = move |request, from: SocketAddr| {
        let (post, journal) = (Arc::clone(&post), journal.clone());
        async move {
            let (answer, said) = answer(&post, request, from).await;
            let line = format!("{} {} {} {said}", post.ambient.now(), answer.status().as_u16(), from.ip());
            // A full journal is no reason to keep anybody waiting.
            let _ = journal.try_send(line);
            answer
        }
    };
    server::serve(door, answer, end).await;
}

/// What is answered, and what the journal says of it: never a token.
async fn answer(post: &Arc<Post>, request: Request<Incoming>, from: SocketAddr) -> (Answer, String) {
    if !post.limit.lets_through(from.ip(), Instant::now()) {
        let mut answer = plain(StatusCode::TOO_MANY_REQUESTS, "too many requests; try again in a minute\n");
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
        return (answer, "too many".to_owned());
    }
    if request.uri().path() != PATH {
        return (plain(StatusCode::NOT_FOUND, "there is nothing here\n"), "elsewhere".to_owned());
    }
    if request.method() != Method::POST {
        return (not_allowed("POST"), "not posted".to_owned());
    }
    let Some(hash) = bearer(&request) else { return (unknown(), "no token".to_owned()) };
    // Before the body is read: who has no token is not listened to for long.
    match post.tokens.find(&hash, post.ambient.now()).await {
        Ok(Standing::Open) if post.inbox.holds(&hash) => return (used(), "used before".to_owned()),
        Ok(Standing::Open) => {}
        Ok(Standing::Over(ProbeState::Consumed)) => return (used(), "used before".to_owned()),
        Ok(Standing::Over(state)) => {
            let said = format!("the token is {}: ask for another one\n", state.as_str());
            return (plain(StatusCode::GONE, said), format!("a token that is {}", state.as_str()));
        }
        Ok(Standing::Unknown) => return (unknown(), "an unknown token".to_owned()),
        Err(failure) => {
            let why = failure.explanation().map_or_else(String::new, crate::failure::in_one_line);
            return (unable(), format!("cannot look tokens up: {why}"));
        }
    }
    let body = match body(request).await {
        Ok(body) => body,
        Err(answer) => return (answer, "no whole body".to_owned()),
    };
    let result = match String::from_utf8(body.into()).map(|text| SignedResult::for_token(&text, &hash)) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => return (refused(&error.to_string()), "a result that does not hold".to_owned()),
        Err(_) => return (refused("it is no text (UTF-8)"), "a result that does not hold".to_owned()),
    };
    let (post, shown) = (Arc::clone(post), result.key_fingerprint());
    // A task of its own: who goes away meanwhile stops nothing.
    let kept = tokio::task::spawn_blocking(move || post.inbox.put(&result, &post.ambient)).await;
    match kept {
        Ok(Ok(())) => (plain(StatusCode::CREATED, format!("{shown}\n")), format!("in the inbox, key {shown}")),
        Ok(Err(Error::FileExists(_))) => (used(), "used before".to_owned()),
        Ok(Err(error)) => (unable(), Explanation::from(&error).message),
        Err(error) => (unable(), error.to_string()),
    }
}

/// The hash of the token that stands in the head of the request, where nothing on the way writes it down.
fn bearer(request: &Request<Incoming>) -> Option<[u8; 32]> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token_hash(token))
}

fn unknown() -> Answer {
    let mut answer =
        plain(StatusCode::UNAUTHORIZED, "no token fits: copy it again, from its first letter to its last\n");
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    answer
}

fn used() -> Answer {
    plain(StatusCode::CONFLICT, "a result came for this token already, and a token works once\n")
}

fn refused(why: &str) -> Answer {
    plain(StatusCode::UNPROCESSABLE_ENTITY, format!("this is no result for this token: {why}\n"))
}

fn unable() -> Answer {
    plain(StatusCode::SERVICE_UNAVAILABLE, "nothing can be taken in now; try again later\n")
}

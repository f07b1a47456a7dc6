//! The HTTP of the inbox: one thing can be done here, once for each token. It has no key, and writes into no database.

use super::PATH;
use super::limit::{Limit, Verdict};
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
use tokio::sync::{Mutex, watch};

/// What the server works with.
pub(crate) struct Post {
    inbox: Inbox,
    tokens: Tokens,
    limit: Limit,
    ambient: Ambient,
    /// Whose turn it is to look a token up: whoever guesses keeps one core busy, and no more.
    turn: Mutex<()>,
}

impl Post {
    pub(crate) fn new(inbox: Inbox, tokens: Tokens, ambient: Ambient) -> Self {
        Self { inbox, tokens, limit: Limit::default(), ambient, turn: Mutex::default() }
    }
}

/// What is answered, and what the journal says of it: never a token.
type Said = (Answer, String);

/// Serves until `end` becomes true, and then finishes what is under way.
pub(crate) async fn serve(door: Door, post: Arc<Post>, journal: Journal, end: watch::Receiver<bool>) {
    let answer = move |request, from: SocketAddr| {
        let (post, journal) = (Arc::clone(&post), journal.clone());
        async move {
            let (answer, said) = answer(&post, request, from).await;
            if let Some(said) = said {
                let line = format!("{} {} {} {said}", post.ambient.now(), answer.status().as_u16(), from.ip());
                // A full journal is no reason to keep anybody waiting.
                let _ = journal.try_send(line);
            }
            answer
        }
    };
    server::serve(door, answer, end).await;
}

/// Who has a token that waits is served, whatever others do. Everybody else is counted, and so is what goes wrong: too
/// much of it is not even written down.
async fn answer(post: &Arc<Post>, request: Request<Incoming>, from: SocketAddr) -> (Answer, Option<String>) {
    let (has_token, answered) = match knock(post, &request).await {
        Ok(waits) => (true, take_in(post, request, waits).await),
        Err(turned_away) => (false, Err(turned_away)),
    };
    let (answer, said) = match answered {
        Ok((answer, said)) => return (answer, Some(said)),
        Err(refused) => refused,
    };
    match post.limit.count(from.ip(), Instant::now()) {
        Verdict::Through => (answer, Some(said)),
        // While tokens cannot be looked up, nobody knows who has one.
        Verdict::TooMany(line) if has_token || answer.status() == StatusCode::SERVICE_UNAVAILABLE => (answer, line),
        Verdict::TooMany(line) => (too_many(), line),
    }
}

/// A token that waits.
struct Waits {
    hash: [u8; 32],
    vendor: Option<String>,
}

/// Whether there is a token that waits; before the body is read, for who has none is not listened to for long.
async fn knock(post: &Post, request: &Request<Incoming>) -> Result<Waits, Said> {
    if request.uri().path() != PATH {
        return Err((plain(StatusCode::NOT_FOUND, "there is nothing here\n"), "elsewhere".to_owned()));
    }
    if request.method() != Method::POST {
        return Err((not_allowed("POST"), "not posted".to_owned()));
    }
    let Some(hash) = bearer(request) else { return Err((unknown(), "no token".to_owned())) };
    let found = {
        let _turn = post.turn.lock().await;
        post.tokens.find(&hash, post.ambient.now()).await
    };
    match found {
        Ok(Standing::Open { vendor }) if !post.inbox.holds(&hash) => Ok(Waits { hash, vendor }),
        Ok(Standing::Open { .. } | Standing::Over(ProbeState::Consumed)) => Err((used(), "used before".to_owned())),
        Ok(Standing::Over(state)) => {
            let said = format!("the token is {}: ask for another one\n", state.as_str());
            Err((plain(StatusCode::GONE, said), format!("a token that is {}", state.as_str())))
        }
        Ok(Standing::Unknown) => Err((unknown(), "an unknown token".to_owned())),
        Err(failure) => {
            let why = failure.explanation().map_or_else(String::new, crate::failure::in_one_line);
            Err((unable(), format!("cannot look tokens up: {why}")))
        }
    }
}

/// Puts what was posted into the inbox, or says why not.
async fn take_in(post: &Arc<Post>, request: Request<Incoming>, waits: Waits) -> Result<Said, Said> {
    let body = body(request).await.map_err(|answer| (answer, "no whole body".to_owned()))?;
    let does_not_hold = |why: &str| (refused(why), "a result that does not hold".to_owned());
    let text = String::from_utf8(body.into()).map_err(|_| does_not_hold("it is no text (UTF-8)"))?;
    let result = SignedResult::for_token(&text, &waits.hash).map_err(|error| does_not_hold(&error.to_string()))?;
    let found = result.report().fingerprint.vendor();
    if let Some(vendor) = waits.vendor.filter(|vendor| vendor != found) {
        // It would lie in the place of one that can be taken in.
        let why = format!("it was made for the vendor {found}, and this is {vendor}");
        return Err((refused(&why), "a result for another vendor".to_owned()));
    }
    let (post, shown) = (Arc::clone(post), result.key_fingerprint());
    // A task of its own: who goes away meanwhile stops nothing.
    let kept = tokio::task::spawn_blocking(move || post.inbox.put(&result, &post.ambient)).await;
    match kept {
        Ok(Ok(())) => Ok((plain(StatusCode::CREATED, format!("{shown}\n")), format!("in the inbox, key {shown}"))),
        Ok(Err(Error::FileExists(_))) => Err((used(), "used before".to_owned())),
        Ok(Err(error)) => Err((unable(), Explanation::from(&error).message)),
        Err(error) => Err((unable(), error.to_string())),
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

fn too_many() -> Answer {
    let mut answer = plain(StatusCode::TOO_MANY_REQUESTS, "too many requests; try again in a minute\n");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
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

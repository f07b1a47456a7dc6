//! Asks a witness over HTTP.

use crate::http::client::{agent, read, said};
use licentia_core::witness::{Post, Reply};
use std::sync::Arc;

/// Sends requests of witnesses.
pub(crate) fn post() -> Post {
    Arc::new(|url, body| send(url, body).map_err(|error| said(&error)))
}

fn send(url: &str, body: &str) -> Result<Reply, ureq::Error> {
    let mut response = agent(url).post(url).content_type("text/plain; charset=utf-8").send(body)?;
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, content_type) = (response.status().as_u16(), content_type.to_owned());
    let body = read(&mut response)?;
    Ok(Reply { status, content_type, body })
}

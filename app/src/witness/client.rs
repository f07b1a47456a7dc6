//! Asks a witness over HTTP.

use licentia_core::witness::{Post, Reply};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Whoever does not answer in this time is down.
const PATIENCE: Duration = Duration::from_secs(20);

/// No answer of a witness is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Sends requests of witnesses. Those of this machine's own authorities are trusted too: a second host in the house has
/// its certificate from there.
pub(crate) fn post() -> Post {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // A redirected request would be sent to somebody whom nobody named.
        .max_redirects(0)
        .user_agent(concat!("licentia/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::new_with_config(config);
    Arc::new(move |url, body| send(&agent, url, body).map_err(|error| said(&error)))
}

fn said(error: &ureq::Error) -> String {
    match error {
        // Without the name that the library has for it.
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

fn send(agent: &Agent, url: &str, body: &str) -> Result<Reply, ureq::Error> {
    let mut response = agent.post(url).content_type("text/plain; charset=utf-8").send(body)?;
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, content_type) = (response.status().as_u16(), content_type.to_owned());
    let body = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
    Ok(Reply { status, content_type, body })
}

//! The client of both: whom it trusts, how long it waits, how much it reads.

use std::time::Duration;
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

/// Whoever does not answer in this time is down.
const PATIENCE: Duration = Duration::from_secs(20);

/// No answer is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Asks this address as this program does. This machine's own authorities are trusted too: a second host in the house
/// has its certificate from there.
pub(crate) fn agent(url: &str) -> Agent {
    let over_tls = url.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("https"));
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        // Without TLS a proxy would read everything, what is meant for this machine too.
        .proxy(if over_tls { Proxy::try_from_env() } else { None })
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // A redirected request would be sent to somebody whom nobody named.
        .max_redirects(0)
        .user_agent(concat!("licentia/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::new_with_config(config)
}

/// Everything that came back, but not without end.
pub(crate) fn read(response: &mut Response<ureq::Body>) -> Result<Vec<u8>, ureq::Error> {
    response.body_mut().with_config().limit(MOST_BYTES).read_to_vec()
}

/// What went wrong, without the name that the library has for it.
pub(crate) fn said(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

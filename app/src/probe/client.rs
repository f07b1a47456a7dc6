//! Posts a result, with its token in the head of the request.

use crate::failure::{Failure, Result};
use crate::http::client::{agent, read, said};
use licentia_core::text::printable;
use ureq::http::Uri;

/// Refuses an address to which a token cannot be sent without others hearing it.
pub(crate) fn check(url: &str) -> Result {
    let wrong = |why: &str| {
        Failure::usage(format!("{} is no address to post to", printable(url)))
            .because(why)
            .hint("Use the address that the vendor gave: it begins with https://.")
    };
    let uri: Uri = url.parse().map_err(|_| wrong("It cannot be read."))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_this_machine(host) => Ok(()),
        (Some("http"), Some(_)) => Err(wrong("Without TLS everybody on the way could read the token, and use it.")),
        _ => Err(wrong("It is no https:// address.")),
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Sends it; an answer other than *created* is a failure.
pub(crate) fn post(url: &str, token: &str, result: &str) -> Result {
    let failed = |why: String| {
        Failure::new("the result was not taken in")
            .because(why)
            .hint("Nothing is lost: run it again with `--out FILE` and the same token, and bring the file.")
    };
    let mut response = agent(url)
        .post(url)
        .content_type("application/json")
        .header("authorization", format!("Bearer {token}"))
        .send(result)
        .map_err(|error| failed(format!("{} cannot be reached: {}", printable(url), said(&error))))?;
    let status = response.status();
    if status.as_u16() == 201 {
        return Ok(());
    }
    let body = read(&mut response).unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    let line: String = body.lines().next().unwrap_or_default().chars().take(200).collect();
    Err(failed(format!("The server answers {}: {}", status.as_u16(), printable(&line))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_out_over_tls_or_stays_on_this_machine() {
        for fine in [
            "https://probes.acme.example/probe",
            "https://192.0.2.1:7381/probe",
            "http://127.0.0.1:7381/probe",
            "http://127.8.9.1/probe",
            "http://[::1]:7381/probe",
            "http://localhost:7381/probe",
        ] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "http://probes.acme.example/probe",
            "http://localhost.acme.example/",
            "http://192.0.2.1:7381/probe",
            "http://127.0.0.1.acme.example/",
            "http://127.0.0.1@acme.example/",
            "ftp://acme.example",
            "acme.example",
            "file:///etc/passwd",
            "",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}

//! TLS for a server: a certificate and its key, from PEM files.

use crate::failure::{Failure, Result};
use crate::file;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

/// How a server is told of its certificate.
#[derive(Debug, Args)]
pub(crate) struct Tls {
    /// The certificate, as PEM, and those between it and its authority.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate, as PEM, readable by you alone.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Tls {
    /// None where no certificate was given.
    pub(crate) fn acceptor(&self) -> Result<Option<TlsAcceptor>> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => acceptor(certificate, key).map(Some),
            _ => Ok(None),
        }
    }
}

/// How the address of a server begins.
pub(crate) fn scheme(tls: Option<&TlsAcceptor>) -> &'static str {
    if tls.is_some() { "https" } else { "http" }
}

/// Reads both; what does not fit together is known at the start.
fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    if file::is_readable_by_others(key) {
        return Err(Failure::new(format!("others on this machine can read {}", key.display()))
            .because("Whoever has this key can answer in this server's name.")
            .hint(format!("If you are sure that nobody did, run `chmod 600 {}`.", key.display())));
    }
    let unfit = |path: &Path, what: &str| {
        let (path, what) = (path.display().to_string(), what.to_owned());
        move |why: String| {
            Failure::new(format!("{path} cannot be used")).because(why).hint(format!("{what} is needed here, as PEM."))
        }
    };
    let no_certificate = unfit(certificate, "A certificate, followed by those between it and its authority,");
    let no_key = unfit(key, "The private key of the certificate, without a passphrase,");
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&file::read_path(certificate)?)
        .collect::<Result<_, _>>()
        .map_err(|error| no_certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(no_certificate("There is no certificate in it.".to_owned()));
    }
    let pem = Zeroizing::new(file::read_path(key)?);
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| no_key(error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| no_key(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

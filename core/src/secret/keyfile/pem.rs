//! Finds the one PEM block of a file, as files are: Windows line ends, text around it, any line width.
//!
//! The `pem` feature of `pkcs8` reads the strict form only, and cannot say what it found instead.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::KeyFileError;

pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

pub(super) fn decode(text: &str) -> Result<Block<'_>, KeyFileError> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| label(line, BEGIN).is_none());
    let label = lines.next().and_then(|line| label(line, BEGIN)).ok_or_else(|| KeyFileError::NotPem(guess(text)))?;

    // With this capacity the secret is never moved by a growing string, and no copy stays behind.
    let mut body = Zeroizing::new(String::with_capacity(text.len()));
    let ended = loop {
        match lines.next() {
            Some(line) if line.starts_with("-----") => break self::label(line, END) == Some(label),
            Some(line) => body.extend(line.split_whitespace()),
            None => break false,
        }
    };
    if !ended {
        return Err(KeyFileError::NotPem("the END line that belongs to its BEGIN line is missing"));
    }
    if lines.any(|line| self::label(line, BEGIN).is_some()) {
        return Err(KeyFileError::NotPem("it holds several blocks; keep only the key that is meant"));
    }
    // Another kind is named before its content is looked at: some have headers that are no base64.
    if !KINDS.contains(&label) {
        return Err(KeyFileError::WrongKind(describe(label)));
    }
    let der = Base64::decode_vec(&body)
        .map_err(|_| KeyFileError::Malformed("what stands between its lines is not base64"))?;
    Ok(Block { label, der: Zeroizing::new(der) })
}

/// A label in words. Only known labels are repeated, so nothing of the file reaches the terminal.
pub(super) fn describe(label: &str) -> String {
    match label {
        "OPENSSH PRIVATE KEY" => "an OpenSSH private key",
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => "an RSA key",
        "EC PRIVATE KEY" | "EC PARAMETERS" => "an elliptic curve (ECDSA) key",
        "DSA PRIVATE KEY" => "a DSA key",
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => "a certificate",
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => "a certificate request",
        "PGP PRIVATE KEY BLOCK" | "PGP PUBLIC KEY BLOCK" => "an OpenPGP key",
        "LICENSE" => "a license",
        _ => "a PEM block of another kind",
    }
    .to_owned()
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const KINDS: [&str; 3] = ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY"];

fn label<'a>(line: &'a str, boundary: &str) -> Option<&'a str> {
    // A byte order mark may stand before the first line.
    line.trim_start_matches('\u{feff}').strip_prefix(boundary)?.strip_suffix("-----")
}

fn guess(text: &str) -> &'static str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        "it is empty"
    } else if text.starts_with("ssh-") || text.starts_with("ecdsa-") {
        "it looks like an OpenSSH public key"
    } else if text.starts_with("PuTTY-User-Key-File") {
        "it looks like a PuTTY key"
    } else {
        "no line `-----BEGIN …-----` was found"
    }
}

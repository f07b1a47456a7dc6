//! What a probe brings back from a machine, signed with a key that it made for this once: making it, and checking it.

use crate::secret::parts;
use crate::{ProbeToken, Timestamp};
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey};
use licentia_license::machine::Fingerprint;
use licentia_license::{PublicKey, strict_json};
use licentia_storage::audit::hex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// No result is larger, whatever its form.
pub const MOST_RESULT_BYTES: usize = 64 * 1024;

/// What is said of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeReport {
    pub fingerprint: Fingerprint,
    pub host: ProbedHost,
    pub made_at: Timestamp,
}

/// The system that a probe ran on, in the probe's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbedHost {
    pub os: String,
    pub arch: String,
    /// The version of the program.
    pub licentia: String,
}

/// A result whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedResult {
    text: String,
    report: ProbeReport,
    token_hash: [u8; 32],
    key: [u8; 32],
}

/// Why something is not a result that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeResultError {
    #[error("it has {0} bytes, and {MOST_RESULT_BYTES} are allowed")]
    TooLong(usize),
    #[error("it is not written as a signed result is: {0}")]
    Malformed(String),
    #[error("it has the version {0}, and only version {VERSION} is known here")]
    UnknownVersion(u64),
    #[error("its signature does not hold: it was changed since the machine made it, or never was signed")]
    BadSignature,
    #[error("it was made for another token")]
    OtherToken,
}

const VERSION: u64 = 1;
const DOMAIN: &[u8] = b"licentia/probe-result/v1\n";
const TOKEN_CONTEXT: &str = "licentia 2026 probe token v1";
const KEY_CONTEXT: &str = "licentia 2026 probe key v1";

/// What stands between the signed bytes and the signature. It is the last member, so the signed bytes are all before it.
const LAST_MEMBER: &str = ",\"signature\":\"";
const END: &str = "\"}";

/// As JSON has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "version")]
    _version: u64,
    fingerprint: Fingerprint,
    host: ProbedHost,
    made_at: Timestamp,
    token_hash: String,
    key: String,
    #[serde(rename = "signature")]
    _signature: String,
}

impl SignedResult {
    /// Signs what is said of a machine, for this token. The seed is random, used for this once, and forgotten.
    #[must_use]
    pub fn make(report: ProbeReport, token: &str, seed: &[u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(seed);
        let (token_hash, key) = (token_hash(token), signing.verifying_key().to_bytes());
        let body = json!({
            "version": VERSION,
            "fingerprint": report.fingerprint,
            "host": report.host,
            "made_at": report.made_at,
            "token_hash": hex(&token_hash),
            "key": Base64UrlUnpadded::encode_string(&key),
        })
        .to_string();
        let signature = signing.sign(&message(&token_hash, body.as_bytes())).to_bytes();
        let open = body.strip_suffix('}').unwrap_or(&body);
        let text = format!("{open}{LAST_MEMBER}{}{END}", Base64UrlUnpadded::encode_string(&signature));
        Self { text, report, token_hash, key }
    }

    /// Whether an object means to be one: another object is taken as it is, and nothing vouches for it.
    #[must_use]
    pub fn is_meant_by(object: &Value) -> bool {
        object.get("token_hash").is_some()
    }

    /// Reads a result, and refuses one whose own signature does not hold. White space around it is allowed.
    pub fn parse(text: &str) -> Result<Self, ProbeResultError> {
        if text.len() > MOST_RESULT_BYTES {
            return Err(ProbeResultError::TooLong(text.len()));
        }
        let malformed = |why: &str| ProbeResultError::Malformed(why.to_owned());
        let trimmed = text.trim_ascii();
        let value =
            strict_json::parse(trimmed.as_bytes()).map_err(|error| ProbeResultError::Malformed(error.to_string()))?;
        // Before the members, for another version may have others.
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) | None => {}
            Some(other) => return Err(ProbeResultError::UnknownVersion(other)),
        }
        let form = Form::deserialize(value).map_err(|error| ProbeResultError::Malformed(error.to_string()))?;
        let (open, signature) = trimmed
            .strip_suffix(END)
            .and_then(|text| text.rsplit_once(LAST_MEMBER))
            .ok_or_else(|| malformed("`signature` has to be the last member, as it was written"))?;
        let signature = bytes::<64>(signature).ok_or_else(|| malformed("`signature` is not 64 bytes in base64url"))?;
        let key = bytes::<32>(&form.key).ok_or_else(|| malformed("`key` is not 32 bytes in base64url"))?;
        let hash =
            from_hex(&form.token_hash).ok_or_else(|| malformed("`token_hash` is not 64 lower-case hex digits"))?;
        let public = PublicKey::from_bytes(&key).map_err(|_| malformed("`key` is no Ed25519 public key"))?;
        let body = format!("{open}}}");
        public
            .verifying_key()
            .verify_strict(&message(&hash, body.as_bytes()), &Signature::from_bytes(&signature))
            .map_err(|_| ProbeResultError::BadSignature)?;
        let report = ProbeReport { fingerprint: form.fingerprint, host: form.host, made_at: form.made_at };
        Ok(Self { text: trimmed.to_owned(), report, token_hash: hash, key })
    }

    /// The same, and refuses one that was made for another token.
    pub fn for_token(text: &str, token_hash: &[u8]) -> Result<Self, ProbeResultError> {
        let result = Self::parse(text)?;
        if result.token_hash == *token_hash { Ok(result) } else { Err(ProbeResultError::OtherToken) }
    }

    /// What came back for a token; none where nothing came, or nothing that is signed.
    #[must_use]
    pub fn of(probe: &ProbeToken) -> Option<Self> {
        Self::for_token(probe.result.as_deref()?, &probe.token_hash).ok()
    }

    /// The JSON, in one line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub const fn report(&self) -> &ProbeReport {
        &self.report
    }

    #[must_use]
    pub const fn token_hash(&self) -> &[u8; 32] {
        &self.token_hash
    }

    /// What is compared: 80 bits of the key's hash, which nobody finds a second key for.
    #[must_use]
    pub fn key_fingerprint(&self) -> String {
        let hash = blake3::derive_key(KEY_CONTEXT, &self.key);
        let groups: Vec<String> = hash.chunks(2).take(5).map(hex).collect();
        groups.join("-")
    }
}

/// What is kept of a token. 256 random bits need no salt.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    blake3::derive_key(TOKEN_CONTEXT, token.trim().as_bytes())
}

/// How the hash of a token is written, in files and in their names.
#[must_use]
pub fn to_hex(token_hash: &[u8]) -> String {
    hex(token_hash)
}

/// Reads what [`to_hex`] wrote, and no other spelling.
#[must_use]
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

fn message(token_hash: &[u8; 32], body: &[u8]) -> Vec<u8> {
    [DOMAIN, &parts(&[token_hash, body])].concat()
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    Base64UrlUnpadded::decode_vec(text).ok()?.try_into().ok()
}
